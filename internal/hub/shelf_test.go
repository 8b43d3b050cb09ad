package hub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// shelf is the works that a hub of millions holds: of each a number for what it says, by id.
type shelf map[int64]uint64

// apply takes in what a feed says of works.
func (s shelf) apply(changes []client.Change) error {
	for _, ch := range changes {
		switch ch.Op {
		case client.UpsertWork:
			says, err := saysAlike(ch.Raw)
			if err != nil {
				return err
			}
			s[ch.ID] = says
		case client.DeleteWork:
			delete(s, ch.ID)
		}
	}
	return nil
}

// saysAlike is a number for what JSON says, however it says it.
func saysAlike(text []byte) (uint64, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return 0, err
	}
	same, err := json.Marshal(v) // members in order
	return maphash.Bytes(seed, same), err
}

// unlike says how many works another holds otherwise.
func (s shelf) unlike(what string, other shelf) string {
	n := 0
	for id, says := range s {
		if other[id] != says {
			n++
		}
	}
	for id := range other {
		if _, there := s[id]; !there {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %s: %d works differ;", what, n)
}

// eachWork reads all works of a hub by its lists.
func eachWork(ctx context.Context, at *client.Client, fn func(id int64, work []byte) error) error {
	query := url.Values{"limit": {"1000"}, "include": {"items"}}
	for {
		var page struct {
			Works []json.RawMessage
			Next  *string
		}
		if err := at.Get(ctx, "works", query, &page); err != nil {
			return err
		}
		for _, text := range page.Works {
			var work struct{ ID int64 }
			if err := json.Unmarshal(text, &work); err != nil {
				return err
			}
			if err := fn(work.ID, text); err != nil {
				return err
			}
		}
		if page.Next == nil {
			return nil
		}
		query.Set("after", *page.Next)
	}
}

func (s shelf) listed(ctx context.Context, at *client.Client) error {
	return eachWork(ctx, at, func(id int64, work []byte) (err error) {
		s[id], err = saysAlike(work)
		return err
	})
}

// places are where the items of a hub lie, each as a number.
func places(ctx context.Context, at *client.Client) (map[int64]uint64, error) {
	all, query := map[int64]uint64{}, url.Values{"limit": {"1000"}}
	for {
		var page struct {
			Items []struct {
				ID        int64
				Root      string
				Path      string
				PathBytes string `json:"path_bytes"`
			}
			Next *string
		}
		if err := at.Get(ctx, "items", query, &page); err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			all[it.ID] = maphash.String(seed, it.Root+"/"+it.Path+it.PathBytes)
		}
		if page.Next == nil {
			return all, nil
		}
		query.Set("after", *page.Next)
	}
}

// anonymous is how many works a hub holds of each that say the same but for ids and when they changed: of what two hubs
// with the same items say alike.
func anonymous(ctx context.Context, at *client.Client) (map[uint64]int, error) {
	place, err := places(ctx, at)
	if err != nil {
		return nil, err
	}
	out := map[uint64]int{}
	err = eachWork(ctx, at, func(_ int64, text []byte) error {
		var work map[string]any
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&work); err != nil {
			return err
		}
		for _, own := range []string{"id", "parent_id", "updated_at"} {
			delete(work, own)
		}
		lies := func(m map[string]any, name string) {
			if n, is := m[name].(json.Number); is {
				id, _ := n.Int64()
				m[name] = place[id]
			}
		}
		lies(work, "artwork")
		items, _ := work["items"].([]any)
		for _, one := range items {
			if m, is := one.(map[string]any); is {
				lies(m, "id")
			}
		}
		same, err := json.Marshal(work)
		out[maphash.Bytes(seed, same)]++
		return err
	})
	return out, err
}

// forgetWorks has a hub's database be as if no works were ever made of what it holds.
const forgetWorks = `TRUNCATE works, members, work_sums, work_totals, units, unit_items, unit_keys, work_keys,
		credits, parties;
	UPDATE works_place SET upto = 0, rules = 0, last_work = 0, settled = DEFAULT, generation = generation + 1`

// fresh ends the hubs, and says how many of their works are not those that another hub makes anew of the same items.
func (w *soak) fresh(t *testing.T) {
	t.Helper()
	http := &http.Client{Transport: &http.Transport{}}
	defer http.CloseIdleConnections()
	have, err := anonymous(t.Context(), w.client(t, w.at[0].url(), http))
	if err != nil {
		t.Fatal(err)
	}
	for _, hub := range w.hubs {
		hub.Stop(t)
	}
	database := w.server.Copy(t, w.database)
	c, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(t.Context(), forgetWorks); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := process(t, database, w.sources...)
	if !apptest.Within(soakPatience, func() bool { return other.Status(t).Idle }) {
		t.Fatalf("a hub that makes all works anew is not idle: %+v", other.Status(t))
	}
	want, err := anonymous(t.Context(), w.client(t, "http://"+other.Addr(), http))
	if err != nil {
		t.Fatal(err)
	}
	total, n := 0, 0
	for work, times := range want {
		total += times
		n += max(0, times-have[work])
	}
	for work, times := range have {
		n += max(0, times-want[work])
	}
	if n > 0 || total == 0 {
		t.Errorf("%d works differ from those of a fresh derivation, of %d", n, total)
	}
	t.Logf("%d works, as of a fresh derivation", total)
	other.Stop(t)
}

// worksOf says which clients that follow works hold others than the hubs list.
func (w *soak) worksOf(t *testing.T, http *http.Client) string {
	t.Helper()
	var said strings.Builder
	for i, at := range w.at {
		lists := shelf{}
		if err := lists.listed(t.Context(), w.client(t, at.url(), http)); err != nil {
			return err.Error()
		}
		for j, r := range w.clients {
			if r.as.Works {
				said.WriteString(lists.unlike(fmt.Sprintf("client %d beside hub %d", j, i), r.shelf()))
			}
		}
	}
	return said.String()
}
