package thumbnail

import (
	"context"
	"image"
	"image/color"
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/heif"
	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/jpeg"
)

// isHEIF says whether src is HEIF that may be decoded, and goes back to its beginning.
func isHEIF(src io.ReadSeeker) (bool, error) {
	var head [12]byte
	n, err := io.ReadFull(src, head[:])
	if n == len(head) {
		err = nil
	}
	if _, back := src.Seek(0, io.SeekStart); back != nil {
		err = back
	}
	return err == nil && heif.Is(head[:]), err
}

// decodeHEIF decodes a HEIF picture, one at a time.
func decodeHEIF(ctx context.Context, src io.ReadSeeker, edge int, full chan struct{}) (image.Image, error) {
	if err := hold(ctx, full); err != nil {
		return nil, err
	}
	defer func() { <-full }()
	p, err := heif.Decode(ctx, src, edge)
	if err != nil {
		return nil, err
	}
	m := fromPlanes(&jpeg.Picture{
		Y: plane(p.Y), Cb: plane(p.Cb), Cr: plane(p.Cr), Width: p.Width, Height: p.Height, Orientation: p.Orientation,
	}, edge)
	if c, ok := m.(*image.YCbCr); ok {
		return inColors(c, p.Matrix), nil
	}
	return m, nil
}

func plane(p heif.Plane) jpeg.Plane {
	return jpeg.Plane{Pix: p.Pix, Stride: p.Stride, Width: float64(p.Width), Height: float64(p.Height)}
}

// weights are those of red and blue in the luma, by matrix_coeffs of Rec. ITU-T H.273. A JPEG's are of 5 and 6.
var weights = map[int][2]float64{1: {0.2126, 0.0722}, 9: {0.2627, 0.0593}}

// inColors makes of planes of another matrix a picture that a JPEG is written of in its own.
func inColors(m *image.YCbCr, matrix int) image.Image {
	w, ok := weights[matrix]
	if !ok {
		return m
	}
	red, blue := w[0], w[1]
	green := 1 - red - blue
	clip := func(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }
	out := image.NewRGBA(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			at := m.COffset(x, y)
			luma, cb, cr := float64(m.Y[m.YOffset(x, y)]), float64(m.Cb[at])-128, float64(m.Cr[at])-128
			r, b := luma+2*(1-red)*cr, luma+2*(1-blue)*cb
			out.SetRGBA(x, y, color.RGBA{R: clip(r), G: clip((luma - red*r - blue*b) / green), B: clip(b), A: 255})
		}
	}
	return out
}
