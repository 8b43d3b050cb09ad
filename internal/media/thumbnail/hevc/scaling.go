package hevc

// scalingLists are the factors of quantization by size (4, 8, 16, 32) and matrix (of intra blocks: Y, Cb, Cr), one for
// each place of a block, row by row (7.4.5).
type scalingLists [4][3][]uint8

// defaultIntra is what stands for a list that is not written, of 8 by 8 and more (table 7-6).
var defaultIntra = [64]uint8{
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 17, 16, 17, 16, 17, 18,
	17, 18, 18, 17, 18, 21, 19, 20, 21, 20, 19, 21, 24, 22, 22, 24,
	24, 22, 22, 24, 25, 25, 27, 30, 27, 25, 25, 29, 31, 35, 35, 31,
	29, 36, 41, 44, 41, 36, 47, 54, 54, 47, 65, 70, 65, 88, 88, 115,
}

// coefficients is one list as it is written.
type coefficients struct {
	list [64]uint8
	dc   uint8
}

func defaultCoefficients(size int) coefficients {
	c := coefficients{dc: 16}
	for i := range c.list {
		if c.list[i] = 16; size > 0 {
			c.list[i] = defaultIntra[i]
		}
	}
	return c
}

func defaultLists() *scalingLists {
	var lists scalingLists
	for size := range lists {
		for matrix := range lists[size] {
			lists[size][matrix] = defaultCoefficients(size).spread(size)
		}
	}
	return &lists
}

// readLists reads scaling_list_data (7.3.4). Lists of inter blocks are passed over.
func readLists(r *reader, chroma int) (*scalingLists, error) {
	var lists scalingLists
	var of [4][6]coefficients
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for matrix := 0; matrix < 6; matrix += step {
			c, err := readList(r, size, matrix, step, &of[size])
			if err != nil {
				return nil, err
			}
			of[size][matrix] = c
		}
	}
	if chroma == 3 { // chroma of 32 by 32 takes the lists of 16 by 16
		of[3][1], of[3][2] = of[2][1], of[2][2]
	}
	for size := range lists {
		for matrix := range lists[size] {
			lists[size][matrix] = of[size][matrix].spread(size)
		}
	}
	return &lists, nil
}

func readList(r *reader, size, matrix, step int, before *[6]coefficients) (coefficients, error) {
	if !r.flag() {
		delta := r.ue() * step
		switch {
		case delta == 0:
			return defaultCoefficients(size), nil
		case delta > matrix:
			return coefficients{}, damaged("a scaling list like one that there is not")
		}
		return before[matrix-delta], nil
	}
	c := coefficients{dc: 16}
	next := 8
	if size > 1 {
		next = r.se() + 8
		c.dc = uint8(next)
	}
	for i := range min(64, 16<<(2*size)) {
		next = (next + r.se() + 256) & 255
		c.list[i] = uint8(next)
	}
	return c, nil
}

// spread lays a list out over a block of a size.
func (c coefficients) spread(size int) []uint8 {
	log2 := 2 + size
	out := make([]uint8, 1<<(2*log2))
	if size == 0 {
		for i, at := range diagonal(4) {
			out[int(at.y)<<2+int(at.x)] = c.list[i]
		}
		return out
	}
	var square [64]uint8
	for i, at := range diagonal(8) {
		square[int(at.y)<<3+int(at.x)] = c.list[i]
	}
	for y := range 1 << log2 {
		for x := range 1 << log2 {
			out[y<<log2+x] = square[y>>(log2-3)<<3+x>>(log2-3)]
		}
	}
	if size > 1 {
		out[0] = c.dc
	}
	return out
}

// place is one of a block's or a sub-block's.
type place struct{ x, y uint8 }

// diagonal is the up-right scan of a block of n by n (6.5.3).
func diagonal(n int) []place {
	out := make([]place, 0, n*n)
	for sum := range 2*n - 1 {
		for y := min(sum, n-1); y >= 0 && sum-y < n; y-- {
			out = append(out, place{uint8(sum - y), uint8(y)})
		}
	}
	return out
}

// horizontal and vertical are the other scans (6.5.4, 6.5.5).
func horizontal(n int) []place {
	out := make([]place, 0, n*n)
	for i := range n * n {
		out = append(out, place{uint8(i % n), uint8(i / n)})
	}
	return out
}

func vertical(n int) []place {
	out := horizontal(n)
	for i, p := range out {
		out[i] = place{p.y, p.x}
	}
	return out
}

// scans are those of 1, 2, 4 and 8 places a side, by scanIdx: up-right, horizontal, vertical.
var scans = func() (s [3][4][]place) {
	for log2 := range 4 {
		n := 1 << log2
		s[0][log2], s[1][log2], s[2][log2] = diagonal(n), horizontal(n), vertical(n)
	}
	return s
}()
