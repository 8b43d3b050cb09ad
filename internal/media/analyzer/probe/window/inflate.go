package window

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"sync"
)

// flateReaders keeps decompressors, each of which is larger than all else that a small file needs.
var flateReaders = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// Inflate expands a raw deflate stream to at most limit bytes. A stream that breaks off gives what came
// out of it.
func Inflate(w *Window, packed []byte, limit int64) ([]byte, error) {
	r := flateReaders.Get().(io.ReadCloser)
	defer flateReaders.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return Expand(w, r, limit)
}

// InflateZlib expands a zlib stream (RFC 1950), without verifying its checksum: a damaged end costs no
// more than what it held.
func InflateZlib(w *Window, packed []byte, limit int64) ([]byte, error) {
	if len(packed) < 2 || packed[0]&0x0F != 8 || BE16(packed)%31 != 0 || packed[1]&0x20 != 0 {
		return nil, fmt.Errorf("%w: zlib header", ErrMalformed)
	}
	return Inflate(w, packed[2:], limit)
}

// Expand reads r to its end or to limit bytes, into memory that is lent and grows only as bytes really come. A stream
// that breaks off gives what came out of it.
func Expand(w *Window, r io.Reader, limit int64) ([]byte, error) {
	out, err := expand(w, r, limit)
	switch {
	case w.failed != nil:
		return nil, w.failed
	case err != nil && len(out) == 0:
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return out, nil
}

// ExpandWhole expands as Expand does, but a stream that breaks off before limit bytes have come gives an error.
func ExpandWhole(w *Window, r io.Reader, limit int64) ([]byte, error) {
	out, err := expand(w, r, limit)
	switch {
	case w.failed != nil:
		return nil, w.failed
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w: %w", ErrTruncated, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return out, nil
}

func expand(w *Window, r io.Reader, limit int64) ([]byte, error) {
	var out []byte
	for int64(len(out)) < limit {
		grow := min(limit-int64(len(out)), int64(max(4096, len(out))))
		if err := w.Alloc(grow); err != nil {
			return nil, err
		}
		if err := w.OnTime(); err != nil {
			return nil, err
		}
		have := len(out)
		if size := have + int(grow); size > cap(out) {
			out = append(w.Lend(size)[:0], out...)
		}
		for len(out) < have+int(grow) {
			n, err := r.Read(out[len(out) : have+int(grow)])
			out = out[:len(out)+n]
			if errors.Is(err, io.EOF) {
				return out, nil
			}
			if err != nil {
				return out, err
			}
		}
	}
	return out, nil
}
