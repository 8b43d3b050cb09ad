package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheWALIsCutWhenReadersKeptItLong pins one moment for a reader while much is written, and shows that
// the gate lets the WAL be cut as soon as the reader is done.
func TestTheWALIsCutWhenReadersKeptItLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which the reader ends once all else waits for it
		const limit = 1 << 20
		r := runFresh(t, Options{WALLimit: limit})
		root := r.addRoot("films")
		pinned, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- r.read(context.Background(), func(c *conn) error {
				n, err := c.number("SELECT count(*) FROM items")
				close(pinned)
				<-release
				again, err2 := c.number("SELECT count(*) FROM items")
				if n != again {
					t.Errorf("a reader saw %d items, then %d", n, again)
				}
				return errors.Join(err, err2)
			})
		}()
		<-pinned
		go func() { time.Sleep(200 * time.Millisecond); close(release) }()
		for i := 0; r.Counters().GateCloses.Load() == 0; i++ {
			if i > 200 {
				t.Fatal("the gate never closed")
			}
			r.put(root, fmt.Sprint(i), func(it *Item) { it.Probed = []byte(strings.Repeat("x", 100<<10)) })
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		r.update(func(*Tx) error { return nil }) // behind the checkpoint
		fi, err := os.Stat(r.Path() + "-wal")
		if err != nil || fi.Size() > limit {
			t.Errorf("the WAL has %d bytes (%v)", fi.Size(), err)
		}
		if _, err := r.Changes(t.Context(), 0, 0, Bounds{Rows: 10}); err != nil {
			t.Errorf("the gate did not open again: %v", err)
		}
	})
}

// A reader of another process, such as a backup, cannot be kept out: it costs the others one short wait, not one after
// each commit.
func TestAReaderOfAnotherProcessDoesNotKeepTheGateClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which the gate does not rest for long enough
		const limit = 1 << 20
		r := runFresh(t, Options{WALLimit: limit})
		root := r.addRoot("films")
		backup, err := dial(r.Path(), true)
		if err != nil {
			t.Fatal(err)
		}
		defer backup.close()
		if err := backup.script("BEGIN; SELECT count(*) FROM items"); err != nil {
			t.Fatal(err)
		}
		grow := func(from int) {
			for i := range 40 {
				r.put(root, fmt.Sprint(from+i), func(it *Item) { it.Probed = []byte(strings.Repeat("x", 100<<10)) })
			}
		}
		grow(0)
		if n := r.Counters().GateCloses.Load(); n != 1 {
			t.Errorf("the gate was closed %d times beside a reader that it cannot keep out", n)
		}
		if err := backup.script("COMMIT"); err != nil {
			t.Fatal(err)
		}
		r.update(func(*Tx) error { r.gateCooldown = time.Time{}; return nil }) // as when it has rested
		grow(40)
		r.update(func(*Tx) error { return nil }) // behind the checkpoint
		if fi, err := os.Stat(r.Path() + "-wal"); err != nil || fi.Size() > limit {
			t.Errorf("the WAL was not cut afterwards: %d bytes (%v)", fi.Size(), err)
		}
		if _, err := r.Changes(t.Context(), 0, 0, Bounds{Rows: 10}); err != nil {
			t.Errorf("the gate did not open again: %v", err)
		}
	})
}

func TestAReaderGivesUpWithItsContext(t *testing.T) {
	r := runFresh(t, Options{Readers: 1})
	holding, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = r.read(context.Background(), func(*conn) error { close(holding); <-release; return nil })
	})
	<-holding
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := r.SomePaths(ctx, 1, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	close(release)
	wg.Wait()
	if _, err := r.SomePaths(t.Context(), 1, 1); err != nil {
		t.Errorf("the reader is lost: %v", err)
	}
}

// A page that changes with every transaction of a pass is written back once for many of them, and the log stays shorter
// than what is cut. It takes half a second.
func TestAPassHasItsLogWrittenBackRarely(t *testing.T) {
	const transactions, size = 700, 100 << 10
	back := map[bool]int64{}
	for _, rarely := range []bool{false, true} {
		st, err := Open(t.Context(), t.TempDir(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := st.writer.script("PRAGMA synchronous=OFF"); err != nil { // no plug is pulled
			t.Fatal(err)
		}
		if rarely {
			if err := st.ForPass(); err != nil {
				t.Fatal(err)
			}
		}
		written, before := int64(0), st.writtenBack(t)
		for i := range transactions {
			pages := bytes.Repeat([]byte{byte(i)}, size)
			if err := st.writer.setMeta("what each transaction changes", pages); err != nil {
				t.Fatal(err)
			}
			if now := st.writtenBack(t); now != before {
				written, before = written+1, now
			}
			if fi, err := os.Stat(st.Path() + "-wal"); err != nil || fi.Size() > st.walLimit {
				t.Fatalf("the log has %d bytes (%v)", fi.Size(), err)
			}
		}
		back[rarely] = written
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}
	if back[false] < 2*back[true] || back[true] == 0 {
		t.Errorf("the log was written back %d times in a pass, %d times else", back[true], back[false])
	}
}

// writtenBack tells one state of the database's file from another.
func (s *Store) writtenBack(t *testing.T) int64 {
	t.Helper()
	fi, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	return fi.ModTime().UnixNano()
}
