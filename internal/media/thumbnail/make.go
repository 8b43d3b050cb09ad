package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/jpeg"
)

// quality of a thumbnail, of image/jpeg's 1 to 100: at 80 the blocks do not show, and 256 pixels take 8 to 15 KB.
const quality = 80

// Version changes where the same bytes give another thumbnail than before: what was kept of them holds no more.
const Version = 2

// ErrNoPicture says that no thumbnail can be made of some bytes: they are no picture, a damaged one, or one that would
// take too much memory.
var ErrNoPicture = errors.New("no picture that a thumbnail can be made of")

// Thumbnail is a small picture as a JPEG, and the colour that a page shows until it has come.
type Thumbnail struct {
	JPEG   []byte
	Colour Colour
}

// Make makes a JPEG of at most edge pixels on its longer side, upright, of the picture in src; a smaller picture is
// not enlarged. ErrNoPicture says that there is none in it; another error is one of reading, or
// that ctx has ended.
//
// full is held while a picture is decoded in full, which may take MaxDecode.
func Make(ctx context.Context, src io.ReadSeeker, edge int, full chan struct{}) (Thumbnail, error) {
	reading := &readErrors{ReadSeeker: src}
	m, err := reduce(ctx, reading, edge, full)
	switch {
	case err != nil && ctx.Err() != nil:
		return Thumbnail{}, ctx.Err() // which says nothing of the picture
	case reading.err != nil:
		return Thumbnail{}, fmt.Errorf("read a picture: %w", reading.err)
	case err != nil:
		return Thumbnail{}, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	var out bytes.Buffer
	if err := stdjpeg.Encode(&out, m, &stdjpeg.Options{Quality: quality}); err != nil {
		return Thumbnail{}, fmt.Errorf("write a thumbnail: %w", err)
	}
	return Thumbnail{JPEG: out.Bytes(), Colour: colourOf(m)}, nil
}

// reduce gives the picture in src at the size of a thumbnail.
func reduce(ctx context.Context, src io.ReadSeeker, edge int, full chan struct{}) (image.Image, error) {
	if is, err := isHEIF(src); is || err != nil {
		if err != nil {
			return nil, err
		}
		return decodeHEIF(ctx, src, edge, full)
	}
	if is, err := isRAW(src); is || err != nil {
		if err != nil {
			return nil, err
		}
		return decodeRAW(ctx, src, edge, full)
	}
	p, err := jpeg.Decode(src, edge)
	if err == nil {
		return fromPlanes(p, edge), nil
	}
	if !errors.Is(err, jpeg.ErrUnsupported) {
		return nil, err
	}
	m, orientation, err := decodeInFull(ctx, src, edge, full)
	if !errors.Is(err, errTooMuch) {
		return m, err
	}
	// A progressive JPEG too large to be decoded in full still has its eighth: smaller than asked, and not enlarged.
	p, err = eighth(src)
	if err != nil {
		return nil, errTooMuch
	}
	p.Orientation = orientation
	return fromPlanes(p, edge), nil
}

// fit is the size of a picture of width by height whose longer edge is at most edge, and the shorter one a pixel.
func fit(width, height, edge int) (w, h int) {
	longer := max(width, height)
	if longer <= edge {
		return width, height
	}
	return max(1, (width*edge+longer/2)/longer), max(1, (height*edge+longer/2)/longer)
}

// fromPlanes makes a thumbnail of a JPEG's planes, its chroma at half its size.
func fromPlanes(p *jpeg.Picture, edge int) image.Image {
	w, h := fit(p.Width, p.Height, max(1, min(edge, int(max(p.Y.Width, p.Y.Height)))))
	luma := average(p.Y, w, h)
	tw, th := turnedSize(w, h, p.Orientation)
	if len(p.Cb.Pix) == 0 {
		return &image.Gray{Pix: turn(luma, w, h, 1, p.Orientation), Stride: tw, Rect: image.Rect(0, 0, tw, th)}
	}
	cw, ch := (w+1)/2, (h+1)/2
	ctw, _ := turnedSize(cw, ch, p.Orientation)
	return &image.YCbCr{
		Y:       turn(luma, w, h, 1, p.Orientation),
		Cb:      turn(average(p.Cb, cw, ch), cw, ch, 1, p.Orientation),
		Cr:      turn(average(p.Cr, cw, ch), cw, ch, 1, p.Orientation),
		YStride: tw, CStride: ctw, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, tw, th),
	}
}

// readErrors remembers an error of reading, which is not the picture's fault.
type readErrors struct {
	io.ReadSeeker
	err error
}

func (r *readErrors) Read(p []byte) (int, error) {
	n, err := r.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}
