package store

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// inDir is all that is read of a directory.
type inDir struct {
	Dir    UnitDir
	Found  bool
	Below  []UnitDir
	Traces string
	Items  []UnitMember // in the order of their ids
}

// inDirs reads directories one by one.
func inDirs(t *testing.T, u *UnitReader, ids []int64) (out []inDir) {
	t.Helper()
	for _, id := range ids {
		var d inDir
		var err error
		fail := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		d.Dir, d.Found, err = u.Dir(id)
		fail(err)
		d.Below, err = u.Below(id, func(name string) bool { return name != "not asked for" })
		fail(err)
		traces, err := u.Traces(id)
		fail(err)
		d.Traces = string(traces)
		fail(u.Items(id, func(m *UnitMember) error {
			one := *m
			one.doc = slices.Clone(m.doc)
			d.Items = append(d.Items, one)
			return nil
		}))
		slices.SortFunc(d.Items, func(a, b UnitMember) int { return cmp.Compare(a.ID, b.ID) })
		out = append(out, d)
	}
	return out
}

// What is read of many directories together is what is read of each: of those that others lie between, that items have
// left or are missing from, that have others below, or that hold more than is read at once.
func TestWhatIsReadTogetherIsWhatIsReadOneByOne(t *testing.T) {
	for _, large := range []int{2, 60, 2000} {
		t.Run(fmt.Sprint(large), func(t *testing.T) {
			r := runFresh(t, Options{})
			fillNear(t, r, large)
			all := r.numbers("SELECT id FROM dirs ORDER BY id")
			all = append(all, all[len(all)-1]+1) // there is none
			byIDs := 0
			for after := int64(0); after < 150; after += 7 {
				var one, together []inDir
				var changed []ChangedItem
				var read, dirs int
				err := r.ReadUnits(t.Context(), func(u *UnitReader) (err error) {
					one = inDirs(t, u, all)
					changed, _, _, err = u.Changed(nil, after, 100)
					read, dirs = len(u.near.items), len(u.near.dirs)
					if u.near.given {
						byIDs++
					}
					together = inDirs(t, u, all)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(together, one) {
					t.Errorf("together it is\n%+v\nand one by one\n%+v", together, one)
				}
				if large < 1000 && dirs < nearLeast || read > nearItems*100 {
					t.Errorf("%d items of %d directories are read together", read, dirs)
				}
				if want := changedOneByOne(r, after, 100); !slices.Equal(changed[:min(len(changed), len(want))], want) {
					t.Errorf("behind %d there changed\n%v, and not\n%v", after, changed, want)
				}
			}
			if byIDs == 0 {
				t.Error("no items were read by their ids")
			}
			if err := r.NewWorkKeeper().LetGo(t.Context()); err != nil || r.near.items != nil {
				t.Errorf("%d items are kept, %v", len(r.near.items), err)
			}
		})
	}
}

// changedOneByOne reads which items changed behind a number, one after the other.
func changedOneByOne(r *running, after int64, limit int) (out []ChangedItem) {
	r.t.Helper()
	byNumber := fmt.Sprintf("FROM items WHERE seq > %d ORDER BY seq LIMIT %d", after, limit)
	units := r.numbers("SELECT coalesce((SELECT unit FROM unit_items WHERE item = items.id), 0) " + byNumber)
	for i, id := range r.numbers("SELECT id " + byNumber) {
		it := r.item(id)
		out = append(out, ChangedItem{id, it.Seq, it.Dir, string(it.Kind), it.State == Detached, units[i]})
	}
	return out
}

// fillNear makes forty directories, of which the twelfth holds so many items.
func fillNear(t *testing.T, r *running, large int) {
	t.Helper()
	root := r.addRoot("music")
	var some []Item
	for d := range 40 {
		n := 3
		if d == 12 {
			n = large
		}
		for i := range n {
			it := r.put(root, fmt.Sprintf("a/%02d/%04d.mp3", d, i))
			some = append(some, it)
			r.change(it.ID, func(it *Item) { it.Doc = fmt.Appendf(nil, `"title":"%d in %d"`, i, d) })
		}
		if d%7 == 0 {
			r.put(root, fmt.Sprintf("a/%02d/CD1/1.mp3", d))
			r.put(root, fmt.Sprintf("a/%02d/not asked for/1.mp3", d))
		}
	}
	moved := r.item(some[3].ID)
	is := moved
	is.Dir = some[20].Dir
	is.Name = "moved"
	gone, missing := r.item(some[7].ID), r.item(some[9].ID)
	r.update(func(tx *Tx) error {
		if err := tx.Save(&moved, &is); err != nil {
			return err
		}
		if err := tx.MarkMissing(&missing, 1); err != nil {
			return err
		}
		if err := tx.c.exec("INSERT INTO units (id, traces) VALUES (?, ?)", some[5].Dir, []byte("kept")); err != nil {
			return err
		}
		return tx.Remove(&gone)
	})
}

// A few directories that change are read by themselves, and not what lies between them.
func TestFewDirectoriesAreReadByThemselves(t *testing.T) {
	r := runFresh(t, Options{})
	fillNear(t, r, 3)
	for _, step := range []int64{1, nearGap + 1} {
		var changed []ChangedItem
		most := int64(40)
		if step == 1 {
			most = nearLeast - 1
		}
		for dir := int64(2); dir < most; dir += step {
			changed = append(changed, ChangedItem{Dir: dir})
		}
		err := r.ReadUnits(t.Context(), func(u *UnitReader) error {
			err := u.readNear(changed)
			if len(u.near.dirs) > 0 {
				t.Errorf("%d directories are read of %d that are %d apart", len(u.near.dirs), len(changed), step)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A stretch of directories is read as the index of their items has it.
func TestWhatIsReadTogetherIsNotSorted(t *testing.T) {
	r := runFresh(t, Options{})
	err := r.ReadUnits(t.Context(), func(u *UnitReader) error {
		if err := u.readStretch(1, math.MaxInt32, 10); err != nil {
			return err
		}
		if _, err := u.changedBetween(nil, 0, math.MaxInt32, 1, math.MaxInt32); err != nil {
			return err
		}
		if err := u.readStretch(1, math.MaxInt32, 10); err != nil {
			return err
		}
		for _, sql := range slices.Sorted(maps.Keys(u.c.stmts)) {
			if !strings.Contains(sql, "BETWEEN") {
				continue
			}
			args := make([]driver.Value, strings.Count(sql, "?"))
			err := u.c.each("EXPLAIN QUERY PLAN "+sql, func(row row) error {
				plan := row.text(3)
				if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP") || strings.Contains(plan, "AUTOMATIC") {
					t.Errorf("%s\nis done by %s", sql, plan)
				}
				return nil
			}, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
