package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// openerDir names, in the environment of a child of these tests, the catalog that it is to open, and no more.
const openerDir = "CATALOG_TO_OPEN"

func openUntilKilled(dir string) {
	st, err := Open(context.Background(), dir, Options{})
	if err == nil {
		err = st.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// unpacked makes a catalog as versions kept it that packed no documents and gave no space back.
func unpacked(t *testing.T, dir string, items int) (exported []byte) {
	t.Helper()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	r.update(func(tx *Tx) error {
		for i := range items {
			_, err := putIn(tx, root, fmt.Sprintf("%02d/film %d.mkv", i%100, i), func(it *Item) {
				it.Doc = fmt.Appendf(nil, `"title":"Film %d","genres":["Drama"],"plot":"%0200d"`, i, i)
				it.Probed = fmt.Appendf(nil, `{"title":"Film %d","duration_seconds":%d}`, i, i)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	exported = lines(t, r)
	r.stop()
	c, err := dial(filepath.Join(dir, FileName), false)
	if err != nil {
		t.Fatal(err)
	}
	type documents struct {
		id          int64
		doc, probed []byte
	}
	var all []documents
	err = c.each("SELECT id, doc, probed FROM items", func(r row) error {
		doc, probed, err := unpackItem(r.bytes(1), r.bytes(2))
		all = append(all, documents{r.int(0), bytes.Clone(doc), bytes.Clone(probed)})
		return err
	})
	for _, d := range all {
		if err == nil {
			err = c.exec("UPDATE items SET doc = ?, probed = ? WHERE id = ?", d.doc, d.probed, d.id)
		}
	}
	if err == nil {
		err = c.script("PRAGMA auto_vacuum = 0; VACUUM")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	return exported
}

// TestACatalogIsWholeWhereverItsCopyingIsKilled kills who makes a catalog smaller at random moments, several times the
// same one. What is left is opened as any other: it holds what it held, and is made smaller then.
func TestACatalogIsWholeWhereverItsCopyingIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	older := t.TempDir()
	want := unpacked(t, older, 2000)
	open := func(dir string, after time.Duration) (killed bool, took time.Duration) {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), openerDir+"="+dir)
		var said bytes.Buffer
		cmd.Stderr = &said
		began := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		if err = cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != -1 {
			t.Fatalf("it was not killed, and did not open: %s", said.String())
		}
		return err != nil, time.Since(began)
	}
	dir := copied(t, older)
	_, whole := open(dir, time.Hour)
	holds(t, dir, want)
	kills := 0
	for dir, tries := copied(t, older), 0; kills < 8 && tries < 40; tries++ {
		killed, took := open(dir, time.Duration(rand.Int64N(int64(whole))))
		holds(t, copied(t, dir), want)
		if killed {
			kills++
		} else {
			dir, whole = copied(t, older), took // it was faster than thought
		}
	}
	if kills < 3 {
		t.Errorf("only %d were killed", kills)
	}
}

// copied is a copy of a directory.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// holds opens a catalog, which has to be sound, to hold what is wanted, and to be a smaller one with nothing beside it.
func holds(t *testing.T, dir string, want []byte) {
	t.Helper()
	r := runAt(t, dir, Options{})
	if err := r.Integrity(t.Context()); err != nil {
		t.Error(err)
	}
	if got := lines(t, r); !bytes.Equal(got, want) {
		t.Errorf("it holds %d bytes as they are exported, and not the %d it had", len(got), len(want))
	}
	if n := r.numbers("PRAGMA auto_vacuum")[0]; n != incremental {
		t.Error("it is not made smaller")
	}
	if n := r.numbers("SELECT count(*) FROM items WHERE substr(doc, 1, 1) <> x'01'")[0]; n != 0 {
		t.Errorf("%d documents are not packed", n)
	}
	r.stop()
	if names := filesIn(t, dir); names != FileName+" "+FloorName {
		t.Errorf("it left %s", names)
	}
}
