package jpeg

// mean decodes the difference of a block's DC from the one before (T.81, F.2.2.1), and gives the DC.
func (d *decoder) mean(c *component) (int32, error) {
	d.in.fill()
	size, err := d.in.symbol(c.dc)
	if err != nil {
		return 0, err
	}
	if size > 15 {
		return 0, damaged("a difference of %d bits", size)
	}
	c.predicted += extend(d.in.take(int(size)), int(size))
	return c.predicted, nil
}

// block1 decodes a block to one sample.
func (d *decoder) block1(c *component, x, y int) error {
	dc, err := d.mean(c)
	if err != nil {
		return err
	}
	c.plane.Pix[y*c.plane.Stride+x] = sample((dc*int32(d.quant[c.quant][0]) + 4) >> 3)
	return d.jumpOver(c.ac, 1)
}

// jumpOver passes over a block's coefficients from k on: many at once, and none is formed. It is most of what a thumbnail
// costs, so the bits are held in registers, and the input has them back only where it is asked for more.
func (d *decoder) jumpOver(h *huffman, k int) error {
	in := &d.in
	acc, n := in.acc, in.n
	for k < 64 {
		if n < 32 {
			in.acc, in.n = acc, n
			in.fill()
			acc, n = in.acc, in.n
		}
		e := h.jump[acc>>(64-jumpBits)]
		next := k + int(e>>jumpCountShift&jumpCountMask)
		if e != 0 && (next < 64 || next == 64 && e&jumpEnd == 0) {
			acc <<= e & jumpBitsMask
			n -= int(e & jumpBitsMask)
			if k = next; e&jumpEnd != 0 {
				in.acc, in.n = acc, n
				return nil
			}
			continue
		}
		in.acc, in.n = acc, n
		run, size, err := in.runAndSize(h)
		switch {
		case err != nil:
			return err
		case size == 0 && run < 15:
			return nil
		}
		in.take(size)
		acc, n = in.acc, in.n
		k += run + 1
	}
	in.acc, in.n = acc, n
	if k > 64 {
		return damaged("a block of %d coefficients", k)
	}
	return nil
}

func (in *input) runAndSize(h *huffman) (run, size int, err error) {
	s, err := in.symbol(h)
	return int(s >> 4), int(s & 15), err
}

// zigzag says where the first 25 coefficients stand in the upper left 4 by 4 of a block; -1: not there. What follows
// the 24th lies outside (T.81, figure A.6).
var zigzag = [25]int8{0, 1, 4, 8, 5, 2, 3, 6, 9, 12, -1, 13, 10, 7, -1, -1, -1, 11, 14, -1, -1, -1, -1, -1, 15}

// leading decodes a block's coefficients up to the last one in zigzag order, dequantised, and passes over the others.
func (d *decoder) leading(c *component, f *[16]int32, last int) error {
	dc, err := d.mean(c)
	if err != nil {
		return err
	}
	quant := &d.quant[c.quant]
	f[0] = dc * int32(quant[0])
	in := &d.in
	for k := 1; ; k++ {
		if k > last {
			return d.jumpOver(c.ac, k)
		}
		in.fill()
		run, size, err := in.runAndSize(c.ac)
		switch {
		case err != nil:
			return err
		case size == 0 && run < 15:
			return nil
		}
		v := extend(in.take(size), size)
		if k += run; k <= last && zigzag[k] >= 0 {
			f[zigzag[k]] = v * int32(quant[k])
		}
	}
}

// sample is a value of a block, which the format has around 0, as one of a picture.
func sample(v int32) byte { return byte(max(0, min(v+128, 255))) }

// block2 decodes a block to 2 by 2 samples: the inverse DCT of its lowest 2 by 2 coefficients.
func (d *decoder) block2(c *component, x, y int) error {
	var f [16]int32
	if err := d.leading(c, &f, 4); err != nil {
		return err
	}
	dst := c.plane.Pix[2*y*c.plane.Stride+2*x:]
	top, bottom := f[0]+f[4]+4, f[0]-f[4]+4
	left, right := f[1]+f[5], f[1]-f[5]
	dst[0], dst[1] = sample((top+left)>>3), sample((top-left)>>3)
	dst[c.plane.Stride], dst[c.plane.Stride+1] = sample((bottom+right)>>3), sample((bottom-right)>>3)
	return nil
}

// Factors of the inverse DCT of four points, in 1/8192: cos(π/8)/√2, cos(3π/8)/√2, and a half.
const (
	cos1     = 5352
	cos3     = 2217
	half     = 4096
	dctShift = 13
)

// block4 decodes a block to 4 by 4 samples: the inverse DCT of its lowest 4 by 4 coefficients.
func (d *decoder) block4(c *component, x, y int) error {
	var f [16]int32
	if err := d.leading(c, &f, 24); err != nil {
		return err
	}
	for i := range 4 { // columns; four bits more than the values have are kept
		inverse4(f[i:], 4, dctShift-4)
	}
	stride := c.plane.Stride
	for i := range 4 {
		row := f[4*i : 4*i+4]
		inverse4(row, 1, dctShift)
		dst := c.plane.Pix[(4*y+i)*stride+4*x:][:4]
		for j, v := range row { // of those four bits, and the half by which 4 points stand for 8, a dimension each
			dst[j] = sample((v + 16) >> 5)
		}
	}
	return nil
}

// inverse4 is the inverse DCT of four values, every step-th of f, in place.
func inverse4(f []int32, step int, shift uint) {
	a, b, c, d := int64(f[0]), int64(f[step]), int64(f[2*step]), int64(f[3*step])
	s0, s1 := half*(a+c), half*(a-c)
	t0, t1 := cos1*b+cos3*d, cos3*b-cos1*d
	round := int64(1) << (shift - 1)
	f[0], f[3*step] = int32((s0+t0+round)>>shift), int32((s0-t0+round)>>shift)
	f[step], f[2*step] = int32((s1+t1+round)>>shift), int32((s1-t1+round)>>shift)
}
