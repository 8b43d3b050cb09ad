package store

import (
	"context"
	"database/sql/driver"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Dir is a row of the directories that hold, or held, items.
type Dir struct {
	ID        int64
	Root      int64
	Parent    int64
	Path      string
	Volume    int64
	Stamp     int64 // of a polled directory that stands, what proves its names; 0: nothing does
	Digest    Digest
	Settled   bool  // the rows equal the listing that Digest is of
	Gone      bool  // proven absent
	GoneAt    int64 // when it was, in Unix nanoseconds
	RecheckAt int64 // when it is to be listed again, in Unix nanoseconds; 0: not before something changes
	Skipped   Skipped
}

// Digest stands for a directory's listing: equal digests, equal listings. It is a sum over the entries,
// so that it can follow a change of one of them.
type Digest struct{ Hi, Lo uint64 }

// Add adds a part.
func (d Digest) Add(o Digest) Digest { return Digest{d.Hi + o.Hi, d.Lo + o.Lo} }

// Sub takes a part away.
func (d Digest) Sub(o Digest) Digest { return Digest{d.Hi - o.Hi, d.Lo - o.Lo} }

func (d Digest) bytes() []byte {
	b := make([]byte, 16)
	for i := range 8 {
		b[i], b[8+i] = byte(d.Hi>>(8*i)), byte(d.Lo>>(8*i))
	}
	return b
}

func digestOf(b []byte) (d Digest, ok bool) {
	if len(b) != 16 {
		return Digest{}, false
	}
	for i := range 8 {
		d.Hi |= uint64(b[i]) << (8 * i)
		d.Lo |= uint64(b[8+i]) << (8 * i)
	}
	return d, true
}

const dirColumns = "id, root, parent, path, volume, stamp, digest, gone, recheck_at, mounts, links, unreadable, skipped"

func scanDir(r row) Dir {
	d := Dir{ID: r.int(0), Root: r.int(1), Parent: r.int(2), Path: string(r.bytes(3)), Volume: r.int(4),
		Gone: r.int(7) != 0, RecheckAt: r.int(8),
		Skipped: Skipped{Mounts: r.int(9), Links: r.int(10), Unreadable: r.int(11), Names: string(r.bytes(12))}}
	d.Digest, d.Settled = digestOf(r.bytes(6))
	if at := r.int(5); d.Gone {
		d.GoneAt = at
	} else {
		d.Stamp = at
	}
	return d
}

func dirAt(c *conn, where string, args ...driver.Value) (d Dir, found bool, err error) {
	found, err = c.one("SELECT "+dirColumns+" FROM dirs WHERE "+where, func(r row) { d = scanDir(r) }, args...)
	return d, found, err
}

func dirsWhere(c *conn, where string, args ...driver.Value) ([]Dir, error) {
	var out []Dir
	err := c.each("SELECT "+dirColumns+" FROM dirs WHERE "+where, func(r row) error { out = append(out, scanDir(r)); return nil }, args...)
	return out, err
}

// Dir reads a directory's row from outside a transaction.
func (s *Store) Dir(ctx context.Context, root int64, dir string) (d Dir, found bool, err error) {
	err = s.readOne(ctx, func(c *conn) (err error) {
		d, found, err = dirAt(c, "root = ? AND path = ?", root, []byte(dir))
		return err
	})
	return d, found, err
}

// Knows reports whether the catalog holds a directory or an item at a path of a root, and which.
func (s *Store) Knows(ctx context.Context, root int64, path string) (known, isFile bool, err error) {
	if d, found, err := s.Dir(ctx, root, path); err != nil || found && !d.Gone {
		return found, false, err
	}
	dir, name := tree.Split(path)
	err = s.read(ctx, func(c *conn) error {
		n, err := c.number("SELECT EXISTS (SELECT 1 FROM items i JOIN dirs d ON d.id = i.dir WHERE d.root = ? AND d.path = ? AND i.name = ? AND i.state < {detached})",
			root, []byte(dir), []byte(name))
		isFile = n > 0
		return err
	})
	return isFile, isFile, err
}

// Subdirs reads the directories right below one that are not gone.
func (s *Store) Subdirs(ctx context.Context, dir int64) (out []Dir, err error) {
	err = s.readOne(ctx, func(c *conn) (err error) {
		out, err = dirsWhere(c, "parent = ? AND gone = 0", dir)
		return err
	})
	return out, err
}

// DirsGeneration counts the commits that changed rows of directories. It moves before those who asked for such a commit
// hear of it: rows that were read after it was asked are as the catalog has them for as long as it stands.
func (s *Store) DirsGeneration() int64 { return s.dirsGen.Load() }

// Place is where an item stands.
type Place struct {
	Root      int64
	Dir, Name string
}

// PlacesOf reads where the items stand that have an identity on a file system.
func (s *Store) PlacesOf(ctx context.Context, volume string, id tree.FileID) (out []Place, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.each(`SELECT d.root, d.path, i.name FROM items i JOIN dirs d ON d.id = i.dir
			WHERE i.inode = ? AND i.birth = ? AND i.volume = (SELECT id FROM volumes WHERE ident = ?) AND i.state = {present}`, func(r row) error {
			out = append(out, Place{r.int(0), string(r.bytes(1)), string(r.bytes(2))})
			return nil
		}, int64(id.Inode), id.Birth, volume)
	})
	return out, err
}

// KnowsFile reports whether any item has an identity on a file system, one that is missing for now too.
func (s *Store) KnowsFile(ctx context.Context, volume string, id tree.FileID) (known bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		known, err = c.one(`SELECT 1 FROM items WHERE inode = ? AND birth = ?
			AND volume = (SELECT id FROM volumes WHERE ident = ?) LIMIT 1`,
			func(row) {}, int64(id.Inode), id.Birth, volume)
		return err
	})
	return known, err
}

// GoneDirs reads directories of a root that are gone, but what is in them is not missing yet, or nothing is:
// what remains to be done.
func (s *Store) GoneDirs(ctx context.Context, root int64) (out []Dir, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		out, err = dirsWhere(c, `root = ? AND gone = 1 AND (EXISTS (SELECT 1 FROM items i WHERE i.dir = dirs.id AND i.state = {present})
			OR EXISTS (SELECT 1 FROM dirs d WHERE d.parent = dirs.id AND d.gone = 0)
			OR NOT EXISTS (SELECT 1 FROM items i WHERE i.dir = dirs.id AND i.state > {present}) AND NOT EXISTS (SELECT 1 FROM dirs d WHERE d.parent = dirs.id))`, root)
		return err
	})
	return out, err
}

// DueDirs reads up to limit directories of a root that are to be looked at again by the given time, and the time of the
// next one after it (0: none). What was put off while the clock was far ahead is due too.
func (s *Store) DueDirs(ctx context.Context, root, by int64, limit int) (due []Dir, next int64, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		due, err = dirsWhere(c, "recheck_at > 0 AND recheck_at <= ? AND root = ? ORDER BY recheck_at LIMIT ?", by, root, int64(limit))
		if err != nil {
			return err
		}
		if len(due) == 0 {
			const late = "recheck_at > 0 AND recheck_at > ? AND root = ? ORDER BY recheck_at LIMIT ?"
			due, err = dirsWhere(c, late, ahead(by), root, int64(limit))
			if err != nil {
				return err
			}
		}
		next, err = c.number("SELECT coalesce(min(recheck_at), 0) FROM dirs WHERE recheck_at > ? AND root = ?", max(by, 0), root)
		return err
	})
	return due, next, err
}

// Dir reads a directory's row.
func (tx *Tx) Dir(root int64, dir string) (Dir, bool, error) {
	return dirAt(tx.c, "root = ? AND path = ?", root, []byte(dir))
}

// DirByID reads a directory's row.
func (tx *Tx) DirByID(id int64) (Dir, bool, error) { return dirAt(tx.c, "id = ?", id) }

// EnsureDir reads a directory's row, and makes it and those above it where they are not there.
func (tx *Tx) EnsureDir(root int64, dir string, volume int64) (Dir, error) {
	d, found, err := tx.Dir(root, dir)
	if err != nil || found {
		return d, err
	}
	d = Dir{Root: root, Path: dir, Volume: volume}
	if dir != "" {
		parent, err := tx.EnsureDir(root, tree.Parent(dir), volume)
		if err != nil {
			return d, err
		}
		d.Parent = parent.ID
	}
	return tx.insertDir(d)
}

// AddDir makes the row of a directory that has none, right below one that has.
func (tx *Tx) AddDir(above *Dir, dir string, volume int64) (Dir, error) {
	return tx.insertDir(Dir{Root: above.Root, Parent: above.ID, Path: dir, Volume: volume})
}

func (tx *Tx) insertDir(d Dir) (_ Dir, err error) {
	tx.rows, tx.dirsChanged = tx.rows+1, true
	err = tx.c.exec("INSERT INTO dirs (root, parent, path, volume) VALUES (?,?,?,?)",
		d.Root, d.Parent, []byte(d.Path), d.Volume)
	if err != nil {
		return d, err
	}
	d.ID, err = tx.c.number("SELECT last_insert_rowid()")
	return d, err
}

// Subdirs reads the directories right below one that are not gone.
func (tx *Tx) Subdirs(dir int64) ([]Dir, error) {
	return dirsWhere(tx.c, "parent = ? AND gone = 0", dir)
}

// SaveDir writes what changes of a directory.
func (tx *Tx) SaveDir(d *Dir) error {
	tx.rows, tx.dirsChanged = tx.rows+1, true
	var digest driver.Value
	if d.Settled {
		digest = d.Digest.bytes()
	}
	gone, stamp := int64(0), d.Stamp
	if d.Gone {
		gone, stamp = 1, d.GoneAt
	}
	var names driver.Value
	if d.Skipped.Names != "" {
		names = []byte(d.Skipped.Names)
	}
	return tx.c.exec("UPDATE dirs SET volume=?, stamp=?, digest=?, gone=?, recheck_at=?, mounts=?, links=?, unreadable=?, skipped=? WHERE id=?",
		d.Volume, stamp, digest, gone, d.RecheckAt, d.Skipped.Mounts, d.Skipped.Links, d.Skipped.Unreadable, names, d.ID)
}

// Unsettle has the next look at a directory compare row by row, whatever its digest.
func (tx *Tx) Unsettle(dir int64) error {
	tx.dirsChanged = true
	return tx.c.exec("UPDATE dirs SET digest = NULL WHERE id = ? AND digest IS NOT NULL", dir)
}

// MarkGone says that a directory was proven absent at a time: its items and the directories below it follow, each
// in a request of its own.
func (tx *Tx) MarkGone(d *Dir, at int64) error {
	d.Gone, d.GoneAt, d.Settled, d.RecheckAt, d.Skipped = true, at, false, 0, Skipped{}
	return tx.SaveDir(d)
}

// DropEmptyDir forgets a gone directory that holds nothing any more, and those above it likewise.
func (tx *Tx) DropEmptyDir(id int64) error {
	for id != 0 {
		d, found, err := tx.DirByID(id)
		if err != nil || !found || !d.Gone {
			return err
		}
		n, err := tx.c.number(`SELECT EXISTS (SELECT 1 FROM items WHERE dir = ?1 AND state = {present})
			OR EXISTS (SELECT 1 FROM items WHERE dir = ?1 AND state > {present}) OR EXISTS (SELECT 1 FROM dirs WHERE parent = ?1)`, id)
		if err != nil || n != 0 {
			return err
		}
		tx.dirsChanged, tx.dir = true, lastDir{} // its id may be given again
		if err := tx.c.exec("DELETE FROM dirs WHERE id = ?", id); err != nil {
			return err
		}
		id = d.Parent
	}
	return nil
}

// ForgetEmpty forgets the directories of a root that holds no items, and reports whether it is such a root.
func (tx *Tx) ForgetEmpty(root int64) (bool, error) {
	n, err := tx.c.number("SELECT EXISTS (SELECT 1 FROM items WHERE root = ?)", root)
	if err != nil || n != 0 {
		return false, err
	}
	tx.dirsChanged, tx.dir = true, lastDir{}
	return true, tx.c.exec("DELETE FROM dirs WHERE root = ?", root)
}

// LocalDirectories counts the directories of the local roots that are configured.
func (s *Store) LocalDirectories(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(c *conn) (err error) {
		n, err = c.number("SELECT count(*) FROM dirs WHERE gone = 0 AND root IN (SELECT id FROM roots WHERE kind = 'local' AND detached_at = 0)")
		return err
	})
	return n, err
}
