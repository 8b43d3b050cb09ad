package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/notify"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// catalog is a real store, which a notifier follows that can be ended and begun again.
type catalog struct {
	*store.Store
	t    *testing.T
	root int64
	dir  int64
	n    *notify.Notifier
	age  time.Duration // by which it is older than it is
	stop func()
}

func open(t *testing.T) *catalog {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = s.Run(ctx) }()
	c := &catalog{Store: s, t: t, stop: func() {}}
	t.Cleanup(func() {
		c.stop()
		cancel()
		<-s.Stopped()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c.update(func(tx *store.Tx) error {
		r := store.Root{Name: "films", Kind: "local", Location: "/srv/films", Ident: "uuid:films"}
		if err := tx.AddRoot(&r); err != nil {
			return err
		}
		d, err := tx.EnsureDir(r.ID, "", 1)
		c.root, c.dir = r.ID, d.ID
		return err
	})
	return c
}

func (c *catalog) update(fn func(tx *store.Tx) error) {
	c.t.Helper()
	if err := c.Update(context.Background(), fn); err != nil {
		c.t.Fatal(err)
	}
}

// aged is a catalog all of whose changes happened longer ago.
type aged struct {
	*store.Store
	by time.Duration
}

func (a aged) SeqAt(ctx context.Context, t time.Time) (int64, error) {
	return a.Store.SeqAt(ctx, t.Add(a.by))
}

// follow begins to tell targets, as a daemon does that starts.
func (c *catalog) follow(targets ...config.Notify) {
	c.t.Helper()
	instance := media.Instance{ID: "ID", Name: "nas"}
	c.n = notify.New(aged{c.Store, c.age}, func() media.Instance { return instance }, zap.NewNop())
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = c.n.Run(ctx) })
	c.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	if err := c.n.Set(ctx, targets, map[string]string{"films": "/srv/films"}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *catalog) put(name string) (id int64) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		it := store.Item{
			Dir: c.dir, Root: c.root, Name: name, Volume: 1, Links: 1, Size: 1,
			Kind: media.KindMovie, Analysis: store.None,
		}
		err := tx.Insert(&it)
		id = it.ID
		return err
	})
	return id
}

func (c *catalog) change(id int64, edit func(*store.Item)) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		it, _, err := tx.Item(id)
		old := it
		edit(&it)
		return errors.Join(err, tx.Save(&old, &it))
	})
}

func (c *catalog) remove(id int64) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		it, _, err := tx.Item(id)
		return errors.Join(err, tx.Remove(&it))
	})
}

// paths are where the items stand, with their sizes.
func (c *catalog) paths() map[string]int64 {
	out := map[string]int64{}
	if err := c.Walk(context.Background(), store.Position{}, func(v *store.View) error {
		out[v.Path] = v.Size
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
	return out
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited three minutes for %s", what)
		}
	}
}

// picture is what a program makes of what it is told, by paths alone: it knows no ids.
type picture struct {
	mu     sync.Mutex
	holds  map[string]int64
	answer func() int // the status that it gives, 200 where it takes the message; 0: none comes in time
	seen   []body
	ids    map[string]string
	faults []string
}

type body struct {
	Type    string
	Changes []struct {
		Op, What      string
		ID            int64
		Previous, Was *struct{ Root, Path string }
		File          string
		PreviousFile  string `json:"previous_file"`
		Item          struct {
			Path string
			Size int64
			Kind media.Kind
		}
	}
	header http.Header
	raw    string
}

func (p *picture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	raw, _ := io.ReadAll(r.Body)
	b := body{header: r.Header.Clone(), raw: string(raw)}
	if err := json.Unmarshal(raw, &b); err != nil {
		p.faults = append(p.faults, err.Error())
	}
	id := r.Header.Get("webhook-id")
	if before, again := p.ids[id]; again && before != b.raw {
		p.faults = append(p.faults, fmt.Sprintf("message %s is another when it is sent again", id))
	}
	p.ids[id] = b.raw
	status := p.answer()
	if status/100 == 2 || status == 599 { // the second is taken, and the answer lost
		p.seen = append(p.seen, b)
		p.take(&b)
	}
	if status == 0 || status == 599 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
}

func (p *picture) take(b *body) {
	for _, ch := range b.Changes { // all that goes, then all that comes: names may be exchanged
		for _, was := range []*struct{ Root, Path string }{ch.Previous, ch.Was} {
			if was != nil {
				delete(p.holds, was.Path)
			}
		}
	}
	for _, ch := range b.Changes {
		if ch.Op == "upsert" {
			p.holds[ch.Item.Path] = ch.Item.Size
		}
	}
}

func (p *picture) held() map[string]int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.holds)
}

func (p *picture) bodies() []body {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]body{}, p.seen...)
}

func listen(t *testing.T, answer func() int) (*picture, config.Notify) {
	t.Helper()
	p := &picture{holds: map[string]int64{}, answer: answer, ids: map[string]string{}}
	s := httptest.NewServer(p)
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	return p, config.Notify{Name: "hook", Type: config.NotifyJSON, URL: s.URL}
}

func always(status int) func() int { return func() int { return status } }
