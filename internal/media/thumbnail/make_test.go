package thumbnail

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	stdjpeg "image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// quarters is a picture whose four quarters are red, green, blue and white, from the upper left as one reads.
func quarters(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, c := range quarterColors {
		x, y := i%2*w/2, i/2*h/2
		draw.Draw(m, image.Rect(x, y, x+(w+1)/2, y+(h+1)/2), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return m
}

var quarterColors = [4]color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}

// made makes a thumbnail and decodes it.
func made(t *testing.T, file []byte, edge int) image.Image {
	t.Helper()
	out, err := Make(t.Context(), bytes.NewReader(file), edge, make(chan struct{}, 1))
	if err != nil {
		t.Fatal(err)
	}
	m, err := stdjpeg.Decode(bytes.NewReader(out.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// checkQuarters holds the colours in the middle of a thumbnail's quarters.
func checkQuarters(t *testing.T, m image.Image, want [4]color.RGBA) {
	t.Helper()
	b := m.Bounds()
	for i, c := range want {
		r, g, bl, _ := m.At(b.Dx()*(1+2*(i%2))/4, b.Dy()*(1+2*(i/2))/4).RGBA()
		near := func(got uint32, want uint8) bool { return math.Abs(float64(got>>8)-float64(want)) < 24 }
		if !near(r, c.R) || !near(g, c.G) || !near(bl, c.B) {
			t.Errorf("quarter %d is %d %d %d, want %v", i, r>>8, g>>8, bl>>8, c)
		}
	}
}

func encoded(t *testing.T, encode func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t *testing.T, m image.Image) []byte {
	return encoded(t, func(w io.Writer) error { return stdjpeg.Encode(w, m, &stdjpeg.Options{Quality: 90}) })
}

func TestAThumbnailHasThePictureOfEachFormatAtMostAtTheSizeAskedFor(t *testing.T) {
	formats := map[string]func(io.Writer, image.Image) error{
		"png": png.Encode, "bmp": bmp.Encode,
		"gif":  func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) },
		"tiff": func(w io.Writer, m image.Image) error { return tiff.Encode(w, m, nil) },
		"jpeg": func(w io.Writer, m image.Image) error { return stdjpeg.Encode(w, m, nil) },
	}
	for name, encode := range formats {
		for _, size := range []struct{ w, h, wantW, wantH int }{
			{40, 30, 40, 30}, // never enlarged
			{200, 150, 128, 96},
			{151, 500, 39, 128},
			{1050, 350, 128, 43},
		} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size.w, size.h), func(t *testing.T) {
				file := encoded(t, func(w io.Writer) error { return encode(w, quarters(size.w, size.h)) })
				m := made(t, file, 128)
				if b := m.Bounds(); b.Dx() != size.wantW || b.Dy() != size.wantH {
					t.Errorf("%d by %d, want %d by %d", b.Dx(), b.Dy(), size.wantW, size.wantH)
				}
				checkQuarters(t, m, quarterColors)
			})
		}
	}
}

// turnedQuarters says where the quarters of a stored picture are seen, by its EXIF orientation (figure of EXIF 2.32,
// 4.6.4 A: what the stored row 0 and column 0 are of the picture as it is seen).
var turnedQuarters = [9][4]int{
	1: {0, 1, 2, 3}, 2: {1, 0, 3, 2}, 3: {3, 2, 1, 0}, 4: {2, 3, 0, 1},
	5: {0, 2, 1, 3}, 6: {2, 0, 3, 1}, 7: {3, 1, 2, 0}, 8: {1, 3, 0, 2},
}

// checkUpright checks a thumbnail of quarters of 200 pixels that were turned by an orientation of EXIF.
func checkUpright(t *testing.T, m image.Image, orientation int) {
	t.Helper()
	want := image.Pt(200, 120)
	if orientation >= 5 {
		want = image.Pt(120, 200)
	}
	if m.Bounds().Size() != want {
		t.Errorf("size %v, want %v", m.Bounds().Size(), want)
	}
	var seen [4]color.RGBA
	for i, q := range turnedQuarters[orientation] {
		seen[i] = quarterColors[q]
	}
	checkQuarters(t, m, seen)
}

func TestAPictureIsBroughtUprightByItsOrientation(t *testing.T) {
	for orientation := 1; orientation <= 8; orientation++ {
		for _, size := range []image.Point{{400, 240}, {1700, 1020}} { // decoded in full, and at an eighth
			t.Run(fmt.Sprintf("%d/%d", orientation, size.X), func(t *testing.T) {
				file := jpegOf(t, quarters(size.X, size.Y))
				segment := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" +
					string(rune(orientation)) + "\x00\x00"
				app1 := append([]byte{0xff, 0xe1, 0, byte(2 + len(segment))}, segment...)
				m := made(t, append(file[:2:2], append(app1, file[2:]...)...), 200)
				checkUpright(t, m, orientation)
			})
		}
	}
}

func TestWhatShowsThroughAPictureIsWhite(t *testing.T) {
	file := encoded(t, func(w io.Writer) error { return png.Encode(w, image.NewNRGBA(image.Rect(0, 0, 300, 300))) })
	white := color.RGBA{255, 255, 255, 255}
	checkQuarters(t, made(t, file, 100), [4]color.RGBA{white, white, white, white})
}

func TestAPictureThatWouldTakeTooMuchMemoryIsNone(t *testing.T) {
	file := encoded(t, func(w io.Writer) error { return png.Encode(w, image.NewGray16(image.Rect(0, 0, 90, 90))) })
	const ihdr = 16 // width and height stand there; the checksum goes over 17 bytes from 12 on
	binary.BigEndian.PutUint32(file[ihdr:], 9000)
	binary.BigEndian.PutUint32(file[ihdr+4:], 9000)
	binary.BigEndian.PutUint32(file[ihdr+13:], crc32.ChecksumIEEE(file[12:ihdr+13]))
	if _, err := Make(t.Context(), bytes.NewReader(file), 256, make(chan struct{}, 1)); !errors.Is(err, errTooMuch) {
		t.Errorf("81 megapixels: %v, want ErrNoPicture", err)
	}
}

func TestWhatIsNoPictureIsNone(t *testing.T) {
	for _, file := range []string{"", "text", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF89a"} {
		_, err := Make(t.Context(), bytes.NewReader([]byte(file)), 256, make(chan struct{}, 1))
		if !errors.Is(err, ErrNoPicture) {
			t.Errorf("%q: %v, want ErrNoPicture", file, err)
		}
	}
}

func TestAnErrorOfReadingIsNotThePicturesFault(t *testing.T) {
	file := jpegOf(t, quarters(1700, 1300))
	away := &failing{ReadSeeker: bytes.NewReader(file), after: len(file) / 2}
	_, err := Make(t.Context(), away, 200, make(chan struct{}, 1))
	if !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, ErrNoPicture) {
		t.Errorf("error %v, want that of reading", err)
	}
}

// failing fails after some bytes.
type failing struct {
	io.ReadSeeker
	after int
}

func (f *failing) Read(p []byte) (int, error) {
	if f.after <= 0 {
		return 0, os.ErrDeadlineExceeded
	}
	n, err := f.ReadSeeker.Read(p[:min(len(p), f.after)])
	f.after -= n
	return n, err
}

func FuzzMake(f *testing.F) {
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		out, err := Make(t.Context(), bytes.NewReader(file), 64, make(chan struct{}, 1))
		if err != nil {
			return
		}
		if c, err := stdjpeg.DecodeConfig(bytes.NewReader(out.JPEG)); err != nil || max(c.Width, c.Height) > 64 {
			t.Errorf("made %d by %d pixels, %v", c.Width, c.Height, err)
		}
	})
}

func TestHEIC(t *testing.T) {
	for _, name := range []string{"with-thumbnail", "bt709"} {
		file, err := os.ReadFile("testdata/" + name + ".heic")
		if err != nil {
			t.Fatal(err)
		}
		for _, edge := range []int{256, 1024} {
			m := made(t, file, edge)
			if b := m.Bounds(); b.Dx() != min(edge, 400) || b.Dy() != min(edge, 400)*3/4 {
				t.Errorf("%s: %v of 400 by 300, at most %d", name, b, edge)
			}
			checkQuarters(t, m, quarterColors)
		}
	}
}

func TestMakingEndsWithItsContextAndSaysNothingOfThePicture(t *testing.T) {
	file, err := os.ReadFile("testdata/bt709.heic")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	full := make(chan struct{}, 1)
	full <- struct{}{} // another is being decoded
	for _, full := range []chan struct{}{full, make(chan struct{}, 1)} {
		_, err := Make(ctx, bytes.NewReader(file), 256, full)
		if !errors.Is(err, context.Canceled) || errors.Is(err, ErrNoPicture) {
			t.Error(err)
		}
	}
}
