package hub_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// How long it takes until a client of the hub's feed is told what happened at a source: the source's debounce, and what
// the hub adds, which is to be at most 300 ms for 99 changes of 100. Stated by the log; where HUB_CHANGES says how many
// there are to be, the machine is there for nothing else, and is held to it.
func TestAChangeReachesTheHub(t *testing.T) {
	t.Parallel()
	n := number(t, "HUB_CHANGES", 40)
	a := startDaemon(t, "attic", "a.mkv")
	h := process(t, shared.Database(t), a)
	shows(t, h, a)
	w := watch(t, h, "attic~films")
	var took []time.Duration
	for i := range n {
		took = append(took, w.sees(t, a, fmt.Sprintf("new %d.mkv", i)))
	}
	p99 := quantiles(t, took)
	if os.Getenv("HUB_CHANGES") != "" && p99 > debounce+300*time.Millisecond {
		t.Errorf("%v, which is more than the debounce of %v and 300 ms", p99, debounce)
	}
}

// A source's first load keeps no other source waiting: what happens there reaches clients while items come by the
// thousand. 3,000 items here, HUB_LOAD of them where that is set: then these changes are held to what is promised of
// others.
func TestAFirstLoadComesBesideTheTail(t *testing.T) {
	t.Parallel()
	n := number(t, "HUB_LOAD", 3000)
	stock, catalog := stocked(t, 0, n)
	big := &daemon{name: "big", dir: t.TempDir(), stock: stock, seed: catalog}
	big.write(t, "own.mkv")
	big.serve(t)
	big.WaitIdle(t, soakPatience)
	tail := startDaemon(t, "tail", "0.mkv")
	database := shared.Database(t)
	h := process(t, database, tail)
	shows(t, h, tail)
	w := watch(t, h, "tail~films")
	h.Stop(t)
	h.Rewrite(t, hubText(database, tail, big))
	h.Start(t)
	began := time.Now()
	var took []time.Duration
	var all time.Duration
	for i := 0; all == 0; i++ {
		took = append(took, w.sees(t, tail, fmt.Sprintf("beside %d.mkv", i)))
		if h.Status(t).Counts.Items >= int64(n) {
			all = time.Since(began)
		}
	}
	t.Logf("%d items in %v, %.0f a second, with %d changes beside them",
		n, all.Round(time.Millisecond), float64(n)/all.Seconds(), len(took))
	p99 := quantiles(t, took)
	if os.Getenv("HUB_LOAD") != "" && p99 > debounce+300*time.Millisecond {
		t.Errorf("%v, which is more than the debounce of %v and 300 ms", p99, debounce)
	}
	s := &soak{t: t, sources: []*daemon{big, tail}, hubs: []*apptest.Daemon{h}, at: []*standing{stand(t, h.Addr)}}
	s.ends(t)
}

func quantiles(t *testing.T, took []time.Duration) (p99 time.Duration) {
	t.Helper()
	slices.Sort(took)
	at := func(percent int) time.Duration { return took[(len(took)-1)*percent/100].Round(time.Millisecond) }
	t.Logf("of %d changes: median %v, 90th percentile %v, 99th %v, most %v", len(took), at(50), at(90), at(99), at(100))
	return at(99)
}

// watcher is a client of the hub that notes when it is told of what lies in a root.
type watcher struct {
	mu    sync.Mutex // guards what follows
	paths map[string]time.Time
	news  chan struct{} // closed at the next change, and made anew
}

// watch follows a root until the test's end.
func watch(t *testing.T, h *apptest.Daemon, root string) *watcher {
	t.Helper()
	transport := &http.Transport{}
	c, err := client.New(stand(t, h.Addr).url(), client.Options{HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{paths: map[string]time.Time{}, news: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	var runs sync.WaitGroup
	soon := func(int) time.Duration { return 20 * time.Millisecond }
	runs.Go(func() {
		for b, err := range c.Follow(ctx, client.Follow{Roots: []string{root}, Pause: soon}) {
			if err != nil {
				return
			}
			w.note(b.Changes)
		}
	})
	t.Cleanup(func() {
		cancel()
		runs.Wait()
		transport.CloseIdleConnections()
	})
	return w
}

func (w *watcher) note(changes []client.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range changes {
		if ch.Op == client.Upsert {
			w.paths[ch.Item.Path] = time.Now()
		}
	}
	close(w.news)
	w.news = make(chan struct{})
}

func (w *watcher) told(path string) (at time.Time, more <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.paths[path], w.news
}

// sees has a file come to a source, and says how long it took until the client was told of it.
func (w *watcher) sees(t *testing.T, d *daemon, path string) time.Duration {
	t.Helper()
	began, late := time.Now(), time.After(patience)
	d.write(t, path)
	for {
		at, more := w.told(path)
		if !at.IsZero() {
			return at.Sub(began)
		}
		select {
		case <-more:
		case <-late:
			t.Fatalf("nobody is told of %s", path)
		}
	}
}
