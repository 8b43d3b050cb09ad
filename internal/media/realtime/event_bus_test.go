package realtime

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
)

// busCatalog is a real store with its bus.
type busCatalog struct {
	*store.Store
	t     *testing.T
	bus   *EventBus
	items []int64
}

func openBusCatalog(t *testing.T, items int) *busCatalog {
	t.Helper()
	st, err := store.Open(t.Context(), scratch(t), store.Options{})
	must(t, err)
	c := &busCatalog{Store: st, t: t, bus: NewEventBus(st, zap.NewNop())}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = st.Run(ctx) })
	running.Go(func() { _ = c.bus.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		must(t, st.Close())
	})
	must(t, st.Update(t.Context(), func(tx *store.Tx) error {
		r := store.Root{Name: "films", Kind: "local", Location: "/films", Ident: "uuid:films"}
		if err := tx.AddRoot(&r); err != nil {
			return err
		}
		d, err := tx.EnsureDir(r.ID, "", 1)
		if err != nil {
			return err
		}
		for i := range items {
			it := store.Item{
				Dir: d.ID, Root: r.ID, Name: fmt.Sprint(i), Volume: 1, Links: 1, Size: 1, Kind: media.KindMovie, Analysis: store.None,
			}
			if err := tx.Insert(&it); err != nil {
				return err
			}
			c.items = append(c.items, it.ID)
		}
		return nil
	}))
	return c
}

// contents is what who follows the feed has to hold: the JSON of each item by its id.
func (c *busCatalog) contents() map[int64]string {
	c.t.Helper()
	out := map[int64]string{}
	must(c.t, c.Walk(c.t.Context(), store.Position{}, func(v *store.View) error {
		out[v.ID] = string(v.AppendJSON(nil))
		return nil
	}))
	return out
}

// busUser is one of a hundred who use the bus at once: it changes an item of its own, signals under a key of its own,
// and follows the feed with breaks.
type busUser struct {
	b         *busCatalog
	id        int64 // of its item, and its key
	sub       *live.Subscription
	since     *media.Cursor
	items     map[int64]string
	published int
	signalled int
}

func (u *busUser) subscribe() (err error) {
	u.sub, err = u.b.bus.Subscribe(live.Follow{Since: u.since, Signals: []string{"scan"}})
	return err
}

func (u *busUser) leave() {
	at := u.sub.Cursor()
	u.since = &at
	u.b.bus.Unsubscribe(u.sub)
	u.sub = nil
}

// read takes in the next batch, which must lie behind the one before.
func (u *busUser) read(ctx context.Context) (more bool, err error) {
	before := u.sub.Cursor()
	b, ok, err := u.sub.Next(ctx)
	switch {
	case err != nil || !ok:
		return false, err
	case b.Prev != before, !before.Load && b.Cursor.Seq <= before.Seq, b.Cursor.Seq > u.b.Head():
		return false, fmt.Errorf("read from %v on, %v to %v, of %d", before, b.Prev, b.Cursor, u.b.Head())
	}
	for _, ch := range b.Changes {
		u.items[ch.ID] = string(ch.Item)
	}
	return true, nil
}

// publish changes the user's item.
func (u *busUser) publish(ctx context.Context) error {
	u.published++
	return u.b.Update(ctx, func(tx *store.Tx) error {
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
	u.b.bus.Signal("scan", "films", fmt.Sprint(u.id), func(context.Context) (any, bool) { return [2]int64{u.id, int64(n)}, true })
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
		u.sub.TakeSignals()
	case n == 8:
		if at, head := u.b.bus.Oldest(), u.b.Head(); at > head {
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
	for u.sub.Cursor().Load || u.sub.Cursor().Seq < u.b.Head() {
		more, err := u.read(ctx)
		if err != nil {
			return err
		}
		if !more && u.sub.Cursor().Seq < u.b.Head() { // the bus has not got there
			select {
			case <-u.sub.Wake():
			case <-ctx.Done():
				return fmt.Errorf("still at %d of %d: %w", u.sub.Cursor().Seq, u.b.Head(), ctx.Err())
			}
		}
	}
	return nil
}

func TestAHundredUseTheBusAThousandTimesEachAndAllOfItArrives(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const users, operations = 100, 1000
	c := openBusCatalog(t, users)
	all := make([]*busUser, users)
	for i := range all {
		all[i] = &busUser{b: c, id: c.items[i], items: map[int64]string{}}
	}
	begin := c.Head()
	listener, err := c.bus.Subscribe(live.Follow{Signals: []string{"scan"}}) // from first to last
	must(t, err)
	heard := map[int64]int64{}
	hear := func() {
		_, values := listener.TakeSignals()
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
			case <-listener.Wake():
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
	c.bus.Unsubscribe(listener)

	want, published := c.contents(), 0
	for i, u := range all {
		if faults[i] == nil {
			faults[i] = u.finish(t.Context())
		}
		if diff := cmp.Diff(want, u.items); diff != "" || faults[i] != nil {
			t.Fatalf("user %d ends with %v, and what it holds is not the catalog (-want +got): %.600s", i, faults[i], diff)
		}
		if heard[u.id] != int64(u.signalled) {
			t.Errorf("the last of %d signals that came is %d", u.signalled, heard[u.id])
		}
		published += u.published
	}
	if c.Head() != begin+int64(published) || c.bus.Head().Seq != c.Head() || c.bus.Subscribers() != 0 || c.bus.Oldest() != c.Head() {
		t.Errorf("%d changes from %d on end at %d, of which the bus has %d, with %d subscribers, oldest %d",
			published, begin, c.Head(), c.bus.Head().Seq, c.bus.Subscribers(), c.bus.Oldest())
	}
}
