package fingerprint

import (
	"bytes"
	"testing"
)

// words is what the definition says, word for word.
func words(b []byte) uint64 {
	n := min(len(b), 65536) / 8
	sum := uint64(len(b))
	for _, part := range [][]byte{b[:n*8], b[len(b)-n*8:]} {
		for i := range n {
			for j := range 8 {
				sum += uint64(part[i*8+j]) << (8 * j)
			}
		}
	}
	return sum
}

func of(b []byte) Hash {
	n := End(int64(len(b)))
	return Of(int64(len(b)), b[:n], b[len(b)-n:])
}

func content(n int) []byte {
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return b
}

func TestHashIsSizePlusTheWordsOfHeadAndTail(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 4096, 65535, 65536, 65537, 100000, 131071, 131072, 131073, 1 << 20} {
		b := content(n)
		if h := of(b); uint64(h) != words(b) {
			t.Errorf("%d bytes: %v, want %016x", n, h, words(b))
		}
	}
}

func TestKnownHashes(t *testing.T) {
	// A file of zeros has its size for a hash; one of ones wraps around.
	if h := of(make([]byte, 200000)); h.String() != "0000000000030d40" {
		t.Errorf("zeros: %v", h)
	}
	ones := bytes.Repeat([]byte{0xFF}, 131072)
	if h := of(ones); h.String() != "000000000001c000" { // 131072 - 2*8192
		t.Errorf("ones: %v", h)
	}
}

func TestOnlyHeadTailAndSizeCount(t *testing.T) {
	b := content(300000)
	before := of(b)
	b[150000] ^= 1
	if h := of(b); h != before {
		t.Error("the middle counted")
	}
	for _, i := range []int{0, 65535, 300000 - 65536, 299999} {
		b[i] ^= 1
		if h := of(b); h == before {
			t.Errorf("byte %d did not count", i)
		}
		b[i] ^= 1
	}
}

func BenchmarkOf(b *testing.B) {
	file := content(1 << 20)
	for b.Loop() {
		of(file)
	}
}
