package local_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// BenchmarkList lists one directory; compare with BenchmarkReadDir, and with find by
// TestListKeepsUpWithFind.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			fillDir(b, dir, n)
			t, err := local.New(dir, local.Options{})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				l, err := t.List(ctx, "")
				if err != nil || len(l.Entries) != n {
					b.Fatal(len(l.Entries), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/entry")
		})
	}
}

// BenchmarkReadDir is how the standard library would do what List does.
func BenchmarkReadDir(b *testing.B) {
	for _, n := range []int{1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := b.TempDir()
			fillDir(b, dir, n)
			b.ReportAllocs()
			for b.Loop() {
				entries, err := os.ReadDir(dir)
				if err != nil {
					b.Fatal(err)
				}
				for _, e := range entries {
					if _, err := e.Info(); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/entry")
		})
	}
}

func BenchmarkStat(b *testing.B) {
	dir := b.TempDir()
	fillDir(b, dir, 1)
	t, err := local.New(dir, local.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := t.Stat(ctx, name(0)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenReadClose opens a file and reads so many bytes of it, as a probe does, by the tree and by
// the standard library.
func BenchmarkOpenReadClose(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), make([]byte, 1<<20), 0o600); err != nil {
		b.Fatal(err)
	}
	t, err := local.New(dir, local.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, size := range []int{0, 4 << 10, 64 << 10, 256 << 10} {
		buf := make([]byte, size)
		read := func(b *testing.B, open func() (tree.ReadFile, error)) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := open()
				if err != nil {
					b.Fatal(err)
				}
				if _, err := f.ReadAt(buf, 0); err != nil {
					b.Fatal(err)
				}
				f.Close()
			}
		}
		b.Run(fmt.Sprintf("tree/%d", size), func(b *testing.B) {
			read(b, func() (tree.ReadFile, error) { return t.Open(ctx, "f") })
		})
		b.Run(fmt.Sprintf("os/%d", size), func(b *testing.B) {
			read(b, func() (tree.ReadFile, error) {
				f, err := os.Open(filepath.Join(dir, "f"))
				return osFile{f}, err
			})
		})
	}
}

type osFile struct{ *os.File }

func (osFile) Stat() (tree.Entry, error) { return tree.Entry{}, nil }

func name(i int) string { return fmt.Sprintf("Some Film of Common Length (%04d).mkv", i) }

func fillDir(tb testing.TB, dir string, n int) {
	tb.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	for i := range n {
		f, err := os.Create(filepath.Join(dir, name(i)))
		if err != nil {
			tb.Fatal(err)
		}
		f.Close()
	}
}
