package probe

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	mutationTime  = 50 * time.Millisecond
	mutationAlloc = 16 << 20
)

// mutate probes n mutations of data, the same ones at every run, and fails t on a panic, a run that
// takes too long twice, or one that allocates too much.
func mutate(t *testing.T, name string, data []byte, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(len(data)), 0x5EED))
	ext := strings.ToLower(filepath.Ext(name))
	for i := range n {
		m := mutation(r, data)
		allocated, took, err := measureProbe(m, ext)
		if took > mutationTime { // once may be the machine
			_, took, _ = measureProbe(m, ext)
		}
		var p *PanicError
		switch {
		case errors.As(err, &p):
			t.Fatalf("%s, mutation %d: %v\n%s", name, i, p, p.Stack)
		case took > mutationTime:
			t.Errorf("%s, mutation %d took %v", name, i, took)
		case allocated > mutationAlloc:
			t.Errorf("%s, mutation %d allocated %d bytes", name, i, allocated)
		}
	}
}

// measureProbe tells what one probe allocates and takes, in CPU time of its thread: the machine may have
// better things to do than a test.
func measureProbe(data []byte, ext string) (allocated uint64, took time.Duration, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := threadTime()
	_, err = Probe(context.Background(), bytes.NewReader(data), int64(len(data)), ext)
	took = threadTime() - begin
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, took, err
}

func threadTime() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// mutation returns data changed in a few places: bits and bytes, numbers that lie, runs repeated, cut
// out or moved, or the end cut off. Most changes fall into the first kilobytes, where headers stand.
func mutation(r *rand.Rand, data []byte) []byte {
	m := bytes.Clone(data)
	for range 1 + r.IntN(6) {
		if len(m) < 16 {
			return m
		}
		at := r.IntN(len(m) - 8)
		if r.IntN(3) > 0 {
			at = r.IntN(min(len(m)-8, 2048))
		}
		switch r.IntN(8) {
		case 0:
			m[at] ^= 1 << r.IntN(8)
		case 1:
			m[at] = byte(r.Uint32())
		case 2: // a size or offset that lies
			lie := [][]byte{
				{0, 0, 0, 0}, {0xFF, 0xFF, 0xFF, 0xFF}, {0x7F, 0xFF, 0xFF, 0xFF}, {0x80, 0, 0, 0}, {0, 0, 0, 1},
				{1, 0, 0, 0}, {0xFF, 0xFF, 0xFF, 0x7F}, {0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, {0xFF, 0xFE}, {0x80, 0, 0, 0, 0, 0, 0, 0},
			}
			copy(m[at:], lie[r.IntN(len(lie))])
		case 3:
			copy(m[at:], m[r.IntN(len(m)):])
		case 4: // a part of itself within itself
			n := r.IntN(min(256, len(m)-at))
			m = append(m[:at+n:at+n], m[at:]...)
		case 5:
			n := r.IntN(min(64, len(m)-at))
			m = append(m[:at], m[at+n:]...)
		case 6:
			m = m[:len(m)-r.IntN(len(m)/2)]
		case 7:
			for j := at; j < min(len(m), at+1+r.IntN(16)); j++ {
				m[j] = byte(r.Uint32())
			}
		}
	}
	return m
}

// samplesDir is where the optional sibling project keeps samples of every kind.
const samplesDir = "../../../../../shared/media/samples"

// samples returns the files under testdata and, where it is there, under the sibling's samples, that
// match any of the patterns ("image/*").
func samples(t testing.TB, patterns ...string) []string {
	t.Helper()
	var files []string
	for _, dir := range []string{"testdata", samplesDir} {
		for _, p := range patterns {
			found, err := filepath.Glob(filepath.Join(dir, p))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if st, err := os.Stat(f); err == nil && st.Mode().IsRegular() && filepath.Ext(f) != ".sh" && filepath.Ext(f) != ".go" {
					files = append(files, f)
				}
			}
		}
	}
	return files
}
