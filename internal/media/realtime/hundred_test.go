package realtime

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// busUser is one of a hundred who use the bus at once: it changes an item of its own, signals under a key of its own,
// and follows the feed with breaks.
type busUser struct {
	c         *catalog
	id        int64 // of its item, and its key
	sub       *subscription
	since     *media.Cursor
	items     map[int64]string
	published int
	signalled int
}

func (u *busUser) subscribe() (err error) {
	u.sub, err = u.c.bus.subscribe(u.since, Filter{}, []string{"scan"})
	return err
}

func (u *busUser) leave() {
	at := u.sub.at
	u.since = &at
	u.sub.close()
	u.sub = nil
}

// read takes in the next batch, which must lie behind the one before.
func (u *busUser) read(ctx context.Context) (more bool, err error) {
	before := u.sub.at
	b, ok, err := u.sub.next(ctx)
	switch {
	case err != nil || !ok:
		return false, err
	case b.prev != before, !before.Load && b.Cursor.Seq <= before.Seq, b.Cursor.Seq > u.c.Head():
		return false, fmt.Errorf("read from %v on, %v to %v, of %d", before, b.prev, b.Cursor, u.c.Head())
	}
	for _, ch := range b.Changes {
		u.items[ch.ID] = string(ch.Item)
	}
	return true, nil
}

// publish changes the user's item.
func (u *busUser) publish(ctx context.Context) error {
	u.published++
	return u.c.Update(ctx, func(tx *store.Tx) error {
		it, _, err := tx.Item(u.id)
		if err != nil {
			return err
		}
		old := it
		it.Size++
		return tx.Save(&old, &it)
	})
}

func (u *busUser) signal() {
	u.signalled++
	n := u.signalled
	u.c.bus.Signal("scan", "films", fmt.Sprint(u.id), func(context.Context) (any, bool) { return [2]int64{u.id, int64(n)}, true })
}

// step does one operation.
func (u *busUser) step(ctx context.Context, rng *rand.Rand) (err error) {
	if u.sub == nil {
		return u.subscribe()
	}
	switch n := rng.IntN(20); {
	case n == 0:
		u.leave()
	case n < 4:
		return u.publish(ctx)
	case n < 7:
		u.signal()
	case n == 7:
		u.sub.pending()
	case n == 8:
		if at, head := u.c.bus.Oldest(), u.c.Head(); at > head {
			return fmt.Errorf("tombstones up to %d may be pruned, of %d", at, head)
		}
	default:
		_, err = u.read(ctx)
	}
	return err
}

// finish reads to the end.
func (u *busUser) finish(ctx context.Context) error {
	if u.sub == nil {
		if err := u.subscribe(); err != nil {
			return err
		}
	}
	defer u.leave()
	for u.sub.at.Load || u.sub.at.Seq < u.c.Head() {
		more, err := u.read(ctx)
		if err != nil {
			return err
		}
		if !more && u.sub.at.Seq < u.c.Head() { // the bus has not got there
			select {
			case <-u.sub.wake:
			case <-ctx.Done():
				return fmt.Errorf("still at %d of %d: %w", u.sub.at.Seq, u.c.Head(), ctx.Err())
			}
		}
	}
	return nil
}

func TestAHundredUseTheBusAThousandTimesEachAndAllOfItArrives(t *testing.T) {
	const users, operations = 100, 1000
	c := openCatalog(t, scratch(t))
	all := make([]*busUser, users)
	for i := range all {
		all[i] = &busUser{c: c, id: c.put("films", fmt.Sprint(i), media.KindMovie, "").ID, items: map[int64]string{}}
	}
	begin := c.Head()
	listener, err := c.bus.subscribe(nil, Filter{}, []string{"scan"}) // from first to last
	must(t, err)
	heard := map[int64]int64{}
	hear := func() {
		_, values := listener.pending()
		for _, value := range values {
			v, _ := value(t.Context())
			said := v.([2]int64)
			if said[1] <= heard[said[0]] {
				t.Errorf("signal %d came after %d", said[1], heard[said[0]])
			}
			heard[said[0]] = said[1]
		}
	}
	rest, faults := make(chan struct{}), make([]error, users)
	var working, listening sync.WaitGroup
	listening.Go(func() {
		for {
			select {
			case <-listener.wake:
				hear()
			case <-rest:
				return
			}
		}
	})
	for i, u := range all {
		working.Go(func() {
			rng := rand.New(rand.NewPCG(2, uint64(i)))
			for n := 0; n < operations && faults[i] == nil; n++ {
				faults[i] = u.step(t.Context(), rng)
			}
		})
	}
	working.Wait()
	close(rest)
	listening.Wait()
	hear()
	listener.close()

	want, published := c.contents(Filter{}), 0
	for i, u := range all {
		if faults[i] == nil {
			faults[i] = u.finish(t.Context())
		}
		if diff := difference(u.items, want); diff != "" || faults[i] != nil {
			t.Fatalf("user %d: %v: %.600s", i, faults[i], diff)
		}
		if heard[u.id] != int64(u.signalled) {
			t.Errorf("the last of %d signals that came is %d", u.signalled, heard[u.id])
		}
		published += u.published
	}
	if c.Head() != begin+int64(published) || c.bus.upto.Load() != c.Head() || c.bus.Subscribers() != 0 || c.bus.Oldest() != c.Head() {
		t.Errorf("%d changes from %d on end at %d, of which the bus has %d, with %d subscribers, oldest %d",
			published, begin, c.Head(), c.bus.upto.Load(), c.bus.Subscribers(), c.bus.Oldest())
	}
}
