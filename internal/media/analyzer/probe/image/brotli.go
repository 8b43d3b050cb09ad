package image

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// brotliWindow is what the window takes: 512 KB and, while it grows, half of it again. The prefix codes of one stream
// may take 3 MB beside it, until it ends.
const brotliWindow = 768 << 10

// brotliReaders keeps readers, each of which is larger than what it gives.
var brotliReaders = sync.Pool{New: func() any { return brotli.NewReader(nil) }}

// unpackBrotli decompresses a stream (RFC 7932) of at most xmpMax bytes.
func unpackBrotli(w *window.Window, in []byte) ([]byte, error) {
	if len(in) == 0 {
		return nil, fmt.Errorf("%w: brotli stream", window.ErrTruncated)
	}
	if err := w.Alloc(brotliWindow); err != nil {
		return nil, err
	}
	r := brotliReaders.Get().(*brotli.Reader)
	defer brotliReaders.Put(r)
	first := bytes.NewReader([]byte{narrowWindow(in[0])})
	if err := r.Reset(io.MultiReader(first, bytes.NewReader(in[1:]))); err != nil {
		return nil, err
	}
	out, err := window.ExpandWhole(w, r, xmpMax+1)
	if len(out) > xmpMax {
		return nil, fmt.Errorf("%w: more than %d bytes are packed", window.ErrMalformed, xmpMax)
	}
	return out, err
}

// narrowWindow has the first byte of a stream state a window of no more than 2^19 bytes (9.1). The library allocates
// what a stream states: 1,004 bytes that state 16 MB cost 16 MB. A window larger than the output changes nothing of
// it, since no distance reaches back beyond the first byte that came out.
func narrowWindow(b byte) byte {
	if n := b >> 1 & 7; b&1 == 1 && n > 2 {
		return b&^0xF | 2<<1 | 1
	}
	return b
}
