// Package fingerprint tells files apart by 128 KiB of them: the 64-bit hash that subtitle services and
// Stash know as "oshash". It says that two files are probably the same; it is no proof, and none against
// an adversary. It holds no state and is safe for concurrent use.
package fingerprint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
)

// chunk is how much of the head and of the tail counts.
const chunk = 64 << 10

// ErrShort says that the source ended before the stated size: it changed meanwhile, or was never whole.
var ErrShort = errors.New("file is shorter than its size")

// Hash is a fingerprint. Its text is 16 hexadecimal digits, as the services exchange it.
type Hash uint64

func (h Hash) String() string { return fmt.Sprintf("%016x", uint64(h)) }

var buffers = sync.Pool{New: func() any { return new([chunk]byte) }}

// OS returns the oshash of the size bytes behind src: size plus the sum, modulo 2⁶⁴, of the
// little-endian 64-bit words of the first and of the last 64 KiB
// (https://trac.opensubtitles.org/projects/opensubtitles/wiki/HashSourceCodes). In files under 128 KiB
// the two overlap. OpenSubtitles leaves files under 64 KiB undefined; as Stash does, both then span the
// file's length rounded down to whole words, the tail counted from the end.
//
// It makes at most two reads. Errors wrap ErrShort or are those of src.
func OS(src io.ReaderAt, size int64) (Hash, error) {
	if size < 0 {
		return 0, fmt.Errorf("fingerprint: negative size %d", size)
	}
	n := int(min(size, chunk) &^ 7)
	sum := uint64(size)
	buf := buffers.Get().(*[chunk]byte)
	defer buffers.Put(buf)
	for _, off := range [2]int64{0, size - int64(n)} {
		b := buf[:n]
		if err := readFull(src, b, off); err != nil {
			return 0, fmt.Errorf("fingerprint: %w", err)
		}
		for ; len(b) >= 8; b = b[8:] {
			sum += binary.LittleEndian.Uint64(b)
		}
	}
	return Hash(sum), nil
}

func readFull(src io.ReaderAt, b []byte, off int64) error {
	if len(b) == 0 {
		return nil
	}
	n, err := src.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return ErrShort
	}
	return err
}
