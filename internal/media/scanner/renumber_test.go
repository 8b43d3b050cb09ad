package scanner

import (
	"context"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// alike makes a library on a file system whose numbers do not last, with files that only their names tell apart.
const alike = `mkdir a
	mkdir b
	write a/1 x
	write a/2 x
	write b/3 x
	write b/4 x
	write f longer`

func sameTimes(t *testing.T, w *world) {
	t.Helper()
	for _, p := range w.onDisk("") {
		if err := w.files.SetTime(p, time.Unix(1700000000, 0)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEachFileIsTheItemThatItWasAfterARemountThatDealsNumbersOutAnew(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, how := range []string{"pass", "hints"} {
		t.Run(how, func(t *testing.T) {
			inWorld(t, options{files: faketree.Options{NoBirth: true}}, func(w *world) {
				w.run(alike)
				sameTimes(t, w)
				w.scan()
				before := w.shows()
				w.files.Renumber()
				if how == "hints" {
					w.hint(w.onDisk("")...)
				}
				w.scan()
				w.expect(before, "a/1<-a/1 a/2<-a/2 b/3<-b/3 b/4<-b/4 f<-f")
				w.isTrue()
				w.pass(11 * time.Second)
				w.expect(before, "a/1<-a/1 a/2<-a/2 b/3<-b/3 b/4<-b/4 f<-f")
			})
		})
	}
}

func TestAFileThatIsMadeWithTheNumberOfOneThatStandsTakesNothingFromIt(t *testing.T) {
	inWorld(t, options{files: faketree.Options{NoBirth: true}}, func(w *world) {
		w.run(alike)
		sameTimes(t, w)
		w.scan()
		before := w.shows()
		w.run("write b/0 x") // where b/0 is first in its directory the numbers of all after it move on
		sameTimes(t, w)
		w.files.Renumber()
		w.scan()
		w.pass(11 * time.Second)
		w.expect(before, "a/1<-a/1 a/2<-a/2 b/0<- b/3<-b/3 b/4<-b/4 f<-f")
		w.isTrue()
	})
}

func TestAFileIsFollowedWhenItMovesWhereNumbersDoNotLast(t *testing.T) {
	inWorld(t, options{files: faketree.Options{NoBirth: true}}, func(w *world) {
		w.run(alike)
		w.scan()
		before := w.shows()
		w.run("rename a/1 b/1")
		w.scan()
		w.expect(before, "b/1<-a/1 a/2<-a/2 b/3<-b/3 b/4<-b/4 f<-f")
		w.isTrue()
	})
}

func TestWhatWasReadIsComparedAgainWhereAnotherNumberStandsAtAName(t *testing.T) {
	inWorld(t, options{files: faketree.Options{NoBirth: true}}, func(w *world) {
		w.run(alike)
		w.scan()
		it := w.item("f")
		it.Analysis, it.Work, it.HasFingerprint, it.Fingerprint = store.Done, store.NoWork, true, 7
		old := w.item("f")
		if err := w.st.Update(context.Background(), func(tx *store.Tx) error { return tx.Save(&old, &it) }); err != nil {
			t.Fatal(err)
		}
		w.files.Renumber()
		w.scan()
		if got := w.item("f"); got.ID != it.ID || got.Work != store.Verify || got.Analysis != store.Done || got.FileID == it.FileID {
			t.Errorf("%+v: not compared by its fingerprint under its new number", got)
		}
	})
}
