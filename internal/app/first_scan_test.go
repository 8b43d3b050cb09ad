package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// TestAFirstScanTellsOfASmallFileOnce: with its name and what is in it, also through a kill. Where a busy machine
// does not read a directory's files in time, a file is told of once more; in a time of their own the scanner's tests
// have them told of once.
func TestAFirstScanTellsOfASmallFileOnce(t *testing.T) {
	root := t.TempDir()
	flac, err := os.ReadFile("../../testdata/library/Music/Ada Quill/Field Notes (2020)/01 - Open Gate.flac")
	if err != nil {
		t.Fatal(err)
	}
	const files = 1000
	for i := range files {
		write(t, root, fmt.Sprintf("%d/%d.flac", i/10, i), string(flac))
	}
	time.Sleep(500 * time.Millisecond) // none may be being written
	d := apptest.New(t, apptest.Config{DataDir: t.TempDir(), More: quick, Roots: []apptest.Root{{Name: "music", Path: root}}})
	r := apptest.Follow(t, d)
	var mu sync.Mutex
	told := map[int64]int{}
	r.OnChange(func(id int64, it *apptest.Item) {
		mu.Lock()
		defer mu.Unlock()
		told[id]++
	})
	d.Start(t)
	if !apptest.Within(time.Minute, func() bool { mu.Lock(); defer mu.Unlock(); return len(told) > files/4 }) {
		t.Fatal("nothing is told")
	}
	d.Kill(t)
	d.Start(t)
	d.WaitIdle(t, 5*time.Minute)
	want := d.Items(t, "")
	if len(want) != files {
		t.Fatalf("%d of %d files are in the catalog", len(want), files)
	}
	if !apptest.Within(time.Minute, func() bool {
		got, err := r.Catalog()
		return err == nil && len(want.Diff("catalog", got, "replica")) == 0
	}) {
		t.Error("the replica is not what the catalog is")
	}
	mu.Lock()
	defer mu.Unlock()
	once := 0
	for id, n := range told {
		if n > 2 {
			t.Errorf("item %d was told of %d times", id, n)
		}
		if n == 1 {
			once++
		}
	}
	t.Logf("%d of %d files were told of once", once, files)
}

// TestAFirstScanWritesARowForASmallFile: one of its item and one by which it is sorted and found, and two of its
// directory, which is made and then found to be as it was listed.
func TestAFirstScanWritesARowForASmallFile(t *testing.T) {
	root := t.TempDir()
	const dirs, files = 50, 500
	for i := range files {
		write(t, root, fmt.Sprintf("%d/%d.srt", i/10, i), "1\n00:00:01,000 --> 00:00:02,000\nGood day\n")
	}
	time.Sleep(time.Second) // none may be being written
	d := apptest.New(t, apptest.Config{DataDir: t.TempDir()})
	var sum struct {
		Added       int64 `json:"added"`
		RowsWritten int64 `json:"rows_written"`
	}
	if err := json.Unmarshal(d.Command(t, "scan", "--json", root), &sum); err != nil {
		t.Fatal(err)
	}
	least := int64(2*files + 2*(dirs+1))
	if sum.Added != files || sum.RowsWritten > least+files {
		t.Errorf("%+v, want at most %d rows, and %d where the machine is not busy", sum, least+files, least)
	}
	t.Logf("%d rows, want %d", sum.RowsWritten, least)
}
