package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// crowd is many goroutines at one store.
type crowd struct {
	r                           *running
	roots                       []int64
	asked, inserted, unanswered atomic.Int64
}

// member is one of them.
type member struct {
	*crowd
	number int
	cursor int64
	last   *atomic.Int64 // id of what it wrote last
}

// TestManyWritersAndReaders has 100 goroutines do 1,000 operations each, of every sort, beside the index.
func TestManyWritersAndReaders(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	r := runFresh(t, Options{})
	c := &crowd{r: r, roots: []int64{r.addRoot("one"), r.addRoot("two")}}
	ctx, cancel := context.WithCancel(t.Context())
	indexed := make(chan error, 1)
	go func() { indexed <- r.Index(ctx, FirstPass{}) }()
	var wg sync.WaitGroup
	for g := range 100 {
		wg.Go(func() {
			m := &member{crowd: c, number: g, last: new(atomic.Int64)}
			for i := range 1000 {
				if err := m.operate(i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	r.update(func(*Tx) error { return nil }) // behind all that was asked for
	cancel()
	if err := <-indexed; err != nil {
		t.Error(err)
	}
	if n := c.unanswered.Load(); n != 0 || c.asked.Load() != 2500 {
		t.Errorf("%d requests, %d never answered", c.asked.Load(), n)
	}
	rows := r.numbers("SELECT count(*) FROM items")[0]
	gone := r.numbers("SELECT count(*) FROM tombstones")[0]
	if n := r.ItemCounts().Items; n != rows || rows+gone != c.inserted.Load() || gone == 0 {
		t.Errorf("%d inserted; %d there, %d counted, %d gone", c.inserted.Load(), rows, n, gone)
	}
	if err := r.Integrity(t.Context()); err != nil {
		t.Error(err)
	}
}

func (m *member) operate(i int) (err error) {
	ctx := context.Background()
	root := m.roots[m.number%2]
	switch i % 40 {
	case 7:
		err = m.write(root, i)
	case 3:
		var p Page
		p, err = m.r.Changes(ctx, m.cursor, 0, Bounds{Rows: 30})
		for _, ch := range p.Changes {
			if ch.Seq <= m.cursor || ch.Seq > p.Upto {
				return fmt.Errorf("number %d in (%d, %d]", ch.Seq, m.cursor, p.Upto)
			}
			m.cursor = ch.Seq
		}
	case 6:
		_, _, _, err = m.r.Item(ctx, m.last.Load())
	case 9:
		_, err = m.r.Query(ctx, Query{Sort: "size", Descending: true, Limit: 5})
	case 12:
		_, err = m.r.Held(ctx, root)
	case 15:
		_, err = m.r.Tasks(ctx, root, 3)
	case 18:
		_, unsubscribe := m.r.Subscribe()
		unsubscribe()
	default:
		if c := m.r.ItemCounts(); c.Items < 0 || c.Missing != 0 || m.r.RootItems(root) < 0 {
			err = fmt.Errorf("counted %+v", c)
		}
	}
	return err
}

// write inserts an item, or removes the one inserted before.
func (m *member) write(root int64, i int) error {
	m.asked.Add(1)
	m.unanswered.Add(1)
	remove, id := i%3 == 0, m.last.Load()
	it := Item{}
	return m.r.Enqueue(context.Background(), func(tx *Tx) (err error) {
		if old, found, err := tx.Item(id); remove && (found || err != nil) {
			if err != nil {
				return err
			}
			return tx.Remove(&old)
		}
		it, err = putIn(tx, root, fmt.Sprintf("%d/%d", m.number, i), func(it *Item) { it.Work = Work(i % 2) })
		return err
	}, func(err error) {
		m.unanswered.Add(-1)
		if err == nil && it.ID != 0 {
			m.inserted.Add(1)
			m.last.Store(it.ID)
		}
	})
}
