package hevc

// Modes of prediction (table 8-1).
const (
	modePlanar     = 0
	modeDC         = 1
	modeHorizontal = 10
	modeVertical   = 26
)

// predict predicts a block of a component from its neighbours (8.4.4.2).
func (s *sliceDecoder) predict(c, x, y, log2, mode int) {
	n := 1 << log2
	p := &s.f.planes[c]
	ref := s.smooth(c, n, mode, s.collect(c, x, y, n))
	dst := p.pix[y*p.stride+x:]
	switch mode {
	case modePlanar:
		planar(dst, p.stride, ref, log2)
	case modeDC:
		flat(dst, p.stride, ref, log2, c == 0 && n < 32)
	default:
		limit := int32(1)<<s.d.sps.depth[min(c, 1)] - 1
		angular(dst, p.stride, ref, n, mode, c == 0 && n < 32, limit)
	}
}

// planar is 8.4.4.2.4. left and above are the references, from the corner away.
func planar(dst []uint16, stride int, ref []int32, log2 int) {
	n := int32(1) << log2
	above := ref[2*n+1:]
	beyond, below := above[n], ref[n-1]
	for y := range n {
		row := dst[int(y)*stride:][:n]
		left := ref[2*n-1-y]
		for x := range n {
			row[x] = uint16(((n-1-x)*left + (x+1)*beyond + (n-1-y)*above[x] + (y+1)*below + n) >> (log2 + 1))
		}
	}
}

// flat is the DC mode (8.4.4.2.5).
func flat(dst []uint16, stride int, ref []int32, log2 int, edges bool) {
	n := 1 << log2
	above := ref[2*n+1:]
	sum := int32(n)
	for i := range n {
		sum += above[i] + ref[2*n-1-i]
	}
	dc := sum >> (log2 + 1)
	for y := range n {
		row := dst[y*stride:][:n]
		for x := range row {
			row[x] = uint16(dc)
		}
	}
	if !edges {
		return
	}
	dst[0] = uint16((ref[2*n-1] + 2*dc + above[0] + 2) >> 2)
	for i := 1; i < n; i++ {
		dst[i] = uint16((above[i] + 3*dc + 2) >> 2)
		dst[i*stride] = uint16((ref[2*n-1-i] + 3*dc + 2) >> 2)
	}
}

// angles is intraPredAngle, and inverseAngles invAngle of modes 11 to 25 (tables 8-5 and 8-6).
var (
	angles = [35]int{
		0, 0, 32, 26, 21, 17, 13, 9, 5, 2, 0, -2, -5, -9, -13, -17, -21, -26,
		-32, -26, -21, -17, -13, -9, -5, -2, 0, 2, 5, 9, 13, 17, 21, 26, 32,
	}
	inverseAngles = [15]int{
		-4096, -1638, -910, -630, -482, -390, -315, -256, -315, -390, -482, -630, -910, -1638, -4096,
	}
)

// angular is 8.4.4.2.6. Modes below 18 go over the references at the left, and are those above 17 with x and y
// exchanged.
func angular(dst []uint16, stride int, ref []int32, n, mode int, edges bool, limit int32) {
	angle := angles[mode]
	upright := mode >= 18
	// main are the references along which the block is predicted, from the corner at 32; side are the others.
	var main [32 + 65]int32
	side := func(i int) int32 { // -1 is the corner
		if upright {
			return ref[2*n-1-i]
		}
		return ref[2*n+1+i]
	}
	for i := range 2*n + 1 {
		if upright {
			main[32+i] = ref[2*n+i]
		} else {
			main[32+i] = ref[2*n-i]
		}
	}
	if last := n * angle >> 5; last < -1 {
		inverse := inverseAngles[mode-11]
		for i := last; i <= -1; i++ {
			main[32+i] = side(-1 + (i*inverse+128)>>8)
		}
	}
	step, line := 1, stride
	if !upright {
		step, line = stride, 1
	}
	for j := range n {
		whole, part := (j+1)*angle>>5, int32((j+1)*angle&31)
		from := main[32+whole+1:]
		at := j * line
		for i := range n {
			v := from[i]
			if part != 0 {
				v = ((32-part)*v + part*from[i+1] + 16) >> 5
			}
			dst[at] = uint16(v)
			at += step
		}
	}
	if angle == 0 && edges {
		for j := range n {
			v := main[33] + (side(j)-main[32])>>1
			dst[j*line] = uint16(min(max(v, 0), limit))
		}
	}
}
