package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Files of a directory, about as many as an album or a season has: a million lie in 100,000 directories.
const perDirectory = 10

// quiet is longer than the daemon's debounce.
const quiet = 2 * time.Second

// tree returns a tree of so many files, and makes it where no complete one is left of an earlier run.
func (b *bench) tree(ctx context.Context, files int) (string, error) {
	return b.part(ctx, 0, files)
}

// part returns the part with that number of a larger library: a tree of so many files, none of which is like one of
// another part.
func (b *bench) part(ctx context.Context, number, files int) (string, error) {
	tree := filepath.Join(b.dir, fmt.Sprintf("tree-%d-%d", files, number))
	if _, err := os.Stat(tree); err == nil {
		return tree, nil
	}
	samples, err := b.readSamples()
	if err != nil {
		return "", err
	}
	growing := tree + ".growing" // renamed once it is whole
	if err := os.RemoveAll(growing); err != nil {
		return "", err
	}
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	fmt.Fprintf(b.out, "making a tree of %d files in %s\n", files, tree)
	for i := range files {
		n := number*files + i
		if err := ctx.Err(); err != nil {
			return "", err
		}
		s := samples[n%len(samples)]
		dir := filepath.Join(growing, fmt.Sprintf("Shelf %02d", i/perDirectory%50),
			fmt.Sprintf("Collection %05d", i/perDirectory))
		if i%perDirectory == 0 {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return "", err
			}
		}
		path := filepath.Join(dir, fmt.Sprintf("%02d - Number %06d%s", i%perDirectory, n, s.ext))
		if err := errors.Join(os.WriteFile(path, s.numbered(n), 0o644), os.Chtimes(path, old, old)); err != nil {
			return "", err
		}
	}
	if err := os.Rename(growing, tree); err != nil {
		return "", err
	}
	select { // what was written a moment ago is looked at again, and a second scan is to find nothing to do
	case <-time.After(quiet):
	case <-ctx.Done():
	}
	return tree, ctx.Err()
}

type file struct {
	ext  string
	data []byte
}

// numbered is the file with a number behind its end, where no format minds it.
func (f file) numbered(n int) []byte {
	return binary.BigEndian.AppendUint64(f.data[:len(f.data):len(f.data)], uint64(n))
}

// readSamples takes the sample library's media files of up to 16 KiB, in the order of their paths.
func (b *bench) readSamples() ([]file, error) {
	var all []file
	err := filepath.WalkDir(b.samples, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if ext := strings.ToLower(filepath.Ext(path)); err == nil && len(data) <= 16<<10 && ext != ".txt" {
			all = append(all, file{ext, data})
		}
		return err
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s holds no files to copy", b.samples)
	}
	return all, err
}
