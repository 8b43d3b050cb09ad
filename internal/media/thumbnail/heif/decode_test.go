package heif

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/hevc"
)

// file is a HEIF file that is being made: items with their properties and references.
type file struct {
	primary uint16
	items   []made
	idat    bool // the items' data lies in the meta box
	cut     int  // bytes left out at its end
}

type made struct {
	kind       string
	data       []byte
	properties [][]byte
	reference  string // thmb or dimg
	to         []uint16
}

func box(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), kind...), body...)
}

func words(v ...uint16) []byte {
	var b []byte
	for _, n := range v {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

func (f *file) bytes() []byte {
	head := box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	// The meta box's length does not depend on the places in it, so it is made twice.
	meta := f.meta(0)
	out := append(head, f.meta(len(head)+len(meta)+8)...)
	var data []byte
	for _, it := range f.items {
		data = append(data, it.data...)
	}
	if !f.idat {
		out = append(out, box("mdat", data)...)
	}
	return out[:len(out)-f.cut]
}

func (f *file) meta(at int) []byte {
	infos := [][]byte{words(0, 0, uint16(len(f.items)))}
	places := [][]byte{words(0x0100, 0, 0x4400, uint16(len(f.items)))}
	var properties, references, data []byte
	associations := append(words(0, 0), 0, 0, 0, byte(len(f.items)))
	if f.idat {
		at = 0
	}
	count := 0
	for i, it := range f.items {
		id := uint16(i + 1)
		infos = append(infos, box("infe", []byte{2, 0, 0, 0}, words(id, 0), []byte(it.kind), []byte{0}))
		method := uint16(0)
		if f.idat {
			method = 1
		}
		place := words(id, method, 0, 1)
		place = binary.BigEndian.AppendUint32(place, uint32(at))
		places = append(places, binary.BigEndian.AppendUint32(place, uint32(len(it.data))))
		at += len(it.data)
		data = append(data, it.data...)
		associations = append(append(associations, words(id)...), byte(len(it.properties)))
		for _, p := range it.properties {
			count++
			properties = append(properties, p...)
			associations = append(associations, byte(count))
		}
		if it.reference != "" {
			references = append(references, box(it.reference, words(id, uint16(len(it.to))), words(it.to...))...)
		}
	}
	parts := [][]byte{
		words(0, 0), box("pitm", words(0, 0, f.primary)), box("iinf", infos...), box("iloc", places...),
		box("iprp", box("ipco", properties), box("ipma", associations)), box("iref", words(0, 0), references),
	}
	if f.idat {
		parts = append(parts, box("idat", data))
	}
	return box("meta", parts...)
}

// coded is an item of a picture of testdata.
func coded(t testing.TB, name string, properties ...[]byte) made {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".hevc"))
	if err != nil {
		t.Fatal(err)
	}
	it := made{kind: "hvc1"}
	record := make([]byte, 23)
	record[0], record[21] = 1, 3
	for _, nal := range bytes.Split(b, []byte{0, 0, 1})[1:] {
		nal = bytes.TrimRight(nal, "\x00")
		if kind := nal[0] >> 1; kind >= 32 && kind <= 34 {
			record[22]++
			record = append(append(record, kind), words(1, uint16(len(nal)))...)
			record = append(record, nal...)
			continue
		}
		it.data = append(binary.BigEndian.AppendUint32(it.data, uint32(len(nal))), nal...)
	}
	it.properties = append([][]byte{box("hvcC", record), size(64, 64)}, properties...)
	return it
}

func size(w, h uint16) []byte { return box("ispe", words(0, 0, 0, w, 0, h)) }

func turned(quarters byte) []byte { return box("irot", []byte{quarters}) }

// The planes of red, green, blue and white (JFIF).
var colors = map[string][3]int{
	"red": {76, 85, 255}, "green": {150, 44, 21}, "blue": {29, 255, 107}, "white": {255, 128, 128},
}

// checkQuarters holds the middle of a picture's quarters, from the upper left as one reads.
func checkQuarters(t *testing.T, p *Picture, want ...string) {
	t.Helper()
	for i, name := range want {
		for c, plane := range []Plane{p.Y, p.Cb, p.Cr} {
			got := int(plane.Pix[plane.Height*(1+2*(i/2))/4*plane.Stride+plane.Width*(1+2*(i%2))/4])
			if d := got - colors[name][c]; d < -4 || d > 4 {
				t.Errorf("quarter %d, component %d: %d, want %s's %d", i, c, got, name, colors[name][c])
			}
		}
	}
}

func decoded(t *testing.T, f *file, edge int) *Picture {
	t.Helper()
	p, err := Decode(t.Context(), bytes.NewReader(f.bytes()), edge)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPictureInOnePiece(t *testing.T) {
	for _, idat := range []bool{false, true} {
		p := decoded(t, &file{primary: 1, items: []made{coded(t, "quarters")}, idat: idat}, 32)
		if p.Width != 64 || p.Height != 64 || p.Y.Width != 32 || p.Cb.Width != 16 || p.Orientation != 1 {
			t.Errorf("%d by %d as %d by %d, chroma %d, orientation %d",
				p.Width, p.Height, p.Y.Width, p.Y.Height, p.Cb.Width, p.Orientation)
		}
		checkQuarters(t, p, "red", "green", "blue", "white")
	}
}

func TestAPictureOfTenBits(t *testing.T) {
	p := decoded(t, &file{primary: 1, items: []made{coded(t, "ten-bits")}}, 256)
	checkQuarters(t, p, "red", "green", "blue", "white")
}

func TestALimitedRangeBecomesFull(t *testing.T) {
	p := decoded(t, &file{primary: 1, items: []made{coded(t, "limited")}}, 64)
	if white := p.Y.Pix[len(p.Y.Pix)-1]; p.Matrix != 1 || white < 253 {
		t.Errorf("matrix %d, white is %d", p.Matrix, white)
	}
}

func TestWhatTheFileSaysOfColoursCounts(t *testing.T) {
	nclx := box("colr", []byte("nclx"), words(1, 13, 6), []byte{0x80})
	p := decoded(t, &file{primary: 1, items: []made{coded(t, "limited", nclx)}}, 64)
	if white := p.Y.Pix[len(p.Y.Pix)-1]; p.Matrix != 6 || white < 230 || white > 238 {
		t.Errorf("matrix %d, white is %d, want 6 and 235", p.Matrix, white)
	}
}

func TestAGridOfTiles(t *testing.T) {
	f := &file{primary: 1, items: []made{{
		kind: "grid", data: append([]byte{0, 0, 1, 1}, words(120, 100)...), properties: [][]byte{size(120, 100), turned(1)},
		reference: "dimg", to: []uint16{2, 3, 4, 5},
	}}}
	for _, name := range []string{"red", "green", "blue", "white"} {
		f.items = append(f.items, coded(t, name))
	}
	p := decoded(t, f, 60)
	if p.Y.Width != 60 || p.Y.Height != 50 || p.Orientation != 8 {
		t.Errorf("%d by %d, orientation %d", p.Y.Width, p.Y.Height, p.Orientation)
	}
	checkQuarters(t, p, "red", "green", "blue", "white")

	f.items[0].to = f.items[0].to[:3]
	if _, err := Decode(t.Context(), bytes.NewReader(f.bytes()), 60); !errors.Is(err, ErrDamaged) {
		t.Errorf("a grid without its last tile: %v", err)
	}
}

// decodedAlone is the picture of an item as the decoder of HEVC gives it, which ffmpeg's hashes hold to its last sample.
func decodedAlone(t *testing.T, it made) *hevc.Picture {
	t.Helper()
	d, err := hevc.NewDecoder(it.properties[0][8:])
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Decode(t.Context(), it.data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEverySampleOfAGridIsThatOfItsTile(t *testing.T) {
	const pictures = "../../hevc/testdata/"
	var tiles []made
	var alone []*hevc.Picture
	for _, name := range []string{"plain", "coarse", "unfiltered", "slices", "partly-lossless", "scaled"} {
		it := coded(t, pictures+name)
		tiles, alone = append(tiles, it), append(alone, decodedAlone(t, it))
	}
	w, h := alone[0].Y.Width, alone[0].Y.Height
	const cut = 6 // of its right and lower edge the grid shows less than its tiles have
	width, height := 3*w-cut, 2*h-cut
	grid := made{
		kind: "grid", data: append([]byte{0, 0, 1, 2}, words(uint16(width), uint16(height))...),
		properties: [][]byte{size(uint16(width), uint16(height))}, reference: "dimg", to: []uint16{2, 3, 4, 5, 6, 7},
	}
	for i := range tiles {
		tiles[i].properties[1] = size(uint16(w), uint16(h))
	}
	p := decoded(t, &file{primary: 1, items: append([]made{grid}, tiles...)}, width)
	if p.Y.Width != width || p.Y.Height != height || p.Cb.Width != width/2 || p.Cb.Height != height/2 {
		t.Fatalf("%d by %d, chroma %d by %d", p.Y.Width, p.Y.Height, p.Cb.Width, p.Cb.Height)
	}
	for c, got := range []Plane{p.Y, p.Cb, p.Cr} {
		for y := range got.Height {
			for x := range got.Width {
				tw, th := w>>min(c, 1), h>>min(c, 1)
				tile := alone[y/th*3+x/tw]
				from := []hevc.Plane{tile.Y, tile.Cb, tile.Cr}[c]
				v := float64(from.Pix[y%th*from.Stride+x%tw])
				if !tile.FullRange { // Rec. ITU-T H.273, equations 8.3: as JFIF has it
					v = map[bool]float64{false: (v - 16) * 255 / 219, true: (v-128)*255/224 + 128}[c > 0]
				}
				want := uint8(min(max(math.Round(v), 0), 255))
				if g := got.Pix[y*got.Stride+x]; g != want {
					t.Fatalf("component %d at %d, %d: %d, want %d", c, x, y, g, want)
				}
			}
		}
	}
}

func TestAThumbnailStandsInWhereItIsLargeEnough(t *testing.T) {
	f := &file{primary: 1, items: []made{coded(t, "quarters"), coded(t, "red", turned(3))}}
	f.items[1].reference, f.items[1].to = "thmb", []uint16{1}
	if p := decoded(t, f, 64); p.Orientation != 6 {
		t.Error("the thumbnail was not taken")
	} else {
		checkQuarters(t, p, "red", "red", "red", "red")
	}
	checkQuarters(t, decoded(t, f, 65), "red", "green", "blue", "white")

	f.items[1].data = f.items[1].data[:5] // a damaged one does not
	checkQuarters(t, decoded(t, f, 64), "red", "green", "blue", "white")
}

func TestTurningAndMirroring(t *testing.T) {
	for want, properties := range map[int][][]byte{
		1: nil, 8: {turned(1)}, 3: {turned(2)}, 6: {turned(3)},
		4: {box("imir", []byte{0})}, 2: {box("imir", []byte{1})},
		5: {turned(1), box("imir", []byte{0})}, 7: {turned(1), box("imir", []byte{1})},
	} {
		if p := decoded(t, &file{primary: 1, items: []made{coded(t, "red", properties...)}}, 8); p.Orientation != want {
			t.Errorf("orientation %d, want %d", p.Orientation, want)
		}
	}
}

func TestWhatIsCutIsDamaged(t *testing.T) {
	f := &file{primary: 1, items: []made{coded(t, "quarters")}}
	whole := len(f.bytes())
	for f.cut = 1; f.cut < whole; f.cut += 3 {
		if _, err := Decode(t.Context(), bytes.NewReader(f.bytes()), 8); !errors.Is(err, ErrDamaged) {
			t.Fatalf("of %d bytes of %d: %v", whole-f.cut, whole, err)
		}
	}
}

func TestAnErrorOfReadingIsNoDamage(t *testing.T) {
	broken := errors.New("broken")
	f := &file{primary: 1, items: []made{coded(t, "quarters")}}
	_, err := Decode(t.Context(), &failing{bytes.NewReader(f.bytes()), broken}, 8)
	if !errors.Is(err, broken) || errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

// failing reads nothing beyond the first 100 bytes.
type failing struct {
	*bytes.Reader
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.Size()-int64(f.Len()) > 100 {
		return 0, f.err
	}
	return f.Reader.Read(p[:min(len(p), 100)])
}

func FuzzDecode(f *testing.F) {
	f.Add((&file{primary: 1, items: []made{coded(f, "quarters", turned(1))}}).bytes())
	f.Add((&file{primary: 1, items: []made{coded(f, "limited")}, idat: true}).bytes())
	f.Add((&file{primary: 1, items: []made{{
		kind: "grid", data: append([]byte{0, 0, 0, 1}, words(120, 64)...), reference: "dimg", to: []uint16{2, 3},
	}, coded(f, "red"), coded(f, "blue")}}).bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Decode(t.Context(), bytes.NewReader(b), 64)
		switch {
		case err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported):
			t.Error(err)
		case err == nil && (p.Width < 1 || len(p.Y.Pix) != p.Y.Stride*p.Y.Height):
			t.Errorf("%d by %d, %d samples", p.Width, p.Height, len(p.Y.Pix))
		}
	})
}
