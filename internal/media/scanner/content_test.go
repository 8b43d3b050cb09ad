package scanner

import (
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

func TestWhatTheBytesSaidMovesWithTheFile(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f x")
		w.scan()
		was := w.analysed("a/f")
		w.run("rename a/f g.mkv")
		w.scan()
		it := w.item("g.mkv")
		if it.ID != was.ID || it.Analysis != store.Done || string(it.Probed) != string(was.Probed) || it.Added != was.Added {
			t.Errorf("%+v became %+v", was, it)
		}
		if it.Kind != media.KindVideo || !strings.Contains(string(it.Doc), "g.mkv") {
			t.Errorf("its name is not read anew: %s, %s", it.Kind, it.Doc)
		}
		if it.Work != store.Verify {
			t.Errorf("a rename moved its ctime: work %d, want a look at the fingerprint", it.Work)
		}
	})
}

// The analyzer that was to look at the fingerprint finds nothing where the file was: its directory is being renamed.
func TestAFingerprintThatCouldNotBeComparedIsComparedWhereTheFileIsFound(t *testing.T) {
	for name, then := range map[string]string{"its directory is renamed": "rename a b", "it was away for a moment": ""} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("mkdir a\nwrite a/f x\nlink a/f .other")
				w.scan()
				was := w.analysed("a/f")
				w.run("remove .other") // one link less: ctime
				w.scan()
				tasks, err := w.st.Tasks(w.t.Context(), was.Root, 10)
				if err != nil || len(tasks) != 1 || tasks[0].Work != store.Verify {
					t.Fatalf("work %+v, %v, want one fingerprint to compare", tasks, err)
				}
				if err := w.st.Update(w.t.Context(), func(tx *store.Tx) error { return tx.Defer(&tasks[0]) }); err != nil {
					t.Fatal(err)
				}
				place := "a/f"
				if then != "" {
					w.run(then)
					place = "b/f"
				}
				w.scan()
				if it := w.item(place); it.ID != was.ID || it.Work != store.Verify {
					t.Errorf("%+v became %+v, want the same item with its fingerprint to compare", was, it)
				}
			})
		})
	}
}

// A file is rewritten, and hidden before the analyzer has looked at it: when it is back its ctime is known already.
func TestAFingerprintThatWasToBeComparedIsComparedWhenTheFileIsBack(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f x\nlink a/f .other")
		w.scan()
		was := w.analysed("a/f")
		w.run("remove .other") // one link less: ctime
		w.scan()
		w.run("write .catalogizerignore a/")
		w.scan()
		if got := w.shows(); len(got.missing) != 1 {
			t.Fatalf("the catalog shows %+v, want one item that is missing", got)
		}
		w.run("remove .catalogizerignore")
		w.scan()
		if it := w.item("a/f"); it.ID != was.ID || it.Work != store.Verify {
			t.Errorf("%+v became %+v, want the same item with its fingerprint to compare", was, it)
		}
	})
}

func TestOnlyAnotherCTimeAsksForTheFingerprintAndTakesNoNumber(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write f x\nlink f .other")
		w.scan()
		was := w.analysed("f")
		w.run("remove .other") // one link less: ctime
		head := w.st.Head()
		w.scan()
		it := w.item("f")
		if it.Work != store.Verify || it.Analysis != store.Done || it.Seq != was.Seq || w.st.Head() != head {
			t.Errorf("%+v became %+v, the head %d became %d", was, it, head, w.st.Head())
		}
		if it.Links != 1 || it.CTime == was.CTime {
			t.Errorf("the row says %d links, ctime %d (was %d)", it.Links, it.CTime, was.CTime)
		}
		w.isTrue()
	})
}

func TestAChangedFileIsAnalysedAnew(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write f x")
		w.scan()
		was := w.analysed("f")
		w.run("time f -48h")
		w.scan()
		it := w.item("f")
		if it.ID != was.ID || it.Analysis != store.Pending || it.Work != store.Analyse || it.Probed != nil || it.HasFingerprint {
			t.Errorf("%+v became %+v", was, it)
		}
		w.run(`write f`)
		w.scan()
		if it = w.item("f"); it.Size != 0 || it.Analysis != store.None || it.Work != store.NoWork {
			t.Errorf("an empty file: %+v", it)
		}
	})
}
