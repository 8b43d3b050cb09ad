package local_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// A camera without a battery, and a damaged inode, say times that 64 bits of nanoseconds do not hold.
func TestATimeThatCannotBeToldIsTheNearestThatCan(t *testing.T) {
	dir := t.TempDir()
	local, err := local.New(dir, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, year := range map[string]int{"sooner.mkv": 2050, "later.mkv": 2400} {
		at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		ts := []unix.Timespec{{Sec: at.Unix()}, {Sec: at.Unix()}}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, file, ts, 0); err != nil {
			t.Fatal(err)
		}
		var st unix.Stat_t
		if err := unix.Stat(file, &st); err != nil {
			t.Fatal(err)
		}
		if st.Mtim.Sec != at.Unix() {
			t.Skip("this file system holds no such times")
		}
		want := int64(tree.Latest)
		if year < 2262 {
			want = at.UnixNano()
		}
		e, err := local.Stat(t.Context(), name)
		if err != nil || e.MTime != want {
			t.Errorf("%s of %d: modified at %s (%v), want %s", name, year, tree.Time(e.MTime), err, tree.Time(want))
		}
	}
	if got := tree.Time(tree.Latest).Format(time.RFC3339Nano); got != "2262-04-11T23:47:16.854775807Z" {
		t.Errorf("the latest time is told as %s", got)
	}
	if got := tree.Time(tree.Earliest).Format(time.RFC3339Nano); got != "1677-09-21T00:12:43.145224192Z" {
		t.Errorf("the earliest time is told as %s", got)
	}
}
