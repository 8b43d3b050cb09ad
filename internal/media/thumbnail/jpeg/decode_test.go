package jpeg

import (
	"bytes"
	"errors"
	"image"
	stdjpeg "image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// reference is a plane of a picture that the standard library decoded, reduced by plain averaging.
func reference(pix []byte, stride, width, height, by int) (out []float64, w, h int) {
	w, h = width/by, height/by // whole samples only: those at the edge are partly made up
	for y := range h {
		for x := range w {
			sum := 0
			for j := range by {
				for i := range by {
					sum += int(pix[(y*by+j)*stride+x*by+i])
				}
			}
			out = append(out, float64(sum)/float64(by*by))
		}
	}
	return out, w, h
}

// difference is the mean difference of a decoded plane from what the standard library says, in levels.
func difference(p Plane, pix []byte, stride, width, height, by int) float64 {
	want, w, h := reference(pix, stride, width, height, by)
	sum := 0.0
	for y := range h {
		for x := range w {
			d := float64(p.Pix[y*p.Stride+x]) - want[y*w+x]
			sum += max(d, -d)
		}
	}
	return sum / float64(len(want))
}

// checkAgainstStandard compares all planes of what Decode gives with the standard library's.
func checkAgainstStandard(t *testing.T, file []byte, edge, by int, luma, chroma float64) {
	t.Helper()
	p, err := Decode(bytes.NewReader(file), edge)
	if err != nil {
		t.Fatalf("decode for %d pixels: %v", edge, err)
	}
	if p.Reduced != by {
		t.Fatalf("for %d pixels reduced by %d, want %d", edge, p.Reduced, by)
	}
	full, err := stdjpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if b := full.Bounds(); p.Width != b.Dx() || p.Height != b.Dy() {
		t.Errorf("%d by %d pixels, want %v", p.Width, p.Height, b)
	}
	check := func(name string, got Plane, pix []byte, stride, width, height int, limit float64) {
		if d := difference(got, pix, stride, width, height, by); d > limit {
			t.Errorf("%s reduced by %d differs by %.2f levels, want at most %.2f", name, by, d, limit)
		}
	}
	switch m := full.(type) {
	case *image.Gray:
		check("grey", p.Y, m.Pix, m.Stride, p.Width, p.Height, luma)
		if len(p.Cb.Pix)+len(p.Cr.Pix) > 0 {
			t.Error("a grey picture has colours")
		}
	case *image.YCbCr:
		check("luma", p.Y, m.Y, m.YStride, p.Width, p.Height, luma)
		cw, ch := len(m.Cb)/max(1, len(m.Cb)/m.CStride), len(m.Cb)/m.CStride
		cw, ch = min(cw, int(p.Cb.Width)*by), min(ch, int(p.Cb.Height)*by)
		check("Cb", p.Cb, m.Cb, m.CStride, cw, ch, chroma)
		check("Cr", p.Cr, m.Cr, m.CStride, cw, ch, chroma)
	default:
		t.Fatalf("decoded to %T", full)
	}
}

func TestEachSamplingAndOrderOfScansIsTheMeanOfWhatTheStandardLibraryDecodes(t *testing.T) {
	for _, name := range []string{"420", "422", "444", "411", "440_restarts", "grey", "three_scans", "progressive", "progressive_grey"} {
		t.Run(name, func(t *testing.T) {
			file := testFile(t, name)
			checkAgainstStandard(t, file, 25, 8, 0.6, 0.6)
			if strings.HasPrefix(name, "progressive") {
				return // above an eighth another decoder reads it
			}
			checkAgainstStandard(t, file, 50, 4, 2, 1.5)
			checkAgainstStandard(t, file, 100, 2, 1.5, 1.5)
		})
	}
}

func testFile(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWhatIsNotReadIsLeftToOthers(t *testing.T) {
	for _, c := range []struct {
		name string
		edge int
	}{{"rgb", 25}, {"arithmetic", 25}, {"progressive", 50}, {"420", 200}, {"420", 1000}} {
		if _, err := Decode(bytes.NewReader(testFile(t, c.name)), c.edge); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s for %d pixels: %v, want ErrUnsupported", c.name, c.edge, err)
		}
	}
	if _, err := Decode(strings.NewReader("GIF89a"), 25); !errors.Is(err, ErrUnsupported) {
		t.Errorf("a GIF: %v, want ErrUnsupported", err)
	}
}

func TestAPictureThatIsCutShortIsAnError(t *testing.T) {
	for _, name := range []string{"420", "440_restarts", "progressive", "three_scans", "grey"} {
		file := testFile(t, name)
		needed := len(file) * 3 / 4
		if name == "progressive" {
			needed = len(file) * 2 / 5 // the rest refines what an eighth does not show
		}
		for n := 0; n < needed; n += 97 {
			if _, err := Decode(bytes.NewReader(file[:n]), 25); err == nil {
				t.Errorf("the first %d of %d bytes of %s are decoded", n, len(file), name)
			}
		}
	}
}

func TestASizeThatWouldTakeMoreMemoryThanAllowedIsRefusedBeforeItIsTaken(t *testing.T) {
	file := bytes.Clone(testFile(t, "444"))
	at := bytes.Index(file, []byte{0xff, markerSOF0})
	copy(file[at+5:], []byte{0xff, 0xff, 0xff, 0xff})
	allocated := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if _, err := Decode(bytes.NewReader(file), 256); !errors.Is(err, ErrTooLarge) {
				b.Fatal(err)
			}
		}
	}).AllocedBytesPerOp()
	if allocated > 1<<20 {
		t.Errorf("%d bytes were allocated", allocated)
	}
}

func TestOrientationIsTakenFromEXIF(t *testing.T) {
	for _, c := range []struct {
		tiff string
		want int
	}{
		{"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00", 6},
		{"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x08\x00\x00\x00", 8},
		{"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x09\x00\x00\x00", 1}, // no such orientation
		{"II*\x00\xff\xff\xff\xff", 1},
	} {
		file := testFile(t, "grey")
		segment := "Exif\x00\x00" + c.tiff
		app1 := append([]byte{0xff, markerAPP1, 0, byte(2 + len(segment))}, segment...)
		p, err := Decode(bytes.NewReader(append(file[:2:2], append(app1, file[2:]...)...)), 25)
		if err != nil {
			t.Fatal(err)
		}
		if p.Orientation != c.want {
			t.Errorf("%q: orientation %d, want %d", c.tiff, p.Orientation, c.want)
		}
	}
}

// FuzzDecode holds that no bytes make Decode panic or fill more than its bound, and that what it decodes has the size
// that the standard library says.
func FuzzDecode(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.jpg")
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file, 25)
		f.Add(file, 100)
	}
	f.Fuzz(func(t *testing.T, file []byte, edge int) {
		if edge < 1 || edge > 1024 {
			return
		}
		p, err := Decode(bytes.NewReader(file), edge)
		if err != nil {
			return
		}
		if n := len(p.Y.Pix) + len(p.Cb.Pix) + len(p.Cr.Pix); n > MaxPlanes {
			t.Errorf("%d bytes of planes", n)
		}
		if c, err := stdjpeg.DecodeConfig(bytes.NewReader(file)); err == nil && (c.Width != p.Width || c.Height != p.Height) {
			t.Errorf("%d by %d, want %d by %d", p.Width, p.Height, c.Width, c.Height)
		}
	})
}

// FuzzAgainstStandard makes pictures and holds their planes against the standard library's.
func FuzzAgainstStandard(f *testing.F) {
	f.Add([]byte("seed"), uint16(100), uint16(70), uint8(70), false)
	f.Add([]byte{1, 200, 3}, uint16(64), uint16(64), uint8(30), true)
	f.Fuzz(func(t *testing.T, pixels []byte, width, height uint16, quality uint8, grey bool) {
		w, h := int(width%300)+64, int(height%300)+64
		if len(pixels) == 0 {
			return
		}
		var picture image.Image
		smooth := func(x, y int) byte { // as a lens would show it: neighbours are alike
			return byte(int(pixels[(x/16*7+y/16)%len(pixels)]) + x + y)
		}
		if grey {
			m := image.NewGray(image.Rect(0, 0, w, h))
			for i := range m.Pix {
				m.Pix[i] = smooth(i%w, i/w) / 2
			}
			picture = m
		} else {
			m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
			for i := range m.Y {
				m.Y[i] = smooth(i%m.YStride, i/m.YStride) / 2
			}
			for i := range m.Cb {
				m.Cb[i], m.Cr[i] = 128+smooth(i%m.CStride, i/m.CStride)/8, 128-smooth(i/m.CStride, i%m.CStride)/8
			}
			picture = m
		}
		var file bytes.Buffer
		if err := stdjpeg.Encode(&file, picture, &stdjpeg.Options{Quality: int(quality)%100 + 1}); err != nil {
			t.Fatal(err)
		}
		checkAgainstStandard(t, file.Bytes(), max(w, h)/8, 8, 0.8, 0.8)
	})
}

// photo is a picture as phones take it: 12 megapixels in about 3.1 MB, of which most is the noise of a sensor.
func photo(b *testing.B) []byte {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	m := image.NewYCbCr(image.Rect(0, 0, 4032, 3024), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		x, y := i%m.YStride, i/m.YStride
		m.Y[i] = byte(128 + 80*math.Sin(float64(x)/190)*math.Cos(float64(y)/130) + 6.5*random.NormFloat64())
	}
	for i := range m.Cb {
		x, y := i%m.CStride, i/m.CStride
		m.Cb[i] = byte(128 + 30*math.Sin(float64(x+y)/300) + 2*random.NormFloat64())
		m.Cr[i] = byte(128 + 30*math.Cos(float64(x-y)/260) + 2*random.NormFloat64())
	}
	var file bytes.Buffer
	if err := stdjpeg.Encode(&file, m, &stdjpeg.Options{Quality: 88}); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d bytes", file.Len())
	return file.Bytes()
}

// BenchmarkPhoto is what a wall of photos costs. Promised are 25 a second on one core, of which this may take 37 ms each.
func BenchmarkPhoto(b *testing.B) {
	file := photo(b)
	for _, edge := range []int{256, 1000} {
		b.Run(strconv.Itoa(edge), func(b *testing.B) {
			for b.Loop() {
				if _, err := Decode(bytes.NewReader(file), edge); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"420", "progressive"} {
		file := testFile(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(203 * 131) // pixels: MB/s are megapixels a second
			for b.Loop() {
				if _, err := Decode(bytes.NewReader(file), 25); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
