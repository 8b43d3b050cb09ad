package scanner

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// cancelled queues a scan of "films", and cancels it a moment later.
func (w *world) cancelled(moment time.Duration) {
	w.t.Helper()
	s, err := w.s.Scan(context.Background(), "films", "", false)
	if err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(moment)
	if err := w.s.CancelScan(context.Background(), s.ID); err != nil {
		w.t.Fatal(err)
	}
}

// The scan at the start and the scheduled ones can be cancelled like any other.
func TestAScanThatIsCancelledIsNotTheLast(t *testing.T) {
	cfg := Config{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second, Grace: 10 * time.Second, RescanInterval: 24 * time.Hour}
	for name, c := range map[string]struct {
		root  RootConfig
		until time.Duration
	}{
		"polled":  {RootConfig{Poll: true, PollInterval: time.Minute}, 2 * time.Minute},
		"watched": {RootConfig{}, 27 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{cfg: cfg, idle: true}, func(w *world) {
				w.run("mkdir a\nmkdir b\nwrite a/f 1")
				mend := w.tree.Inject(faketree.Fault{Ops: faketree.List, Latency: time.Second})
				c.root.Name, c.root.Location, c.root.Tree, c.root.Workers, c.root.MaxRemovals = "films", "/films", w.tree, 1, 1
				if err := w.s.SetRoots(context.Background(), []RootConfig{c.root}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(100 * time.Millisecond)
				if err := w.s.CancelScan(context.Background(), w.s.Scans()[0].ID); err != nil {
					t.Fatal(err)
				}
				mend()
				w.rest() // it does not wait for a scan that nobody asks for any more
				w.counts("cancelled", 0, 0)
				w.pass(c.until)
				w.counts("later", 1, 0)
			})
		})
	}
}

// What a scan has proven absent goes, whenever the scan ends: nobody else would ask for what was below.
func TestADirectoryThatIsGoneGoesWholeThoughTheScanIsCancelled(t *testing.T) {
	for name, c := range map[string]struct {
		slow   faketree.Fault
		moment time.Duration
	}{
		"while it is listed above":  {faketree.Fault{Ops: faketree.List, At: faketree.Exactly(""), Latency: time.Second}, 100 * time.Millisecond},
		"while its removal waits":   {faketree.Fault{Ops: faketree.Stat, At: faketree.Under("c"), Latency: time.Second}, 100 * time.Millisecond},
		"while what is below waits": {faketree.Fault{Ops: faketree.Stat, At: faketree.Under("a/b"), Latency: time.Second}, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{root: RootConfig{Workers: 1}}, func(w *world) {
				w.run("mkdir a/b/c\nmkdir c/d\nwrite a/f 1\nwrite a/b/g 2\nwrite a/b/c/h 3\nwrite c/d/i 4\nwrite j 5")
				w.scan()
				before := w.shows()
				w.run("remove a\nremove c")
				mend := w.tree.Inject(c.slow)
				w.cancelled(c.moment)
				synctest.Wait()
				mend()
				w.rest()
				w.expect(before, "j<-j !a/f !a/b/g !a/b/c/h !c/d/i")
				w.pass(15 * time.Second)
				w.isTrue()
			})
		})
	}
}
