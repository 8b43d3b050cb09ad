package store

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Twin is an item that is present and has an identity that was asked for.
type Twin struct {
	Item      int64
	Root      int64
	Dir, Name string
	ID        tree.FileID
	Size      int64 // bytes
	MTime     int64 // Unix nanoseconds
}

// Twins reads the items that are present and have one of some identities on a file system.
func (s *Store) Twins(ctx context.Context, volume string, ids []tree.FileID) (out []Twin, err error) {
	err = s.read(ctx, func(c *conn) error {
		at, err := c.number("SELECT ifnull(max(id), 0) FROM volumes WHERE ident = ?", volume)
		if err != nil || at == 0 {
			return err
		}
		from, to := ids[0].Inode, ids[0].Inode
		for _, id := range ids {
			from, to = min(from, id.Inode), max(to, id.Inode)
		}
		// They lie close to each other, and of a tree that is new nothing is known.
		some, err := c.number("SELECT EXISTS (SELECT 1 FROM items WHERE inode BETWEEN ? AND ?)", int64(from), int64(to))
		if err != nil || some == 0 {
			return err
		}
		for _, id := range ids {
			err := c.each(`SELECT i.id, d.root, d.path, i.name, i.size, i.mtime FROM items i JOIN dirs d ON d.id = i.dir
				WHERE i.inode = ? AND i.birth = ? AND i.volume = ? AND i.state = {present}`, func(r row) error {
				out = append(out, Twin{r.int(0), r.int(1), string(r.bytes(2)), string(r.bytes(3)), id, r.int(4), r.int(5)})
				return nil
			}, int64(id.Inode), id.Birth, at)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// someNamesRows is how many of the oldest and of the newest rows of a file SomeByIdentity looks at: while thousands of
// names go one after another, what is gone is not passed over again and again.
const someNamesRows = 64

// SomeByIdentity reads up to limit items that are present and have an identity, without their documents. It may find
// none where most of very many are not present.
func (tx *Tx) SomeByIdentity(volume int64, id tree.FileID, limit int) ([]Item, error) {
	const have = "SELECT id FROM (SELECT id FROM items WHERE inode = ?1 AND birth = ?2 AND volume = ?3 "
	return tx.items("id IN ("+have+"ORDER BY id LIMIT ?4) UNION "+have+`ORDER BY id DESC LIMIT ?4))
		AND state = {present} LIMIT ?5`, int64(id.Inode), id.Birth, volume, int64(someNamesRows), int64(limit))
}
