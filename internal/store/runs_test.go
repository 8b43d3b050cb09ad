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

func TestWhoResumesHoldsTheCatalogWhateverItsDiskHasLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			subscribers := []*replica{r.subscribe(nil), r.subscribe(nil)}
			kept := []disk{r.disk()}
			for range rapid.IntRange(1, 12).Draw(t, "rounds") {
				for _, s := range rapid.SliceOfN(steps, 0, 6).Draw(t, "steps") {
					r.take(s, roots)
				}
				for _, c := range subscribers {
					for range rapid.IntRange(0, 3).Draw(t, "pages") {
						c.read(rapid.IntRange(1, 4).Draw(t, "limit"))
					}
				}
				cursors := []string{subscribers[0].at(), subscribers[1].at()}
				loses := false
				switch rapid.SampledFrom([]string{"goes on", "is kept", "restarts", "is put back", "loses its tail"}).Draw(t, "the catalog") {
				case "goes on":
					continue
				case "is kept":
					kept = append(kept, r.disk())
					continue
				case "restarts":
					r = r.again()
				case "is put back":
					r, loses = r.losing(rapid.SampledFrom(kept).Draw(t, "disk")), true
				case "loses its tail":
					d := r.disk()
					d.log = d.log[:rapid.IntRange(0, len(d.log)).Draw(t, "bytes")]
					r, loses = r.losing(d), true
				}
				for i, c := range subscribers {
					if !c.resume(r, cursors[i]) && !loses {
						t.Fatalf("after a mere restart %s does not continue", cursors[i])
					}
				}
			}
			defer r.stop()
			for _, s := range rapid.SliceOfN(steps, 0, 6).Draw(t, "last steps") {
				r.take(s, roots)
			}
			for _, c := range subscribers {
				for c.read(3) {
				}
				if want := r.contents(nil); !maps.Equal(c.items, want) {
					t.Fatalf("who resumed holds\n%v\nthe catalog\n%v", c.items, want)
				}
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
