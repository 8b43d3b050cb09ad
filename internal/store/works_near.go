package store

import (
	"cmp"
	"slices"
)

// Directories whose items change together stand together, in a first pass above all: what is asked of each of them is
// then read of many by a statement. All is of the reader's moment, and what is not read so is read when it is asked for.
const (
	nearLeast = 8 // directories that are read together, at least
	nearGap   = 3 // the most that lie between two of them and have not changed, with one
	nearItems = 4 // items that are read for each that has changed, at most
	nearIDs   = 2 // of items whose ids stand together: how many ids there may be for each
)

// nearby is what was read together. It is of one batch, and leaves its room to the next.
type nearby struct {
	dirs  map[int64]nearDir
	items []UnitMember
	ids   []int64 // of directories that have changed, in order
	given bool    // items are those that were read by their ids, in the order of their directories
}

// nearDir is what lies in a directory.
type nearDir struct {
	UnitDir
	isAbove  bool // there are directories right below it
	traces   []byte
	from, to int // of its items that are present
}

func (n *nearby) clear() {
	clear(n.dirs)
	clear(n.items)
	n.items, n.ids, n.given = n.items[:0], n.ids[:0], false
}

// changedItems appends what changed behind a number to out, at most so many items. Where their ids stand together, as in
// a first pass, all that is asked of them next is read with them.
func (r *UnitReader) changedItems(out []ChangedItem, after int64, limit int) ([]ChangedItem, error) {
	r.near.clear()
	var count, upto, first, last int64
	_, err := r.c.one(`SELECT count(*), max(seq), min(id), max(id)
		FROM (SELECT seq, id FROM items WHERE seq > ? ORDER BY seq LIMIT ?)`,
		func(row row) { count, upto, first, last = row.int(0), row.int(1), row.int(2), row.int(3) }, after, int64(limit))
	switch {
	case err != nil || count == 0:
		return out, err
	case last-first < nearIDs*count:
		return r.changedBetween(out, after, upto, first, last)
	}
	err = r.c.each(`SELECT i.id, i.seq, i.dir, i.kind, i.state, u.unit
		FROM items i LEFT JOIN unit_items u ON u.item = i.id
		WHERE i.seq > ? ORDER BY i.seq LIMIT ?`, func(r row) error {
		out = append(out, ChangedItem{r.int(0), r.int(1), r.int(2), r.text(3), State(r.int(4)) == Detached, r.int(5)})
		return nil
	}, after, int64(limit))
	return out, err
}

// changedBetween appends what changed behind a number and up to another to out, of a stretch of ids that holds all of
// it, and keeps all items of the stretch.
func (r *UnitReader) changedBetween(out []ChangedItem, after, upto, first, last int64) ([]ChangedItem, error) {
	n, began := r.near, len(out)
	n.given = true
	err := r.c.each(memberColumns+" FROM items i WHERE i.id BETWEEN ? AND ?", func(row row) error {
		m, state := scanMember(row), State(row.int(6))
		if m.Seq > after && m.Seq <= upto {
			out = append(out, ChangedItem{ID: m.ID, Seq: m.Seq, Dir: m.dir, Kind: m.Kind, Gone: state == Detached})
		}
		if state == Present {
			n.items = append(n.items, m)
		}
		return nil
	}, first, last)
	if err != nil {
		return out, err
	}
	changed := out[began:]
	err = r.c.each("SELECT item, unit FROM unit_items WHERE item BETWEEN ? AND ?", func(row row) error {
		item, unit := row.int(0), row.int(1)
		at, found := slices.BinarySearchFunc(changed, item,
			func(c ChangedItem, id int64) int { return cmp.Compare(c.ID, id) })
		if found {
			changed[at].Unit = unit
		}
		at, found = slices.BinarySearchFunc(n.items, item,
			func(m UnitMember, id int64) int { return cmp.Compare(m.ID, id) })
		if found {
			n.items[at].Unit = unit
		}
		return nil
	}, first, last)
	slices.SortFunc(changed, func(a, b ChangedItem) int { return cmp.Compare(a.Seq, b.Seq) })
	slices.SortStableFunc(n.items, func(a, b UnitMember) int { return cmp.Compare(a.dir, b.dir) })
	return out, err
}

// readNear reads what is asked next of directories that have changed, where they stand together.
func (r *UnitReader) readNear(changed []ChangedItem) error {
	n := r.near
	for i := range changed {
		if dir := changed[i].Dir; dir != 0 && (len(n.ids) == 0 || n.ids[len(n.ids)-1] != dir) {
			n.ids = append(n.ids, dir)
		}
	}
	slices.Sort(n.ids)
	n.ids = slices.Compact(n.ids)
	for from := 0; from < len(n.ids); {
		to := from + 1
		for to < len(n.ids) && n.ids[to]-n.ids[to-1] <= nearGap {
			to++
		}
		if room := nearItems*len(changed) - len(n.items); to-from >= nearLeast && (room > 0 || n.given) {
			if err := r.readStretch(n.ids[from], n.ids[to-1], room); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// readStretch reads the directories of a stretch of ids, with at most so many items that are not given: a directory that
// would have more is left out with those behind it.
func (r *UnitReader) readStretch(first, last int64, most int) (err error) {
	n := r.near
	if n.dirs == nil {
		n.dirs = make(map[int64]nearDir)
	}
	began := len(n.items)
	if n.given {
		began, _ = slices.BinarySearchFunc(n.items, first,
			func(m UnitMember, dir int64) int { return cmp.Compare(m.dir, dir) })
	} else if last, err = r.readItems(first, last, most); err != nil {
		return err
	}
	err = r.c.each("SELECT id, root, path FROM dirs WHERE id BETWEEN ? AND ?", func(row row) error {
		n.dirs[row.int(0)] = nearDir{UnitDir: scanUnitDir(row)}
		return nil
	}, first, last)
	if err != nil {
		return err
	}
	for i := began; i < len(n.items) && n.items[i].dir <= last; {
		from, dir := i, n.items[i].dir
		for i < len(n.items) && n.items[i].dir == dir {
			i++
		}
		if d, found := n.dirs[dir]; found {
			d.from, d.to = from, i
			n.dirs[dir] = d
		}
	}
	if n.given {
		if err := r.leaveOutParts(first, last); err != nil {
			return err
		}
	}
	err = r.c.each("SELECT DISTINCT parent FROM dirs WHERE parent BETWEEN ? AND ?", func(row row) error {
		if d, found := n.dirs[row.int(0)]; found {
			d.isAbove = true
			n.dirs[d.ID] = d
		}
		return nil
	}, first, last)
	if err != nil {
		return err
	}
	return r.c.each("SELECT id, traces FROM units WHERE id BETWEEN ? AND ?", func(row row) error {
		if d, found := n.dirs[row.int(0)]; found {
			d.traces = row.bytes(1)
			n.dirs[d.ID] = d
		}
		return nil
	}, first, last)
}

// readItems reads the items of a stretch of directories, at most so many, and gives the last directory of which all are
// read.
func (r *UnitReader) readItems(first, last int64, most int) (int64, error) {
	n := r.near
	began := len(n.items)
	err := r.c.each(membersNoted+"i.state = {present} AND i.dir BETWEEN ? AND ? ORDER BY i.dir, i.name LIMIT ?",
		func(row row) error {
			m := scanMember(row)
			m.Unit = row.int(9)
			n.items = append(n.items, m)
			return nil
		}, first, last, int64(most))
	if len(n.items)-began == most { // of the last one there may be more
		last = n.items[len(n.items)-1].dir - 1
	}
	return last, err
}

// leaveOutParts leaves out directories of a stretch that have items which were not given.
func (r *UnitReader) leaveOutParts(first, last int64) error {
	n := r.near
	return r.c.each("SELECT dir, count(*) FROM items WHERE state = {present} AND dir BETWEEN ? AND ? GROUP BY dir",
		func(row row) error {
			dir := row.int(0)
			if d := n.dirs[dir]; int64(d.to-d.from) != row.int(1) {
				delete(n.dirs, dir)
			}
			return nil
		}, first, last)
}
