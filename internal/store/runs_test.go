package store

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// disk is what is on disk of a catalog at one moment.
type disk struct{ file, log []byte }

func (r *running) disk() (d disk) {
	r.t.Helper()
	var err, none error
	d.file, err = os.ReadFile(r.path)
	if d.log, none = os.ReadFile(r.path + "-wal"); none != nil && !errors.Is(none, fs.ErrNotExist) {
		err = none
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// losing stops the process, and begins another one on what a disk held earlier.
func (r *running) losing(d disk) *running {
	r.t.Helper()
	r.stop()
	err := removeIfThere(r.path+"-wal", r.path+"-shm")
	if err == nil {
		err = os.WriteFile(r.path, d.file, 0o600)
	}
	if err == nil && len(d.log) > 0 {
		err = os.WriteFile(r.path+"-wal", d.log, 0o600)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return r.again()
}

// again begins another process on the same catalog.
func (r *running) again() *running {
	r.t.Helper()
	r.stop()
	return runAt(r.t, filepath.Dir(r.path), Options{})
}

// at is the replica's cursor as a client has it: a text.
func (c *replica) at() string {
	seq := c.cursor
	if c.loading {
		seq = c.h0
	}
	at := c.r.Cursor(seq).Read(c.seen)
	at.Load, at.Position = c.loading, c.position
	return at.String()
}

// resume goes on behind a cursor of an earlier process, or begins anew where the catalog does not continue that.
func (c *replica) resume(r *running, cursor string) (continued bool) {
	r.t.Helper()
	at, err := media.ParseCursor(cursor)
	if err != nil {
		r.t.Fatal(err)
	}
	if c.r = r; r.Continues(at) {
		return true
	}
	*c = *r.subscribe(nil)
	return false
}

// follower is a client that comes and goes. While it is away it has nothing but its cursor and what it holds.
type follower struct {
	*replica
	cursor string // while it is away
	away   bool
	lost   bool // since it left, the catalog has lost something
}

func (f *follower) leave() {
	if !f.away {
		f.cursor, f.away, f.lost = f.at(), true, false
	}
}

// comeBack resumes, and begins anew only where it has to.
func (f *follower) comeBack(r *running) {
	r.t.Helper()
	if f.away && !f.resume(r, f.cursor) && !f.lost {
		r.t.Fatalf("nothing was lost since it left, and %s does not continue", f.cursor)
	}
	f.away = false
}

// holdsAll reads to the end, and compares.
func (f *follower) holdsAll(r *running) {
	r.t.Helper()
	f.comeBack(r)
	for f.read(3) {
	}
	if want := r.contents(nil); !maps.Equal(f.items, want) {
		r.t.Fatalf("who resumed holds\n%v\nthe catalog\n%v", f.items, want)
	}
}

// A disk that loses what it had synced is followed by another past than the one that clients have read: by the time
// they are back, the same numbers have been given to other changes.
func TestWhoResumesHoldsTheCatalogWhateverItsDiskHasLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			defer func() { r.stop() }()
			take := func(least, most int, what string) {
				for _, s := range rapid.SliceOfN(steps, least, most).Draw(t, what) {
					r.take(s, roots)
				}
			}
			followers := []*follower{{replica: r.subscribe(nil)}, {replica: r.subscribe(nil)}, {replica: r.subscribe(nil)}}
			kept := []disk{r.disk()}
			for range rapid.IntRange(1, 6).Draw(t, "rounds") {
				take(1, 6, "steps")
				for _, f := range followers {
					switch rapid.SampledFrom([]string{"reads", "reads all", "is away"}).Draw(t, "client") {
					case "reads":
						f.comeBack(r)
						for range rapid.IntRange(0, 3).Draw(t, "pages") {
							f.read(rapid.IntRange(1, 4).Draw(t, "limit"))
						}
					case "reads all":
						f.holdsAll(r)
					}
				}
				what := rapid.SampledFrom([]string{"goes on", "restarts", "is put back", "loses its tail"}).Draw(t, "the catalog")
				if what == "goes on" {
					continue
				}
				for _, f := range followers {
					f.leave()
					f.lost = f.lost || what != "restarts"
				}
				now := r.disk()
				switch what {
				case "restarts":
					r = r.again()
				case "is put back":
					r = r.losing(rapid.SampledFrom(kept).Draw(t, "disk"))
				case "loses its tail":
					lost := now
					lost.log = lost.log[:rapid.IntRange(0, len(lost.log)).Draw(t, "bytes")]
					r = r.losing(lost)
				}
				kept = append(kept, now)
			}
			take(0, 12, "last steps")
			for _, f := range followers {
				f.holdsAll(r)
			}
		})
	})
}

func TestACopyOfACatalogDoesNotContinueWhatItsTwinGave(t *testing.T) {
	r := runAt(t, t.TempDir(), Options{})
	defer func() { r.stop() }()
	root := r.addRoot("films")
	r.put(root, "a")
	both := r.Cursor(r.Head())
	kept := r.disk()
	r.put(root, "lost")
	lost := r.Cursor(r.Head())
	for i := range 3 {
		r = r.losing(kept)
		if !r.Continues(both) || r.Continues(lost) {
			t.Errorf("copy %d at once: what it holds %v, what it does not %v", i, r.Continues(both), r.Continues(lost))
		}
		r.put(root, fmt.Sprint("other ", i))
		r.put(root, fmt.Sprint("more ", i))
		if !r.Continues(both) || r.Continues(lost) || !r.Continues(r.Cursor(r.Head())) {
			t.Errorf("copy %d later: what it holds %v, what it does not %v", i, r.Continues(both), r.Continues(lost))
		}
		lost = r.Cursor(r.Head())
	}
}

func TestACursorOfAReleaseThatNamedNoRunResumesWhereItsCatalogWas(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	r.put(root, "a")
	last := r.put(root, "b")
	epoch, head := r.Epoch(), r.Head()
	r.stop()
	makeOlder(t, dir, 4)
	r = runAt(t, dir, Options{})
	defer func() { r.stop() }()
	old := func(seq int64) media.Cursor { return media.Cursor{Epoch: epoch, Seq: seq} }
	for _, when := range []string{"at once", "after a change", "after a restart"} {
		if r.Epoch() != epoch || !r.Continues(old(head)) || r.Continues(old(head+1)) {
			t.Errorf("%s: the head of then %v, a number that was lost %v", when, r.Continues(old(head)), r.Continues(old(head+1)))
		}
		if it := r.put(root, when); it.ID <= last.ID || it.Seq <= head {
			t.Errorf("%s: %+v after %+v", when, it, last)
		}
		if when == "after a change" {
			r = r.again()
		}
	}
}

func TestACatalogRemembersNoMoreRunsThanItNeeds(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	r.put(root, "a")
	r.stop()
	shell(t, dir, `WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
		INSERT INTO runs (n, id, upto) SELECT i, i, iif(i < 20000, 1, NULL) FROM n; UPDATE runs SET upto = 1 WHERE n < 10`)
	r = runAt(t, dir, Options{})
	r.put(root, "b")
	if n := r.numbers("SELECT count(*) FROM runs"); n[0] != keptRuns || len(r.ran.Load().ended) != keptRuns-1 {
		t.Errorf("%d runs, %d in memory", n[0], len(r.ran.Load().ended))
	}
	r = r.again()
	for range 2 {
		it := r.put(root, "gone")
		r.update(func(tx *Tx) error { return tx.Remove(&it) })
	}
	r.update(func(tx *Tx) error { _, err := tx.Prune(0, r.Head()); return err })
	r = r.again()
	defer r.stop()
	r.put(root, "c")
	if n := r.numbers("SELECT count(*) FROM runs"); n[0] != 2 {
		t.Errorf("%d runs, though the floor is above all but two", n[0])
	}
}

// What a page passes over, since it has changed again by then, comes at its later number. Where that is lost, nothing
// above the cursor brings it.
func TestACursorOnWhoseWayALostChangeWasReadDoesNotContinue(t *testing.T) {
	for _, loading := range []bool{true, false} {
		r := runAt(t, t.TempDir(), Options{})
		root := r.addRoot("films")
		a := r.put(root, "a")
		r.put(root, "b")
		r.put(root, "c")
		c := r.subscribe(nil)
		if c.loading = loading; !loading {
			c.h0 = 0
		}
		kept := r.disk()
		r.change(a.ID, func(it *Item) { it.Size++ })
		if !c.read(1) {
			t.Fatal("one page was all")
		}
		cursor := c.at()
		if r = r.again(); !c.resume(r, cursor) {
			t.Errorf("loading %v: a mere restart does not continue %s", loading, cursor)
		}
		if r = r.losing(kept); c.resume(r, cursor) {
			t.Errorf("loading %v: %s continues, and %v lacks what went back", loading, cursor, c.items)
		}
		for c.read(1) {
		}
		if want := r.contents(nil); !maps.Equal(c.items, want) {
			t.Errorf("it holds %v, the catalog %v", c.items, want)
		}
		r.stop()
	}
}
