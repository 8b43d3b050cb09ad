package apptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Replica follows the live feed over restarts of the daemon, each time from its cursor, and holds what the feed says,
// items and works or one of them. It proves by prev that no message is missing. Its methods may be called from any
// goroutine.
type Replica struct {
	daemon *Daemon
	wanted map[string]any // further members of the request
	end    context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex // guards what follows
	items   map[int64]json.RawMessage
	works   Works
	cursor  string
	faults  []error
	resumed int
	seen    func(id int64, it *Item) // called for every change, under mu
}

// Follow begins to follow the items of a daemon; it ends with the test.
func Follow(tb testing.TB, d *Daemon) *Replica { return follow(tb, d, nil) }

// FollowWorks begins to follow its works, and its items or not.
func FollowWorks(tb testing.TB, d *Daemon, items bool) *Replica {
	return follow(tb, d, map[string]any{"works": true, "items": items})
}

func follow(tb testing.TB, d *Daemon, wanted map[string]any) *Replica {
	ctx, cancel := context.WithCancel(context.Background())
	r := &Replica{daemon: d, wanted: wanted, end: cancel, done: make(chan struct{}),
		items: map[int64]json.RawMessage{}, works: Works{}}
	go r.run(ctx)
	tb.Cleanup(r.Close)
	return r
}

// Close ends following.
func (r *Replica) Close() {
	r.end()
	<-r.done
}

// OnChange has seen called for every change that comes, from another goroutine; it must return at once. it is
// nil where the item is deleted.
func (r *Replica) OnChange(seen func(id int64, it *Item)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = seen
}

func (r *Replica) run(ctx context.Context) {
	defer close(r.done)
	for ctx.Err() == nil {
		if addr := r.daemon.Addr(); addr != "" {
			r.fault(r.session(ctx, addr))
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (r *Replica) fault(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, err)
}

// message is any message of the protocol.
type message struct {
	Type    string   `json:"type"`
	Mode    string   `json:"mode"`
	Prev    *string  `json:"prev"`
	Cursor  string   `json:"cursor"`
	Changes []change `json:"changes"`
	Reason  string   `json:"reason"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
}

// session follows one connection to its end. Its error is a fault of the daemon's.
func (r *Replica) session(ctx context.Context, addr string) error {
	ws, err := dial(ctx, addr)
	if err != nil {
		return nil // it is stopping or starting
	}
	defer ws.Close()
	stop := context.AfterFunc(ctx, func() { _ = ws.Close() })
	defer stop()
	r.mu.Lock()
	since := r.cursor
	r.mu.Unlock()
	request := map[string]any{"id": 1, "type": "subscribe", "since": nil}
	if since != "" {
		request["since"] = since
	}
	maps.Copy(request, r.wanted)
	if ws.WriteJSON(request) != nil {
		return nil
	}
	for {
		var m message
		_, b, err := ws.ReadMessage()
		if err != nil {
			return nil
		}
		if err := json.Unmarshal(b, &m); err != nil {
			return fmt.Errorf("message %.200s: %w", b, err)
		}
		if err := r.apply(&m, since); err != nil {
			return err
		}
	}
}

func dial(ctx context.Context, addr string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"catalogizerd.v1"}, HandshakeTimeout: 5 * time.Second}
	ws, resp, err := dialer.DialContext(ctx, "ws://"+addr+"/api/v1/live", http.Header{})
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
	return ws, err
}

func (r *Replica) apply(m *message, since string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch m.Type {
	case "hello", "bye":
	case "ok":
		if since != "" {
			r.resumed++
		}
		if want := map[bool]string{true: "snapshot", false: "resume"}[since == ""]; m.Mode != want {
			return fmt.Errorf("subscribed since %q in mode %q", since, m.Mode)
		}
	case "changes":
		prev := ""
		if m.Prev != nil {
			prev = *m.Prev
		}
		if prev != r.cursor {
			return fmt.Errorf("a message is missing: prev %q, but the last cursor was %q", prev, r.cursor)
		}
		return r.take(m)
	case "caught_up", "bookmark":
		r.cursor = m.Cursor
	default:
		return fmt.Errorf("unexpected message: %+v", *m)
	}
	return nil
}

func (r *Replica) take(m *message) error {
	for i := range m.Changes {
		ch := &m.Changes[i]
		if of, ok := r.wants(ch); !ok {
			return fmt.Errorf("%s of %s came unasked", ch.Op, of)
		}
		if ch.ofWork() {
			r.works.apply(ch)
			continue
		}
		ch.apply(r.items)
		var it *Item
		if ch.Op != "delete" {
			var err error
			if it, err = ParseItem(ch.Item); err != nil || it.ID != ch.ID {
				return fmt.Errorf("upsert %d of %s: %w", ch.ID, ch.Item, errors.Join(err))
			}
		}
		if r.seen != nil {
			r.seen(ch.ID, it)
		}
	}
	r.cursor = m.Cursor
	return nil
}

// wants says what an entry is of, and whether that was asked for.
func (r *Replica) wants(ch *change) (of string, ok bool) {
	if ch.ofWork() {
		return "works", r.wanted["works"] == true
	}
	return "items", r.wanted["items"] != false
}

// Works is what the replica holds of works.
func (r *Replica) Works() (Works, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.works), errors.Join(r.faults...)
}

// Cursor is how far the replica has come.
func (r *Replica) Cursor() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cursor
}

// Resumed is how often the replica went on from its cursor.
func (r *Replica) Resumed() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.resumed
}

// Catalog is what the replica holds.
func (r *Replica) Catalog() (Catalog, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := Catalog{}
	for _, b := range r.items {
		if err := c.add(b); err != nil {
			return nil, err
		}
	}
	return c, errors.Join(r.faults...)
}

// Find gives the present item at a path; nil where there is none.
func (r *Replica) Find(root, path string) *Item {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.items {
		if it, err := ParseItem(b); err == nil && it.Root == root && it.Path == path && it.Present() {
			return it
		}
	}
	return nil
}

// Snapshot loads the whole catalog as a new client does.
func Snapshot(tb testing.TB, d *Daemon) Catalog {
	tb.Helper()
	r := &Replica{daemon: d, items: map[int64]json.RawMessage{}, works: Works{}}
	ws, err := dial(tb.Context(), d.Addr())
	if err != nil {
		tb.Fatal(err)
	}
	defer ws.Close()
	if err := ws.WriteJSON(map[string]any{"id": 1, "type": "subscribe", "since": nil}); err != nil {
		tb.Fatal(err)
	}
	for {
		var m message
		if err := ws.ReadJSON(&m); err != nil {
			tb.Fatalf("first load: %v", err)
		}
		if err := r.apply(&m, ""); err != nil {
			tb.Fatalf("first load: %v", err)
		}
		if m.Type == "caught_up" {
			c, err := r.Catalog()
			if err != nil {
				tb.Fatalf("first load: %v", err)
			}
			return c
		}
	}
}
