package mp4

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// maxPacked is the largest movie header that is unpacked.
const maxPacked = 1 << 20

// compressed reads cmov (QuickTime File Format, chapter 2): a movie header that was packed by zlib. It is
// read as if it stood behind the file, so that all that is noted of its boxes are offsets as of any other.
func (p *mp4) compressed(cmov isobmff.Box) error {
	data, ok, err := isobmff.Find(p.w, cmov, 0, "cmvd")
	if err != nil || !ok || data.Size < 5 || p.packed {
		return err
	}
	method, ok, err := isobmff.Find(p.w, cmov, 0, "dcom")
	if err != nil || !ok {
		return err
	}
	if b, err := isobmff.Payload(p.w, method, 4); err != nil || string(b) != "zlib" {
		return err
	}
	b, err := p.w.ReadFull(data.Off, min(data.Size, maxPacked))
	if err != nil {
		return err
	}
	size := int64(window.BE32(b))
	if size > maxPacked {
		return fmt.Errorf("%w: movie header of %d bytes", window.ErrMalformed, size)
	}
	if err := p.w.Alloc(size); err != nil {
		return err
	}
	z, err := zlib.NewReader(bytes.NewReader(b[4:]))
	if err != nil {
		return fmt.Errorf("%w: movie header: %w", window.ErrMalformed, err)
	}
	header := p.w.Lend(int(size))[:size]
	n, err := io.ReadFull(z, header)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: movie header: %w", window.ErrMalformed, err)
	}
	p.packed = true
	at := p.w.Extend(header[:n])
	walk := isobmff.Boxes(p.w, at, p.w.Size())
	if !walk.Next() || walk.Box.Kind != "moov" {
		return fmt.Errorf("%w: movie header", window.ErrMalformed)
	}
	return p.readMoov(walk.Box)
}
