package store

import "context"

// AnalyseAgain puts items that are there on the analyzer's list, as if their files had just come, and returns how many
// are. What is known of them stays until they have been read.
func (s *Store) AnalyseAgain(ctx context.Context, ids []int64) (n int, err error) {
	err = s.Update(ctx, func(tx *Tx) error {
		n = 0
		for _, id := range ids {
			it, found, err := tx.Item(id)
			if err != nil {
				return err
			}
			if !found || it.State != Present {
				continue
			}
			old := it
			it.RetryAt, it.Attempts, it.Work = 0, 0, Analyse
			if it.Analysis == None { // an empty file: there is only its name, and what lies beside it
				it.Work = Describe
			}
			if err := tx.SaveQuietly(&old, &it); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// Forgotten reads the present items of a root that have not been read and are on nobody's list: files that were growing
// when the process ended, and what releases before left so. It looks at all items only where the numbers say that there
// are any.
func (s *Store) Forgotten(ctx context.Context, root int64) (ids []int64, err error) {
	pending := s.tallies.sum(func(k tallyKey) bool { return k.root == root && k.state == Present && k.analysis == Pending })
	if pending == 0 {
		return nil, nil
	}
	err = s.read(ctx, func(c *conn) error {
		listed, err := c.number(`SELECT count(*) FROM items INDEXED BY items_work
			WHERE root = ? AND work > 0 AND analysis = ? AND state = {present}`, root, int64(Pending))
		if err != nil || listed >= pending {
			return err
		}
		const forgotten = "SELECT id FROM items WHERE root = ? AND state = {present} AND analysis = ? AND work = 0"
		return c.each(forgotten, func(r row) error {
			ids = append(ids, r.int(0))
			return nil
		}, root, int64(Pending))
	})
	return ids, err
}
