package thumbnail

import (
	"fmt"
	"image"
	"image/color"
)

// Colour is what a picture is like as a whole: the red, green and blue of its mean.
type Colour [3]byte

// String is the colour as pages write it: "#7f6a5b".
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// colourOf gives the colour of a thumbnail; grey where its pixels are of a type that reduce does not make.
func colourOf(m image.Image) Colour {
	switch m := m.(type) {
	case *image.Gray:
		grey := mean(m.Pix, 1)
		return Colour{grey, grey, grey}
	case *image.YCbCr: // whose planes have no room between their lines
		r, g, b := color.YCbCrToRGB(mean(m.Y, 1), mean(m.Cb, 1), mean(m.Cr, 1))
		return Colour{r, g, b}
	case *image.RGBA: // nothing shows through it
		return Colour{mean(m.Pix, 4), mean(m.Pix[1:], 4), mean(m.Pix[2:], 4)}
	}
	return Colour{128, 128, 128}
}

// mean is that of every step-th sample, from the first.
func mean(samples []byte, step int) byte {
	sum, count := 0, 0
	for i := 0; i < len(samples); i += step {
		sum += int(samples[i])
		count++
	}
	return byte((sum + count/2) / max(1, count))
}
