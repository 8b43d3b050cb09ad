package scanner

import (
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

func TestWhatIsFoundInABinIsForgottenAtOnce(t *testing.T) {
	for name, c := range map[string]struct{ before, then string }{
		"by its name":         {"mkdir @Recycle\nwrite f.mkv x", "rename f.mkv @Recycle/f.mkv"},
		"by its path":         {"mkdir #recycle\nmkdir a\nwrite a/f.mkv x", "mkdir #recycle/a\nrename a/f.mkv #recycle/a/f.mkv"},
		"from below, by name": {"mkdir @Recycle\nmkdir a\nmkdir a/b\nwrite a/b/f.mkv x", "rename a/b/f.mkv @Recycle/f.mkv"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run(c.before)
				w.scan()
				w.run(c.then)
				w.scan()
				w.pass(time.Second)
				w.counts("deleted, a second later", 0, 0)
				if n := w.st.Counters().Removed.Load(); n != 1 {
					t.Errorf("%d forgotten, want one", n)
				}
			})
		})
	}
}

func TestWhatIsNotProvenToBeInABinKeepsItsGrace(t *testing.T) {
	for name, then := range map[string]string{
		"another file of that name is there": "write @Recycle/f.mkv x\nremove f.mkv",
		"nothing is":                         "remove f.mkv",
		"what is there has been written to":  "rename f.mkv @Recycle/f.mkv\nappend @Recycle/f.mkv y",
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("mkdir @Recycle\nwrite f.mkv x")
				w.scan()
				w.run(then)
				w.scan()
				w.pass(8 * time.Second)
				w.counts("within the grace", 0, 1)
				w.pass(4 * time.Second)
				w.counts("after it", 0, 0)
			})
		})
	}
}

func TestTooMuchInABinIsHeldAllTheSame(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.many("a", 0, 150)
		w.run("mkdir @Recycle")
		w.scan()
		w.run("rename a @Recycle/a")
		w.scan()
		w.pass(15 * time.Second)
		if h := w.root("films").Held; h == nil || h.Count != 150 {
			t.Fatalf("held: %+v, want 150", h)
		}
	})
}

func TestACopyInABinIsNotTheFile(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		at := time.Now().Add(-time.Hour)
		write := func(path string) {
			w.run("write " + path + " x")
			if err := w.files.SetTime(path, at); err != nil {
				t.Fatal(err)
			}
		}
		w.run("mkdir @Recycle")
		write("f.mkv")
		w.scan()
		write("@Recycle/f.mkv")
		w.run("remove f.mkv")
		w.scan()
		w.pass(8 * time.Second)
		w.counts("a copy of its size and time is in the bin", 0, 1)
	})
}

// TestWhatIsHeldMeanwhileIsLeftToPeople: an item that was missing when it was looked for in the bins may be held when
// it has been found in one.
func TestWhatIsHeldMeanwhileIsLeftToPeople(t *testing.T) {
	for name, state := range map[string]store.State{"missing still": store.Missing, "held": store.Held, "back": store.Present} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("write f.mkv x")
				w.scan()
				w.run("remove f.mkv")
				w.scan()
				root, _ := w.s.RootID("films")
				err := w.st.Update(w.t.Context(), func(tx *store.Tx) error {
					missing, err := tx.NewestMissing(root, 1)
					if err != nil || len(missing) != 1 {
						w.t.Errorf("%d missing, want one: %v", len(missing), err)
						return err
					}
					found, now := missingItem{missing[0], ""}, missing[0]
					now.State = state
					if err := tx.SaveQuietly(&missing[0], &now); err != nil {
						return err
					}
					ended, err := endGrace(tx, []missingItem{found}, int64(time.Second))
					it, _, _ := tx.Item(now.ID)
					if want := state == store.Missing; ended != want || (it.MissingAt != found.MissingAt) != want {
						w.t.Errorf("grace ended: %v, at %d instead of %d; want %v", ended, it.MissingAt, found.MissingAt, want)
					}
					return err
				})
				if err != nil {
					w.t.Error(err)
				}
			})
		})
	}
}
