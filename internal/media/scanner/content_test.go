package scanner

import (
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

func TestWhatTheBytesSaidMovesWithTheFile(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f.mkv x")
		w.scan()
		was := w.analysed("a/f.mkv")
		w.run("rename a/f.mkv g.mkv")
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

// kind has an item be of a kind.
func (w *world) kind(it *store.Item, kind media.Kind) {
	w.t.Helper()
	old := *it
	it.Kind = kind
	if err := w.st.Update(w.t.Context(), func(tx *store.Tx) error { return tx.Save(&old, it) }); err != nil {
		w.t.Fatal(err)
	}
}

// An ending says as what bytes are read, and a name of metadata of what it speaks: under another one it is read again.
func TestWhatComesUnderANameByWhichItIsReadOtherwiseIsReadAgain(t *testing.T) {
	for rename, want := range map[string]store.Work{
		"a/f.mkv a/g.MKV": store.Verify, "a/f.txt a/f.nfo": store.Analyse, "a/f.nfo.new a/f.nfo": store.Analyse,
		"a/f a/f.srt": store.Analyse, "a/f.nfo a/album.nfo": store.Analyse, "a/f.zip b/f.cbz": store.Analyse, "a/f.nfo b/f.nfo": store.Verify,
	} {
		for _, with := range []string{"alone", "with its folder"} {
			t.Run(rename+", "+with, func(t *testing.T) {
				inWorld(t, options{}, func(w *world) {
					from, to, _ := strings.Cut(rename, " ")
					w.run("mkdir a\nmkdir b\nwrite " + from + " x\nwrite a/another y")
					w.scan()
					was := w.analysed(from)
					w.analysed("a/another")
					if strings.HasSuffix(from, ".nfo") {
						w.kind(&was, media.KindMetadata)
					}
					w.run("rename " + from + " " + to)
					if with != "alone" {
						dir, name, _ := strings.Cut(to, "/")
						w.run("rename " + dir + " c")
						to = "c/" + name
					}
					w.scan()
					if it := w.item(to); it.ID != was.ID || it.Work != want {
						t.Errorf("the item %d became %d, with work %d, want %d", was.ID, it.ID, it.Work, want)
					}
				})
			})
		}
	}
}

// The analyzer was to look at a fingerprint, and had not when the file was not where it was any more: it is compared
// where and when the file is found again, also where its ctime is the one that is known.
func TestAFingerprintThatCouldNotBeComparedIsComparedWhereTheFileIsFound(t *testing.T) {
	deferred := func(w *world, task *store.Task) {
		if err := w.st.Update(w.t.Context(), func(tx *store.Tx) error { return tx.Defer(task) }); err != nil {
			w.t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		away  func(*world, *store.Task)
		back  func(*world)
		place string
	}{
		"its directory is renamed, and it was not found": {
			deferred, func(w *world) { w.run("rename a b") }, "b/f",
		},
		"it was not found for a moment": {deferred, func(*world) {}, "a/f"},
		"it was ignored": {
			func(w *world, _ *store.Task) { w.run("write .catalogizerignore a/"); w.scan() },
			func(w *world) { w.run("remove .catalogizerignore") }, "a/f",
		},
		"it was covered by a mount": {
			func(w *world, _ *store.Task) { w.mount("a"); w.scan() },
			func(w *world) {
				if err := w.files.Unmount("a"); err != nil {
					w.t.Fatal(err)
				}
			}, "a/f",
		},
		"its root was not configured": {
			func(w *world, _ *store.Task) { w.roots() },
			func(w *world) {
				w.roots(RootConfig{Name: "films", Kind: "local", Location: "/films", Tree: w.tree, Another: w.another})
			}, "a/f",
		},
	} {
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
				c.away(w, &tasks[0])
				c.back(w)
				w.scan()
				if it := w.item(c.place); it.ID != was.ID || it.Work != store.Verify {
					t.Errorf("%+v became %+v, want the same item with its fingerprint to compare", was, it)
				}
			})
		})
	}
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
