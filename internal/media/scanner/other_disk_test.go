package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

const filmsOnADisk = "mkdir a\nwrite a/f.mkv 1\nwrite a/g.mkv 22\nwrite h.mkv 333"

// dated gives the files the times that a copy keeps.
func (w *world) dated() {
	w.t.Helper()
	for _, p := range w.onDisk("") {
		if err := w.files.SetTime(p, time.Unix(1700000000, 0)); err != nil {
			w.t.Fatal(err)
		}
	}
}

// exchanged puts another disk with other files in the root's place, and waits until the root has looked at it.
func (w *world) exchanged(volume, script string) {
	w.t.Helper()
	w.files.Exchange(tree.Volume{ID: volume})
	w.run(script)
	w.dated()
	if err := w.s.Prove(context.Background(), "films"); err != nil {
		w.t.Fatal(err)
	}
	w.pass(3 * time.Second)
}

func TestADiskThatHoldsAllThatIsCataloguedIsTheRootsWithoutAsking(t *testing.T) {
	for _, births := range []bool{true, false} {
		t.Run(fmt.Sprint("births ", births), func(t *testing.T) {
			inWorld(t, options{files: faketree.Options{NoBirth: !births}}, func(w *world) {
				w.run(filmsOnADisk)
				w.dated()
				w.scan()
				before, it := w.shows(), w.analysed("h.mkv")
				w.exchanged("uuid:new", "write h.mkv 333\nmkdir a\nwrite a/g.mkv 22\nwrite a/new.mkv 1\nwrite a/f.mkv 1")
				if r := w.root("films"); r.State != media.Online || r.VolumeOffer != nil {
					t.Fatalf("%+v", r)
				}
				w.pass(11 * time.Second)
				w.expect(before, "a/f.mkv<-a/f.mkv a/g.mkv<-a/g.mkv h.mkv<-h.mkv a/new.mkv<-")
				now := w.item("h.mkv")
				if now.Analysis != store.Done || now.Work != store.Verify || now.Added != it.Added || string(now.Probed) != string(it.Probed) {
					t.Errorf("%+v, want what was read of it kept, and compared by its fingerprint", now)
				}
				w.isTrue()
				w.run("rename h.mkv a/h.mkv")
				w.scan()
				w.expect(before, "a/f.mkv<-a/f.mkv a/g.mkv<-a/g.mkv a/h.mkv<-h.mkv a/new.mkv<-")
			})
		})
	}
}

func TestADiskThatLacksSomethingIsOfferedAndBecomesTheRootsWhereItIsAccepted(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run(filmsOnADisk)
		w.dated()
		w.scan()
		before, head := w.shows(), w.st.Head()
		w.exchanged("uuid:new", "write h.mkv 333\nmkdir a\nwrite a/g.mkv changed\nwrite a/new.mkv 1")
		r := w.root("films")
		if o := r.VolumeOffer; r.State != media.Offline || o == nil || o.Volume != "uuid:new" || o.Catalogued != 3 || o.Matching != 1 ||
			!strings.Contains(r.Reason, "1 of the 3 files") || !strings.Contains(r.Reason, "catalogizerd accept volume films") {
			t.Fatalf("%+v, %+v", r, o)
		}
		if _, err := w.s.AcceptVolume(context.Background(), "films", "uuid:other"); !errors.Is(err, media.ErrVolumeChanged) {
			t.Errorf("accepting another: %v", err)
		}
		w.pass(time.Minute)
		if w.st.Head() != head {
			t.Error("something changed before anybody accepted")
		}
		got, err := w.s.AcceptVolume(context.Background(), "films", "uuid:new")
		if want := (media.Accepted{Kept: 1, New: 1, Missing: 1}); err != nil || got != want {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
		w.rest()
		w.expect(before, "h.mkv<-h.mkv a/g.mkv<-a/g.mkv a/new.mkv<- !a/f.mkv")
		w.pass(11 * time.Second)
		w.expect(before, "h.mkv<-h.mkv a/g.mkv<-a/g.mkv a/new.mkv<-")
		w.isTrue()
		if _, err := w.s.AcceptVolume(context.Background(), "films", "uuid:new"); !errors.Is(err, media.ErrNotOffered) {
			t.Errorf("accepting once more: %v", err)
		}
		rows, err := w.st.Roots(context.Background())
		if err != nil || len(rows[0].FormerVolumes) != 0 || rows[0].Ident != "uuid:new" {
			t.Errorf("%+v, %v: all is found again, and the disk before is to be forgotten", rows, err)
		}
	})
}

func TestADiskToWhichIsStillCopiedIsTheRootsOnceItHoldsAll(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run(filmsOnADisk)
		w.dated()
		w.scan()
		before := w.shows()
		w.exchanged("uuid:new", "write h.mkv 333")
		if o := w.root("films").VolumeOffer; o == nil || o.Matching != 1 {
			t.Fatalf("%+v", o)
		}
		w.run("mkdir a\nwrite a/f.mkv 1\nwrite a/g.mkv 22")
		w.dated()
		w.pass(2 * time.Minute)
		if r := w.root("films"); r.State != media.Online {
			t.Errorf("%+v", r)
		}
		w.expect(before, "a/f.mkv<-a/f.mkv a/g.mkv<-a/g.mkv h.mkv<-h.mkv")
	})
}

func TestAnOfferIsOfTheDiskThatIsThereAndEndsWithIt(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run(filmsOnADisk)
		w.dated()
		w.scan()
		before := w.shows()
		w.files.PullOut(tree.Volume{ID: "uuid:second"})
		w.run("write x.mkv 1")
		_ = w.s.Prove(context.Background(), "films")
		w.pass(3 * time.Second)
		if o := w.root("films").VolumeOffer; o == nil || o.Volume != "uuid:second" {
			t.Fatalf("%+v", o)
		}
		w.files.Exchange(tree.Volume{ID: "uuid:third"})
		if _, err := w.s.AcceptVolume(context.Background(), "films", "uuid:second"); !errors.Is(err, media.ErrVolumeChanged) {
			t.Errorf("accepting a disk that was exchanged: %v", err)
		}
		w.pass(3 * time.Second)
		if o := w.root("films").VolumeOffer; o == nil || o.Volume != "uuid:third" || o.Matching != 0 {
			t.Fatalf("%+v", o)
		}
		w.files.PlugIn()
		w.pass(3 * time.Second)
		if r := w.root("films"); r.State != media.Online || r.VolumeOffer != nil {
			t.Errorf("%+v", r)
		}
		if _, err := w.s.AcceptVolume(context.Background(), "films", "uuid:third"); !errors.Is(err, media.ErrNotOffered) {
			t.Errorf("accepting a disk that went away: %v", err)
		}
		w.expect(before, "a/f.mkv<-a/f.mkv a/g.mkv<-a/g.mkv h.mkv<-h.mkv")
		w.isTrue()
	})
}

func TestANoteOnABareMountPointIsNoLibraryThatKeepsTheDiskAway(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write note 1")
		w.scan()
		w.exchanged("uuid:disk", filmsOnADisk)
		w.pass(11 * time.Second)
		if c := w.shows(); w.root("films").State != media.Online || len(c.present) != 3 || len(c.missing) != 0 {
			t.Errorf("%+v, %+v", w.root("films"), c)
		}
		w.exchanged("uuid:fake", "write note 1") // but the disk is one
		if r := w.root("films"); r.State != media.Offline || r.Items != 3 {
			t.Errorf("%+v", r)
		}
	})
}

func TestAFewFilesDoNotVanishBehindAnEmptyMountPoint(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write note 1")
		w.scan()
		w.exchanged("uuid:disk", "mkdir a")
		w.pass(time.Minute)
		if r := w.root("films"); r.State != media.Offline || r.Items != 1 {
			t.Errorf("%+v", r)
		}
	})
}

func TestADiskThatCannotBeReadWholeIsNotTakenWithoutAsking(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run(filmsOnADisk)
		w.dated()
		w.scan()
		w.files.Exchange(tree.Volume{ID: "uuid:new"})
		w.run(filmsOnADisk + "\nmkdir closed")
		w.dated()
		faulty := faketree.NewFaulty(w.files.Another(), 1)
		faulty.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("closed"), Err: errors.New("closed")})
		w.roots(RootConfig{Name: "films", Kind: "local", Location: "/films", Tree: w.tree, Exclude: []string{"x"},
			Another: func() (tree.Tree, func(), error) { return faulty, func() {}, nil }})
		w.pass(3 * time.Second)
		if r := w.root("films"); r.State != media.Offline || r.VolumeOffer == nil || r.VolumeOffer.Matching != 3 {
			t.Errorf("%+v, %+v", r, r.VolumeOffer)
		}
	})
}

func TestWhatIsNotFoundAgainAtOnceIsFoundAfterAnotherStart(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run(filmsOnADisk)
		w.dated()
		w.scan()
		before := w.shows()
		mend := w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("a"), Err: errors.New("input/output error")})
		w.exchanged("uuid:new", filmsOnADisk)
		w.roots()
		w.roots(RootConfig{Name: "films", Kind: "local", Location: "/films", Tree: w.tree, Another: w.another})
		w.pass(11 * time.Second)
		w.expect(before, "a/f.mkv<-a/f.mkv a/g.mkv<-a/g.mkv h.mkv<-h.mkv")
		rows, err := w.st.Roots(context.Background())
		if err != nil || len(rows[0].FormerVolumes) != 1 {
			t.Errorf("%+v, %v: the disk before is still needed", rows, err)
		}
		mend()
		w.run("remove a/g.mkv")
		w.scan()
		w.pass(11 * time.Second)
		w.expect(before, "a/f.mkv<-a/f.mkv h.mkv<-h.mkv")
		w.isTrue()
		if rows, err = w.st.Roots(context.Background()); err != nil || len(rows[0].FormerVolumes) != 0 {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}
