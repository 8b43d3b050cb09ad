package inotify

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Whatever happens: each event is followed by a hint that covers it, at the latest when its name is
// overdue, and no hint names a file that is neither quiet nor overdue.
func TestDebounceKeepsItsPromisesForRandomEvents(t *testing.T) {
	type span struct{ first, last time.Time }
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			d := NewDebouncer(quiet, limit)
			var mu sync.Mutex
			pending := make(map[string]span)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				d.Run(ctx, func(h media.Hint) {
					mu.Lock()
					defer mu.Unlock()
					now := time.Now()
					for path, s := range pending {
						if !covers(h, path) {
							continue
						}
						if now.Sub(s.last) < quiet && now.Sub(s.first) < limit {
							if h.Names != nil {
								t.Errorf("seed %d: %q sent %v after its last event, %v after its first",
									seed, path, now.Sub(s.last), now.Sub(s.first))
							}
							continue // its own hint is still to come
						}
						delete(pending, path)
					}
				})
			}()
			for range 5000 {
				path := fmt.Sprintf("%d/%d", rnd.IntN(4), rnd.IntN(8))
				if rnd.IntN(3) == 0 {
					path = "0/busy"
				}
				mu.Lock()
				now := time.Now()
				for other, s := range pending {
					if late := now.Sub(s.last) - quiet; late > 2*slot {
						t.Fatalf("seed %d: %q is %v late", seed, other, late)
					}
					if late := now.Sub(s.first) - limit; late > 2*slot {
						t.Fatalf("seed %d: %q is %v overdue", seed, other, late)
					}
				}
				s, ok := pending[path]
				if !ok {
					s.first = now
				}
				s.last = now
				pending[path] = s
				mu.Unlock()
				dir, name := tree.Split(path)
				d.Name("r", dir, name)
				if rnd.IntN(50) == 0 {
					d.Dir("r", dir, false)
				}
				time.Sleep(time.Duration(rnd.ExpFloat64() * float64(20*time.Millisecond)))
				synctest.Wait()
			}
			time.Sleep(limit)
			synctest.Wait()
			if len(pending) > 0 || d.Pending() > 0 {
				t.Errorf("seed %d: %d never sent, %d pending", seed, len(pending), d.Pending())
			}
			cancel()
			<-ended
		})
	}
}

func TestDebounceByHundredGoroutines(t *testing.T) {
	const goroutines, operations = 100, 1000
	d := NewDebouncer(time.Millisecond, 10*time.Millisecond)
	sink := new(recorder)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.Run(ctx, sink.hint)
	}()
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			root := fmt.Sprint("root", g%3)
			for i := range operations {
				switch i % 10 {
				case 7:
					d.Dir(root, fmt.Sprint(g), i%20 == 7)
				case 8:
					d.DirAtOnce(root, fmt.Sprint(g), false)
				case 9:
					_ = d.Pending()
				default:
					d.Name(root, fmt.Sprint(g), fmt.Sprint(i))
				}
				if g == 0 && i%100 == 0 {
					d.SetTiming(time.Millisecond, 10*time.Millisecond)
				}
			}
			d.Name(root, fmt.Sprint(g), "last")
		})
	}
	all.Wait()
	eventually(t, "everything sent", func() bool { return d.Pending() == 0 })
	cancel()
	<-ended
	hints := sink.all()
	for g := range goroutines {
		last := func(h media.Hint) bool {
			return h.Root == fmt.Sprint("root", g%3) && covers(h, fmt.Sprint(g, "/last"))
		}
		if !slices.ContainsFunc(hints, last) {
			t.Errorf("the last name of goroutine %d was never sent", g)
		}
	}
}

func BenchmarkDebounceRepeatedEvent(b *testing.B) {
	d := NewDebouncer(quiet, limit)
	for b.Loop() {
		d.Name("films", "some/directory", "some file")
	}
}

func BenchmarkDebounceNewNames(b *testing.B) {
	const dirs, perDir = 30, 1000
	d := NewDebouncer(quiet, limit)
	var paths []string
	for i := range dirs * perDir {
		paths = append(paths, fmt.Sprintf("directory %d/some file %d", i%dirs, i))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%len(paths) == 0 {
			d.Forget("films")
		}
		dir, name := tree.Split(paths[i%len(paths)])
		d.Name("films", dir, name)
	}
}
