package image

import (
	"bytes"
	"testing"
)

// jpegOf lays out segments, and a frame header of 40 x 30 behind them.
func jpegOf(segments ...[]byte) []byte {
	b := []byte{0xFF, 0xD8}
	for _, s := range segments {
		b = append(b, s...)
	}
	return append(b, 0xFF, 0xC0, 0, 11, 8, 0, 30, 0, 40, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2)
}

func TestStrayBytesBetweenSegmentsOfJPEGAreSteppedOver(t *testing.T) {
	app := []byte{0xFF, 0xE0, 0, 6, 'J', 'F', 'I', 'F'}
	for name, data := range map[string][]byte{
		"a few zeros":                 jpegOf(app, make([]byte, 3)),
		"a segment longer than said":  jpegOf(app, []byte{0xFF, 0xEE, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9}),
		"an escaped byte among them":  jpegOf(app, []byte{7, 0xFF, 0, 7}),
		"a long way to the next one":  jpegOf(app, bytes.Repeat([]byte{5}, 20<<10)),
		"behind the start, no marker": jpegOf(app, []byte{0}, app),
	} {
		r, err := probeBytes(data, ".jpg")
		if m := r.Description.Media; err != nil || m.Width != 40 || m.Height != 30 {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	if _, err := probeBytes(jpegOf(app, make([]byte, jpegMaxStray+8192)), ".jpg"); err == nil {
		t.Error("stray bytes without end were followed")
	}
}
