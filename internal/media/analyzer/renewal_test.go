package analyzer

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// outdate makes the catalog one that an older version described, and said other things of each file.
func (w *world) outdate(by store.Version) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		d, _, err := tx.Dir(w.root, "")
		if err != nil {
			return err
		}
		return outdateIn(tx, d, by)
	})
}

func outdateIn(tx *store.Tx, d store.Dir, by store.Version) error {
	items, err := tx.ItemsIn(d.ID)
	if err != nil {
		return err
	}
	for i := range items {
		it := items[i]
		it.Described, it.Unread, it.Doc = by, false, []byte(`"title":"of old"`)
		it.Probed = []byte(`{"kind":"image","media":{"container":"png","width":77}}`)
		if err := tx.SaveQuietly(&items[i], &it); err != nil {
			return err
		}
	}
	below, err := tx.Subdirs(d.ID)
	for i := 0; err == nil && i < len(below); i++ {
		err = outdateIn(tx, below[i], by)
	}
	return err
}

// outdated makes a catalog of n pictures that an older version described.
func (w *world) outdated(n int, by store.Version) {
	w.t.Helper()
	for i := range n {
		w.write(fmt.Sprintf("d%d/%d.png", i%5, i), picture(i+1, 2))
	}
	w.write("empty.png", nil)
	w.catalogue()
	w.begin()
	w.rest()
	w.stop()
	w.outdate(by)
}

func (w *world) left() int64 {
	w.t.Helper()
	n, err := w.st.CountOutdated(context.Background(), w.root)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestACatalogOfAnOlderVersionIsDescribedAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.outdated(400, 0)
		id, head := w.row("d3/123.png").ID, w.st.Head()
		w.begin()
		if w.a.Idle() {
			t.Error("idle while the catalog is of an older version")
		}
		w.rest()
		w.counted("all", 400, 0)
		d, it := w.says("d3/123.png"), w.row("d3/123.png")
		if d.Title != "" || d.Media == nil || d.Media.Width != 124 || it.ID != id || it.Described != Version || it.Seq <= head {
			t.Errorf("%+v, %+v", it, d)
		}
		if w.row("empty.png").Analysis != store.None || w.left() != 0 {
			t.Errorf("%+v, %d are left", w.row("empty.png"), w.left())
		}
		head = w.st.Head()
		w.begin()
		w.rest()
		time.Sleep(time.Hour)
		if w.counted("a second time", 0, 0); w.st.Head() != head {
			t.Error("a second run writes")
		}
	})
}

// TestOtherWordsNeedNoBytes: where only the telling has changed, no file is opened.
func TestOtherWordsNeedNoBytes(t *testing.T) {
	inWorld(t, func(w *world) {
		w.outdated(20, store.NewVersion(bytesVersion, 0))
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Before: func(path string) { t.Errorf("%s is opened", path) }})
		w.begin()
		w.rest()
		if d := w.says("d3/3.png"); d.Title != "" || d.Media == nil || d.Media.Width != 77 || w.left() != 0 {
			t.Errorf("%+v, %d are left", d, w.left())
		}
	})
}

// TestNewFilesComeBeforeOnesThatAreDescribedAnew: so do all looks of the scanner.
func TestNewFilesComeBeforeOnesThatAreDescribedAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.outdated(400, 0)
		w.setScans(true)
		w.begin()
		time.Sleep(time.Minute)
		if w.counted("while the scanner is at work", 0, 0); w.a.Idle() {
			t.Error("idle")
		}
		w.setScans(false)
		var once sync.Once
		began := make(chan struct{})
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Latency: time.Second, Before: func(string) { once.Do(func() { close(began) }) }})
		<-began
		w.write("new.png", picture(9, 9))
		w.catalogue()
		for w.row("new.png").Analysis != store.Done {
			time.Sleep(100 * time.Millisecond)
		}
		if n := w.left(); n < 390 {
			t.Errorf("%d of 401 were still to be described anew, want nearly all", n)
		}
		w.tree.Mend()
		w.rest()
		if w.left() != 0 {
			t.Errorf("%d are left", w.left())
		}
	})
}

// TestDescribingAnewGoesOnWhereItWasStopped: nothing is read twice.
func TestDescribingAnewGoesOnWhereItWasStopped(t *testing.T) {
	inWorld(t, func(w *world) {
		w.outdated(400, 0)
		var read atomic.Int64
		w.tree.Inject(faketree.Fault{Ops: faketree.Open, Latency: 100 * time.Millisecond, Before: func(string) { read.Add(1) }})
		w.begin()
		for w.left() > 250 {
			time.Sleep(100 * time.Millisecond)
		}
		w.stop()
		half := read.Load()
		if n := w.left(); n == 0 || half+n < 400 || half+n > 401 { // the empty one is not read
			t.Fatalf("%d were read and %d are left", half, n)
		}
		w.begin()
		w.rest()
		if n := read.Load(); n != 400 || w.left() != 0 {
			t.Errorf("%d files were read, want each once; %d are left", n, w.left())
		}
	})
}

// TestAFileThatCannotBeReadAnewKeepsWhatIsKnownOfIt: the disk fails, not what was read of it before.
func TestAFileThatCannotBeReadAnewKeepsWhatIsKnownOfIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.outdated(3, 0)
		w.tree.Inject(faketree.Fault{Ops: faketree.Read, At: faketree.Exactly("d1/1.png"), Err: syscall.EIO})
		w.begin()
		w.rest()
		d, it := w.says("d1/1.png"), w.row("d1/1.png")
		if it.Analysis != store.Failed || !it.HasFingerprint || d.Media == nil || d.Media.Width != 77 || w.left() != 0 {
			t.Errorf("%+v, %+v, %d are left", it, d, w.left())
		}
		w.tree.Mend()
		time.Sleep(2 * time.Minute)
		w.rest()
		if d, it := w.says("d1/1.png"), w.row("d1/1.png"); it.Analysis != store.Done || d.Media.Width != 2 {
			t.Errorf("after the retry: %+v, %+v", it, d)
		}
	})
}

// TestARootThatIsAwayIsDescribedAnewOnceItIsBack: and keeps nobody waiting until then.
func TestARootThatIsAwayIsDescribedAnewOnceItIsBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.outdated(30, 0)
		w.setAway("films", true)
		w.begin()
		time.Sleep(time.Minute)
		if w.counted("while it is away", 0, 0); !w.a.Idle() || w.left() != 31 {
			t.Errorf("idle %t, %d are left", w.a.Idle(), w.left())
		}
		w.setAway("films", false)
		time.Sleep(time.Minute)
		w.rest()
		if w.left() != 0 {
			t.Errorf("%d are left", w.left())
		}
	})
}

// TestWhatIsOutdatedIsFoundByAnIndex: who raises a number of the version has the store's index made anew.
func TestWhatIsOutdatedIsFoundByAnIndex(t *testing.T) {
	if Version > store.OutdatedBelow {
		t.Errorf("the index items_outdated has what was described before %d, and this is version %d: "+
			"see store.OutdatedBelow", store.OutdatedBelow, Version)
	}
}
