package hevc

// cosines are the factors of the cosine transform (8.6.4.2): that of an angle of k·π/64.
var cosines = [33]int32{
	64, 90, 90, 90, 89, 88, 87, 85, 83, 82, 80, 78, 75, 73, 70, 67, 64,
	61, 57, 54, 50, 46, 43, 38, 36, 31, 25, 22, 18, 13, 9, 4, 0,
}

// odd are the factors of the odd coefficients of a transform of 4, 8, 16 and 32, by coefficient and place.
var odd = func() (m [4][16][16]int32) {
	for size := range m {
		n := 4 << size
		for k := range n / 2 {
			for i := range n / 2 {
				angle := (2*k + 1) * (2*i + 1) * 32 / n % 128
				if angle > 64 {
					angle = 128 - angle
				}
				if angle > 32 {
					m[size][k][i] = -cosines[64-angle]
				} else {
					m[size][k][i] = cosines[angle]
				}
			}
		}
	}
	return m
}()

// inverse is the inverse cosine transform of n = 4<<size values, of which only the first known are not zero. The even
// ones are a transform of half the size.
func inverse(in *[32]int32, size, known int, out *[32]int32) {
	n := 4 << size
	var e [16]int32
	if size == 0 {
		a, b := 64*in[0], 64*in[2]
		e[0], e[1] = a+b, a-b
	} else {
		var even, half [32]int32
		for i := range (known + 1) / 2 {
			even[i] = in[2*i]
		}
		inverse(&even, size-1, (known+1)/2, &half)
		copy(e[:], half[:n/2])
	}
	var o [16]int32
	m := &odd[size]
	for k := 0; 2*k+1 < known; k++ {
		v := in[2*k+1]
		if v == 0 {
			continue
		}
		for i, f := range m[k][:n/2] {
			o[i] += f * v
		}
	}
	for i := range n / 2 {
		out[i], out[n-1-i] = e[i]+o[i], e[i]-o[i]
	}
}

// inverseCosine transforms the coefficients, columns first (8.6.4.2), and scales by a shift.
func (r *residual) inverseCosine(log2, shift int) {
	n := 1 << log2
	round := int32(1) << (shift - 1)
	if r.lastX == 0 && r.lastY == 0 {
		v := (64*((64*r.coefficients[0]+64)>>7) + round) >> shift
		for y := range n {
			row := r.out[y<<5:][:n]
			for x := range row {
				row[x] = v
			}
		}
		return
	}
	var in, out [32]int32
	for x := range r.lastX + 1 {
		for y := range r.lastY + 1 {
			in[y] = r.coefficients[y<<5+x]
		}
		inverse(&in, log2-2, r.lastY+1, &out)
		for y := range n {
			r.out[y<<5+x] = min(max((out[y]+64)>>7, -1<<15), 1<<15-1)
		}
	}
	in = [32]int32{}
	for y := range n {
		row := r.out[y<<5:][:n]
		copy(in[:], row[:r.lastX+1])
		inverse(&in, log2-2, r.lastX+1, &out)
		for x := range row {
			row[x] = (out[x] + round) >> shift
		}
	}
}

// inverseSine is the other transform, of luma blocks of 4 by 4.
func (r *residual) inverseSine(shift int) {
	sine := func(a, b, c, d int32) (w, x, y, z int32) {
		return 29*a + 74*b + 84*c + 55*d, 55*a + 74*b - 29*c - 84*d, 74*a - 74*c + 74*d, 84*a - 74*b + 55*c - 29*d
	}
	in := &r.coefficients
	clip := func(v int32) int32 { return min(max((v+64)>>7, -1<<15), 1<<15-1) }
	for x := range 4 {
		a, b, c, d := sine(in[x], in[32+x], in[64+x], in[96+x])
		r.out[x], r.out[32+x], r.out[64+x], r.out[96+x] = clip(a), clip(b), clip(c), clip(d)
	}
	round := int32(1) << (shift - 1)
	for y := range 4 {
		row := r.out[y<<5:][:4]
		a, b, c, d := sine(row[0], row[1], row[2], row[3])
		row[0], row[1], row[2], row[3] = (a+round)>>shift, (b+round)>>shift, (c+round)>>shift, (d+round)>>shift
	}
}

// copyOut takes the coefficients as the residual.
func (r *residual) copyOut(n int) {
	for y := range n {
		copy(r.out[y<<5:][:n], r.coefficients[y<<5:])
	}
}

// scaleOut takes the coefficients as the residual, times 2^up, then divided by 2^down.
func (r *residual) scaleOut(n, up, down int) {
	round := int32(1) << (down - 1)
	for y := range n {
		for x := range n {
			r.out[y<<5+x] = (r.coefficients[y<<5+x]<<up + round) >> down
		}
	}
}
