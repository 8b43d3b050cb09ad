package store

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Volume returns the number of a file system, made where it is new.
func (tx *Tx) Volume(ident string) (int64, error) {
	id, err := tx.c.number("SELECT id FROM volumes WHERE ident = ?", ident)
	if err != nil || id != 0 {
		return id, err
	}
	if err := tx.c.exec("INSERT INTO volumes (ident) VALUES (?)", ident); err != nil {
		return 0, err
	}
	return tx.c.number("SELECT last_insert_rowid()")
}

// RenameVolume gives a file system the name by which it is known from now on.
func (tx *Tx) RenameVolume(ident, now string) error {
	tx.rootsChanged = true
	return tx.c.exec("UPDATE OR IGNORE volumes SET ident = ? WHERE ident = ?", now, ident)
}

// ReplaceVolume puts a root on another file system. Its items stay on the one before, which is a former one from here
// on, until each is found again: so it is one row that changes, however many items there are.
func (tx *Tx) ReplaceVolume(r *Root, ident string, dir tree.FileID) error {
	before := r.Volume
	r.Ident, r.Dir = ident, dir
	if err := tx.SaveRoot(r); err != nil {
		return err
	}
	if err := tx.c.exec("INSERT OR IGNORE INTO former_volumes (root, volume) VALUES (?,?)", r.ID, before); err != nil {
		return err
	}
	if err := tx.c.exec("DELETE FROM former_volumes WHERE root = ? AND volume = ?", r.ID, r.Volume); err != nil {
		return err
	}
	var err error
	r.FormerVolumes, err = formerVolumes(tx.c, r.ID)
	return err
}

// ForgetFormerVolumes forgets what file systems a root was on before.
func (tx *Tx) ForgetFormerVolumes(root int64) error {
	return tx.c.exec("DELETE FROM former_volumes WHERE root = ?", root)
}

func formerVolumes(c *conn, root int64) (out []int64, err error) {
	err = c.each("SELECT volume FROM former_volumes WHERE root = ? ORDER BY volume", func(r row) error {
		out = append(out, r.int(0))
		return nil
	}, root)
	return out, err
}

// Stock is how much the catalog holds of a root on some file systems.
type Stock struct {
	Present int64 // items that stand
	All     int64 // with those that are missing and held
	Media   int64 // of all, those of the kinds asked for
}

// StockOf counts the items of a root on some file systems, and those of some kinds among them. It reads the whole
// catalog.
func (s *Store) StockOf(ctx context.Context, root int64, volumes []int64, media []string) (n Stock, err error) {
	args := []driver.Value{root}
	for _, v := range volumes {
		args = append(args, v)
	}
	kinds := make([]driver.Value, 0, len(media)+len(args))
	for _, k := range media {
		kinds = append(kinds, k)
	}
	err = s.read(ctx, func(c *conn) error {
		_, err := c.one("SELECT coalesce(sum(state = {present}), 0), count(*), coalesce(sum(kind IN ("+marks(len(media))+")), 0)"+
			" FROM items WHERE root = ? AND volume IN ("+marks(len(volumes))+") AND state < {detached}", func(r row) { n = Stock{r.int(0), r.int(1), r.int(2)} }, append(kinds, args...)...)
		return err
	})
	return n, err
}

func marks(n int) string { return strings.Join(slices.Repeat([]string{"?"}, n), ",") }

// Standing reads the items that stand in a directory: their name, size and modification time, and the file system that
// they are on.
func (s *Store) Standing(ctx context.Context, root int64, dir string) (out []Item, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.each("SELECT i.name, i.size, i.mtime, i.volume FROM dirs d JOIN items i ON i.dir = d.id AND i.state = {present} WHERE d.root = ? AND d.path = ?",
			func(r row) error {
				out = append(out, Item{Name: string(r.bytes(0)), Size: r.int(1), MTime: r.int(2), Volume: r.int(3)})
				return nil
			}, root, []byte(dir))
	})
	return out, err
}
