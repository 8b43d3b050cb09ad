package archive

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/ulikunitz/xz/lzma"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// LZMA and LZMA2, for what 7z and xz hide behind them: the list of a 7z's entries, and small archives.
//
// The library allocates the dictionary that a header states: 14 bytes that state 1 GB would cost 1 GB. But no distance
// reaches back beyond the first byte that came out, so a dictionary as large as what is wanted of the output serves
// any stream. It is told that size instead, whatever the header states.

// lzmaDictionary is the size of a dictionary that never turns around before limit bytes have come out: the library
// decodes until it has no room for the longest match, of 273 bytes.
func lzmaDictionary(limit int) int { return max(limit+273, lzma.MinDictCap) }

// lzmaProbabilities takes what the tables of a stream need from the budget, by the first byte of its properties. The
// specification allows lc + lp of 12, which takes 6 MB; nobody writes more than 8.
func lzmaProbabilities(w *window.Window, props byte) error {
	literal := props%9 + props/9%5
	if props >= 9*5*5 || literal > 8 {
		return fmt.Errorf("%w: LZMA properties", window.ErrMalformed)
	}
	return w.Alloc(2*0x300<<literal + 32<<10)
}

// decodeLZMA decodes a raw LZMA stream of size bytes with five bytes of properties, to at most limit bytes.
func decodeLZMA(w *window.Window, props, in []byte, size uint64, limit int) ([]byte, error) {
	if len(props) < 5 {
		return nil, fmt.Errorf("%w: LZMA properties", window.ErrMalformed)
	}
	if err := lzmaProbabilities(w, props[0]); err != nil {
		return nil, err
	}
	dictionary := lzmaDictionary(int(min(size, uint64(limit))))
	if err := w.Alloc(int64(dictionary)); err != nil {
		return nil, err
	}
	header := binary.LittleEndian.AppendUint32(props[:1:1], uint32(dictionary))
	header = binary.LittleEndian.AppendUint64(header, size)
	r, err := lzma.NewReader(&joined{head: header, Reader: bytes.NewReader(in)})
	if err != nil {
		return nil, fmt.Errorf("%w: LZMA stream: %w", window.ErrMalformed, err)
	}
	return window.ExpandWhole(w, r, int64(limit))
}

// joined is a stream behind a header. The library reads it byte by byte.
type joined struct {
	head []byte
	*bytes.Reader
}

func (j *joined) Read(p []byte) (int, error) {
	if len(j.head) == 0 {
		return j.Reader.Read(p)
	}
	n := copy(p, j.head)
	j.head = j.head[n:]
	return n, nil
}

// decodeLZMA2 decodes chunks until their end or until limit bytes have come out.
func decodeLZMA2(w *window.Window, in []byte, limit int) ([]byte, error) {
	size, err := statedByChunks(w, in, limit)
	if err != nil {
		return nil, err
	}
	dictionary := lzmaDictionary(size)
	if err := w.Alloc(int64(dictionary)); err != nil {
		return nil, err
	}
	r, err := lzma.Reader2Config{DictCap: dictionary}.NewReader2(bytes.NewReader(in))
	if err != nil {
		return nil, fmt.Errorf("%w: LZMA2 stream: %w", window.ErrMalformed, err)
	}
	return window.ExpandWhole(w, r, int64(limit))
}

// statedByChunks adds up how many bytes, at most limit, are to come out of chunks. It takes from the budget what
// decoding them will: the library makes the tables anew with each chunk that resets them.
func statedByChunks(w *window.Window, in []byte, limit int) (size int, err error) {
	for props := byte(0); len(in) >= 6 && in[0] != 0 && size < limit; {
		if err := w.Element(); err != nil {
			return 0, err
		}
		control, packed := in[0], 0
		size += int(binary.BigEndian.Uint16(in[1:])) + 1
		switch {
		case control < 0x80: // stored
			packed = 3 + int(binary.BigEndian.Uint16(in[1:])) + 1
		case control < 0xC0:
			packed = 5 + int(binary.BigEndian.Uint16(in[3:])) + 1
		default:
			packed = 6 + int(binary.BigEndian.Uint16(in[3:])) + 1
			props = in[5]
		}
		if control >= 0x80 {
			size += int(control&0x1F) << 16
		}
		if control >= 0xA0 { // resets
			if err := lzmaProbabilities(w, props); err != nil {
				return 0, err
			}
		}
		in = in[min(packed, len(in)):]
	}
	return min(size, limit), nil
}
