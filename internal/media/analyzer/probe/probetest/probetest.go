// Package probetest lays out files by hand for the tests of probers, and probes them by the formats of one family.
package probetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// What a mutation of a file may cost.
const (
	MutationTime  = 50 * time.Millisecond * raceTimes
	MutationAlloc = 16 << 20
)

// Family are the formats that a test probes by.
type Family []format.Format

// Bytes probes data as a file whose name ends in ext.
func (f Family) Bytes(data []byte, ext string) (format.Result, error) {
	w := window.New(context.Background(), bytes.NewReader(data), int64(len(data)))
	defer w.Release()
	return format.Read(w, f, ext)
}

// File probes a file.
func (f Family) File(t testing.TB, name string) (format.Result, error) {
	t.Helper()
	return f.Bytes(read(t, name), strings.ToLower(filepath.Ext(name)))
}

// Within probes a large source and fails where that takes more than nine reads or 160 KB.
func (f Family) Within(t *testing.T, src io.ReaderAt, size int64, ext string) format.Result {
	t.Helper()
	w := window.New(t.Context(), src, size)
	defer w.Release()
	r, err := format.Read(w, f, ext)
	if err != nil {
		t.Fatal(err)
	}
	if reads, n := w.Spent(); reads > 9 || n > 160_000 {
		t.Errorf("%s: %d reads of %d bytes, want at most 9 of 160,000", r.Description.Media.Container, reads, n)
	}
	return r
}

// Rate probes data and fails where its video has not the frame rate that it should.
func (f Family) Rate(t *testing.T, data []byte, ext string, want float64) {
	t.Helper()
	m := f.Within(t, bytes.NewReader(data), int64(len(data)), ext).Description.Media
	if len(m.Video) != 1 || math.Abs(m.Video[0].FrameRate-want) > 0.01 {
		t.Errorf("%s: %+v, want %v frames a second", m.Container, m.Video, want)
	}
}

// Mutate probes n mutations of data, the same ones at every run, and fails t on a panic, a run that
// takes too long twice, or one that allocates too much.
func (f Family) Mutate(t *testing.T, name string, data []byte, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(len(data)), 0x5EED))
	ext := strings.ToLower(filepath.Ext(name))
	for i := range n {
		m := mutation(r, data)
		allocated, took, err := f.Measure(m, ext)
		if took > MutationTime { // once may be the machine
			_, took, _ = f.Measure(m, ext)
		}
		var p *format.PanicError
		switch {
		case errors.As(err, &p):
			t.Fatalf("%s, mutation %d: %v\n%s", name, i, p, p.Stack)
		case took > MutationTime:
			t.Errorf("%s, mutation %d took %v, want at most %v", name, i, took, MutationTime)
		case allocated > MutationAlloc:
			t.Errorf("%s, mutation %d allocated %d bytes, want at most %d", name, i, allocated, MutationAlloc)
		}
	}
}

// Measure tells what one probe allocates and takes, in CPU time of its thread: the machine may have
// better things to do than a test.
func (f Family) Measure(data []byte, ext string) (allocated uint64, took time.Duration, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	allocated = Allocated(func() {
		begin := threadTime()
		_, err = f.Bytes(data, ext)
		took = threadTime() - begin
	})
	return allocated, took, err
}

// Allocated tells how many bytes are allocated while do runs.
func Allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
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

// Fuzz is the body of most fuzz targets: whatever comes in, no panic.
func (f Family) Fuzz(t *testing.F, ext string, patterns ...string) {
	for _, name := range Samples(t, patterns...) {
		if data := read(t, name); len(data) <= 64<<10 {
			t.Add(data)
		}
	}
	t.Fuzz(func(t *testing.T, data []byte) { f.NoPanic(t, data, ext) })
}

// FuzzFrom begins from what the tests lay out, for formats without samples of their own.
func (f Family) FuzzFrom(t *testing.F, seeds ...[]byte) {
	for _, s := range seeds {
		t.Add(s)
	}
	t.Fuzz(func(t *testing.T, data []byte) { f.NoPanic(t, data, "") })
}

// FuzzSound fuzzes by samples of sound, whose result must make sense too.
func (f Family) FuzzSound(t *testing.F, patterns ...string) {
	for i, p := range patterns {
		patterns[i] = "audio/" + p
	}
	for _, name := range Samples(t, patterns...) {
		data := read(t, name)
		t.Add(data[:min(len(data), 16<<10)], strings.ToLower(filepath.Ext(name)))
	}
	t.Fuzz(func(t *testing.T, data []byte, ext string) {
		m := f.NoPanic(t, data, ext).Description.Media
		if m == nil {
			return
		}
		if a := m.Artwork; a != nil && a.Encoding != "unsync" && !strings.HasPrefix(a.Encoding, "entry:") && (a.Offset < 0 || a.Length < 0 || a.Length > int64(len(data))*2) {
			t.Fatalf("artwork is %+v of %d bytes", a, len(data))
		}
		if d := m.DurationSeconds; d < 0 || math.IsNaN(d) || math.IsInf(d, 0) {
			t.Fatalf("duration is %v", d)
		}
	})
}

// NoPanic probes data and fails t where the prober panics.
func (f Family) NoPanic(t *testing.T, data []byte, ext string) format.Result {
	t.Helper()
	r, err := f.Bytes(data, ext)
	var p *format.PanicError
	if errors.As(err, &p) {
		t.Fatalf("%v\n%s", p, p.Stack)
	}
	return r
}

// Benchmark probes a file again and again.
func (f Family) Benchmark(b *testing.B, name string) {
	data, ext := read(b, name), filepath.Ext(name)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Bytes(data, ext); err != nil {
			b.Fatal(err)
		}
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Beside is where the optional sibling project keeps samples of every kind, seen from the registry's folder.
const Beside = "../../../../../shared/media/samples"

// Samples returns the files under the registry's testdata and, where it is there, under the sibling's samples, that
// match any of the patterns ("image/*").
func Samples(t testing.TB, patterns ...string) []string {
	t.Helper()
	above := ""
	if _, err := os.Stat("testdata/video"); err != nil {
		above = "../" // a family's folder
	}
	var files []string
	for _, dir := range []string{"testdata", Beside} {
		for _, p := range patterns {
			found, err := filepath.Glob(above + filepath.Join(dir, p))
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
