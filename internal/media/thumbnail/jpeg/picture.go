package jpeg

import (
	"errors"
	"fmt"
	"io"
)

// Picture is a JPEG at a reduced size.
type Picture struct {
	// Y is the luma, Cb and Cr the chroma; of a grey picture those two are empty.
	Y, Cb, Cr Plane
	// Width and Height are of the picture in full, in pixels.
	Width, Height int
	// Reduced is the divisor of its size: 1, 2, 4 or 8 is what Decode was asked for, of which 1 is never decoded.
	Reduced int
	// Orientation is EXIF's, 1 to 8; 1 where nothing is said.
	Orientation int
}

// Plane is one component, its rows top down.
type Plane struct {
	Pix    []byte
	Stride int // bytes from one row to the next
	// Width and Height are what the picture covers of it, in samples: a fraction at its edges.
	Width, Height float64
}

var (
	// ErrUnsupported says that the picture is of a sort that this decoder does not read.
	ErrUnsupported = errors.New("not a JPEG that can be decoded at a reduced size")
	// ErrDamaged says that the picture breaks the rules of its format.
	ErrDamaged = errors.New("damaged JPEG")
	// ErrTooLarge says that the picture's planes would take more memory than MaxPlanes.
	ErrTooLarge = errors.New("JPEG too large even at a reduced size")
)

// MaxPlanes bounds the memory of a decoded picture, in bytes.
const MaxPlanes = 48 << 20

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, args...))
}

// Reduction is the largest of 1, 2, 4 and 8 by which a picture's longer edge can be divided and still have edge
// pixels.
func Reduction(width, height, edge int) int {
	for _, by := range []int{8, 4, 2} {
		if max(width, height) >= edge*by {
			return by
		}
	}
	return 1
}

// Decode reads a picture so that its longer edge still has edge pixels, or more. It reads no further than it must, and
// what follows is left in an undefined place. A picture that would have to be decoded in full is ErrUnsupported.
//
// It allocates at most MaxPlanes and 256 KiB, whatever the bytes say.
func Decode(r io.Reader, edge int) (*Picture, error) {
	d := &decoder{in: input{r: r, buf: make([]byte, 32<<10)}, edge: edge}
	d.picture.Orientation = 1
	if err := d.read(); err != nil {
		return nil, err
	}
	return &d.picture, nil
}

// Header is what a picture says of itself before its first scan.
type Header struct {
	Width, Height int // pixels
	Components    int
	Progressive   bool
	Orientation   int // as Picture's
}

// ReadHeader reads what stands before the first scan, of a picture that Decode may not be able to read too.
func ReadHeader(r io.Reader) (Header, error) {
	d := &decoder{in: input{r: r, buf: make([]byte, 4<<10)}, headerOnly: true}
	d.picture.Orientation = 1
	err := d.read()
	return Header{
		Width: d.picture.Width, Height: d.picture.Height, Components: d.componentCount,
		Progressive: d.progressive, Orientation: d.picture.Orientation,
	}, err
}
