package store

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Root is a row of the roots, configured or detached.
type Root struct {
	ID         int64
	Name       string
	Kind       string
	Location   string
	Volume     int64  // 0: never reached
	Ident      string // of the volume
	Dir        tree.FileID
	DetachedAt int64 // since when it is not configured, in Unix nanoseconds; 0: it is
	FullPolls  bool
	AcceptedAt int64 // when held removals were last accepted, in Unix nanoseconds; 0: never
	// FormerVolumes are the file systems that it was on, of which items are still to be found again on the present one.
	FormerVolumes []int64
}

func rootsOf(c *conn, where string) (out []Root, err error) {
	err = c.each(`SELECT r.id, r.name, r.kind, r.location, r.volume, coalesce(v.ident, ''), r.root_inode, r.root_birth,
		r.detached_at, r.full_polls, r.accepted_at FROM roots r LEFT JOIN volumes v ON v.id = r.volume WHERE `+where+` ORDER BY r.name`, func(r row) error {
		out = append(out, Root{ID: r.int(0), Name: r.text(1), Kind: r.text(2), Location: r.text(3), Volume: r.int(4), Ident: r.text(5),
			Dir: tree.FileID{Inode: uint64(r.int(6)), Birth: r.int(7)}, DetachedAt: r.int(8), FullPolls: r.int(9) != 0, AcceptedAt: r.int(10)})
		return nil
	})
	for i := range out {
		if err == nil {
			out[i].FormerVolumes, err = formerVolumes(c, out[i].ID)
		}
	}
	return out, err
}

// Roots reads every root, detached ones too.
func (s *Store) Roots(ctx context.Context) (out []Root, err error) {
	err = s.readFeed(ctx, func(c *conn) (err error) {
		out, err = rootsOf(c, "1")
		return err
	})
	return out, err
}

// Roots reads every root.
func (tx *Tx) Roots() ([]Root, error) { return rootsOf(tx.c, "1") }

// AddRoot adds a root and gives it its id.
func (tx *Tx) AddRoot(r *Root) (err error) {
	tx.rootsChanged = true
	if err := tx.c.exec("INSERT INTO roots (name, kind, location) VALUES (?,?,?)", r.Name, r.Kind, r.Location); err != nil {
		return err
	}
	r.ID, err = tx.c.number("SELECT last_insert_rowid()")
	return err
}

// SaveRoot writes a root.
func (tx *Tx) SaveRoot(r *Root) (err error) {
	tx.rootsChanged = true
	if r.Ident != "" {
		if r.Volume, err = tx.Volume(r.Ident); err != nil {
			return err
		}
	}
	full := int64(0)
	if r.FullPolls {
		full = 1
	}
	return tx.c.exec("UPDATE roots SET name=?, kind=?, location=?, volume=?, root_inode=?, root_birth=?, detached_at=?, full_polls=?, accepted_at=? WHERE id=?",
		r.Name, r.Kind, r.Location, r.Volume, int64(r.Dir.Inode), r.Dir.Birth, r.DetachedAt, full, r.AcceptedAt, r.ID)
}

// DropRoot forgets a root that holds no items any more.
func (tx *Tx) DropRoot(id int64) error {
	tx.rootsChanged, tx.dirsChanged, tx.dir = true, true, lastDir{}
	if err := tx.c.exec("DELETE FROM dirs WHERE root = ?", id); err != nil {
		return err
	}
	if err := tx.ForgetFormerVolumes(id); err != nil {
		return err
	}
	if err := tx.c.exec("DELETE FROM totals WHERE root = ?", id); err != nil {
		return err
	}
	return tx.c.exec("DELETE FROM roots WHERE id = ?", id)
}

// RootItems reads up to limit items of a root in some states, in id order above after. They are looked for among all
// items, so it does not look where there are none, as at nearly every start.
func (tx *Tx) RootItems(root, after int64, from, to State, limit int) ([]Item, error) {
	there := false
	for state := from; state <= to; state++ {
		there = there || tx.rootItemsIn(root, state) > 0
	}
	if !there {
		return nil, nil
	}
	return tx.items("id > ? AND root = ? AND state BETWEEN ? AND ? ORDER BY id LIMIT ?", after, root, int64(from), int64(to), int64(limit))
}

func (s *Store) loadRootNames(c *conn) error {
	names := map[int64]string{}
	err := c.each("SELECT id, name FROM roots", func(r row) error { names[r.int(0)] = r.text(1); return nil })
	if err == nil {
		s.roots.Store(&names)
	}
	return err
}

// rootName gives the name of a root by id.
func (s *Store) rootName(id int64) string {
	if m := s.roots.Load(); m != nil {
		return (*m)[id]
	}
	return ""
}

// SomePaths reads up to n paths of items of a root that are present.
func (s *Store) SomePaths(ctx context.Context, root int64, n int) (paths []string, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.each("SELECT d.path, i.name FROM dirs d JOIN items i ON i.dir = d.id AND i.state = {present} WHERE d.root = ? LIMIT ?", func(r row) error {
			paths = append(paths, tree.Join(string(r.bytes(0)), string(r.bytes(1))))
			return nil
		}, root, int64(n))
	})
	return paths, err
}
