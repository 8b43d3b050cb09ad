package live

import (
	"context"
	"slices"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// windowBytes bounds what is gathered for one message of a client with a window, in encoded items.
const windowBytes = 256 << 10

// nextMessage gives the next message of the subscription: the one that was made for somebody who stood where it stands,
// or a new one. What it is made of is not kept while it is written, which can take as long as the client likes. nil:
// there is nothing to tell now.
func (c *client) nextMessage(ctx context.Context) (*told, error) {
	at, alike := c.sub.standing(c.last)
	if alike {
		if m := c.sub.ring.told.find(&at); m != nil {
			c.sub.take(m)
			return m, nil
		}
	}
	return c.makeMessage(ctx, &at, alike)
}

// makeMessage makes the next message, for all who stand alike where that is so.
func (c *client) makeMessage(ctx context.Context, at *standing, alike bool) (*told, error) {
	b, ok, err := c.nextBatch(ctx)
	if err != nil || !ok {
		return nil, err
	}
	m := &told{at: c.sub.at, whole: c.sub.whole, seen: c.sub.seen}
	if len(b.Changes) > 0 {
		m.cursor = b.Cursor.String()
		m.message = c.encode(m.cursor, b.Changes, alike)
	}
	if alike {
		// Another may have been first, and have read less, or more: what is sent says where the client stands.
		m = c.sub.ring.told.publish(at, m)
		c.sub.take(m)
	}
	return m, nil
}

// encode makes a message of changes, for this client alone or for all who stand where it stands.
func (c *client) encode(cursor string, changes []store.Change, forAll bool) outgoing {
	if !forAll {
		text := changesMessage(nil, c.last, cursor, changes)
		return c.pack(outgoing{text: text, size: len(text)})
	}
	buffer := texts.Get().(*[]byte)
	text := changesMessage((*buffer)[:0], c.last, cursor, changes)
	out := prepare(text)
	if out.text == nil { // which holds a copy
		*buffer = text
		texts.Put(buffer)
	}
	return out
}

// texts are buffers in which messages are written.
var texts = sync.Pool{New: func() any { return new([]byte) }}

// nextBatch reads what the next message is of: the next stretch of the feed, or, for a client that wants its messages
// spaced, all that there is, each item at its newest.
func (c *client) nextBatch(ctx context.Context) (b Batch, ok bool, err error) {
	if b, ok, err = c.sub.Next(ctx); err != nil || !ok || !c.sub.spaced {
		return b, ok, err
	}
	several := false
	for size := sizeOf(b.Changes); size < windowBytes; several = true {
		more, ok, err := c.sub.Next(ctx)
		if err != nil {
			return b, false, err
		}
		if !ok {
			break
		}
		size += sizeOf(more.Changes)
		b = Batch{Changes: slices.Concat(b.Changes, more.Changes), Prev: b.Prev, Cursor: more.Cursor}
	}
	if several {
		b.Changes = newest(b.Changes)
	}
	return b, true, nil
}

func sizeOf(changes []store.Change) (n int) {
	for i := range changes {
		n += changes[i].Size()
	}
	return n
}

// newest keeps of each item and work the last change, in order.
func newest(changes []store.Change) []store.Change {
	type key struct {
		work bool
		id   int64
	}
	last := make(map[key]int, len(changes))
	for i := range changes {
		last[key{changes[i].Work, changes[i].ID}] = i
	}
	out := make([]store.Change, 0, len(last))
	for i := range changes {
		if last[key{changes[i].Work, changes[i].ID}] == i {
			out = append(out, changes[i])
		}
	}
	return out
}
