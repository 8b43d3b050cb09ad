package store

import "context"

// ForgetWorks forgets works that have been gone since before a time, at most so many. A reader of works must have come
// past their ends.
func (tx *Tx) ForgetWorks(before, limit int64, most int) (n int, err error) {
	tx.c.forgetRoots()
	if err := tx.c.exec("UPDATE works SET gone = ?1 WHERE gone > 0 AND gone < ?2 AND ?3 > ?2", now(), ClockSet.UnixNano(),
		before); err != nil { // since when is not known: from now on
		return 0, err
	}
	var ended []WorkView
	ended, err = worksWhere(tx.c, "w.gone > 0 AND w.gone < ? AND w.seq <= ? ORDER BY w.gone LIMIT ?",
		before, limit, int64(most))
	floor, held := tx.s.worksFloor.Load(), newHeldBits(tx.c)
	for i := range ended {
		w := &ended[i]
		floor = max(floor, w.Seq)
		err := tx.c.each("SELECT item FROM members WHERE work = ?", func(r row) error {
			held.loose[r.int(0)] = true
			return nil
		}, w.ID)
		if err != nil {
			return 0, err
		}
		for _, sql := range []string{"DELETE FROM members WHERE work = ?", "DELETE FROM works WHERE id = ?"} {
			if err := tx.c.exec(sql, w.ID); err != nil {
				return 0, err
			}
		}
	}
	if err != nil || len(ended) == 0 {
		return 0, err
	}
	if err := held.save(); err != nil {
		return 0, err
	}
	tx.worksFloor = floor
	return len(ended), tx.c.setMeta("works_floor", floor)
}

// Forget forgets all works and what is kept to derive them, as if there had never been any.
func (k *WorkKeeper) Forget(ctx context.Context) error {
	err := k.s.Update(ctx, func(tx *Tx) error {
		for _, table := range []string{"works", "members", "unit_items", "units", "unit_keys", "work_keys", "new_keys",
			"credits", "held_items"} {
			if err := tx.c.exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		if err := tx.c.exec("INSERT INTO work_search (work_search) VALUES ('delete-all')"); err != nil {
			return err
		}
		if err := tx.forgetWorkSums(); err != nil {
			return err
		}
		return tx.deriveAnew()
	})
	if err == nil {
		k.s.keys = nil
		k.rows.sums.sound = false // their facts are forgotten too
	}
	return err
}
