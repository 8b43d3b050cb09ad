package app_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

var outdatedFiles = flag.Int("outdated", 2000, "how many files are described anew")

// TestACatalogOfAnOlderVersionIsDescribedAnewThroughAKill: every item keeps its id, who follows the feed learns each of
// them once, what was done before the kill is not done again, and afterwards nothing is left to do.
func TestACatalogOfAnOlderVersionIsDescribedAnewThroughAKill(t *testing.T) {
	root, data := t.TempDir(), t.TempDir()
	var contents []string
	for _, file := range []string{"Music/Ada Quill/Field Notes (2020)/01 - Open Gate.flac", "Music/Ada Quill/Field Notes (2020)/02 - Hedgerow.mp3", "Films/Зимний сад (2004).mkv"} {
		b, err := os.ReadFile("../../testdata/library/" + file)
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, string(b))
	}
	for i := range *outdatedFiles {
		write(t, root, fmt.Sprintf("%d/%d%s", i/50, i, []string{".flac", ".mp3", ".mkv"}[i%3]), contents[i%3])
	}
	d := apptest.Start(t, apptest.Config{DataDir: data, More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	since := d.WaitIdle(t, 5*time.Minute).Cursor
	before := d.Items(t, "")
	d.Stop(t)
	altered(t, data+"/catalog.db", `UPDATE items SET described = 0, probed = NULL, doc = CAST('"title":"of old"' AS BLOB)`)
	d.Start(t)
	if !apptest.Within(time.Minute, func() bool { return len(changesSince(t, d, since)) > 100 }) {
		t.Fatal("nothing is described anew")
	}
	d.Kill(t)
	d.Start(t)
	kept := changesSince(t, d, since)
	began := time.Now()
	d.WaitIdle(t, 5*time.Minute)
	t.Logf("%d of %d files described anew after the kill in %v", *outdatedFiles-len(kept), *outdatedFiles, time.Since(began))
	const done = "all files are described by this version"
	if !apptest.Within(time.Minute, func() bool { return strings.Contains(d.Log(), done) }) {
		t.Error("the log does not say that it is done")
	}
	after, told := d.Items(t, ""), changesSince(t, d, since)
	for _, line := range before.Diff("before", after, "after") {
		t.Error(line)
	}
	if len(told) != len(before) {
		t.Errorf("the feed told of %d items, want %d", len(told), len(before))
	}
	for i := range kept { // the feed is in the order of changes: what was done then has not changed since
		if told[i] != kept[i] {
			t.Fatalf("item %d was told before the kill, and %d in its place after it", kept[i], told[i])
		}
	}
	head := d.Status(t).Cursor
	d.Stop(t)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	if more := changesSince(t, d, head); len(more) != 0 {
		t.Errorf("a second run tells of %d items", len(more))
	}
}

// changesSince gives the ids of what changed after a cursor, in the feed's order.
func changesSince(t *testing.T, d *apptest.Daemon, since string) (ids []int64) {
	t.Helper()
	for {
		var page struct {
			Changes []struct{ ID int64 }
			Cursor  string
			More    bool
		}
		d.Get(t, "/api/v1/changes?limit=1000&since="+since, &page)
		for _, c := range page.Changes {
			ids = append(ids, c.ID)
		}
		if since = page.Cursor; !page.More {
			return ids
		}
	}
}
