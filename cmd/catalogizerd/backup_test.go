package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// What a person does who keeps backups: one of the running daemon every night, and after a bad day that of the last.
func TestBackupAndRestore(t *testing.T) {
	d, root := serve(t, "")
	cursor := d.WaitIdle(t, time.Minute).Cursor
	data := d.DataDir()
	file := t.TempDir() + "/catalog.backup"
	want := exported(t, data)
	ids := apptest.Snapshot(t, d)
	for range 2 { // the second replaces the first
		if o := command(t, "", "backup", "--data-dir", data, file).ends(t, exitDone); !strings.HasPrefix(o.out, file+": ") {
			t.Errorf("%q, want %q at its beginning", o.out, file+": ")
		}
	}
	o := command(t, "", "restore", "--data-dir", data, file).ends(t, exitFailed)
	if !strings.Contains(o.errOut, "data directory is in use") {
		t.Errorf("while the daemon runs: %q", o.errOut)
	}
	elsewhere := t.TempDir() + "/new"
	o = command(t, "", "restore", "--data-dir", elsewhere, file).ends(t, exitDone)
	if o.out != "restored 2 items to "+elsewhere+"\n" {
		t.Errorf("to where nothing was: %q", o.out)
	}
	if got := exported(t, elsewhere); !slices.Equal(got, want) {
		t.Errorf("exported %q, want %q", got, want)
	}

	d.Stop(t)
	write(t, data+"/catalog.db", strings.Repeat("broken ", 1000))
	d.Start(t) // a new catalog takes its place, until somebody brings a backup
	if health := d.Status(t).Health; !strings.Contains(health, "catalog.db.damaged-") {
		t.Errorf("of a broken catalog it says %q", health)
	}
	d.Stop(t)
	write(t, root+"/New Film (2020).mkv", "new")
	o = command(t, "", "restore", "--data-dir", data, file).ends(t, exitDone)
	if !strings.Contains(o.out, "kept as "+data+"/catalog.db.replaced") {
		t.Errorf("said %q, want where the replaced catalog is kept", o.out)
	}
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	now := apptest.Snapshot(t, d)
	if len(now) != 3 {
		t.Errorf("%d items, want the two restored and the new one", len(now))
	}
	for id, it := range ids {
		if now[id] == nil || now[id].Path != it.Path {
			t.Errorf("%s was item %d, which is now %v", it.Path, id, now[id])
		}
	}
	o = command(t, "", "watch", "--server", "http://"+d.Addr(), "--since", cursor).ends(t, exitFailed)
	if !strings.Contains(o.errOut, "restored") || !strings.Contains(o.errOut, "--since start") {
		t.Errorf("a cursor from before: %q", o.errOut)
	}
}

func TestBackupAndRestoreOfWhatIsNotThere(t *testing.T) {
	base := t.TempDir()
	o := command(t, "", "backup", "--data-dir", base+"/data", base+"/b.db").ends(t, exitFailed)
	if !strings.Contains(o.errOut, "is this the data directory?") {
		t.Errorf("%q, want %q in it", o.errOut, "is this the data directory?")
	}
	write(t, base+"/notes.txt", "notes")
	for _, file := range []string{base + "/none", base + "/notes.txt", base} {
		o = command(t, "", "restore", "--data-dir", base+"/data", file).ends(t, exitFailed)
		if !strings.Contains(o.errOut, file) {
			t.Errorf("%q, want %q in it", o.errOut, file)
		}
	}
	if _, err := os.Stat(base + "/data/catalog.db"); !os.IsNotExist(err) {
		t.Error("it has made a catalog")
	}
}
