package scanner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// aheadOf is an analyzer that takes its time for each directory.
type aheadOf struct {
	st      *store.Store // of the world
	takes   func(dir string) time.Duration
	between func()             // while it is at work
	out     func(*store.Ahead) // of what a part is to be

	mu      sync.Mutex
	asked   []string // paths
	written int      // files
}

// Ahead implements Analyzer.
func (a *aheadOf) Ahead(
	ctx context.Context, _, dir string, files []tree.Entry, _ bool, growing func(*tree.Entry) bool,
) *store.Ahead {
	out := &store.Ahead{First: a.st.ReserveIDs(len(files)), AsOf: a.st.Head(), Files: make([]store.Analysed, len(files))}
	for i := range files {
		f := &out.Files[i]
		f.Kind, f.Doc = media.KindVideo, []byte(`"title":"ahead"`)
		if growing(&files[i]) {
			continue
		}
		a.ask(tree.Join(dir, files[i].Name))
		f.Analysis, f.Fingerprint, f.HasFingerprint = store.Done, 7, true
	}
	if a.between != nil {
		a.between()
	}
	if a.takes == nil {
		return out
	}
	select {
	case <-time.After(a.takes(dir)):
		return out
	case <-ctx.Done():
		return nil
	}
}

// AheadPart implements Analyzer.
func (a *aheadOf) AheadPart(
	ctx context.Context, root, dir string, files []tree.Entry, speakers []string, growing func(*tree.Entry) bool,
) *store.Ahead {
	out := a.Ahead(ctx, root, dir, files, false, growing)
	if out != nil {
		out.Since = out.AsOf
		if a.out != nil {
			a.out(out)
		}
	}
	return out
}

func (a *aheadOf) ask(path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, path)
}

// Renamed implements Analyzer.
func (a *aheadOf) Renamed(_ context.Context, _, dir string, items []store.Item) *store.Ahead {
	out := &store.Ahead{AsOf: a.st.Head(), Moved: items, Files: make([]store.Analysed, len(items))}
	for i := range items {
		out.Files[i] = store.Analysed{
			Kind: items[i].Kind, Probed: items[i].Probed, Doc: []byte(`"title":"` + tree.Join(dir, items[i].Name) + `"`),
		}
	}
	if a.between != nil {
		a.between()
	}
	return out
}

// RenamedPart implements Analyzer.
func (a *aheadOf) RenamedPart(ctx context.Context, root, dir string, items []store.Item, _ []string) *store.Ahead {
	out := a.Renamed(ctx, root, dir, items)
	out.Since = out.AsOf
	return out
}

// AheadWritten implements Analyzer.
func (a *aheadOf) AheadWritten(out *store.Ahead) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.written += len(out.Files)
}

// forget gives the paths that were read since it was called last.
func (a *aheadOf) forget() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	asked := a.asked
	a.asked = nil
	return asked
}

// inWorldAhead runs fn in a world whose scanner has an analyzer and no roots yet.
func inWorldAhead(t *testing.T, o options, a *aheadOf, fn func(w *world)) {
	t.Helper()
	o.idle = true
	o.cfg = Config{Debounce: 10 * time.Second, MaxWait: 20 * time.Second, Grace: 10 * time.Second, Analyzer: a,
		AheadTime: o.cfg.AheadTime}
	inWorld(t, o, func(w *world) {
		a.st = w.st
		fn(w)
	})
}

func (w *world) films() {
	w.roots(RootConfig{Name: "films", Kind: "local", Location: "/films", Tree: w.tree})
}

// TestANewDirectoryIsWrittenOnceWithWhatWasFoundInItsFiles: a row and a number of the feed each, and none later.
func TestANewDirectoryIsWrittenOnceWithWhatWasFoundInItsFiles(t *testing.T) {
	a := &aheadOf{}
	inWorldAhead(t, options{}, a, func(w *world) {
		w.run("mkdir a\nmkdir b/c\nwrite a/1.mkv x\nwrite a/2.mkv y\nwrite b/c/3.mkv z\nwrite 4.mkv u")
		head, rows := w.st.Head(), w.st.Counters().Rows.Load()
		w.films()
		if n := w.st.Head() - head; n != 4 {
			t.Errorf("4 files took %d numbers of the feed", n)
		}
		if n := w.st.Counters().Rows.Load() - rows; n > 4+2*4 { // each of 4 directories is made, and settled
			t.Errorf("4 files and 4 directories took %d rows", n)
		}
		for _, p := range []string{"a/1.mkv", "a/2.mkv", "b/c/3.mkv", "4.mkv"} {
			if it := w.item(p); it.Analysis != store.Done || it.Work != store.NoWork || string(it.Doc) != `"title":"ahead"` || it.Fingerprint != 7 {
				t.Errorf("%s: %+v", p, it)
			}
		}
		if a.written != 4 {
			t.Errorf("the analyzer was told that %d files were written, want 4", a.written)
		}
		w.isTrue()
	})
}

// TestNamesAreVisibleSoonWhereFilesAreSlowToRead: a directory waits for 50 ms at most, and where that is in vain, those
// behind it wait less and less often.
func TestNamesAreVisibleSoonWhereFilesAreSlowToRead(t *testing.T) {
	a := &aheadOf{takes: func(string) time.Duration { return time.Hour }}
	inWorldAhead(t, options{}, a, func(w *world) {
		const dirs = 200
		for i := range dirs {
			w.run(fmt.Sprintf("mkdir %03d\nwrite %03d/film.mkv x", i, i))
		}
		began := time.Now()
		w.films()
		if took := time.Since(began); took > 12*aheadTime {
			t.Errorf("%d directories took %v", dirs, took)
		}
		if n := len(w.shows().present); n != dirs {
			t.Errorf("%d of %d files are in the catalog", n, dirs)
		}
		if it := w.item("007/film.mkv"); it.Analysis != store.Pending || it.Work != store.Analyse {
			t.Errorf("what was not read in time is %v, and its work %d", it.Analysis, it.Work)
		}
		w.isTrue()
	})
}

// TestAPassThatNobodyFollowsWaitsLongerForWhatIsInFiles: each is written once, also where they are slow to read.
func TestAPassThatNobodyFollowsWaitsLongerForWhatIsInFiles(t *testing.T) {
	a := &aheadOf{takes: func(string) time.Duration { return 4 * aheadTime }}
	inWorldAhead(t, options{cfg: Config{AheadTime: time.Second}}, a, func(w *world) {
		const dirs = 20
		for i := range dirs {
			w.run(fmt.Sprintf("mkdir %03d\nwrite %03d/film.mkv x", i, i))
		}
		head := w.st.Head()
		w.films()
		if n := w.st.Head() - head; n != dirs {
			t.Errorf("%d files took %d numbers of the feed", dirs, n)
		}
		if it := w.item("007/film.mkv"); it.Analysis != store.Done {
			t.Errorf("what was read is %v", it.Analysis)
		}
		w.isTrue()
	})
}

func TestAFileThatIsBeingWrittenIsNotReadAhead(t *testing.T) {
	a := &aheadOf{}
	inWorldAhead(t, options{young: true}, a, func(w *world) {
		w.run("mkdir a\nwrite a/old.mkv x")
		time.Sleep(time.Minute)
		w.run("write a/young.mkv x")
		time.Sleep(time.Millisecond)
		if err := w.s.SetRoots(context.Background(), []RootConfig{
			{Name: "films", Kind: "local", Location: "/films", Tree: w.tree, Workers: 1, MaxRemovals: 1},
		}); err != nil {
			t.Fatal(err)
		}
		w.rest()
		if asked := a.forget(); !slices.Equal(asked, []string{"a/old.mkv"}) {
			t.Errorf("read ahead: %q", asked)
		}
		if it := w.item("a/young.mkv"); it.Analysis != store.Pending || it.Work != store.Analyse {
			t.Errorf("once it is quiet it is %v, and its work %d", it.Analysis, it.Work)
		}
	})
}

// TestWhatMovedInIsNotReadAheadAndKeepsItsIDs: also where only some of the files of a new directory have been
// elsewhere.
func TestWhatMovedInIsNotReadAheadAndKeepsItsIDs(t *testing.T) {
	a := &aheadOf{}
	inWorldAhead(t, options{}, a, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/1.mkv x\nwrite a/2.mkv xx\nwrite b/3.mkv xxx")
		w.films()
		before := w.shows()
		a.forget()
		w.run("rename a z")
		w.scan()
		w.expect(before, "z/1.mkv<-a/1.mkv z/2.mkv<-a/2.mkv b/3.mkv<-b/3.mkv")
		if asked := a.forget(); len(asked) > 0 {
			t.Errorf("read ahead: %q", asked)
		}
		w.run("mkdir n\nwrite n/0.mkv xxxx\nrename b/3.mkv n/3.mkv")
		w.scan()
		w.pass(20 * time.Second)
		w.expect(before, "z/1.mkv<-a/1.mkv z/2.mkv<-a/2.mkv n/3.mkv<-b/3.mkv n/0.mkv<-")
		w.isTrue()
	})
}

// TestADirectoryThatWasMadeMeanwhileIsLookedAtAnew: what was analysed ahead is of a directory that had no row.
func TestADirectoryThatWasMadeMeanwhileIsLookedAtAnew(t *testing.T) {
	a := &aheadOf{}
	inWorldAhead(t, options{}, a, func(w *world) {
		w.run("mkdir a/b\nwrite a/1.mkv x\nwrite a/b/2.mkv x")
		var once sync.Once
		a.between = func() {
			once.Do(func() {
				err := w.st.Update(context.Background(), func(tx *store.Tx) error {
					_, err := tx.EnsureDir(1, "a/b", 1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		w.films()
		w.isTrue()
	})
}

// TestARenamedDirectoryIsWrittenOnceAsItIsDescribedThere: a number of the feed for each file, and nothing left to do.
func TestARenamedDirectoryIsWrittenOnceAsItIsDescribedThere(t *testing.T) {
	a := &aheadOf{}
	inWorldAhead(t, options{}, a, func(w *world) {
		w.run("mkdir a\nwrite a/1.mkv x\nwrite a/2.nfo y\nwrite a/3.jpg z")
		w.films()
		before, head := w.shows(), w.st.Head()
		a.forget()
		w.run("rename a z")
		w.hint("a", "z")
		w.expect(before, "z/1.mkv<-a/1.mkv z/2.nfo<-a/2.nfo z/3.jpg<-a/3.jpg")
		if n := w.st.Head() - head; n != 3 {
			t.Errorf("3 files took %d numbers of the feed", n)
		}
		for _, p := range []string{"z/1.mkv", "z/2.nfo", "z/3.jpg"} {
			if it := w.item(p); it.Work != store.NoWork || string(it.Doc) != `"title":"`+p+`"` || it.Fingerprint != 7 {
				t.Errorf("%s: %+v", p, it)
			}
		}
		if asked := a.forget(); len(asked) > 0 {
			t.Errorf("read: %q", asked)
		}
		w.isTrue()
	})
}

// What was described is not what the directory holds, if only in one file or by the time it is written.
func TestARenamedDirectoryThatIsNotWhatItWasIsDescribedLater(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		change func(*store.Item)
	}{
		"with a new file":         {script: "write z/new.nfo n"},
		"with a changed file":     {script: "write z/2.nfo changed"},
		"with a hard link":        {script: "link z/1.mkv other"},
		"marked meanwhile":        {change: func(it *store.Item) { it.Work = store.Describe }},
		"another number":          {change: func(it *store.Item) { it.Attempts = 1 }},
		"missing in the meantime": {change: func(it *store.Item) { it.State, it.MissingAt = store.Missing, 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			a := &aheadOf{}
			inWorldAhead(t, options{}, a, func(w *world) {
				w.run("mkdir a\nwrite a/1.mkv x\nwrite a/2.nfo y")
				w.films()
				before := w.shows()
				w.run("rename a z\n" + c.script)
				a.between = func() { w.changeOnce(a, before.present["a/1.mkv"], c.change) }
				w.hint("a", "z")
				w.pass(time.Minute)
				if got := w.shows().present["z/1.mkv"]; got != before.present["a/1.mkv"] && !strings.Contains(c.script, "link") {
					t.Errorf("z/1.mkv is %d", got)
				}
				if it := w.item("z/1.mkv"); string(it.Doc) == `"title":"z/1.mkv"` {
					t.Errorf("written as it was described before: %+v", it)
				}
				w.isTrue()
			})
		})
	}
}

// changeOnce changes an item while the analyzer is at work for the first time.
func (w *world) changeOnce(a *aheadOf, id int64, change func(*store.Item)) {
	w.t.Helper()
	a.between = nil
	if change == nil {
		return
	}
	err := w.st.Update(context.Background(), func(tx *store.Tx) error {
		it, _, err := tx.Item(id)
		if err != nil {
			return err
		}
		old := it
		change(&it)
		return tx.Save(&old, &it)
	})
	if err != nil {
		w.t.Error(err)
	}
}
