package client

import (
	"context"
	"iter"
	"maps"
	"sync"
)

// Replica is a copy of the catalog, or of a part of it, in memory. Its methods may be called by several goroutines;
// items and works that it gives are not to be changed.
type Replica struct {
	mu     sync.RWMutex // guards what follows
	items  map[int64]*Item
	works  map[int64]*Work
	cursor string
	before map[int64]bool // items from before a reset that have not come again; nil: there was none
	former map[int64]bool // works, likewise
	whole  bool
}

// Run follows the feed and takes it in, until the context ends or following is refused; f.Since is the replica's own.
func (r *Replica) Run(ctx context.Context, c *Client, f Follow) error {
	f.Since = r.Cursor()
	for batch, err := range c.Follow(ctx, f) {
		if err != nil {
			return err
		}
		r.Apply(&batch)
	}
	return nil
}

// Apply takes a batch in. What a reset makes void goes on being shown until it has come again, or is known to be gone:
// whoever looks meanwhile does not see an empty catalog.
func (r *Replica) Apply(b *Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b.Reset != "" {
		r.before, r.former, r.whole = idsOf(r.items), idsOf(r.works), false
	}
	for i := range b.Changes {
		r.apply(&b.Changes[i])
	}
	r.cursor = b.Cursor
	if b.CaughtUp {
		forget(r.items, r.before)
		forget(r.works, r.former)
		r.before, r.former, r.whole = nil, nil, true
	}
}

func (r *Replica) apply(ch *Change) {
	if r.items == nil {
		r.items, r.works = map[int64]*Item{}, map[int64]*Work{}
	}
	switch ch.Op {
	case Upsert:
		r.items[ch.ID] = ch.Item
		delete(r.before, ch.ID)
	case Delete:
		delete(r.items, ch.ID)
		delete(r.before, ch.ID)
	case UpsertWork:
		r.works[ch.ID] = ch.Work
		delete(r.former, ch.ID)
	case DeleteWork:
		delete(r.works, ch.ID)
		delete(r.former, ch.ID)
	}
}

func idsOf[T any](of map[int64]T) map[int64]bool {
	ids := make(map[int64]bool, len(of))
	for id := range of {
		ids[id] = true
	}
	return ids
}

func forget[T any](of map[int64]T, ids map[int64]bool) {
	for id := range ids {
		delete(of, id)
	}
}

// Cursor is how far the replica has come; empty: it must begin anew.
func (r *Replica) Cursor() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.cursor
}

// Whole says that the replica has held the whole catalog since it last began anew.
func (r *Replica) Whole() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.whole
}

// Item gives an item by its id; nil: it is not there.
func (r *Replica) Item(id int64) *Item {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.items[id]
}

// Work gives a work by its id; nil: it is not there.
func (r *Replica) Work(id int64) *Work {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.works[id]
}

// Items goes over all items as they are now, in no order.
func (r *Replica) Items() iter.Seq2[int64, *Item] {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.All(maps.Clone(r.items))
}

// Works goes over all works as they are now, in no order.
func (r *Replica) Works() iter.Seq2[int64, *Work] {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.All(maps.Clone(r.works))
}
