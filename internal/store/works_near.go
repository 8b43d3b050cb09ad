package store

import "slices"

// Directories whose items change together stand together, in a first pass above all: what is asked of each of them is
// then read of many by a statement. All is of the reader's moment, and what is not read so is read when it is asked for.
const (
	nearLeast = 8 // directories that are read together, at least
	nearGap   = 3 // the most that lie between two of them and have not changed, with one
	nearItems = 4 // items that are read for each that has changed, at most
)

// nearby is what was read together. It is of one batch, and leaves its room to the next.
type nearby struct {
	dirs  map[int64]nearDir
	items []UnitMember
	ids   []int64 // of directories that have changed, in order
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
	n.items, n.ids = n.items[:0], n.ids[:0]
}

// readNear reads what is asked next of directories that have changed, where they stand together.
func (r *UnitReader) readNear(changed []ChangedItem) error {
	n := r.near
	n.clear()
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
		if room := nearItems*len(changed) - len(n.items); to-from >= nearLeast && room > 0 {
			if err := r.readStretch(n.ids[from], n.ids[to-1], room); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// readStretch reads the directories of a stretch of ids, with at most so many items: a directory that would have more
// is left out with those behind it.
func (r *UnitReader) readStretch(first, last int64, most int) error {
	n := r.near
	if n.dirs == nil {
		n.dirs = make(map[int64]nearDir)
	}
	began := len(n.items)
	err := r.c.each(memberColumns+"i.state = {present} AND i.dir BETWEEN ? AND ? ORDER BY i.dir, i.name LIMIT ?",
		func(row row) error {
			n.items = append(n.items, scanMember(row))
			return nil
		}, first, last, int64(most))
	if err != nil {
		return err
	}
	if len(n.items)-began == most { // of the last one there may be more
		last = n.items[len(n.items)-1].dir - 1
	}
	err = r.c.each("SELECT id, root, path FROM dirs WHERE id BETWEEN ? AND ?", func(row row) error {
		n.dirs[row.int(0)] = nearDir{UnitDir: scanUnitDir(row)}
		return nil
	}, first, last)
	if err != nil {
		return err
	}
	for i := began; i < len(n.items); {
		from, dir := i, n.items[i].dir
		for i < len(n.items) && n.items[i].dir == dir {
			i++
		}
		if d, found := n.dirs[dir]; found {
			d.from, d.to = from, i
			n.dirs[dir] = d
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
