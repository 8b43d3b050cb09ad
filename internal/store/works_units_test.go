package store

import (
	"fmt"
	"slices"
	"testing"
)

// A row of unit_items is only where an item was in another unit than its directory: catalogs of before have one of each
// item.
func TestACatalogOfBeforeLosesTheUnitsThatDirectoriesTell(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("music")
	own, part := r.put(root, "Album/1.mp3"), r.put(root, "Album/CD1/2.mp3")
	r.stop()
	shell(t, dir, undoOutdated(t)+fmt.Sprintf("INSERT INTO unit_items VALUES (%d, %d), (%d, %d), (1000, 5);"+
		"DROP TABLE new_keys; DROP TABLE work_roots; PRAGMA user_version = 23", own.ID, own.Dir, part.ID, own.Dir))
	r = runAt(t, dir, Options{})
	defer r.stop()
	if left := r.numbers("SELECT item FROM unit_items ORDER BY item"); !slices.Equal(left, []int64{part.ID, 1000}) {
		t.Errorf("units are kept of %v", left)
	}
}

// What moves or goes is known by where it was until works are derived of that; what only changes is where it was.
func TestAnItemThatLeavesItsDirectoryIsKnownByItsUnit(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("music")
	stays, moves, goes := r.put(root, "A/1.mp3"), r.put(root, "A/2.mp3"), r.put(root, "A/3.mp3")
	elsewhere := r.put(root, "B/1.mp3")
	r.update(func(tx *Tx) error {
		changed, moved := stays, moves
		changed.Size++
		moved.Dir = elsewhere.Dir
		for _, c := range [][2]*Item{{&stays, &changed}, {&moves, &moved}} {
			if err := tx.Save(c[0], c[1]); err != nil {
				return err
			}
		}
		return tx.Remove(&goes)
	})
	if left := r.numbers("SELECT item FROM unit_items ORDER BY item"); !slices.Equal(left, []int64{moves.ID, goes.ID}) {
		t.Errorf("units are kept of %v, not of %d and %d", left, moves.ID, goes.ID)
	}
}

// Keys that are noted beside their tables count as those that are in them, and are there when they are sorted in.
func TestKeysThatAreNotedCount(t *testing.T) {
	r := runFresh(t, Options{})
	keeper := r.NewWorkKeeper()
	keeper.FewKeys = 0
	write := func(unit int64, old, is []int64) {
		t.Helper()
		var b *WorkBatch
		err := r.ReadUnits(t.Context(), func(u *UnitReader) error { b = u.Batch(); return nil })
		if err != nil {
			t.Fatal(err)
		}
		b.Units = []UnitPut{{Unit: unit, Traces: []byte{1}, Keys: is, OldKeys: old}}
		if err := keeper.Write(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	with := func(key int64) (units []int64) {
		t.Helper()
		err := r.ReadUnits(t.Context(), func(u *UnitReader) (err error) {
			units, err = u.UnitsWith(key, 0)
			slices.Sort(units)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return units
	}
	write(7, nil, []int64{-100, 200})
	write(8, nil, []int64{200})
	if err := keeper.SortKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(9, nil, []int64{200})
	write(7, []int64{-100, 200}, []int64{-100})
	for range 2 { // as they are noted, and read from what is noted behind a restart
		if units := with(200); !slices.Equal(units, []int64{8, 9}) {
			t.Errorf("units %v have the key", units)
		}
		r.keys = nil
	}
	if n := r.numbers("SELECT count(*) FROM unit_keys"); n[0] != 3 {
		t.Errorf("%d keys are in their table before they are sorted in", n[0])
	}
	if units := with(300); len(units) > 0 {
		t.Errorf("units %v have a key that none has", units)
	}
	if err := keeper.LetGo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := r.numbers("SELECT unit FROM unit_keys ORDER BY key, unit"); !slices.Equal(n, []int64{7, 8, 9}) {
		t.Errorf("the keys are of units %v", n)
	}
	if n := r.numbers("SELECT count(*) FROM new_keys"); n[0] != 0 {
		t.Errorf("%d batches are still noted", n[0])
	}
}
