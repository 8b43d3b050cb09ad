package live_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// shake makes one random change of the catalog.
func shake(c *catalog, rng *rand.Rand, living []int64) []int64 {
	kinds := []media.Kind{media.KindMovie, media.KindTrack, media.KindPhoto}
	roots := []string{"films", "music"}
	if len(living) == 0 || rng.IntN(4) == 0 {
		it := c.put(roots[rng.IntN(2)], fmt.Sprint(rng.Int64()), kinds[rng.IntN(3)], "")
		return append(living, it.ID)
	}
	i := rng.IntN(len(living))
	switch id := living[i]; rng.IntN(18) {
	case 12, 13, 14:
		w := store.WorkView{Kind: []string{store.WorkMovie, store.WorkAlbum}[rng.IntN(2)], Roots: roots[rng.IntN(2):], Items: 1, Size: rng.Int64N(100)}
		w.Members = []store.Member{{Item: id, Role: store.RoleMain}}
		c.keep(w)
	case 15, 16, 17:
		if c.works == 0 {
			break
		}
		w, found, err := c.Work(c.t.Context(), 1+rng.Int64N(c.works))
		must(c.t, err)
		if found && rng.IntN(3) == 0 {
			c.end(w.ID)
		} else if found {
			w.Roots, w.Size = roots[:1+rng.IntN(2)], rng.Int64N(100)
			c.keep(w)
		}
	case 0, 1:
		c.remove(id)
		living[i] = living[len(living)-1]
		return living[:len(living)-1]
	case 2:
		c.change(id, func(it *store.Item) { it.Root = c.roots[roots[rng.IntN(2)]] })
	case 3, 4, 5:
		c.change(id, func(it *store.Item) { it.Kind = kinds[rng.IntN(3)] })
	case 6: // hidden, as by a root that has left the configuration, or back
		c.change(id, func(it *store.Item) {
			if it.State = store.Detached - it.State; it.State != store.Detached {
				it.State, it.Name = store.Present, fmt.Sprint(rng.Int64())
			}
		})
	case 7:
		c.change(id, func(it *store.Item) { it.State = store.Missing })
	case 8:
		keep := int64(max(rng.IntN(80)-40, 0)) // mostly none
		c.update(func(tx *store.Tx) error { _, err := tx.Prune(keep, c.bus.Oldest()); return err })
	default:
		c.change(id, func(it *store.Item) { it.Size = rng.Int64N(100) })
	}
	return living
}

// cut is a connection that breaks after some bytes, wherever in a message that is.
type cut struct {
	net.Conn
	left int
}

var errCut = errors.New("cut")

func (c *cut) Read(b []byte) (int, error) {
	if c.left <= 0 {
		_ = c.Close()
		return 0, errCut
	}
	n, err := c.Conn.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}

// follow connects, reads for a while and is cut or breaks off, over and over, until rest says that the catalog is at
// rest; then it catches up for the last time. It gives how often that was.
func (f *follower) follow(s *feedServer, filter string, rng *rand.Rand, rest *atomic.Bool) (cuts int, err error) {
	for ; ; cuts++ {
		last := rest.Load()
		f.ws = dialFeed(f.t, s, func(conn net.Conn) net.Conn {
			if last {
				return conn
			}
			return &cut{conn, 1000 + rng.IntN(10_000)} // behind the handshake
		})
		f.subscribe(filter)
		for n := rng.IntN(30); last || n > 0; n-- {
			m, err := f.read()
			if errors.Is(err, errCut) {
				break
			}
			if err != nil {
				return cuts, err
			}
			if m.Type == "resync" {
				clear(f.items)
				f.cursor = nil
				f.subscribe(filter)
			}
			if m.Type == "caught_up" && last {
				return cuts, f.ws.Close()
			}
			if m.Type == "caught_up" && rest.Load() {
				break
			}
		}
		_ = f.ws.Close()
	}
}

// Set REPLICA_CHANGES to make so many.
func TestEveryReplicaEqualsTheCatalogWhateverHappensMeanwhile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{Bookmark: 5e6}, "")
	filters := []struct {
		text string
		f    live.Filter
	}{
		{"", live.Filter{}},
		{"", live.Filter{}},
		{`,"filter":{"root":["films"]}`, live.Filter{Roots: []string{"films"}}},
		{`,"filter":{"kind":["movie"]}`, live.Filter{Kinds: []media.Kind{media.KindMovie}}},
		{`,"filter":{"kind":["movie","photo"],"root":["music"]}`, live.Filter{Roots: []string{"music"}, Kinds: []media.Kind{media.KindMovie, media.KindPhoto}}},
		{`,"filter":{"root":["films","music"],"kind":["track"]}`, live.Filter{Roots: []string{"films", "music"}, Kinds: []media.Kind{media.KindTrack}}},
		{`,"filter":{"root":["nobody"]}`, live.Filter{Roots: []string{"nobody"}}},
		{`,"works":true`, live.Filter{Works: true}},
		{`,"works":true,"window_ms":3`, live.Filter{Works: true}},
		{`,"works":true,"items":false`, live.Filter{Works: true, NoItems: true}},
		{`,"works":true,"filter":{"root":["films"],"kind":["movie"]}`, live.Filter{Works: true, Roots: []string{"films"}, Kinds: []media.Kind{media.KindMovie}}},
		{`,"works":true,"filter":{"kind":["album"]},"window_ms":1`, live.Filter{Works: true, Kinds: []media.Kind{store.WorkAlbum}}},
	}
	rounds, each := 4, 1500
	if n, err := strconv.Atoi(os.Getenv("REPLICA_CHANGES")); err == nil {
		rounds, each = max(n/5000, 1), 5000
	}
	var cuts atomic.Int64
	for seed := range uint64(rounds) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var rest atomic.Bool
		var running sync.WaitGroup
		followers := make([]*follower, len(filters))
		faults := make([]error, len(filters))
		for i := range filters {
			followers[i] = &follower{t: t, items: map[int64]string{}}
			running.Go(func() {
				n, err := followers[i].follow(s, filters[i].text, rand.New(rand.NewPCG(seed, uint64(i))), &rest)
				faults[i] = err
				cuts.Add(int64(n))
			})
		}
		var living []int64
		must(t, c.Walk(t.Context(), store.Position{}, func(v *store.View) error { living = append(living, v.ID); return nil }))
		for range each {
			living = shake(c, rng, living)
		}
		eventually(t, "the bus to follow", func() bool { return c.bus.Head().Seq == c.Head() })
		rest.Store(true)
		running.Wait()
		for i, f := range followers {
			if diff := difference(f.items, c.contents(filters[i].f)); diff != "" || faults[i] != nil {
				t.Errorf("seed %d, filter %s: %v: %.600s", seed, filters[i].text, faults[i], diff)
			}
		}
	}
	t.Logf("%d changes, %d replicas at a time, cut %d times", rounds*each, len(filters), cuts.Load())
	if cuts.Load() < int64(rounds*each/100) {
		t.Errorf("cut only %d times", cuts.Load())
	}
}

func TestAnItemThatLeftAFilterAndChangedAgainIsADeletionOnce(t *testing.T) {
	c := openCatalog(t, scratch(t))
	const others = 2 * live.ChunkRows
	for i := range others {
		c.put("films", fmt.Sprint(i), media.KindMovie, "")
	}
	since := c.Cursor(c.Head()) // it holds them all
	c.change(1, func(it *store.Item) { it.Kind = media.KindVideo })
	for i := range others - 1 {
		c.change(int64(i+2), func(it *store.Item) { it.Size++ })
	}
	c.change(1, func(it *store.Item) { it.Size++ }) // by now it is not in the page that covers its leaving
	eventually(t, "the bus to follow", func() bool { return c.bus.Head().Seq == c.Head() })
	sub, err := c.bus.Subscribe(live.Follow{Since: &since, Filter: live.Filter{Kinds: []media.Kind{media.KindMovie}}})
	must(t, err)
	defer c.bus.Unsubscribe(sub)
	deletions := func() (n int) {
		t.Helper()
		for {
			b, ok, err := sub.Next(t.Context())
			must(t, err)
			if !ok {
				return n
			}
			for _, ch := range b.Changes {
				if ch.Delete {
					n++
				}
			}
		}
	}
	if n := deletions(); n != 1 {
		t.Errorf("%d deletions", n)
	}
	c.change(1, func(it *store.Item) { it.Size++ })
	eventually(t, "the bus to follow", func() bool { return c.bus.Head().Seq == c.Head() })
	if n := deletions(); n != 0 {
		t.Errorf("%d deletions of what is long gone", n)
	}
}
