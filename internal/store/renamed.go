package store

import "context"

// StandingIn reads the items that stand in a directory, with their documents; none where they are more than most.
func (s *Store) StandingIn(ctx context.Context, root int64, dir string, most int) (out []Item, err error) {
	err = s.read(ctx, func(c *conn) error {
		out = nil
		return c.each(selectItem+`dir = (SELECT id FROM dirs WHERE root = ? AND path = ?) AND state = {present} LIMIT ?`,
			func(r row) error {
				it, err := scanItem(r)
				out = append(out, it)
				return err
			}, root, []byte(dir), int64(most+1))
	})
	if err != nil || len(out) > most {
		return nil, err
	}
	return out, nil
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
