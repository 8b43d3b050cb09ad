package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
)

// census is what a catalog of millions holds: of each item a number for its place, and one for what it says.
type census map[uint64]uint64

var seed = maphash.MakeSeed()

// count gives the numbers of an item, whose root gets a prefix: of what a source and its hub say alike.
func count(prefix string, item []byte) (place, says uint64, err error) {
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(item, &m); err != nil {
		return 0, 0, err
	}
	var root string
	if err := json.Unmarshal(m["root"], &root); err != nil {
		return 0, 0, fmt.Errorf("item %s: %w", item, err)
	}
	place = maphash.String(seed, prefix+root+"/"+string(m["path"])+string(m["path_bytes"]))
	for _, own := range []string{"id", "of", "companions", "works", "root"} {
		delete(m, own)
	}
	var h maphash.Hash
	h.SetSeed(seed)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		_, _ = h.WriteString(key)
		_, _ = h.Write(m[key])
	}
	return place, h.Sum64(), nil
}

func (c census) add(prefix string, item []byte) error {
	place, says, err := count(prefix, item)
	if err != nil {
		return err
	}
	if _, twice := c[place]; twice {
		return fmt.Errorf("another item is in the place of %s", item)
	}
	c[place] = says
	return nil
}

// unlike says how many items of others are missing, are too many or say something else.
func (c census) unlike(other census) (missing, surplus, different int) {
	for place, says := range c {
		if have, there := other[place]; !there {
			missing++
		} else if have != says {
			different++
		}
	}
	for place := range other {
		if _, there := c[place]; !there {
			surplus++
		}
	}
	return missing, surplus, different
}

// listed counts the items of a daemon or hub by its lists.
func (c census) listed(ctx context.Context, at *client.Client, prefix string) error {
	query := url.Values{"limit": {"1000"}}
	for {
		var page struct {
			Items []json.RawMessage
			Next  *string
		}
		if err := at.Get(ctx, "items", query, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := c.add(prefix, item); err != nil {
				return err
			}
		}
		if page.Next == nil {
			return nil
		}
		query.Set("after", *page.Next)
	}
}

// fed counts them by a feed, read from its beginning.
func (c census) fed(ctx context.Context, at *client.Client, prefix string) error {
	h, since := holding{}, ""
	for more := true; more; {
		page, err := at.Changes(ctx, client.Follow{Since: since, Raw: true}, 0)
		if err != nil {
			return err
		}
		if err := h.apply(prefix, page.Changes); err != nil {
			return err
		}
		since, more = page.Cursor, page.More
	}
	return c.of(h)
}

func (c census) of(h holding) error {
	for id, item := range h {
		if _, twice := c[item[0]]; twice {
			return fmt.Errorf("another item is in the place of %d", id)
		}
		c[item[0]] = item[1]
	}
	return nil
}

// holding is what a client of a feed holds, counted, by id.
type holding map[int64][2]uint64

func (h holding) apply(prefix string, changes []client.Change) error {
	for _, ch := range changes {
		if ch.Op == client.UpsertWork || ch.Op == client.DeleteWork {
			continue
		}
		if delete(h, ch.ID); ch.Op != client.Upsert {
			continue
		}
		place, says, err := count(prefix, ch.Raw)
		if err != nil {
			return err
		}
		h[ch.ID] = [2]uint64{place, says}
	}
	return nil
}

// replica follows the hub's feed, goes on from its cursor whenever it is cut off, and counts what it holds.
type replica struct {
	of *client.Client
	as client.Follow

	mu     sync.Mutex // guards what follows
	held   holding
	works  shelf
	cursor string
	faults []error
	end    context.CancelFunc // of the connection
}

// attach follows until the test's end.
func attach(t *testing.T, hub string, as client.Follow) *replica {
	t.Helper()
	transport := &http.Transport{}
	of, err := client.New(hub, client.Options{HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	as.Raw, as.Pause = true, func(int) time.Duration { return 50 * time.Millisecond }
	r := &replica{of: of, as: as, held: holding{}, works: shelf{},
		end: func() {}}
	ctx, cancel := context.WithCancel(context.Background())
	var runs sync.WaitGroup
	runs.Go(func() {
		for ctx.Err() == nil {
			r.follow(ctx)
		}
	})
	t.Cleanup(func() {
		cancel()
		runs.Wait()
		transport.CloseIdleConnections()
	})
	return r
}

// follow follows until it is cut off.
func (r *replica) follow(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	as := r.as
	func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.end, as.Since = cancel, r.cursor
	}()
	for b, err := range r.of.Follow(ctx, as) {
		if err != nil {
			if ctx.Err() == nil {
				r.fault(err)
				time.Sleep(100 * time.Millisecond) // it is reported; who reads the log wants it once
			}
			return
		}
		r.apply(&b)
	}
}

func (r *replica) apply(b *client.Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b.Reset != "" { // nothing that the hub said was ever lost
		r.faults = append(r.faults, fmt.Errorf("what it holds is to be forgotten: %s", b.Reset))
		clear(r.held)
		clear(r.works)
	}
	if err := errors.Join(r.held.apply("", b.Changes), r.works.apply(b.Changes)); err != nil {
		r.faults = append(r.faults, err)
	}
	r.cursor = b.Cursor
}

func (r *replica) fault(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.faults) < 10 {
		r.faults = append(r.faults, err)
	}
}

// cut ends the connection.
func (r *replica) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
}

func (r *replica) census() (c census, faults []error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, faults = make(census, len(r.held)), slices.Clone(r.faults)
	if err := c.of(r.held); err != nil {
		faults = append(faults, err)
	}
	return c, faults
}

func (r *replica) shelf() shelf {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.works)
}

// ends waits until the hubs are what their sources are, and every replica what the hubs are.
func (w *soak) ends(t *testing.T) {
	t.Helper()
	http := &http.Client{Transport: &http.Transport{}}
	defer http.CloseIdleConnections()
	var want census
	said := ""
	equal := func() bool {
		want, said = w.union(t, http), ""
		for i, at := range w.at {
			hub, lists, feed := w.client(t, at.url(), http), census{}, census{}
			if err := errors.Join(lists.listed(t.Context(), hub, ""), feed.fed(t.Context(), hub, "")); err != nil {
				said = err.Error()
				return false
			}
			said += unlike(fmt.Sprintf("the lists of hub %d", i), want, lists) +
				unlike(fmt.Sprintf("the feed of hub %d", i), want, feed)
		}
		for i, r := range w.clients {
			held, faults := r.census()
			if said += unlike(fmt.Sprintf("client %d", i), want, held); len(faults) > 0 {
				t.Fatalf("client %d: %v", i, faults)
			}
		}
		said += w.worksOf(t, http)
		return said == ""
	}
	for _, d := range w.sources {
		d.sees(t, w.client(t, d.at.url(), http))
	}
	for i, hub := range w.hubs {
		if !apptest.Within(soakPatience, func() bool { return hub.Status(t).Idle }) {
			t.Fatalf("hub %d is not idle: %+v", i, hub.Status(t))
		}
	}
	if !apptest.Within(patience, equal) {
		t.Fatalf("of %d items:%s", len(want), said)
	}
	t.Logf("%d items, by the hubs' lists, their feeds and %d clients", len(want), len(w.clients))
}

func unlike(what string, want, have census) string {
	missing, surplus, different := want.unlike(have)
	if missing+surplus+different == 0 {
		return ""
	}
	return fmt.Sprintf(" %s: %d missing, %d too many, %d different;", what, missing, surplus, different)
}

func (w *soak) client(t *testing.T, at string, http *http.Client) *client.Client {
	t.Helper()
	c, err := client.New(at, client.Options{HTTP: http})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *soak) union(t *testing.T, http *http.Client) census {
	t.Helper()
	c := census{}
	for _, d := range w.sources {
		if err := c.fed(t.Context(), w.client(t, d.at.url(), http), d.name+postgres.Separator); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// sees waits until a source of millions holds what lies in the directory that is its own, and nothing that is missing.
func (d *daemon) sees(t *testing.T, c *client.Client) {
	t.Helper()
	lie := apptest.Walk(t, d.dir, nil)
	if !apptest.Within(soakPatience, func() bool {
		held := 0
		for it, err := range c.Items(t.Context(), url.Values{"root": {"films"}}) {
			if err != nil {
				t.Fatal(err)
			}
			f, there := lie[filepath.ToSlash(it.Path)]
			if !there || f.Size != it.Size {
				return false
			}
			held++
		}
		return held == len(lie) && d.Status(t).Idle
	}) {
		t.Fatalf("the daemon %s does not see what lies on its disk", d.name)
	}
}
