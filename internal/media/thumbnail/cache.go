package thumbnail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"
)

// Cache keeps thumbnails as files within a size. It has two generations, each of at most half that size: what is asked
// for moves into the younger one, and when that is full, the older one is forgotten and the younger takes its place. So
// nothing needs to know when each was last asked for, and memory does not grow with what is kept.
//
// It is safe for concurrent use. What cannot be kept is made anew: no error of the disk ends a request.
type Cache struct {
	dir  string
	half int64 // bytes of one generation; 0: nothing is kept
	log  *zap.Logger

	aging chan struct{} // held while the younger generation becomes the older one

	mu   sync.Mutex
	used int64 // bytes in the younger generation

	colours atomic.Int64 // how many were remembered
}

const (
	younger, older = "new", "old"
	// blockSize is what a small file takes of a disk, at least.
	blockSize = 4 << 10
)

// OpenCache opens the cache in a directory, which it makes. It may take size bytes; of 0 nothing is kept, and what was
// is removed.
func OpenCache(dir string, size int64, log *zap.Logger) (*Cache, error) {
	c := &Cache{dir: dir, half: size / 2, log: log, aging: make(chan struct{}, 1)}
	if c.half <= 0 {
		if err := os.RemoveAll(dir); err != nil {
			return nil, fmt.Errorf("remove the thumbnails in %s: %w", dir, err)
		}
		return c, nil
	}
	for _, generation := range []string{younger, older} {
		if err := os.MkdirAll(filepath.Join(dir, generation), 0o750); err != nil {
			return nil, fmt.Errorf("make a place for thumbnails: %w", err)
		}
	}
	err := filepath.WalkDir(filepath.Join(dir, younger), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			c.used += taken(info.Size())
		}
		return nil // one that has just gone takes nothing
	})
	if err != nil {
		return nil, fmt.Errorf("measure the thumbnails in %s: %w", dir, err)
	}
	return c, nil
}

// NoCache keeps nothing.
func NoCache() *Cache { return &Cache{} }

// taken is how much of a disk a file of a size takes.
func taken(size int64) int64 { return (size + blockSize) / blockSize * blockSize }

// path of a key's file, in a generation. A directory has a 256th of them.
func (c *Cache) path(generation, key string) string {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:16])
	return filepath.Join(c.dir, generation, name[:2], name[2:])
}

// Get gives what is kept under a key. Without a JPEG: it is known that no thumbnail can be made.
func (c *Cache) Get(key string) (_ Thumbnail, ok bool) {
	if c.half <= 0 {
		return Thumbnail{}, false
	}
	for _, generation := range []string{younger, older} {
		b, err := os.ReadFile(c.path(generation, key))
		if err != nil {
			continue
		}
		t, ok := readKept(b)
		if !ok {
			continue
		}
		if generation == older {
			c.rescue(key, int64(len(b)))
		}
		return t, true
	}
	return Thumbnail{}, false
}

// Put keeps a thumbnail under a key; without a JPEG: none can be made.
func (c *Cache) Put(key string, t Thumbnail) {
	if c.half > 0 {
		c.keep(key, slices.Concat(t.JPEG, t.Colour[:], ending))
	}
}

// ending stands at the end of each file, behind the colour. What an older version kept without one ends otherwise.
var ending = []byte("\nend 2\n")

// readKept reads a file of the cache. One that a power failure cut short, or an older version wrote, is made anew.
func readKept(b []byte) (t Thumbnail, ok bool) {
	b, ok = bytes.CutSuffix(b, ending)
	if at := len(b) - len(t.Colour); ok && at >= 0 {
		return Thumbnail{JPEG: b[:at], Colour: Colour(b[at:])}, true
	}
	return t, false
}

func (c *Cache) keep(key string, file []byte) {
	if !c.makeRoom(int64(len(file))) {
		return
	}
	if err := writeFile(c.path(younger, key), file); err != nil {
		c.log.Warn("a thumbnail is not kept", zap.Error(err))
	}
}

// rescue moves a thumbnail of the older generation into the younger one.
func (c *Cache) rescue(key string, size int64) {
	if !c.makeRoom(size) {
		return
	}
	to := c.path(younger, key)
	err := os.MkdirAll(filepath.Dir(to), 0o750)
	if err == nil {
		err = os.Rename(c.path(older, key), to)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // another request may have moved it first
		c.log.Warn("a thumbnail is not kept", zap.Error(err))
	}
}

// makeRoom takes room in the younger generation for a file of a size, and forgets the older one where none is left. It
// reports whether there is room: what cannot be forgotten leaves none, and is tried again with the next file.
func (c *Cache) makeRoom(size int64) bool {
	if !c.full(taken(size)) {
		return true
	}
	select {
	case c.aging <- struct{}{}:
	default:
		return true // somebody else is at it
	}
	defer func() { <-c.aging }()
	if err := c.age(); err != nil {
		c.log.Warn("old thumbnails are not forgotten, and no new ones kept", zap.Error(err))
		c.mu.Lock()
		defer c.mu.Unlock()
		c.used = c.half
		return false
	}
	return true
}

// full counts a file into the younger generation, and says whether that is too much for it. Then the count begins anew.
func (c *Cache) full(size int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.used += size; c.used <= c.half {
		return false
	}
	c.used = size
	return true
}

// age makes the younger generation the older one. What is written meanwhile lands in either. Where it was broken off
// there may be no older one, or no younger one.
func (c *Cache) age() error {
	old, young, gone := filepath.Join(c.dir, older), filepath.Join(c.dir, younger), filepath.Join(c.dir, "gone")
	if err := os.RemoveAll(gone); err != nil {
		return err
	}
	if err := os.Rename(old, gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(young, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(os.MkdirAll(young, 0o750), os.RemoveAll(gone))
}

// writeFile writes a file whole or not at all.
func writeFile(path string, b []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "making-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
