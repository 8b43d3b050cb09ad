package thumbnail

import (
	"image"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/raw"
)

// asMeant mends what a decoder has given, in place, where that is not what the picture's format means by it.
func asMeant(m image.Image, format string, found raw.Found) {
	switch m := m.(type) {
	case *image.YCbCr:
		if format == "webp" {
			fullRange(m)
		}
	case *image.NYCbCrA:
		if format == "webp" {
			fullRange(&m.YCbCr)
		}
	case *image.Gray:
		if format == "tiff" && found.FaxOfLight {
			for i, v := range m.Pix {
				m.Pix[i] = 255 - v
			}
		}
	}
}

// fullRange stretches samples from 16 to 235 and 240, as VP8 has them (RFC 6386, 9.2: those of ITU-R BT.601), to those
// from 0 to 255 that image.YCbCr stands for.
func fullRange(m *image.YCbCr) {
	var luma, chroma [256]uint8
	for i := range 256 {
		luma[i] = uint8(min(max(((i-16)*255+109)/219, 0), 255))
		chroma[i] = uint8(min(max((i*255-128*31+112)/224, 0), 255)) // (i-128)*255/224 + 128, rounded
	}
	for i, v := range m.Y {
		m.Y[i] = luma[v]
	}
	for i, v := range m.Cb {
		m.Cb[i], m.Cr[i] = chroma[v], chroma[m.Cr[i]]
	}
}
