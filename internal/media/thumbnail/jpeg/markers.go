package jpeg

// Markers of T.81, table B.1.
const (
	markerSOF0 = 0xc0
	markerSOF1 = 0xc1
	markerSOF2 = 0xc2
	markerDHT  = 0xc4
	markerJPG  = 0xc8
	markerDAC  = 0xcc
	markerSOFf = 0xcf
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDQT  = 0xdb
	markerDRI  = 0xdd
	markerAPP1 = 0xe1
	markerAPPe = 0xee
	markerTEM  = 0x01
)

// component is one of a picture's, as its frame describes it.
type component struct {
	id        byte
	h, v      int // sampling factors
	quant     int
	dc, ac    *huffman // of the scan at hand
	predicted int32

	blocksX, blocksY int // that it has in a scan of its own
	padded           int // blocks in a row, with those that only fill up an MCU
	plane            *Plane
	means            []int16 // of a progressive picture: the DC of each block, not yet dequantised
	done             bool    // its scan, or of a progressive picture its DC to the last bit, is read
}

// decoder reads one picture.
type decoder struct {
	in         input
	edge       int
	headerOnly bool
	picture    Picture

	quant          [4][64]uint16 // in zigzag order
	dc, ac         [4]*huffman
	componentCount int
	components     []component
	progressive    bool
	restart        int // MCUs from one restart marker to the next; 0: there are none
	adobeRGB       bool
	segment        [1 << 16]byte
}

func (d *decoder) read() error {
	var soi [2]byte
	if err := d.in.full(soi[:]); err != nil {
		return err
	}
	if soi != [2]byte{0xff, markerSOI} {
		return unsupported("it does not begin as a JPEG")
	}
	for {
		m, err := d.in.marker()
		if err != nil {
			return err
		}
		switch {
		case m == markerEOI:
			return damaged("it ends before its picture does")
		case m == markerTEM, markerRST0 <= m && m <= markerSOI:
			continue // no segment follows
		}
		segment, err := d.readSegment()
		if err != nil {
			return err
		}
		done, err := d.takeSegment(m, segment)
		if err != nil || done {
			return err
		}
	}
}

func (d *decoder) readSegment() ([]byte, error) {
	if err := d.in.full(d.segment[:2]); err != nil {
		return nil, err
	}
	n := int(d.segment[0])<<8 | int(d.segment[1])
	if n < 2 {
		return nil, damaged("a segment of %d bytes", n)
	}
	segment := d.segment[:n-2]
	return segment, d.in.full(segment)
}

// takeSegment reads one; done: the picture is whole.
func (d *decoder) takeSegment(m byte, segment []byte) (done bool, err error) {
	switch m {
	case markerSOF0, markerSOF1, markerSOF2:
		d.progressive = m == markerSOF2
		if err := d.readFrameHeader(segment); err != nil || d.headerOnly {
			return true, err
		}
		return false, d.startFrame(segment)
	case markerDHT:
		return false, d.defineHuffman(segment)
	case markerDQT:
		return false, d.defineQuant(segment)
	case markerDRI:
		if len(segment) < 2 {
			return false, damaged("a short DRI")
		}
		d.restart = int(segment[0])<<8 | int(segment[1])
	case markerAPP1:
		if o := exifOrientation(segment); o != 0 {
			d.picture.Orientation = o
		}
	case markerAPPe:
		if len(segment) >= 12 && string(segment[:5]) == "Adobe" {
			d.adobeRGB = segment[11] == 0
		}
	case markerSOS:
		return d.scan(segment)
	default:
		if markerSOF0 <= m && m <= markerSOFf && m != markerJPG || m == markerDAC {
			return false, unsupported("it is coded by method %#x", m)
		}
	}
	return false, nil
}

func (d *decoder) defineQuant(b []byte) error {
	for len(b) > 0 {
		size, id := 1+int(b[0]>>4), int(b[0]&15)
		if size > 2 || id > 3 || len(b) < 1+64*size {
			return damaged("a quantisation table")
		}
		for i := range 64 {
			if size == 1 {
				d.quant[id][i] = uint16(b[1+i])
			} else {
				d.quant[id][i] = uint16(b[1+2*i])<<8 | uint16(b[2+2*i])
			}
		}
		b = b[1+64*size:]
	}
	return nil
}

func (d *decoder) defineHuffman(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 {
			return damaged("a short Huffman table")
		}
		class, id := b[0]>>4, b[0]&15
		counts := [16]byte(b[1:17])
		total := 0
		for _, n := range counts {
			total += int(n)
		}
		if class > 1 || id > 3 || total > 256 || len(b) < 17+total {
			return damaged("a Huffman table")
		}
		h, err := newHuffman(counts, append([]byte(nil), b[17:17+total]...))
		if err != nil {
			return err
		}
		if class == 0 {
			d.dc[id] = h
		} else {
			h.makeJumps()
			d.ac[id] = h
		}
		b = b[17+total:]
	}
	return nil
}
