package store

import "fmt"

// keptVersion is of what fillKept fills: where it is another, it is filled anew.
const keptVersion = 2

// fillKept fills the tables that answers read instead of counting, in a catalog of before there were any. From then on
// they follow with what is written.
func (s *Store) fillKept(c *conn) error {
	have, err := c.number("SELECT value FROM meta WHERE key = 'kept'")
	if err != nil || have == keptVersion {
		return err
	}
	highest, err := c.number("SELECT ifnull(max(id), 0) FROM items")
	if err != nil {
		return err
	}
	if highest > 0 {
		s.log.Info("what facets and searches read is counted once, which takes some seconds for a million items")
	}
	if err := c.script("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, fill := range []func(*conn) error{fillHeld, fillCounts, s.fillWorkSums} {
		if err == nil {
			err = fill(c)
		}
	}
	if err == nil {
		err = c.setMeta("kept", int64(keptVersion))
	}
	if err == nil {
		err = c.script("COMMIT")
	}
	if err != nil {
		_ = c.script("ROLLBACK")
		return fmt.Errorf("fill what answers read instead of counting: %w", err)
	}
	return nil
}

func fillHeld(c *conn) error {
	held := newHeldBits(c)
	if err := c.script("DELETE FROM held_items"); err != nil {
		return err
	}
	err := c.each("SELECT item FROM members ORDER BY item", func(r row) error { return held.set(r.int(0), true) })
	if err != nil {
		return err
	}
	return held.save()
}
