package app_test

import (
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// TestALargeFolderIsWrittenOnceAndAsItWouldBeLater: a folder that comes in parts is written with what is in its files,
// each once, and what goes with what is as if all had been there before. Names are such that companions lie in other
// parts than what they go with, before and behind it; and some speak for all.
func TestALargeFolderIsWrittenOnceAndAsItWouldBeLater(t *testing.T) {
	root := t.TempDir()
	var picture strings.Builder
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 20, 30))); err != nil {
		t.Fatal(err)
	}
	nfo := func(plot string) string { return "<movie><title>Said</title><plot>" + plot + "</plot></movie>" }
	const subtitle = "1\n00:00:01,000 --> 00:00:02,000\nGood day\n"
	files := 0
	add := func(name, content string) {
		files++
		write(t, root, "all/"+name, content)
	}
	for i := range 450 { // of which those in the middle lie over the end of a part, wherever that is
		stem := fmt.Sprintf("Film %03d (2001)", i)
		add(stem+".mkv", "a film, as far as anybody knows")
		add(stem+".en.srt", subtitle)
		if i%3 == 0 {
			add(stem+".nfo", nfo(stem))
			add(stem+"-poster.png", picture.String())
		}
	}
	for i := range 300 { // all of them begin like the first, which comes behind them or before
		add(fmt.Sprintf("Part %03d.srt", i), subtitle)
	}
	add("Part.mkv", "a film, as far as anybody knows")
	add("Film.mkv", "a film, as far as anybody knows")
	add("Film.nfo", nfo("of the first"))
	add("folder.png", picture.String())
	add("movie.nfo", nfo("of all"))
	add("zz.mkv", "")
	time.Sleep(time.Second) // none may be being written

	d := apptest.New(t, apptest.Config{DataDir: t.TempDir(), Roots: []apptest.Root{{Name: "films", Path: root}}})
	var sum struct {
		Added       int `json:"added"`
		RowsWritten int `json:"rows_written"`
	}
	if err := json.Unmarshal(d.Command(t, "scan", "--json", root), &sum); err != nil {
		t.Fatal(err)
	}
	// A row of its item and one of its words each, three of a film's work, and one or two of what goes with a file of
	// another part.
	if most := 2*files + 3*452 + 1350; sum.Added != files || sum.RowsWritten > most {
		t.Errorf("%+v of %d files, want at most %d rows", sum, files, most)
	}
	t.Logf("%+v of %d files", sum, files)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	came := d.Items(t, "")
	asItIsReadAgain(t, d, came)
	if err := os.Rename(root+"/all", root+"/renamed"); err != nil {
		t.Fatal(err)
	}
	if !apptest.Within(time.Minute, func() bool {
		d.WaitIdle(t, time.Minute)
		moved := d.Items(t, "")
		for id, it := range moved {
			if came[id] == nil || !strings.HasPrefix(it.Path, "renamed/") {
				return false
			}
		}
		return len(moved) == files
	}) {
		t.Fatal("not all files keep their ids where they are now")
	}
	asItIsReadAgain(t, d, d.Items(t, ""))
}

// asItIsReadAgain compares items with what becomes of them when all files are read, and described, once more.
func asItIsReadAgain(t *testing.T, d *apptest.Daemon, before apptest.Catalog) {
	t.Helper()
	d.Post(t, "/api/v1/items/analyse?root=films", "", nil)
	d.WaitIdle(t, 5*time.Minute)
	for i, line := range before.Diff("as it came", d.Items(t, ""), "read again") {
		if t.Error(line); i == 10 {
			t.FailNow()
		}
	}
}
