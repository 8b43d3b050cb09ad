package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// bulky fills a catalog, and forgets all of it but a few.
func bulky(t *testing.T, r *running) {
	t.Helper()
	root := r.addRoot("films")
	var items []Item
	noise := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 1200)
	r.update(func(tx *Tx) error {
		for i := range 15_000 {
			for j := range text {
				text[j] = 'a' + byte(noise.IntN(26))
			}
			it, err := putIn(tx, root, fmt.Sprintf("%03d/a film with a rather long name %d.mkv", i/100, i), func(it *Item) {
				it.Doc = []byte(`"title":"` + string(text) + `"`)
			})
			if err != nil {
				return err
			}
			items = append(items, it)
		}
		return nil
	})
	r.update(func(tx *Tx) error {
		for i := range items[10:] {
			if err := tx.Remove(&items[10+i]); err != nil {
				return err
			}
		}
		_, err := tx.Prune(0, r.Head())
		return err
	})
	r.update(func(tx *Tx) error { return tx.c.exec("DELETE FROM tombstones") })
}

func TestSpaceIsGivenBackInSmallSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	r := runFresh(t, Options{})
	bulky(t, r)
	before, err := r.Space(t.Context())
	if err != nil || before.Free < before.Bytes/2 || before.Free < (keptFree+givenAtOnce)*4096 {
		t.Fatalf("%+v, %v: nothing to give back", before, err)
	}
	steps := 0
	for more := true; more; steps++ {
		was, _ := r.Space(t.Context())
		if more, err = r.GiveBack(t.Context()); err != nil {
			t.Fatal(err)
		}
		now, _ := r.Space(t.Context())
		if gave := was.Bytes - now.Bytes; gave <= 0 || gave > (givenAtOnce+8)*4096 {
			t.Fatalf("a step gave %d bytes back", gave)
		}
	}
	after, err := r.Space(t.Context())
	if err != nil || after.Free > (keptFree+givenAtOnce)*4096 || steps < 2 {
		t.Errorf("%+v after %d steps, %v", after, steps, err)
	}
	if n := r.numbers("SELECT count(*) FROM items")[0]; n != 10 {
		t.Errorf("%d items", n)
	}
	if err := r.Integrity(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestACatalogOfAnOlderVersionIsMadeSmallerOnce(t *testing.T) {
	dir := t.TempDir()
	ofSchema4(t, dir)
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path+compacting, []byte("what a copy that was killed has left"), 0o600); err != nil {
		t.Fatal(err)
	}
	var made os.FileInfo
	for opened := range 3 {
		r := runAt(t, dir, Options{})
		if n := r.numbers("PRAGMA auto_vacuum")[0]; n != incremental {
			t.Errorf("auto_vacuum is %d", n)
		}
		if n := r.numbers("SELECT count(*) FROM items WHERE length(probed) > 60 AND substr(probed, 1, 1) <> x'01'")[0]; n != 0 {
			t.Errorf("%d documents are not packed", n)
		}
		r.stop()
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if opened == 0 {
			made = fi
		} else if !os.SameFile(made, fi) {
			t.Error("copied again")
		}
		if names := filesIn(t, dir); names != FileName {
			t.Errorf("it left %s", names)
		}
	}
}

func TestACatalogThatAnotherProcessReadsStaysAsItIsAndIsMadeSmallerNextTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	dir := t.TempDir()
	ofSchema4(t, dir)
	other, err := dial(filepath.Join(dir, FileName), false, "journal_mode=WAL")
	if err != nil {
		t.Fatal(err)
	}
	if err := other.script("BEGIN; SELECT count(*) FROM items"); err != nil {
		t.Fatal(err)
	}
	if _, err := other.number("SELECT count(*) FROM items"); err != nil {
		t.Fatal(err)
	}
	r := runAt(t, dir, Options{})
	if n := r.numbers("PRAGMA auto_vacuum")[0]; n == incremental {
		t.Error("copied beside a reader")
	}
	if n := len(r.contents(nil)); n != 28 {
		t.Errorf("%d items", n)
	}
	r.stop()
	if err := other.close(); err != nil {
		t.Fatal(err)
	}
	r = runAt(t, dir, Options{})
	defer r.stop()
	if n := r.numbers("PRAGMA auto_vacuum")[0]; n != incremental {
		t.Error("not made smaller")
	}
}
