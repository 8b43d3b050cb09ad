package jpeg

// readFrameHeader reads what a frame header (T.81, B.2.2) says of the picture.
func (d *decoder) readFrameHeader(b []byte) error {
	if d.components != nil {
		return damaged("two frames")
	}
	if len(b) < 6 || len(b) < 6+3*int(b[5]) {
		return damaged("a short frame header")
	}
	p := &d.picture
	p.Height, p.Width = int(b[1])<<8|int(b[2]), int(b[3])<<8|int(b[4])
	d.componentCount = int(b[5])
	return nil
}

// startFrame makes the planes that a frame header asks for.
func (d *decoder) startFrame(b []byte) error {
	p, n := &d.picture, d.componentCount
	switch {
	case b[0] != 8:
		return unsupported("it has %d bits a sample", b[0])
	case p.Height == 0 || p.Width == 0: // a height of 0 is told by DNL, which nobody writes
		return unsupported("it has no size")
	case n != 1 && n != 3:
		return unsupported("it has %d components", n)
	}
	if p.Reduced = Reduction(p.Width, p.Height, d.edge); p.Reduced == 1 || d.progressive && p.Reduced < 8 {
		return unsupported("it would be decoded in full")
	}
	if n == 3 && (d.adobeRGB || string([]byte{b[6], b[9], b[12]}) == "RGB") {
		return unsupported("it is RGB")
	}
	d.components = make([]component, n)
	for i := range d.components {
		f := b[6+3*i:]
		c := component{id: f[0], h: int(f[1] >> 4), v: int(f[1] & 15), quant: int(f[2])}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.quant > 3 {
			return damaged("component %d", c.id)
		}
		if n == 1 {
			c.h, c.v = 1, 1 // T.81, A.2.2: of one component the blocks come row by row, whatever it says
		}
		d.components[i] = c
	}
	return d.makePlanes()
}

// makePlanes makes those that the components fill.
func (d *decoder) makePlanes() error {
	p := &d.picture
	planes := []*Plane{&p.Y, &p.Cb, &p.Cr}
	hMax, vMax := d.sampling()
	mcusX, mcusY := d.mcus()
	side, total := 8/p.Reduced, 0
	for i := range d.components {
		c := &d.components[i]
		total += mcusX * c.h * mcusY * c.v * side * side
		if d.progressive {
			total += 2 * mcusX * c.h * mcusY * c.v
		}
	}
	if total > MaxPlanes {
		return ErrTooLarge
	}
	for i := range d.components {
		c := &d.components[i]
		c.blocksX = (p.Width*c.h + 8*hMax - 1) / (8 * hMax)
		c.blocksY = (p.Height*c.v + 8*vMax - 1) / (8 * vMax)
		c.padded = mcusX * c.h
		c.plane = planes[i]
		*c.plane = Plane{
			Pix: make([]byte, c.padded*side*mcusY*c.v*side), Stride: c.padded * side,
			Width:  float64(p.Width*c.h) / float64(hMax*p.Reduced),
			Height: float64(p.Height*c.v) / float64(vMax*p.Reduced),
		}
		if d.progressive {
			c.means = make([]int16, c.padded*mcusY*c.v)
		}
	}
	return nil
}

// sampling is the largest factors of the components.
func (d *decoder) sampling() (h, v int) {
	for i := range d.components {
		h, v = max(h, d.components[i].h), max(v, d.components[i].v)
	}
	return h, v
}

// mcus are how many an interleaved scan has in a row and in a column.
func (d *decoder) mcus() (x, y int) {
	h, v := d.sampling()
	return (d.picture.Width + 8*h - 1) / (8 * h), (d.picture.Height + 8*v - 1) / (8 * v)
}

// wholePicture says whether all that the picture is made of has been read.
func (d *decoder) wholePicture() bool {
	for i := range d.components {
		if !d.components[i].done {
			return false
		}
	}
	return true
}
