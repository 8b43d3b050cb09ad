package fingerprint

import (
	"bytes"
	"errors"
	"io"
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
		h, err := OS(bytes.NewReader(b), int64(n))
		if err != nil || uint64(h) != words(b) {
			t.Errorf("%d bytes: %v, %v, want %016x", n, h, err, words(b))
		}
	}
}

func TestKnownHashes(t *testing.T) {
	// A file of zeros has its size for a hash; one of ones wraps around.
	if h, _ := OS(bytes.NewReader(make([]byte, 200000)), 200000); h.String() != "0000000000030d40" {
		t.Errorf("zeros: %v", h)
	}
	ones := bytes.Repeat([]byte{0xFF}, 131072)
	if h, _ := OS(bytes.NewReader(ones), 131072); h.String() != "000000000001c000" { // 131072 - 2*8192
		t.Errorf("ones: %v", h)
	}
}

func TestOnlyHeadTailAndSizeCount(t *testing.T) {
	b := content(300000)
	before, _ := OS(bytes.NewReader(b), 300000)
	b[150000] ^= 1
	if h, _ := OS(bytes.NewReader(b), 300000); h != before {
		t.Error("the middle counted")
	}
	for _, i := range []int{0, 65535, 300000 - 65536, 299999} {
		b[i] ^= 1
		if h, _ := OS(bytes.NewReader(b), 300000); h == before {
			t.Errorf("byte %d did not count", i)
		}
		b[i] ^= 1
	}
}

type countingReader struct {
	io.ReaderAt
	reads int
	bytes int
}

func (c *countingReader) ReadAt(p []byte, off int64) (int, error) {
	c.reads++
	c.bytes += len(p)
	return c.ReaderAt.ReadAt(p, off)
}

func TestTwoReadsOf64KiBSuffice(t *testing.T) {
	c := &countingReader{ReaderAt: bytes.NewReader(content(1 << 20))}
	if _, err := OS(c, 1<<20); err != nil || c.reads != 2 || c.bytes != 131072 {
		t.Errorf("%d reads of %d bytes, %v", c.reads, c.bytes, err)
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestAFileThatShrankOrFailedHasNoHash(t *testing.T) {
	if _, err := OS(bytes.NewReader(content(1000)), 2000); !errors.Is(err, ErrShort) {
		t.Errorf("shrunk: %v", err)
	}
	gone := errors.New("share is gone")
	if _, err := OS(failing{gone}, 100000); !errors.Is(err, gone) {
		t.Errorf("failing: %v", err)
	}
	if _, err := OS(failing{gone}, -1); err == nil {
		t.Error("a negative size had a hash")
	}
}

func BenchmarkOS(b *testing.B) {
	src := bytes.NewReader(content(1 << 20))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := OS(src, 1<<20); err != nil {
			b.Fatal(err)
		}
	}
}
