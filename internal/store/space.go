package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// Space is what a catalog takes of its disk, in bytes.
type Space struct {
	Bytes int64 // of its file
	Free  int64 // of these, those of pages that hold nothing
}

// Space says what the catalog takes.
func (s *Store) Space(ctx context.Context) (sp Space, err error) {
	err = s.read(ctx, func(c *conn) error {
		pages, size, free, err := pagesOf(c)
		sp = Space{pages * size, free * size}
		return err
	})
	return sp, err
}

func pagesOf(c *conn) (pages, size, free int64, err error) {
	pages, err = c.number("PRAGMA page_count")
	if err == nil {
		size, err = c.number("PRAGMA page_size")
	}
	if err == nil {
		free, err = c.number("PRAGMA freelist_count")
	}
	return pages, size, free, err
}

const (
	givenAtOnce = 128       // pages, few enough that a change which waits behind them is not late
	keptFree    = 2048      // pages that are not given back: what is written next needs some
	keptPart    = 20        // nor is one of so many of all pages
	incremental = int64(2)  // of auto_vacuum: pages are given back when it is asked for
	spareBytes  = 256 << 20 // left on a disk on which a catalog is copied
)

// GiveBack gives a few pages that hold nothing back to the disk, and reports whether there are more to give. A catalog
// that could not be compacted keeps them.
func (s *Store) GiveBack(ctx context.Context) (more bool, err error) {
	err = s.Update(ctx, func(tx *Tx) error {
		pages, _, free, err := pagesOf(tx.c)
		left := free - max(keptFree, pages/keptPart)
		if err != nil || left <= 0 {
			return err
		}
		before := pages
		if err := tx.c.script(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", min(left, givenAtOnce))); err != nil {
			return err
		}
		pages, _, _, err = pagesOf(tx.c)
		more = pages < before && left > givenAtOnce
		return err
	})
	return more, err
}

// compacting is what the name of a catalog has behind it while it is copied.
const compacting = ".compact"

// gives reports whether a catalog gives pages back when it is asked to.
func gives(c *conn) (bool, error) {
	mode, err := c.number("PRAGMA auto_vacuum")
	return mode == incremental, err
}

// compact copies a catalog of a version that gave no space back, its documents packed, page behind page and without
// those that hold nothing, and puts the copy in its place. Whatever ends it on the way leaves the one that was there,
// whole. It is left as it is where its disk has no room for a second one, it is damaged, or another process reads it.
func compact(ctx context.Context, path string, log *zap.Logger) error {
	part := path + compacting
	if err := removeIfThere(part, part+"-journal"); err != nil {
		return fmt.Errorf("remove what is left of a copy that was not finished: %w", err)
	}
	fi, err := os.Stat(path)
	if err != nil {
		return err
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(path), &disk); err != nil {
		return fmt.Errorf("ask for the free space of %s: %w", filepath.Dir(path), err)
	}
	needed := fi.Size() + spareBytes
	if have := int64(disk.Bavail) * disk.Bsize; have < needed {
		return fmt.Errorf("its disk has %s free: make it %s", humanize.IBytes(uint64(have)), humanize.IBytes(uint64(needed)))
	}
	log.Info("catalog is made smaller, which takes a minute for a million items", zap.String("path", path))
	if err := sound(ctx, path); err != nil { // a copy would not show the damage
		return err
	}
	if err := copyCompact(ctx, path, part, log); err != nil {
		return errors.Join(err, removeIfThere(part))
	}
	_, _, err = fold(ctx, path)
	if err == nil {
		err = Entrust(part)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(part))
	}
	return putInPlace(part, path)
}

func copyCompact(ctx context.Context, path, part string, log *zap.Logger) error {
	c, err := dial(path, false, "synchronous=NORMAL", "wal_autocheckpoint=4000", "cache_size=-8192")
	if err != nil {
		return err
	}
	c.ctx = ctx
	if err = packAll(c, log); err == nil {
		err = c.exec(fmt.Sprintf("PRAGMA auto_vacuum = %d", incremental))
	}
	if err == nil {
		err = c.exec("VACUUM INTO ?", part)
	}
	return errors.Join(err, c.close())
}

// packAll packs the documents of a catalog in which they are as older versions kept them. It may end anywhere.
func packAll(c *conn, log *zap.Logger) error {
	const rows, told = 1000, 100_000
	type item struct {
		id          int64
		doc, probed []byte
	}
	for last, n := int64(0), 0; ; {
		var items []item
		err := c.each("SELECT id, doc, probed FROM items WHERE id > ? ORDER BY id LIMIT ?", func(r row) error {
			doc, probed, err := unpackItem(r.bytes(1), r.bytes(2))
			items = append(items, item{r.int(0), doc, probed})
			return err
		}, last, int64(rows))
		if err != nil || len(items) == 0 {
			return err
		}
		err = c.script("BEGIN IMMEDIATE")
		for _, it := range items {
			if err == nil {
				err = c.exec("UPDATE items SET doc = ?, probed = ? WHERE id = ?",
					blob(pack(it.doc, nil)), blob(pack(it.probed, it.doc)), it.id)
			}
		}
		if err == nil {
			err = c.script("COMMIT")
		}
		if err != nil {
			return err
		}
		last = items[len(items)-1].id
		if n += len(items); n%told == 0 {
			log.Info("documents are packed", zap.Int("items", n))
		}
	}
}
