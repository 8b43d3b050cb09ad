package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // image.Decode knows what is imported
	_ "image/png"
	"io"

	// As the above.
	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/jpeg"
	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/raw"
)

// MaxDecode bounds the memory that a decoding in full may take, in bytes.
const MaxDecode = 64 << 20

var errTooMuch = fmt.Errorf("to decode it would take more than %d bytes", MaxDecode)

// decodeInFull decodes a picture as it is, one at a time.
func decodeInFull(
	ctx context.Context, src io.ReadSeeker, edge int, full chan struct{},
) (m image.Image, orientation int, err error) {
	h, err := header(src)
	if err != nil {
		return nil, 0, err
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, 0, err
	}
	if int64(h.width)*int64(h.height)*h.bytesPerPixel > MaxDecode {
		return nil, h.orientation, errTooMuch
	}
	if err := hold(ctx, full); err != nil {
		return nil, h.orientation, err
	}
	defer func() { <-full }()
	m, format, err := image.Decode(src)
	if err != nil {
		return nil, 0, err
	}
	asMeant(m, format, h.said)
	b := m.Bounds()
	if b.Dx() < 1 || b.Dy() < 1 {
		return nil, 0, errors.New("it has no size")
	}
	w, high := fit(b.Dx(), b.Dy(), edge)
	small := averageImage(m, w, high)
	tw, th := turnedSize(w, high, h.orientation)
	return &image.RGBA{
		Pix: turn(small, w, high, 4, h.orientation), Stride: 4 * tw, Rect: image.Rect(0, 0, tw, th),
	}, h.orientation, nil
}

// hold waits until nobody else decodes a picture in full.
func hold(ctx context.Context, full chan struct{}) error {
	select {
	case full <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pictureHeader is what the start of a picture says of it.
type pictureHeader struct {
	width, height int
	bytesPerPixel int64 // that decoding it takes at most
	orientation   int
	said          raw.Found // of no JPEG
}

func header(src io.ReadSeeker) (h pictureHeader, err error) {
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return h, err
	}
	c, format, err := image.DecodeConfig(src)
	if err != nil {
		return h, err
	}
	h = pictureHeader{width: c.Width, height: c.Height, bytesPerPixel: 4, orientation: 1}
	switch c.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model, color.CMYKModel:
		h.bytesPerPixel = 8
	}
	switch format {
	case "webp":
		h.bytesPerPixel = 12 // the planes or pixels, and those of an alpha channel before and after its filter
	case "tiff":
		h.bytesPerPixel *= 2 // a strip may be as large as the picture
	case "jpeg":
		if _, err := src.Seek(0, io.SeekStart); err != nil {
			return h, err
		}
		j, err := jpeg.ReadHeader(src)
		if err != nil {
			return h, err
		}
		if h.orientation = j.Orientation; j.Progressive {
			h.bytesPerPixel = int64(5 * j.Components) // a sample is a byte, its coefficient four
		}
		return h, nil
	}
	h.said = saidOf(src, format)
	h.orientation = h.said.Orientation
	return h, nil
}

// eighth decodes a JPEG at an eighth of its size.
func eighth(src io.ReadSeeker) (*jpeg.Picture, error) {
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return jpeg.Decode(src, 1)
}

// background is what shows through a picture with holes in it: a thumbnail has none.
var background = image.NewUniform(color.White)

// averageImage makes w by h pixels (RGBA) of a picture, each the mean of the area that it stands for.
func averageImage(m image.Image, w, h int) []byte {
	b := m.Bounds()
	columns, rows := spansOf(float64(b.Dx()), w, b.Dx()), spansOf(float64(b.Dy()), h, b.Dy())
	line := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	sums := make([]uint32, len(line.Pix))
	dst := make([]byte, 4*w*h)
	for y := range h {
		clear(sums)
		r := rows[y]
		for i := r.first; i <= r.last; i++ {
			draw.Draw(line, line.Rect, background, image.Point{}, draw.Src)
			draw.Draw(line, line.Rect, m, image.Pt(b.Min.X, b.Min.Y+i), draw.Over)
			weight := r.weight(i)
			for x, v := range line.Pix {
				sums[x] += weight * uint32(v)
			}
		}
		for x := range w {
			averagePixel(dst[4*(y*w+x):][:4], sums, &columns[x], uint64(r.total))
		}
	}
	return dst
}

func averagePixel(dst []byte, sums []uint32, c *span, rows uint64) {
	area := rows * uint64(c.total)
	for channel := range 4 {
		sum := uint64(0)
		for i := c.first; i <= c.last; i++ {
			sum += uint64(c.weight(i)) * uint64(sums[4*i+channel])
		}
		dst[channel] = byte((sum + area/2) / area)
	}
}
