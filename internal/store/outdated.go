package store

import "context"

// Version is one of the analyzer, by which an item was described: made by [NewVersion], zero before there was any.
type Version int64

// NewVersion makes a version of the number of what is read of files' bytes, and that of what is made of it, of their
// names and of what lies beside them.
func NewVersion(bytes, words uint16) Version { return Version(bytes)<<16 | Version(words) }

// readBy is the version of what describes by v what an older one has read.
func (v Version) readBy(older Version) Version { return older&^0xffff | v&0xffff }

// redescribes is the version of an item that is described by what was read of it before. Of an empty file that is
// nothing.
func (s *Store) redescribes(it *Item) Version {
	if it.Analysis == None {
		return s.described
	}
	return s.described.readBy(it.Described)
}

// isOutdated reports whether an older version described an item, and nothing else brings it to the analyzer.
func (s *Store) isOutdated(it *Item) bool {
	return it.State == Present && it.Work == NoWork && it.Analysis != Pending && it.Described < s.described
}

// OutdatedBelow is the version below which items stand in the index items_outdated, as the newest schema has it. Who
// raises the analyzer's version beyond it adds a schema with that index and raises this number; until then what is
// outdated is looked for among all items.
const OutdatedBelow Version = 131075

const outdated = "i.state = {present} AND i.work = {no_work} AND i.analysis <> {pending} AND i.root = ? AND i.described < ?"

// outdatedSQL is the condition of outdated items, with the index's own where all that is outdated stands in it.
func (s *Store) outdatedSQL() string {
	if s.described > OutdatedBelow {
		return outdated
	}
	return outdated + " AND i.described < {outdated_below}"
}

// Outdated reads what an older version of the analyzer described in a root, as work for this one. Whose bytes would be
// read as they were is only to be described anew.
func (s *Store) Outdated(ctx context.Context, root int64, limit int) (out []Task, err error) {
	err = s.read(ctx, func(c *conn) error {
		return c.each(taskSQL+s.outdatedSQL()+" ORDER BY i.root, i.described, i.id LIMIT ?", func(r row) error {
			t := scanTask(r)
			t.Outdated, t.Work = true, Analyse
			if t.Analysis == None || s.described.readBy(t.Described) == s.described {
				t.Work = Describe
			}
			out = append(out, t)
			return nil
		}, root, int64(s.described), int64(limit))
	})
	return out, err
}

// CountOutdated counts what Outdated reads.
func (s *Store) CountOutdated(ctx context.Context, root int64) (n int64, err error) {
	err = s.read(ctx, func(c *conn) error {
		n, err = c.number("SELECT count(*) FROM items i WHERE "+s.outdatedSQL(), root, int64(s.described))
		return err
	})
	return n, err
}
