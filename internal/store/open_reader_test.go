package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAReaderNeedsACatalogThatIsThere(t *testing.T) {
	dir := t.TempDir()
	_, err := OpenReader(t.Context(), dir)
	if !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "catalogizerd scan") {
		t.Errorf("got: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, FileName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("asking made a file: %v", err)
	}
}

func TestAReaderIsAsCarefulAsADaemon(t *testing.T) {
	first, err := schema.ReadFile("schema/0001_catalog.sql")
	if err != nil {
		t.Fatal(err)
	}
	older := fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = 1", first, applicationID)
	for want, sql := range map[error]string{
		ErrNewer:   "PRAGMA user_version = 99",
		ErrOlder:   older,
		ErrAltered: "PRAGMA user_version = 4",
		ErrForeign: "PRAGMA application_id = 1",
	} {
		dir := t.TempDir()
		if sql != older {
			runAt(t, dir, Options{}).stop()
		}
		shell(t, dir, sql)
		st, err := OpenReader(t.Context(), dir)
		if !errors.Is(err, want) {
			t.Errorf("want %v, got %v", want, err)
		}
		if err == nil {
			_ = st.Close()
		}
	}
}

func TestAReaderReadsBesideAWriterAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	defer r.stop()
	root := r.addRoot("films")
	r.put(root, "a.mkv")
	st, err := OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	r.put(root, "b.mkv")
	var paths []string
	err = st.Walk(t.Context(), Position{}, func(v *View) error { paths = append(paths, v.Root+"/"+v.Path); return nil })
	if err != nil || strings.Join(paths, " ") != "films/a.mkv films/b.mkv" {
		t.Errorf("read %q, %v", paths, err)
	}
	if err := st.Update(t.Context(), func(*Tx) error { t.Error("ran"); return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("a write: %v", err)
	}
	err = st.read(t.Context(), func(c *conn) error { return c.exec("DELETE FROM items") })
	if err == nil {
		t.Error("a reader deleted items")
	}
}
