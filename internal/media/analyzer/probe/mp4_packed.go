package probe

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// mp4MaxPacked is the largest movie header that is unpacked.
const mp4MaxPacked = 1 << 20

// compressed reads cmov (QuickTime File Format, chapter 2): a movie header that was packed by zlib. It is
// read as if it stood behind the file, so that all that is noted of its boxes are offsets as of any other.
func (p *mp4) compressed(cmov box) error {
	data, ok, err := p.w.find(cmov, 0, "cmvd")
	if err != nil || !ok || data.size < 5 || p.packed {
		return err
	}
	method, ok, err := p.w.find(cmov, 0, "dcom")
	if err != nil || !ok {
		return err
	}
	if b, err := p.w.payload(method, 4); err != nil || string(b) != "zlib" {
		return err
	}
	b, err := p.w.ReadFull(data.off, min(data.size, mp4MaxPacked))
	if err != nil {
		return err
	}
	size := int64(be32(b))
	if size > mp4MaxPacked {
		return fmt.Errorf("%w: movie header of %d bytes", ErrMalformed, size)
	}
	if err := p.w.Alloc(size); err != nil {
		return err
	}
	z, err := zlib.NewReader(bytes.NewReader(b[4:]))
	if err != nil {
		return fmt.Errorf("%w: movie header: %w", ErrMalformed, err)
	}
	header := p.w.lend(int(size))[:size]
	n, err := io.ReadFull(z, header)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: movie header: %w", ErrMalformed, err)
	}
	p.packed = true
	at := p.w.Extend(header[:n])
	walk := p.w.boxes(at, p.w.Size())
	if !walk.next() || walk.box.kind != "moov" {
		return fmt.Errorf("%w: movie header", ErrMalformed)
	}
	return p.readMoov(walk.box)
}
