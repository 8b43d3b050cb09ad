package thumbnail

import (
	"context"
	"errors"
	"image"
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/jpeg"
	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/raw"
)

// decodeRAW decodes the JPEG that a RAW file holds of itself, or what else a TIFF is. Where that JPEG is smaller than
// asked, it is taken only if the file itself is nothing that can be decoded: of a scan it is a thumbnail.
func decodeRAW(ctx context.Context, src io.ReadSeeker, edge int, full chan struct{}) (image.Image, error) {
	found, err := raw.Find(src)
	if err != nil {
		return nil, err
	}
	preview, size := bestPreview(src, found.Previews, edge)
	if size < edge {
		m, _, err := decodeInFull(ctx, src, edge, full)
		if err == nil || size == 0 || ctx.Err() != nil {
			return m, err
		}
	}
	return decodePreview(ctx, io.NewSectionReader(&seekReaderAt{src}, preview.Offset, preview.Length),
		edge, found.Orientation, full)
}

// bestPreview is the smallest preview of at least edge pixels on its longer side, else the largest, with what it has
// there; 0: there is none that can be decoded.
func bestPreview(src io.ReadSeeker, all []raw.Preview, edge int) (best raw.Preview, size int) {
	for _, p := range all {
		h, err := jpeg.ReadHeader(io.NewSectionReader(&seekReaderAt{src}, p.Offset, p.Length))
		if err != nil {
			continue // the sensor's data, packed without loss, is a JPEG of another sort
		}
		longer := max(h.Width, h.Height)
		if size < edge && longer > size || size >= edge && edge <= longer && longer < size {
			best, size = p, longer
		}
	}
	return best, size
}

// decodePreview decodes a JPEG in a RAW file, which stands as the file says unless it says otherwise itself.
func decodePreview(
	ctx context.Context, src *io.SectionReader, edge, orientation int, full chan struct{},
) (image.Image, error) {
	p, err := jpeg.Decode(src, edge)
	if err == nil {
		if p.Orientation == 1 {
			p.Orientation = orientation
		}
		return fromPlanes(p, edge), nil
	}
	if !errors.Is(err, jpeg.ErrUnsupported) {
		return nil, err
	}
	m, own, err := decodeInFull(ctx, src, edge, full)
	if err != nil || own != 1 || orientation == 1 {
		return m, err
	}
	upright, ok := m.(*image.RGBA)
	if !ok {
		return m, nil
	}
	w, h := upright.Rect.Dx(), upright.Rect.Dy()
	tw, th := turnedSize(w, h, orientation)
	return &image.RGBA{Pix: turn(upright.Pix, w, h, 4, orientation), Stride: 4 * tw, Rect: image.Rect(0, 0, tw, th)}, nil
}

// isRAW says whether src begins as a RAW file, of which some are TIFFs, and goes back to its beginning.
func isRAW(src io.ReadSeeker) (bool, error) {
	var head [4]byte
	n, err := io.ReadFull(src, head[:])
	if n == len(head) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	if _, back := src.Seek(0, io.SeekStart); back != nil {
		err = back
	}
	return err == nil && raw.Is(head[:n]), err
}

// seekReaderAt reads at offsets from what can be sought in. It is for one reader at a time.
type seekReaderAt struct{ src io.ReadSeeker }

// ReadAt reads at an offset.
func (r *seekReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if _, err := r.src.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	return io.ReadFull(r.src, p)
}
