package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exported is every item of a catalog as it is encoded.
func exported(t *testing.T, dir string) string {
	t.Helper()
	st, err := OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	var all []byte
	if err := st.Walk(t.Context(), Position{}, func(v *View) error { all = append(v.AppendJSON(all), '\n'); return nil }); err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// filesIn are the names in a directory.
func filesIn(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestABackupOfALiveCatalogIsOneMomentOfIt(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	for i := range 100 {
		r.put(root, fmt.Sprintf("%d.mkv", i))
	}
	before := exported(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	writing := make(chan error, 1)
	go func() { // pairs, each whole or not at all; ends with ctx
		for i := 0; ; i++ {
			err := r.Update(ctx, func(tx *Tx) error {
				_, err := putIn(tx, root, fmt.Sprintf("pair %d a.mkv", i))
				if err == nil {
					_, err = putIn(tx, root, fmt.Sprintf("pair %d b.mkv", i))
				}
				return err
			})
			if err != nil {
				writing <- err
				return
			}
		}
	}()
	for i := range 5 {
		file := filepath.Join(out, FileName)
		if err := Backup(t.Context(), dir, file); err != nil {
			t.Fatal(err)
		}
		got := exported(t, out)
		if pairs := strings.Count(got, `"path":"pair`); pairs%2 != 0 || strings.Count(got, "\n")-pairs != 100 {
			t.Errorf("backup %d: %d of pairs, %d in all", i, pairs, strings.Count(got, "\n"))
		}
		if err := os.Remove(file + "-wal"); err == nil {
			t.Error("it is not one file")
		}
	}
	cancel()
	if err := <-writing; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r.stop()
	if now := exported(t, dir); !strings.Contains(now, strings.SplitN(before, "\n", 2)[0]) {
		t.Error("the catalog itself has changed")
	}
}

func TestABackupReplacesNothingButABackup(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	r.put(r.addRoot("films"), "a.mkv")
	out := t.TempDir()
	film := filepath.Join(out, "film.mkv")
	if err := os.WriteFile(film, []byte("a film"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{film, filepath.Join(dir, FileName), out} {
		if err := Backup(t.Context(), dir, file); err == nil {
			t.Errorf("%s was overwritten", file)
		}
	}
	if b, err := os.ReadFile(film); err != nil || string(b) != "a film" {
		t.Errorf("%q, %v", b, err)
	}
	if err := Backup(t.Context(), dir, filepath.Join(out, "none", "b.db")); err == nil || !strings.Contains(err.Error(), "no such file or directory") {
		t.Errorf("into no directory: %v", err)
	}
	if err := Backup(t.Context(), t.TempDir(), filepath.Join(out, "b.db")); !errors.Is(err, ErrNone) {
		t.Errorf("of no catalog: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Backup(ctx, dir, filepath.Join(out, "b.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if names := filesIn(t, out); names != "film.mkv" {
		t.Errorf("it left %s", names)
	}
	r.stop()
}

func TestARestoredCatalogIsAnotherToClientsAndGivesNoIDTwice(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	r.put(root, "kept.mkv")
	epoch, instance, want := r.Epoch(), r.Instance(), exported(t, dir)
	if err := Backup(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	later := r.put(root, "later.mkv")
	laterWork := r.keep(fresh(WorkView{Kind: WorkMovie, Title: "Later"}))[0]
	r.stop()
	after := exported(t, dir)

	done, err := Restore(t.Context(), file, dir)
	if err != nil || done.Items != 1 || done.Replaced != filepath.Join(dir, FileName+Replaced) {
		t.Fatalf("%+v, %v", done, err)
	}
	if got := exported(t, dir); got != want {
		t.Errorf("restored %s\nwant %s", got, want)
	}
	r = runAt(t, dir, Options{})
	if r.Epoch() == epoch || len(r.Epoch()) != len(epoch) {
		t.Errorf("epoch %s after %s", r.Epoch(), epoch)
	}
	if r.Instance() != instance {
		t.Errorf("the instance is %q, it was %q", r.Instance(), instance)
	}
	if it := r.put(root, "new.mkv"); it.ID <= later.ID {
		t.Errorf("the id %d was given before, %d was the last", it.ID, later.ID)
	}
	if w := r.keep(fresh(WorkView{Kind: WorkMovie, Title: "New"}))[0]; w.ID <= laterWork.ID {
		t.Errorf("the id %d was given to a work before, %d was the last", w.ID, laterWork.ID)
	}
	r.stop()

	// What was replaced is whole, and can be had back in the same way.
	if done, err = Restore(t.Context(), done.Replaced, dir); err != nil || done.Items != 2 {
		t.Errorf("restored %+v, %v, want the 2 items that were replaced", done, err)
	}
	if got := exported(t, dir); got != after {
		t.Errorf("restored %s\nwant %s", got, after)
	}
	if names := filesIn(t, dir); names != "catalog.db catalog.db.replaced catalog.ids" {
		t.Errorf("it left %s", names)
	}
}

func TestARestoreOfWhatIsNoBackupReplacesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	dir, out := t.TempDir(), t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	for i := range 2000 {
		r.put(root, fmt.Sprintf("a film with a rather long name %d.mkv", i))
	}
	if err := Backup(t.Context(), dir, out+"/b.db"); err != nil {
		t.Fatal(err)
	}
	r.stop()
	want := exported(t, dir)
	b, err := os.ReadFile(out + "/b.db")
	if err != nil {
		t.Fatal(err)
	}
	hole := append([]byte(nil), b...)
	for i := len(hole) / 2; i < len(hole)/2+8192; i++ {
		hole[i] = 0xff
	}
	shell(t, dir, "SELECT 1")
	for name, content := range map[string][]byte{"empty": nil, "text": []byte(strings.Repeat("no catalog ", 1000)), "short": b[:len(b)/2], "hole": hole} {
		file := filepath.Join(out, name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if done, err := Restore(t.Context(), file, dir); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %+v, %v", name, done, err)
		} else if name == "text" && (!errors.Is(err, ErrNoBackup) || strings.Contains(err.Error(), "restore a backup")) {
			t.Errorf("the mend of a text is to name a backup, not %q", err)
		}
	}
	foreign := t.TempDir()
	shell(t, foreign, "CREATE TABLE x (y); PRAGMA user_version = 1")
	newer := t.TempDir()
	shell(t, newer, fmt.Sprintf("CREATE TABLE meta (key, value); PRAGMA application_id = %d; PRAGMA user_version = 999", applicationID))
	for want, file := range map[error]string{ErrNoBackup: filepath.Join(foreign, FileName), ErrNewer: filepath.Join(newer, FileName)} {
		if _, err := Restore(t.Context(), file, dir); !errors.Is(err, want) {
			t.Errorf("%v: %v", want, err)
		}
	}
	if _, err := Restore(t.Context(), out+"/none", dir); err == nil || !strings.Contains(err.Error(), out+"/none") {
		t.Errorf("no file: %v", err)
	}
	if got := exported(t, dir); got != want {
		t.Error("the catalog has changed")
	}
	if names := filesIn(t, dir); names != "catalog.db catalog.ids" {
		t.Errorf("it left %s", names)
	}
}

// A broken catalog, and the log that its process did not fold in, are what a backup is for.
func TestABackupReplacesABrokenCatalog(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	r := runAt(t, dir, Options{})
	r.put(r.addRoot("films"), "a.mkv")
	if err := Backup(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	r.stop()
	want := exported(t, dir)
	for _, name := range []string{FileName, FileName + "-wal", FileName + "-shm"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Repeat("broken ", 2000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := Restore(t.Context(), file, dir); err != nil || done.Items != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	if got := exported(t, dir); got != want {
		t.Errorf("restored %s\nwant %s", got, want)
	}
	if names := filesIn(t, dir); names != "catalog.db catalog.db.replaced catalog.ids" {
		t.Errorf("in the directory: %s", names)
	}
}

func TestARestoreWaitsForNobodyWhoReads(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	if err := Backup(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	reader, err := dial(filepath.Join(dir, FileName), false)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.close()
	if _, err := reader.number("SELECT count(*) FROM items"); err != nil {
		t.Fatal(err)
	}
	if err := reader.script("BEGIN; SELECT count(*) FROM items"); err != nil {
		t.Fatal(err)
	}
	r.put(root, "a.mkv") // which the reader's transaction keeps in the log
	r.stop()
	want := exported(t, dir)
	if done, err := Restore(t.Context(), file, dir); err == nil || !strings.Contains(err.Error(), "read by another process") {
		t.Errorf("restored %+v, %v, want it refused while another process reads", done, err)
	}
	if got := exported(t, dir); got != want {
		t.Errorf("the catalog has changed: %s", got)
	}
}
