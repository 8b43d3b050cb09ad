package app

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// A disk may take its time to say what it is, and with it a reload. Until then its root is not one of the catalog's.
func TestADaemonIsNotIdleWhileItTakesInRoots(t *testing.T) {
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		hourAgo := func() time.Time { return time.Now().Add(-time.Hour) }
		y := &year{t: t, cfg: cfg, files: faketree.New(faketree.Options{Now: hourAgo})}
		y.add()
		ctx, cancel := context.WithCancel(context.Background())
		y.begin(ctx)
		defer func() {
			cancel()
			y.must(y.d.close())
		}()
		files := faketree.New(faketree.Options{Now: hourAgo, Volume: tree.Volume{ID: "uuid:slow", FSType: "fake"}})
		y.must(files.Write("Film (1994).mkv", []byte("film")))
		disk := faketree.NewFaulty(files, 1)
		films, slow := rootOf("films", y.files), rootOf("slow", disk)
		for _, roots := range [][]scanner.RootConfig{{films, slow}, {films}} {
			y.must(y.d.setRoots(ctx, cfg, roots))
			y.untilIdle()
		}
		disk.Inject(faketree.Fault{Ops: faketree.Identify, Latency: 3 * time.Second}) // is it the one that was here?
		taken := make(chan error, 1)
		go func() { taken <- y.d.setRoots(ctx, cfg, []scanner.RootConfig{films, slow}) }()
		y.untilIdle()
		select {
		case err := <-taken:
			y.must(err)
		default:
			t.Error("it is idle while a root is taken in")
			y.must(<-taken)
		}
		if n := y.d.store.ItemCounts(); n.Items != 2 || n.Pending != 0 {
			t.Errorf("idle with %+v", n)
		}
	})
}

// untilIdle waits until the daemon is idle.
func (y *year) untilIdle() {
	y.t.Helper()
	synctest.Wait()
	for end := time.Now().Add(time.Hour); !y.d.idle(); synctest.Wait() {
		if time.Now().After(end) {
			y.t.Fatal("never idle")
		}
		time.Sleep(10 * time.Millisecond)
	}
}
