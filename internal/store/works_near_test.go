package store

import (
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// inDir is all that is read of a directory.
type inDir struct {
	Dir    UnitDir
	Found  bool
	Below  []UnitDir
	Traces string
	Items  []UnitMember
	Docs   []string
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
			d.Docs = append(d.Docs, string(m.doc))
			one := *m
			one.doc = nil
			d.Items = append(d.Items, one)
			return nil
		}))
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
			var one, together []inDir
			var read, dirs int
			err := r.ReadUnits(t.Context(), func(u *UnitReader) error {
				one = inDirs(t, u, all)
				_, _, _, err := u.Changed(nil, 0, 200)
				read, dirs = len(u.near.items), len(u.near.dirs)
				together = inDirs(t, u, all)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(together, one) {
				t.Errorf("together it is\n%+v\nand one by one\n%+v", together, one)
			}
			if dirs < nearLeast || read > nearItems*200 {
				t.Errorf("%d items of %d directories are read together", read, dirs)
			}
			if err := r.NewWorkKeeper().LetGo(t.Context()); err != nil || r.near.items != nil {
				t.Errorf("%d items are kept, %v", len(r.near.items), err)
			}
		})
	}
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
		for sql := range u.c.stmts {
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
