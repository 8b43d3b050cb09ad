package live

import (
	"context"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// windowBytes bounds what is gathered for one message of a client with a window, in encoded items.
const windowBytes = 1 << 20

// pauses reports whether it is too soon for the next changes of a client that wants its messages spaced; a timer has
// them sent when it is time. What was there before the client caught up comes as fast as it can be read.
func (c *client) pauses() bool {
	if c.window == 0 || !c.caughtUp {
		return false
	}
	d := time.Until(c.changesAt)
	if d > 0 {
		c.timers.window.Reset(d)
	}
	return d > 0
}

// nextBatch reads what the next message is of: the next stretch of the feed, or, for a client that wants its messages
// spaced, all that there is, each item at its newest.
func (c *client) nextBatch(ctx context.Context) (b Batch, ok bool, err error) {
	if b, ok, err = c.sub.Next(ctx); err != nil || !ok || c.window == 0 || !c.caughtUp {
		return b, ok, err
	}
	for size := sizeOf(b.Changes); size < windowBytes; {
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
	if b.ready == nil {
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
