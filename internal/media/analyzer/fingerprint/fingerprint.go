// Package fingerprint tells files apart by 128 KiB of them: the 64-bit hash that subtitle services and
// Stash know as "oshash". It says that two files are probably the same; it is no proof, and none against
// an adversary. It holds no state and is safe for concurrent use.
package fingerprint

import (
	"encoding/binary"
	"fmt"
)

// chunk is how much of the head and of the tail counts.
const chunk = 64 << 10

// Hash is a fingerprint. Its text is 16 hexadecimal digits, as the services exchange it.
type Hash uint64

func (h Hash) String() string { return fmt.Sprintf("%016x", uint64(h)) }

// End is how many bytes count of each end of a file of size bytes.
func End(size int64) int { return int(min(size, chunk) &^ 7) }

// Of returns the oshash of size bytes, of which head and tail are the first and the last End: size plus
// the sum, modulo 2⁶⁴, of the little-endian 64-bit words of both
// (https://trac.opensubtitles.org/projects/opensubtitles/wiki/HashSourceCodes). In files under 128 KiB
// the two overlap. OpenSubtitles leaves files under 64 KiB undefined; as Stash does, both then span the
// file's length rounded down to whole words, the tail counted from the end.
func Of(size int64, head, tail []byte) Hash {
	return Hash(size) + sum(head) + sum(tail) //nolint:gosec // never below 0
}

func sum(b []byte) (sum Hash) {
	for ; len(b) >= 8; b = b[8:] {
		sum += Hash(binary.LittleEndian.Uint64(b))
	}
	return sum
}
