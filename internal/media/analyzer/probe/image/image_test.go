package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/google/go-cmp/cmp"
)

func pictureOf(container string, width, height int) media.Description {
	return media.Description{Media: &media.Media{Container: container, Width: width, Height: height}}
}

// cameraPicture is what make.sh writes into every format that takes it.
func cameraPicture(container string) media.Description {
	lat, lon := 48.8584, -2.2945
	return media.Description{
		Plot: "View", Artist: "Phöto", TakenAt: "2018-07-14T12:34:56.42+02:00", Camera: "Canon EOS R5", Lens: "RF50mm",
		Exposure: "1/250 s f/2.8 ISO 400", Latitude: &lat, Longitude: &lon,
		Media: &media.Media{Container: container, Width: 48, Height: 32, Orientation: 6},
	}
}

func TestPicturesSayTheirSizeAndWhatTheCameraWrote(t *testing.T) {
	titled := func(d *media.Description) { d.Title = "Titel" }
	upright := func(d *media.Description) { d.Media.Orientation = 1 }
	for name, want := range map[string]struct {
		kind media.Kind
		d    media.Description
	}{
		"exif.jpg":        {media.KindPhoto, cameraPicture("jpeg")},
		"progressive.jpg": {media.KindImage, pictureOf("jpeg", 48, 32)},
		"cmyk.jpg":        {media.KindImage, pictureOf("jpeg", 48, 32)},
		"iptc.jpg": {media.KindImage, probetest.Altered(pictureOf("jpeg", 48, 32), func(d *media.Description) {
			d.Title, d.Plot, d.Artist, d.Artists, d.TakenAt = "Titel", "Text", "Ann; Bo", []string{"Ann", "Bo"}, "2018-07-14T12:34:56+02:00"
		})},
		"xmp.jpg": {media.KindPhoto, probetest.Altered(pictureOf("jpeg", 48, 32), func(d *media.Description) {
			lat, lon := -33.5, 151.25
			d.Title, d.Artist, d.Camera, d.TakenAt, d.Latitude, d.Longitude = "Titel", "Ann", "X-T3", "2018-07-14T12:34:56+02:00", &lat, &lon
		})},
		"early.png":     {media.KindPhoto, probetest.Altered(cameraPicture("png"), titled)},
		"text.png":      {media.KindImage, probetest.Altered(pictureOf("png", 48, 32), titled)},
		"lossy.webp":    {media.KindImage, pictureOf("webp", 48, 32)},
		"lossless.webp": {media.KindImage, pictureOf("webp", 48, 32)},
		"anim.webp":     {media.KindImage, pictureOf("webp", 48, 32)},
		"exif.webp":     {media.KindPhoto, cameraPicture("webp")},
		"still.gif":     {media.KindImage, pictureOf("gif", 48, 32)},
		"small.bmp":     {media.KindImage, pictureOf("bmp", 48, 32)},
		"v3.bmp":        {media.KindImage, pictureOf("bmp", 48, 32)},
		"small.ico":     {media.KindImage, pictureOf("ico", 16, 16)},
		"le.tif":        {media.KindPhoto, cameraPicture("tiff")},
		"be.tif":        {media.KindImage, probetest.Altered(pictureOf("tiff", 48, 32), upright)},
		"big.tif":       {media.KindImage, probetest.Altered(pictureOf("tiff", 48, 32), upright)},
		"two.tif":       {media.KindImage, probetest.Altered(pictureOf("tiff", 48, 32), func(d *media.Description) { d.Media.Orientation, d.Media.Pages = 1, 2 })},
		"plain.heic":    {media.KindImage, pictureOf("heic", 48, 32)},
		"exif.heic":     {media.KindPhoto, cameraPicture("heic")},
		"plain.avif":    {media.KindImage, pictureOf("avif", 48, 32)},
		"exif.avif":     {media.KindPhoto, cameraPicture("avif")},
		"turned.avif":   {media.KindImage, probetest.Altered(pictureOf("avif", 48, 32), func(d *media.Description) { d.Media.Orientation = 8 })},
		"bare.jxl":      {media.KindImage, pictureOf("jxl", 48, 32)},
		"boxed.jxl":     {media.KindPhoto, cameraPicture("jxl")},
		"packed.jxl":    {media.KindPhoto, cameraPicture("jxl")},
		"small.jp2":     {media.KindImage, pictureOf("jp2", 48, 32)},
		"exif.jp2":      {media.KindPhoto, cameraPicture("jp2")},
		"small.j2k":     {media.KindImage, pictureOf("j2k", 48, 32)},
		"small.psd":     {media.KindImage, pictureOf("psd", 48, 32)},
	} {
		got, err := probeFile(t, filepath.Join("../testdata/image", name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(want.d, got.Description); d != "" || got.Kind != want.kind {
			t.Errorf("%s: kind %s (-want +got):\n%s", name, got.Kind, d)
		}
	}
}

func TestSVGSizeIsOfTheRootElement(t *testing.T) {
	for in, want := range map[string][2]int{
		`<svg width="200" height="100px">`:                                {200, 100},
		`<svg width="1in" height="2.54cm">`:                               {96, 96},
		`<svg viewBox="0 0 30 20">`:                                       {30, 20},
		`<svg width="60" viewBox="0 0 30 20">`:                            {60, 40},
		`<svg width="100%" height="100%" viewBox="0,0,30,20">`:            {30, 20},
		`<svg width="100%">`:                                              {0, 0},
		`<?xml version="1.0"?><!DOCTYPE svg><s:svg width="3" height="4">`: {3, 4},
		`<svg width="1e99" height="-5">`:                                  {0, 0},
	} {
		r, err := probeBytes([]byte(in), ".svg")
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if m := r.Description.Media; m.Width != want[0] || m.Height != want[1] {
			t.Errorf("%s is %d by %d, want %v", in, m.Width, m.Height, want)
		}
	}
}

func TestCutOffPicturesAreTruncatedNotMistaken(t *testing.T) {
	for _, name := range samples(t, "image/*.jpg", "image/*.tif", "image/*.heic", "image/*.avif", "image/*.webp", "image/*.jp2") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := probeFile(t, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for n := 0; n < len(data); n += 1 + n/16 {
			r, err := probeBytes(data[:n], filepath.Ext(name))
			if err != nil && !errors.Is(err, window.ErrTruncated) && !errors.Is(err, window.ErrMalformed) && !errors.Is(err, window.ErrUnknown) {
				t.Errorf("%s cut to %d: %v", name, n, err)
			}
			if m := r.Description.Media; m != nil && m.Width != 0 && m.Width != whole.Description.Media.Width {
				t.Errorf("%s cut to %d: width %d, of the whole %d", name, n, m.Width, whole.Description.Media.Width)
			}
		}
	}
}

// tiffBuilder lays out a little-endian TIFF by hand.
type tiffBuilder struct{ b []byte }

func newTIFFBuilder(magic string) *tiffBuilder {
	return &tiffBuilder{[]byte(magic + "\x00\x00\x00\x00")}
}

type tiffField struct {
	tag, typ uint16
	count    uint32
	value    []byte // up to four bytes inline, else placed behind the directory
}

func tiffLE(n int, values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		for i := range n {
			b = append(b, byte(v>>(8*i)))
		}
	}
	return b
}

func tiffShort(tag uint16, v uint32) tiffField { return tiffField{tag, 3, 1, tiffLE(2, v)} }
func tiffLong(tag uint16, v ...uint32) tiffField {
	return tiffField{tag, 4, uint32(len(v)), tiffLE(4, v...)}
}
func tiffASCII(tag uint16, s string) tiffField {
	return tiffField{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}
func tiffRational(tag uint16, v ...uint32) tiffField {
	return tiffField{tag, 5, uint32(len(v) / 2), tiffLE(4, v...)}
}

// directory appends one and returns its offset.
func (t *tiffBuilder) directory(next uint32, fields ...tiffField) uint32 {
	at := uint32(len(t.b))
	data := at + uint32(2+12*len(fields)+4)
	t.b = append(t.b, tiffLE(2, uint32(len(fields)))...)
	var behind []byte
	for _, f := range fields {
		t.b = append(t.b, tiffLE(2, uint32(f.tag), uint32(f.typ))...)
		t.b = append(t.b, tiffLE(4, f.count)...)
		if len(f.value) <= 4 {
			t.b = append(t.b, append(bytes.Clone(f.value), 0, 0, 0, 0)[:4]...)
			continue
		}
		t.b = append(t.b, tiffLE(4, data+uint32(len(behind)))...)
		behind = append(behind, f.value...)
	}
	t.b = append(append(t.b, tiffLE(4, next)...), behind...)
	return at
}

// first sets the offset of IFD0.
func (t *tiffBuilder) first(at uint32) []byte {
	copy(t.b[4:], tiffLE(4, at))
	return t.b
}

// rawFile is a RAW as most makers lay it out: a preview in IFD0, the picture in a sub-image.
func rawFile(magic, maker, model string, more ...tiffField) []byte {
	t := newTIFFBuilder(magic)
	preview := t.directory(0, tiffLong(exifTagNewSubfileType, 1), tiffLong(exifTagImageWidth, 1616), tiffLong(exifTagImageLength, 1080))
	full := t.directory(0, tiffLong(exifTagNewSubfileType, 0), tiffLong(exifTagImageWidth, 6000), tiffLong(exifTagImageLength, 4000))
	exif := t.directory(0, tiffRational(exifTagExposureTime, 1, 250), tiffRational(exifTagFNumber, 28, 10), tiffShort(exifTagISO, 800),
		tiffASCII(exifTagOriginalTime, "2018:07:14 12:34:56"), tiffRational(exifTagLensSpec, 24, 1, 70, 1, 28, 10, 28, 10))
	gps := t.directory(0, tiffASCII(exifTagGPSLatitudeRef, "S"), tiffRational(exifTagGPSLatitude, 33, 1, 30, 1, 0, 1), tiffASCII(exifTagGPSLongitudeRef, "E"), tiffRational(exifTagGPSLongitude, 151, 1, 15, 1, 0, 1))
	return t.first(t.directory(0, append([]tiffField{
		tiffLong(exifTagNewSubfileType, 1), tiffShort(exifTagImageWidth, 160), tiffShort(exifTagImageLength, 120), tiffASCII(exifTagMake, maker), tiffASCII(exifTagModel, model),
		tiffShort(exifTagOrientation, 8), tiffLong(exifTagSubIFDs, preview, full), tiffLong(exifTagExifIFD, exif), tiffLong(exifTagGPSIFD, gps),
	}, more...)...))
}

func TestRAWsAreToldApartAndSayThePicturesSizeNotThePreviews(t *testing.T) {
	lat, lon := -33.5, 151.25
	for _, c := range []struct {
		data              []byte
		container, camera string
	}{
		{rawFile("II*\x00", "NIKON CORPORATION", "NIKON D850"), "nef", "NIKON D850"},
		{rawFile("II*\x00", "SONY", "ILCE-7M3"), "arw", "SONY ILCE-7M3"},
		{rawFile("II*\x00", "RICOH IMAGING COMPANY, LTD.", "PENTAX K-1"), "pef", "RICOH IMAGING COMPANY, LTD. PENTAX K-1"},
		{rawFile("IIRO", "OLYMPUS CORPORATION", "E-M1"), "orf", "OLYMPUS CORPORATION E-M1"},
		{rawFile("II*\x00", "Leica", "Q2", tiffField{exifTagDNGVersion, 1, 4, []byte{1, 4, 0, 0}}), "dng", "Leica Q2"},
	} {
		r, err := probeBytes(c.data, "")
		if err != nil {
			t.Errorf("%s: %v", c.container, err)
			continue
		}
		want := media.Description{
			TakenAt: "2018-07-14T12:34:56", Camera: c.camera, Lens: "24-70 mm f/2.8", Exposure: "1/250 s f/2.8 ISO 800",
			Latitude: &lat, Longitude: &lon, Media: &media.Media{Container: c.container, Width: 6000, Height: 4000, Orientation: 8},
		}
		if d := cmp.Diff(want, r.Description); d != "" || r.Kind != media.KindPhoto {
			t.Errorf("%s: kind %s (-want +got):\n%s", c.container, r.Kind, d)
		}
	}
}

func TestPanasonicsPictureLiesWithinTheSensorsBorders(t *testing.T) {
	b := newTIFFBuilder("IIU\x00")
	data := b.first(b.directory(0, tiffShort(4, 8), tiffShort(5, 16), tiffShort(6, 3472), tiffShort(7, 4624), tiffASCII(exifTagMake, "Panasonic"), tiffASCII(exifTagModel, "DMC-G80")))
	r, err := probeBytes(data, ".rw2")
	if m := r.Description.Media; err != nil || m.Container != "rw2" || m.Width != 4608 || m.Height != 3464 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestTIFFsThatLieEnd(t *testing.T) {
	cyclic := newTIFFBuilder("II*\x00")
	at := cyclic.directory(10, tiffLong(exifTagImageWidth, 5), tiffLong(exifTagSubIFDs, 8, 8, 8), tiffLong(exifTagExifIFD, 8), tiffLong(exifTagGPSIFD, 8))
	huge := newTIFFBuilder("II*\x00")
	hugeAt := huge.directory(0, tiffField{exifTagMake, 2, 0xFFFFFFFF, tiffLE(4, 8)}, tiffField{exifTagModel, 12, 0x7FFFFFFF, tiffLE(4, 8)}, tiffField{exifTagSubIFDs, 4, 0x40000000, tiffLE(4, 0)})
	for name, data := range map[string][]byte{
		"cyclic directories":      cyclic.first(at),
		"counts beyond the file":  huge.first(hugeAt),
		"directory beyond":        newTIFFBuilder("II*\x00").first(0xFFFFFFF0),
		"no directory":            newTIFFBuilder("MM\x00*").first(0),
		"BigTIFF offset of 2^63":  []byte("II+\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80"),
		"BigTIFF count of 2^64-1": append([]byte("II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"), bytes.Repeat([]byte{0xFF}, 64)...),
		"directory of 65535":      append(newTIFFBuilder("II*\x00").first(8), bytes.Repeat([]byte{0xFF}, 64)...),
	} {
		r, err := probeBytes(data, ".tif")
		if err == nil || !errors.Is(err, window.ErrTruncated) && !errors.Is(err, window.ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, r.Description.Media, err)
		}
	}
}

func TestEXIFBehindAndBeyondTheHeadIsFound(t *testing.T) {
	jpeg, err := os.ReadFile("../testdata/image/exif.jpg")
	if err != nil {
		t.Fatal(err)
	}
	segment := append([]byte{0xFF, 0xE1, 0xFF, 0xFF}, make([]byte, 0xFFFF-2)...)
	copy(segment[4:], "http://ns.adobe.com/xmp/extension/\x00")
	far := append([]byte{0xFF, 0xD8}, bytes.Repeat(segment, 100)...)
	far = append(far, jpeg[2:]...)
	r, err := probeBytes(far, ".jpg")
	if err != nil || r.Description.Camera != "Canon EOS R5" || r.Description.Media.Width != 48 {
		t.Errorf("behind 6 MB of extended XMP: %+v, %v", r.Description, err)
	}

	png, err := os.ReadFile("../testdata/image/early.png")
	if err != nil {
		t.Fatal(err)
	}
	iend := bytes.Index(png, []byte("IEND")) - 4
	idat := bytes.Index(png, []byte("IDAT")) - 4
	idatEnd := idat + 12 + int(window.BE32(png[idat:]))
	data := append([]byte{0, 0, 0x20, 0}, append([]byte("IDAT"), make([]byte, 0x2000+4)...)...)
	late := append(bytes.Clone(png[:33]), bytes.Repeat(data, 1000)...) // 8 MB of image data, metadata behind it
	late = append(append(append(late, png[33:idat]...), png[idatEnd:iend]...), png[iend:]...)
	r, err = probeBytes(late, ".png")
	if err != nil || r.Description.Camera != "Canon EOS R5" || r.Description.Title != "Titel" {
		t.Errorf("behind the image data: %+v, %v", r.Description, err)
	}
}

func TestAFailingShareIsAnErrorNotAPictureWithoutMetadata(t *testing.T) {
	gone := errors.New("share is gone")
	for _, name := range samples(t, "image/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for reads := range 6 {
			src := &failAfter{data: data, left: reads, err: gone}
			_, err := probeWindow(window.New(context.Background(), src, int64(len(data))+1<<20), filepath.Ext(name))
			if src.failed && !errors.Is(err, gone) {
				t.Errorf("%s, after %d reads: %v", name, reads, err)
			}
		}
	}
}

// failAfter serves a number of reads and then fails. What lies behind data reads as zeros.
type failAfter struct {
	data   []byte
	left   int
	err    error
	failed bool
}

func (f *failAfter) ReadAt(p []byte, off int64) (int, error) {
	if f.left--; f.left < 0 {
		f.failed = true
		return 0, f.err
	}
	clear(p)
	if off < int64(len(f.data)) {
		copy(p, f.data[off:])
	}
	return len(p), nil
}

func TestPicturesNeedFewReads(t *testing.T) {
	for _, name := range samples(t, "image/*", "raw/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w := window.New(context.Background(), bytes.NewReader(data), int64(len(data)))
		if _, err := probeWindow(w, filepath.Ext(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if reads, n := w.Spent(); reads > 4 || n > 4*window.Size {
			t.Errorf("%s: %d reads of %d bytes", name, reads, n)
		}
		w.Release()
	}
}

func TestPicturesOfTheSamplesAgreeWithExiftool(t *testing.T) {
	truth, err := os.ReadFile(filepath.Join(samplesDir, "../truth/exiftool.json"))
	if err != nil {
		t.Skip("the samples are not here")
	}
	var files []map[string]any
	if err := json.Unmarshal(truth, &files); err != nil {
		t.Fatal(err)
	}
	for _, e := range files {
		name := strings.TrimPrefix(fmt.Sprint(e["SourceFile"]), "./")
		if !strings.HasPrefix(name, "image/") && !strings.HasPrefix(name, "raw/") {
			continue
		}
		r, err := probeFile(t, filepath.Join(samplesDir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		d := r.Description
		if size := fmt.Sprintf("%d %d", d.Media.Width, d.Media.Height); size != e["Composite:ImageSize"] {
			t.Errorf("%s: size %s, exiftool has %v", name, size, e["Composite:ImageSize"])
		}
		if model := e["IFD0:Model"]; model != nil && !strings.Contains(d.Camera, fmt.Sprint(model)) {
			t.Errorf("%s: camera %q, exiftool has %v", name, d.Camera, model)
		}
		if lat, ok := e["Composite:GPSLatitude"].(float64); ok && (d.Latitude == nil || *d.Latitude-lat > 1e-6 || lat-*d.Latitude > 1e-6) {
			t.Errorf("%s: latitude %v, exiftool has %v", name, d.Latitude, lat)
		}
		if taken := e["ExifIFD:DateTimeOriginal"]; taken != nil {
			want := strings.Replace(strings.Replace(fmt.Sprint(taken), ":", "-", 2), " ", "T", 1)
			if !strings.HasPrefix(d.TakenAt, want) {
				t.Errorf("%s: taken %q, exiftool has %v", name, d.TakenAt, taken)
			}
		}
	}
}

func TestMutatedPicturesAreHarmless(t *testing.T) {
	for _, name := range samples(t, "image/*", "raw/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		mutate(t, name, data, 60)
	}
	mutate(t, "raw.nef", rawFile("II*\x00", "NIKON CORPORATION", "NIKON D850"), 300)
}
