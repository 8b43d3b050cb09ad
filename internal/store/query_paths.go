package store

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// byPaths reads one entry more than a page holds in the order of roots and paths, behind a place. That order stands
// nowhere: the directories have it, and their items within them.
func (s *Store) byPaths(c *conn, q *Query, cells []cell, at *entry, p *pace) (out []entry, err error) {
	for _, group := range groups(q, cells) {
		from := at
		if at != nil {
			switch order := strings.Compare(group[0].root, at.root); {
			case order != 0 && (order < 0) != q.Descending:
				continue // all of this root lies before
			case order != 0:
				from = nil
			}
		}
		w := &pathWalk{c: c, q: q, root: group[0].rootID, name: group[0].root, pace: p, out: out, cells: map[int64]bool{}}
		var items int64
		for _, cell := range group {
			w.cells[cell.id] = true
			items += s.tallies.sum(func(k tallyKey) bool {
				return cellKey{k.root, k.kind, k.state} == cellKey{cell.rootID, cell.kind, cell.state}
			})
		}
		if items <= p.few {
			err = w.sorted(from)
		} else {
			_, err = w.walk(from)
		}
		if out = w.out; err != nil || w.isFull() || p.end != nil {
			return out, err
		}
	}
	return out, nil
}

// pathWalk is a walk through a root's directories in the order of paths, or against it.
type pathWalk struct {
	c     *conn
	q     *Query
	root  int64
	name  string // of the root
	cells map[int64]bool
	pace  *pace
	out   []entry
}

func (w *pathWalk) isFull() bool { return len(w.out) > w.q.Limit }

func (w *pathWalk) entryAt(prefix, name string, id int64) *entry {
	return &entry{id: id, key: []byte(prefix + name), root: w.name}
}

// sorted finds all items of the cells and sorts them, where they are few: others are not walked past.
func (w *pathWalk) sorted(from *entry) error {
	var found []entry
	for cell := range w.cells {
		err := w.c.each(`SELECT k.id, d.path, i.name`+w.q.keyColumns()+` FROM sort_keys k INDEXED BY sort_added JOIN items i ON i.id = k.id
			JOIN dirs d ON d.id = i.dir WHERE k.cell = ?`, func(r row) error {
			e := w.entryAt("", tree.Join(string(r.bytes(1)), string(r.bytes(2))), r.int(0))
			if from != nil && compare(e, from, w.q.Descending) <= 0 || !w.q.isBelow(string(r.bytes(1))) {
				return nil
			}
			if err := w.q.judge(e, r, 3); err != nil {
				return err
			}
			passes, err := w.q.passesHere(w.c, e)
			if passes {
				found = append(found, *e)
			}
			return err
		}, cell)
		if err != nil {
			return err
		}
	}
	slices.SortFunc(found, func(a, b entry) int { return compare(&a, &b, w.q.Descending) })
	w.out = append(w.out, found[:min(len(found), w.q.Limit+1-len(w.out))]...)
	return nil
}

// walk reads what is below the query's directory, behind a place. It reports whether it came to the end.
func (w *pathWalk) walk(from *entry) (bool, error) {
	prefix := ""
	if w.q.Under != "" {
		prefix = w.q.Under + "/"
	}
	at := w.edge()
	if from != nil {
		key, _ := from.key.([]byte)
		rest, below := strings.CutPrefix(string(key), prefix)
		switch {
		case below:
			at = place{rest, from.id}
		case (string(key) < prefix) == w.q.Descending: // all of it lies before
			return true, nil
		}
	}
	return w.below(prefix, at)
}

// behindNames is behind every name.
var behindNames = strings.Repeat("\xff", 1<<10)

// edge is the place before all that a directory holds.
func (w *pathWalk) edge() place {
	if w.q.Descending {
		return place{key: behindNames}
	}
	return place{}
}

// behind is the place behind all that a subdirectory holds, of which sub is the name and a slash.
func (w *pathWalk) behind(sub string) place {
	if w.q.Descending {
		return place{key: sub}
	}
	return place{key: sub[:len(sub)-1] + "0"} // '0' follows '/'
}

// before is the place before all that a subdirectory holds.
func (w *pathWalk) before(sub string) string {
	if w.q.Descending {
		return sub[:len(sub)-1] + "0"
	}
	return sub
}

// below reads what is below a directory, behind a place in it: its files up to the next subdirectory, what is below
// that, and so on. It reports whether it came to the end.
func (w *pathWalk) below(prefix string, at place) (bool, error) {
	d, _, err := dirAt(w.c, "root = ? AND path = ?", w.root, []byte(strings.TrimSuffix(prefix, "/")))
	if err != nil {
		return false, err
	}
	if sub, rest, inside := strings.Cut(at.key, "/"); inside && rest != "" {
		if whole, err := w.below(prefix+sub+"/", place{rest, at.id}); !whole || err != nil {
			return false, err
		}
		at = w.behind(sub + "/")
	}
	for {
		sub, err := w.nextSub(prefix, at.key)
		if err != nil {
			return false, err
		}
		if whole, err := w.files(d.ID, prefix, at, sub); !whole || err != nil || sub == "" {
			return whole, err
		}
		if w.pace.isOver(w.entryAt(prefix, w.before(sub), 0)) {
			return false, nil
		}
		if whole, err := w.below(prefix+sub, w.edge()); !whole || err != nil {
			return false, err
		}
		at = w.behind(sub)
	}
}

// nextSub finds the next subdirectory behind a name: its own name and a slash.
func (w *pathWalk) nextSub(prefix, name string) (sub string, err error) {
	from, to, dir := prefix+name, prefix+behindNames, ""
	if w.q.Descending {
		from, to, dir = prefix, prefix+name, " DESC"
	}
	const key = "CAST(path || '/' AS BLOB)"
	itself := cmp.Or(prefix, "/")
	_, err = w.c.one("SELECT "+key+" FROM dirs INDEXED BY dirs_order WHERE root = ? AND "+key+" >= ? AND "+key+" < ? AND "+
		key+" <> ? ORDER BY "+key+dir+" LIMIT 1", func(r row) {
		sub, _, _ = strings.Cut(string(r.bytes(0)[len(prefix):]), "/")
		sub += "/"
	}, w.root, []byte(from), []byte(to), []byte(itself))
	return sub, err
}

// filesRead is how many files of a directory are read at once.
const filesRead = 256

// files reads a directory's files behind a place, up to a subdirectory.
func (w *pathWalk) files(dir int64, prefix string, at place, upto string) (whole bool, err error) {
	than, order, bound := ">", "", "<"
	if w.q.Descending {
		than, order, bound = "<", " DESC", ">"
	}
	args := []driver.Value{dir, []byte(at.key), at.id}
	until := ""
	if upto != "" {
		until, args = " AND i.name "+bound+" ?", append(args, []byte(upto))
	}
	sql := "SELECT i.name, i.id, k.cell" + w.q.keyColumns() + " FROM items i JOIN sort_keys k ON k.id = i.id WHERE i.dir = ?" +
		" AND (i.name, i.id) " + than + " (?, ?)" + until + " AND i.state %s ORDER BY i.name" + order + ", i.id" + order +
		" LIMIT " + strconv.Itoa(filesRead)
	for full := true; full; {
		full = false
		var found []entry
		for _, state := range [...]string{"= {present}", "> {present}"} {
			n := 0
			err := w.c.each(fmt.Sprintf(sql, state), func(r row) error {
				e := w.entryAt(prefix, string(r.bytes(0)), r.int(1))
				e.cell = r.int(2)
				err := w.q.judge(e, r, 3)
				found = append(found, *e)
				n++
				return err
			}, args...)
			if err != nil {
				return false, err
			}
			full = full || n == filesRead
		}
		slices.SortFunc(found, func(a, b entry) int { return compare(&a, &b, w.q.Descending) })
		for i := range found[:min(len(found), filesRead)] {
			e := &found[i]
			passes := w.cells[e.cell]
			if passes {
				if passes, err = w.q.passesHere(w.c, e); err != nil {
					return false, err
				}
			}
			if passes {
				if w.out = append(w.out, *e); w.isFull() {
					return false, nil
				}
			}
			if w.pace.isOver(e) {
				return false, nil
			}
		}
		if full {
			last := found[filesRead-1]
			args[1], args[2] = last.key.([]byte)[len(prefix):], last.id
		}
	}
	return true, nil
}
