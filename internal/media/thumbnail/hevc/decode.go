package hevc

import (
	"context"
	"fmt"
)

// Decoder decodes pictures that share parameter sets. It is not safe for concurrent use.
type Decoder struct {
	lengthSize int
	spss       map[int]*sps
	ppss       map[int]*pps
	sps        *sps
	pps        *pps
	layout     *layout
	frame      *frame
}

// Picture is a decoded picture; its planes are the decoder's, until it decodes the next one.
type Picture struct {
	// Y is the luma; Cb and Cr the chroma, empty in a grey picture.
	Y, Cb, Cr Plane
	// FullRange says that black is 0, not 16 (of 8 bits).
	FullRange bool
	// Matrix is matrix_coeffs of Rec. ITU-T H.273: 2 where nothing is said.
	Matrix int
}

// Plane is one component, its rows top down.
type Plane struct {
	Pix                   []uint16
	Stride, Width, Height int // samples
	Depth                 int // bits of a sample
}

// NewDecoder reads a decoder configuration record (ISO/IEC 14496-15, 8.3.3.1).
func NewDecoder(record []byte) (*Decoder, error) {
	if len(record) < 23 {
		return nil, damaged("a configuration record of %d bytes", len(record))
	}
	d := &Decoder{lengthSize: int(record[21]&3) + 1, spss: map[int]*sps{}, ppss: map[int]*pps{}}
	b := record[23:]
	for range record[22] {
		if len(b) < 3 {
			return nil, damaged("a configuration record that is cut")
		}
		count := int(b[1])<<8 | int(b[2])
		b = b[3:]
		for range count {
			if len(b) < 2 || len(b)-2 < int(b[0])<<8|int(b[1]) {
				return nil, damaged("a configuration record that is cut")
			}
			n := int(b[0])<<8 | int(b[1])
			if err := d.parameters(b[2 : 2+n]); err != nil {
				return nil, err
			}
			b = b[2+n:]
		}
	}
	return d, nil
}

// parameters takes in a parameter set; other NAL units are passed over.
func (d *Decoder) parameters(nal []byte) error {
	if len(nal) < 3 || len(nal) > 1<<16 {
		return nil
	}
	r := &reader{b: unescape(nal[2:])}
	switch nal[0] >> 1 & 0x3f {
	case nalSPS:
		s, err := readSPS(r)
		if err != nil {
			return err
		}
		d.spss[s.id] = s
	case nalPPS:
		p, err := readPPS(r, func(id int) int {
			if s := d.spss[id]; s != nil {
				return s.chroma
			}
			return 1
		})
		if err != nil {
			return err
		}
		d.ppss[p.id] = p
	}
	return nil
}

// Size says how large the pictures are, in pixels, as the parameter sets tell.
func (d *Decoder) Size() (width, height int) {
	for _, s := range d.spss {
		return s.width - s.left - s.right, s.height - s.top - s.bottom
	}
	return 0, 0
}

// activate takes the parameter sets of a picture into use.
func (d *Decoder) activate(id int, first bool) (*pps, error) {
	p := d.ppss[id]
	if p == nil || d.spss[p.sps] == nil {
		return nil, damaged("a parameter set that there is not")
	}
	if !first {
		if p != d.pps {
			return nil, damaged("two parameter sets for one picture")
		}
		return p, nil
	}
	s := d.spss[p.sps]
	if d.pps != p || d.sps != s {
		l, err := newLayout(s, p)
		if err != nil {
			return nil, err
		}
		if d.sps != s {
			d.frame = newFrame(s)
		}
		d.pps, d.sps, d.layout = p, s, l
	}
	d.frame.clear()
	return p, nil
}

// Decode decodes the first picture of data: NAL units, each behind its length. What cannot be decoded of a picture that
// has begun is an error. It ends soon after ctx does.
func (d *Decoder) Decode(ctx context.Context, data []byte) (p *Picture, err error) {
	defer func() { // data is anybody's; what its checks overlooked ends here
		if v := recover(); v != nil {
			p, err = nil, damaged("%v", v)
		}
	}()
	var last *slice
	s := sliceDecoder{ctx: ctx, d: d}
	for len(data) >= d.lengthSize {
		n := 0
		for _, c := range data[:d.lengthSize] {
			n = n<<8 | int(c)
		}
		if data = data[d.lengthSize:]; n > len(data) {
			return nil, damaged("a NAL unit that is cut")
		}
		nal := data[:n]
		data = data[n:]
		if n < 3 || nal[1]&7 != 1 || nal[0]&1 != 0 || nal[1]>>3 != 0 {
			continue // of another layer, or of a later picture
		}
		kind := int(nal[0] >> 1 & 0x3f)
		if kind >= 32 {
			if err := d.parameters(nal); err != nil {
				return nil, err
			}
			continue
		}
		if last != nil && nal[2]&0x80 != 0 {
			break // the next picture
		}
		if last, err = s.segment(nal, kind, last); err != nil {
			return nil, err
		}
	}
	if last == nil {
		return nil, damaged("no picture in it")
	}
	if s.decoded < len(d.layout.order) {
		return nil, damaged("%d of %d blocks are there", s.decoded, len(d.layout.order))
	}
	d.frame.filter(d)
	return d.picture(), nil
}

func (d *Decoder) picture() *Picture {
	s := d.sps
	p := &Picture{FullRange: s.color.fullRange, Matrix: s.color.matrix}
	for i, out := range []*Plane{&p.Y, &p.Cb, &p.Cr} {
		if i > 0 && s.chroma == 0 {
			break
		}
		w, h := 0, 0
		if i > 0 {
			w, h = s.subW, s.subH
		}
		in := &d.frame.planes[i]
		*out = Plane{
			Pix: in.pix[s.top>>h*in.stride+s.left>>w:], Stride: in.stride, Depth: s.depth[min(i, 1)],
			Width: (s.width - s.left - s.right + w) >> w, Height: (s.height - s.top - s.bottom + h) >> h,
		}
	}
	return p
}

// String says what a picture is, for messages.
func (p *Picture) String() string {
	return fmt.Sprintf("%d by %d, %d bits", p.Y.Width, p.Y.Height, p.Y.Depth)
}

// plane is a component of the picture that is being decoded.
type plane struct {
	pix           []uint16
	stride        int
	width, height int
}

// frame is what is known of the picture that is being decoded. What is kept by unit is so for every 4 by 4 luma
// samples.
type frame struct {
	planes       [3]plane
	unitW, unitH int
	slices       []*slice
	sliceOf      []uint16 // 1 and more: the slice that decoded a unit; 0: none yet
	mode         []uint8  // IntraPredModeY
	qp           []int8   // QpY
	depth        []uint8  // of the coding quadtree
	flags        []uint8
	sao          []saoBlock // by coding tree block
	saved        []uint16   // by frame.save
}

// What holds for a unit.
const (
	edgeLeft  = 1 << iota // a block that is deblocked begins at its left
	edgeTop               // and at its top
	unchanged             // no filter changes it
)

func newFrame(s *sps) *frame {
	f := &frame{unitW: (s.width + 3) / 4, unitH: (s.height + 3) / 4}
	for i := range f.planes {
		w, h := s.width, s.height
		if i > 0 {
			if s.chroma == 0 {
				break
			}
			w, h = w>>s.subW, h>>s.subH
		}
		f.planes[i] = plane{pix: make([]uint16, w*h), stride: w, width: w, height: h}
	}
	n := f.unitW * f.unitH
	f.sliceOf, f.mode, f.qp = make([]uint16, n), make([]uint8, n), make([]int8, n)
	f.depth, f.flags = make([]uint8, n), make([]uint8, n)
	f.sao = make([]saoBlock, s.ctbW*s.ctbH)
	return f
}

func (f *frame) clear() {
	f.slices = f.slices[:0]
	clear(f.sliceOf)
	clear(f.flags)
	clear(f.sao)
}

// filter runs the filters over the whole picture (8.7).
func (f *frame) filter(d *Decoder) {
	f.deblock(d)
	f.adaptOffsets(d)
}
