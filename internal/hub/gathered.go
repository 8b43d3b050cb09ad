package hub

import (
	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
)

// gathered are batches that are taken in together.
type gathered struct {
	changes  []postgres.Change
	bytes    int
	cursor   string
	caughtUp bool
}

func (g *gathered) add(b *client.Batch) {
	for i := range b.Changes {
		ch := &b.Changes[i]
		switch ch.Op {
		case client.Upsert:
			raw := ch.Raw
			if raw == nil { // which makes no sense, and is no deletion
				raw = []byte{}
			}
			g.changes = append(g.changes, postgres.Change{ID: ch.ID, Item: raw})
			g.bytes += len(ch.Raw)
		case client.Delete:
			g.changes = append(g.changes, postgres.Change{ID: ch.ID})
		} // what else later versions may say is none of the hub's
	}
	g.cursor, g.caughtUp = b.Cursor, b.CaughtUp
}

// more adds what waits already.
func (g *gathered) more(came <-chan client.Batch) {
	for len(g.changes) < groupRows && g.bytes < groupBytes {
		select {
		case b, open := <-came:
			if !open {
				return
			}
			wasCaughtUp := g.caughtUp
			g.add(&b)
			g.caughtUp = g.caughtUp || wasCaughtUp
		default:
			return
		}
	}
}
