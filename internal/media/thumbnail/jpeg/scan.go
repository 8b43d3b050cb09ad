package jpeg

// scanHeader is what SOS says (T.81, B.2.3).
type scanHeader struct {
	components []*component
	start, end int  // of the coefficients, in zigzag order
	high, low  uint // bits: successive approximation
}

func (d *decoder) readScanHeader(b []byte) (h scanHeader, err error) {
	if d.components == nil {
		return h, damaged("a scan before its frame")
	}
	if len(b) < 1 || b[0] < 1 || int(b[0]) > len(d.components) || len(b) < 4+2*int(b[0]) {
		return h, damaged("a scan header")
	}
	n := int(b[0])
	for i := range n {
		id, tables := b[1+2*i], b[2+2*i]
		var c *component
		for j := range d.components {
			if d.components[j].id == id {
				c = &d.components[j]
			}
		}
		if c == nil || tables>>4 > 3 || tables&15 > 3 {
			return h, damaged("a scan of component %d", id)
		}
		for _, other := range h.components {
			if other == c {
				return h, damaged("component %d twice in a scan", id)
			}
		}
		c.dc, c.ac, c.predicted = d.dc[tables>>4], d.ac[tables&15], 0
		h.components = append(h.components, c)
	}
	rest := b[1+2*n:]
	h.start, h.end, h.high, h.low = int(rest[0]), int(rest[1]), uint(rest[2]>>4), uint(rest[2]&15)
	if h.high > 13 || h.low > 13 {
		return h, damaged("a scan of bit %d", h.low)
	}
	return h, nil
}

// scan reads the data of one; done: the picture is whole.
func (d *decoder) scan(segment []byte) (done bool, err error) {
	h, err := d.readScanHeader(segment)
	if err != nil {
		return false, err
	}
	d.in.align()
	var block func(c *component, x, y int) error
	switch {
	case d.progressive && h.start != 0:
		return false, nil // no mean is in it: the next marker is looked for over its data
	case d.progressive && h.high == 0:
		block = func(c *component, x, y int) error { return d.firstMean(c, x, y, h.low) }
	case d.progressive:
		block = func(c *component, x, y int) error { return d.refineMean(c, x, y, h.low) }
	default:
		block = [9]func(*component, int, int) error{8: d.block1, 4: d.block2, 2: d.block4}[d.picture.Reduced]
	}
	for _, c := range h.components {
		if c.dc == nil && h.high == 0 || c.ac == nil && !d.progressive {
			return false, damaged("a scan whose tables are not there")
		}
	}
	if err := d.eachBlock(h.components, block); err != nil {
		return false, err
	}
	for _, c := range h.components {
		if c.done = !d.progressive || h.low == 0; c.done && d.progressive {
			d.paintMeans(c)
		}
	}
	return d.wholePicture(), nil
}

// eachBlock calls block for those of a scan, in their order (T.81, A.2).
func (d *decoder) eachBlock(cs []*component, block func(c *component, x, y int) error) error {
	mcusX, mcusY := d.mcus()
	if len(cs) == 1 {
		mcusX, mcusY = cs[0].blocksX, cs[0].blocksY
	}
	left := d.restart
	for my := range mcusY {
		for mx := range mcusX {
			if d.restart > 0 {
				if left == 0 {
					if err := d.takeRestart(cs); err != nil {
						return err
					}
					left = d.restart
				}
				left--
			}
			if len(cs) == 1 {
				if err := block(cs[0], mx, my); err != nil {
					return err
				}
				continue
			}
			if err := mcu(cs, mx, my, block); err != nil {
				return err
			}
		}
		if d.in.exhausted() {
			if d.in.ended != nil {
				return d.in.ended
			}
			return damaged("a scan ends before its picture does")
		}
	}
	return nil
}

func mcu(cs []*component, mx, my int, block func(c *component, x, y int) error) error {
	for _, c := range cs {
		for y := range c.v {
			for x := range c.h {
				if err := block(c, mx*c.h+x, my*c.v+y); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *decoder) takeRestart(cs []*component) error {
	exhausted := d.in.exhausted()
	d.in.align()
	m, err := d.in.marker()
	if err != nil {
		return err
	}
	if exhausted || m < markerRST0 || m > markerRST7 {
		return damaged("no restart where one is due")
	}
	for _, c := range cs {
		c.predicted = 0
	}
	return nil
}
