package store

import (
	"context"
	"database/sql/driver"
)

// StandingIn reads the items that stand in a directory at the names from one up to before another ("": without an end),
// with their documents; none where they are more than most.
func (s *Store) StandingIn(ctx context.Context, root int64, dir, from, to string, most int) (out []Item, err error) {
	where, args := "name >= ?", []driver.Value{root, []byte(dir), []byte(from)}
	if to != "" {
		where, args = where+" AND name < ?", append(args, []byte(to))
	}
	err = s.read(ctx, func(c *conn) error {
		out = nil
		return c.each(selectItem+"dir = (SELECT id FROM dirs WHERE root = ? AND path = ?) AND "+where+
			" AND state = {present} LIMIT ?", func(r row) error {
			it, err := scanItem(r)
			out = append(out, it)
			return err
		}, append(args, int64(most+1))...)
	})
	if err != nil || len(out) > most {
		return nil, err
	}
	return out, nil
}

// MovePart does what MoveTogether does with an item of a directory that moves in parts: see InsertPart.
func (tx *Tx) MovePart(old, it *Item, from, to string) error {
	if err := tx.markOther(it, from, to); err != nil {
		return err
	}
	return tx.MoveTogether(old, it)
}

// MoveTogether writes an item of a directory that has moved as a whole, described as it is there. Nothing beside it is
// marked: what is known of the others has been joined already, and nothing that they described has stayed behind.
func (tx *Tx) MoveTogether(old, it *Item) error {
	if err := tx.number(old, it); err != nil {
		return err
	}
	it.SiblingSeq = it.Seq
	tx.wrote(it)
	tx.reaches(old)
	tx.count(old, -1)
	tx.count(it, 1)
	return tx.updateItem(old, it)
}
