package analyzer

import (
	"context"
	"fmt"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// ahead analyses the files of a directory ahead, and writes them as the scanner does.
func (w *world) ahead(dir string, growing ...string) *store.Ahead {
	w.t.Helper()
	l, err := w.files.List(context.Background(), dir)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	out := w.a.Ahead(ctx, "films", dir, l.Entries, false, func(e *tree.Entry) bool {
		return len(growing) > 0 && e.Name == growing[0]
	})
	if out == nil {
		return nil
	}
	w.update(func(tx *store.Tx) error {
		d, err := tx.EnsureDir(w.root, dir, 1)
		if err != nil {
			return err
		}
		var items []store.Item
		for i := range l.Entries {
			a := &out.Files[i]
			it := store.Item{
				ID: out.First + int64(i), Dir: d.ID, Root: w.root, Kind: a.Kind, Doc: a.Doc, Probed: a.Probed,
				Analysis: a.Analysis, Fingerprint: a.Fingerprint, HasFingerprint: a.HasFingerprint,
			}
			it.Observe(1, &l.Entries[i])
			if a.Analysis == store.Pending {
				it.Work = store.Analyse
			}
			items = append(items, it)
		}
		return tx.InsertTogether(items)
	})
	return out
}

// library is a directory of files of which each has something to say of others.
func (w *world) library(dir string) {
	w.t.Helper()
	w.write(dir+"/Film (2001).mkv", []byte("a film, as far as anybody knows"))
	w.write(dir+"/Film (2001).nfo", nfo("movie", "Sidecar"))
	w.write(dir+"/Film (2001).en.forced.srt", []byte("1\n00:00:01,000 --> 00:00:02,000\nGood day\n"))
	w.write(dir+"/Film (2001).de.srt", []byte("1\n00:00:01,000 --> 00:00:02,000\nGuten Tag\n"))
	w.write(dir+"/Film (2001)-poster.png", picture(20, 30))
	w.write(dir+"/folder.png", picture(10, 10))
	w.write(dir+"/empty.mkv", nil)
	w.write(dir+"/notes", []byte("of no format"))
}

// TestWhatIsAnalysedAheadIsWhatIsAnalysedLater: kinds, words, findings, fingerprints, and what goes with what.
func TestWhatIsAnalysedAheadIsWhatIsAnalysedLater(t *testing.T) {
	inWorld(t, func(w *world) {
		w.library("Ahead/X")
		w.begin()
		w.write("Ahead/movies.nfo", nfo("movie", "Above"))
		if out := w.ahead("Ahead/X"); out == nil {
			t.Fatal("not analysed")
		}
		w.rest()
		w.library("Later/X")
		w.catalogue()
		w.rest()
		first := w.row("Ahead/X/empty.mkv").ID
		for _, name := range []string{
			"Film (2001).mkv", "Film (2001).nfo", "Film (2001).en.forced.srt", "Film (2001).de.srt", "Film (2001)-poster.png", "folder.png",
			"empty.mkv", "notes",
		} {
			a, b := w.row("Ahead/X/"+name), w.row("Later/X/"+name)
			if a.Kind != b.Kind || string(a.Probed) != string(b.Probed) || a.Analysis != b.Analysis || a.Fingerprint != b.Fingerprint ||
				a.HasFingerprint != b.HasFingerprint {
				t.Errorf("%s: ahead %+v, later %+v", name, a, b)
			}
			x, y := w.says("Ahead/X/"+name), w.says("Later/X/"+name)
			for i := range x.Companions {
				if x.Companions[i].ID < first-8 || x.Companions[i].ID > first+8 {
					t.Errorf("%s goes with item %d, which is not beside it", name, x.Companions[i].ID)
				}
				x.Companions[i].ID = 0
			}
			for i := range y.Companions {
				y.Companions[i].ID = 0
			}
			if (x.Of == 0) != (y.Of == 0) {
				t.Errorf("%s goes with %d, and with %d", name, x.Of, y.Of)
			}
			x.Of, y.Of = 0, 0
			if !reflect.DeepEqual(x, y) {
				t.Errorf("%s: ahead %+v, later %+v", name, x, y)
			}
		}
		film := w.row("Ahead/X/Film (2001).mkv")
		if of := w.says("Ahead/X/Film (2001).nfo").Of; of != film.ID {
			t.Errorf("the sidecar goes with %d, want %d", of, film.ID)
		}
	})
}

// TestAShowsSidecarAboveIsJoinedAhead: of those that came since it was read, the scanner's transaction is told.
func TestAShowsSidecarAboveIsJoinedAhead(t *testing.T) {
	inWorld(t, func(w *world) {
		w.begin()
		w.write("TV/Show/tvshow.nfo", nfo("tvshow", "The Real Name"))
		w.write("TV/Show/S01/Show.S01E02.mkv", []byte("an episode, as far as anybody knows"))
		w.write("TV/Show/S01/Show.S01E02.en.srt", []byte("1\n00:00:01,000 --> 00:00:02,000\nGood day\n"))
		if w.ahead("TV/Show") == nil {
			t.Fatal("not analysed")
		}
		w.rest()
		w.write("Other/f.mkv", []byte("a film, as far as anybody knows"))
		w.ahead("Other") // takes a number: what was written with the last one may be changed once more under it
		w.rest()
		out := w.ahead("TV/Show/S01")
		if out == nil || !w.st.StandsAbove(out.AsOf) {
			t.Fatalf("ahead: %+v", out)
		}
		if got := w.says("TV/Show/S01/Show.S01E02.mkv").Series; got != "The Real Name" {
			t.Errorf("of %q", got)
		}
		if got := w.says("TV/Show/S01/Show.S01E02.en.srt").Series; got != "" { // as it is where it is read first
			t.Errorf("its subtitles are of %q", got)
		}
		it := w.row("TV/Show/tvshow.nfo")
		w.update(func(tx *store.Tx) error { return tx.MarkMissing(&it, 1) })
		if w.st.StandsAbove(out.AsOf) {
			t.Error("what was above is gone, and nobody is told")
		}
		w.write("TV/Show/S02/Show.S02E02.mkv", []byte("another, as far as anybody knows"))
		w.ahead("TV/Show/S02")
		if got := w.says("TV/Show/S02/Show.S02E02.mkv").Series; got != "Show" {
			t.Errorf("of %q, after the sidecar above has gone", got)
		}
	})
}

// TestWhatCannotBeReadAheadIsReadLater: one that grows, one that is not what was listed, one that cannot be read.
func TestWhatCannotBeReadAheadIsReadLater(t *testing.T) {
	inWorld(t, func(w *world) {
		w.begin()
		for i := range 4 {
			w.write(fmt.Sprintf("a/%d.mkv", i), []byte("a film, as far as anybody knows"))
		}
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, At: faketree.Exactly("a/2.mkv"), Err: syscall.EACCES})
		out := w.ahead("a", "1.mkv")
		if out == nil {
			t.Fatal("not analysed")
		}
		w.rest()
		for i, want := range []store.Analysis{store.Done, store.Done, store.Failed, store.Done} {
			if it := w.row(fmt.Sprintf("a/%d.mkv", i)); it.Analysis != want {
				t.Errorf("%d.mkv is %v, want %v", i, it.Analysis, want)
			}
		}
	})
}

// TestADirectorySaysNothingOfAnother: what the files of one said is in memory that those of the next are given.
func TestADirectorySaysNothingOfAnother(t *testing.T) {
	inWorld(t, func(w *world) {
		w.begin()
		for i := range 20 {
			full, empty := fmt.Sprintf("%d/picture/x.png", i), fmt.Sprintf("%d/empty/x.png", i)
			w.write(full, picture(20, 30))
			w.write(empty, nil)
			if w.ahead(tree.Parent(full)) == nil || w.ahead(tree.Parent(empty)) == nil {
				t.Fatal("not analysed")
			}
			if d := w.says(full); d.Media == nil || d.Media.Width != 20 {
				t.Errorf("%s is %+v", full, d.Media)
			}
			if d := w.says(empty); d.Media != nil {
				t.Errorf("%s is %+v", empty, d.Media)
			}
		}
	})
}
