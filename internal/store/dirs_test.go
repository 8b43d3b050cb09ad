package store

import (
	"fmt"
	"testing"
)

// dirRows is the whole table of directories, as text.
func dirRows(tx *Tx) (text string, err error) {
	err = tx.c.each("SELECT "+dirColumns+" FROM dirs ORDER BY id", func(r row) error {
		text += fmt.Sprintln([]any{r.int(0), r.int(1), r.int(2), r.text(3), r.int(4), r.int(5), r.bytes(6), r.int(7), r.int(8)})
		return nil
	})
	return text, err
}

func TestTheGenerationOfDirectoriesMovesWithEveryChangeOfTheirRows(t *testing.T) {
	r := runFresh(t, Options{})
	root, other := r.addRoot("films"), r.addRoot("songs")
	var d Dir
	for _, step := range []struct {
		what  string
		do    func(tx *Tx) error
		moves bool
	}{
		{"make", func(tx *Tx) (err error) { d, err = tx.EnsureDir(root, "a/b", 1); return err }, true},
		{"make what is there", func(tx *Tx) error { _, err := tx.EnsureDir(root, "a/b", 1); return err }, false},
		{"settle", func(tx *Tx) error { d.Settled, d.Digest = true, Digest{1, 2}; return tx.SaveDir(&d) }, true},
		{"read", func(tx *Tx) error { _, _, err := tx.Dir(root, "a/b"); return err }, false},
		{"unsettle", func(tx *Tx) error { return tx.Unsettle(d.ID) }, true},
		{"mark gone", func(tx *Tx) error { return tx.MarkGone(&d, 7) }, true},
		{"drop", func(tx *Tx) error { return tx.DropEmptyDir(d.ID) }, true},
		{"make in another root", func(tx *Tx) error { _, err := tx.EnsureDir(other, "", 1); return err }, true},
		{"forget where nothing is", func(tx *Tx) error { _, err := tx.ForgetEmpty(root); return err }, true},
		{"forget a root", func(tx *Tx) error { return tx.DropRoot(other) }, true},
	} {
		before := r.DirsGeneration()
		var was, is string
		r.update(func(tx *Tx) (err error) {
			if was, err = dirRows(tx); err != nil {
				return err
			}
			if err := step.do(tx); err != nil {
				return err
			}
			is, err = dirRows(tx)
			return err
		})
		if (was != is) != step.moves {
			t.Errorf("%s: the rows were\n%s and are\n%s", step.what, was, is)
		}
		if moved := r.DirsGeneration() != before; moved != step.moves {
			t.Errorf("%s: the generation moved: %v", step.what, moved)
		}
	}
}

func TestWhoChangesADirectoryHearsOfItOnceTheGenerationHasMoved(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	told := make(chan int64, 1)
	err := r.Enqueue(t.Context(), func(tx *Tx) error { _, err := tx.EnsureDir(root, "a", 1); return err }, func(error) {
		told <- r.DirsGeneration()
	})
	if err != nil {
		t.Fatal(err)
	}
	if at := <-told; at != 1 {
		t.Errorf("who asked for the first change hears of it at generation %d", at)
	}
}
