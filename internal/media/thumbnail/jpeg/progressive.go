package jpeg

// firstMean decodes a block's DC of a progressive picture, without its lowest low bits (T.81, G.1.2.1).
func (d *decoder) firstMean(c *component, x, y int, low uint) error {
	dc, err := d.mean(c)
	c.means[y*c.padded+x] = int16(dc << low)
	return err
}

// refineMean decodes one more bit of a block's DC.
func (d *decoder) refineMean(c *component, x, y int, low uint) error {
	d.in.fill()
	c.means[y*c.padded+x] |= int16(d.in.take(1) << low)
	return nil
}

// paintMeans makes samples of a component's means.
func (d *decoder) paintMeans(c *component) {
	q := int32(d.quant[c.quant][0])
	for i, dc := range c.means {
		c.plane.Pix[i] = sample((int32(dc)*q + 4) >> 3)
	}
}
