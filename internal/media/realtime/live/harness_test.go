package live_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/gorilla/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/zap"
	"go.yaml.in/yaml/v4"
)

// catalog is a real store with its bus.
type catalog struct {
	*store.Store
	t     testing.TB
	bus   *realtime.EventBus
	roots map[string]int64
	close func()
}

// named is what cursors call the catalog and its run.
func (c *catalog) named() string {
	name, _, _ := strings.Cut(c.Cursor(0).String(), ".")
	return name
}

func openCatalog(t testing.TB, dir string) *catalog {
	t.Helper()
	st, err := store.Open(context.Background(), dir, store.Options{})
	must(t, err)
	c := &catalog{Store: st, t: t, bus: realtime.NewEventBus(st, zap.NewNop()), roots: map[string]int64{}}
	storeCtx, stopStore := context.WithCancel(context.Background())
	busCtx, stopBus := context.WithCancel(context.Background())
	var bus sync.WaitGroup
	bus.Go(func() { _ = c.bus.Run(busCtx) })
	go func() { _ = st.Run(storeCtx) }()
	c.close = sync.OnceFunc(func() {
		stopBus()
		bus.Wait()
		stopStore()
		<-st.Stopped()
		must(t, st.Close())
	})
	t.Cleanup(c.close)
	roots, err := st.Roots(context.Background())
	must(t, err)
	for _, r := range roots {
		c.roots[r.Name] = r.ID
	}
	return c
}

func (c *catalog) update(fn func(tx *store.Tx) error) {
	c.t.Helper()
	must(c.t, c.Update(context.Background(), fn))
}

// put adds an item; the root is made where it is new.
func (c *catalog) put(root, name string, kind media.Kind, doc string) (it store.Item) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		if c.roots[root] == 0 {
			r := store.Root{Name: root, Kind: "local", Location: "/" + root, Ident: "uuid:" + root}
			if err := tx.AddRoot(&r); err != nil {
				return err
			}
			c.roots[root] = r.ID
		}
		d, err := tx.EnsureDir(c.roots[root], "", 1)
		if err != nil {
			return err
		}
		it = store.Item{Dir: d.ID, Root: c.roots[root], Name: name, Volume: 1, Links: 1, Size: 1, Kind: kind, Analysis: store.None, Doc: []byte(doc)}
		return tx.Insert(&it)
	})
	return it
}

func (c *catalog) change(id int64, edit func(*store.Item)) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		it, found, err := tx.Item(id)
		if err != nil || !found {
			return errors.Join(err, fmt.Errorf("item %d: found %v", id, found))
		}
		old := it
		edit(&it)
		return tx.Save(&old, &it)
	})
}

func (c *catalog) remove(id int64) {
	c.t.Helper()
	c.update(func(tx *store.Tx) error {
		it, found, err := tx.Item(id)
		if err != nil || !found {
			return errors.Join(err, fmt.Errorf("item %d: found %v", id, found))
		}
		return tx.Remove(&it)
	})
}

// contents is what a client with a filter has to hold: the JSON of each item by its id.
func (c *catalog) contents(f live.Filter) map[int64]string {
	c.t.Helper()
	out := map[int64]string{}
	must(c.t, c.Walk(context.Background(), store.Position{}, func(v *store.View) error {
		if f.Match(&store.Change{Root: v.Root, Kind: v.Kind}) {
			out[v.ID] = string(v.AppendJSON(nil))
		}
		return nil
	}))
	return out
}

// feedServer serves the live feed of a catalog.
type feedServer struct {
	server *live.Server
	url    string
	conns  *accepted
	stop   func() // says goodbye, and waits for every connection
}

// serveFeed serves until the test ends. token: what clients have to send; "": nothing.
func serveFeed(t testing.TB, c *catalog, timeouts live.Timeouts, token string, roots ...media.Root) *feedServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	return serveFeedOn(t, l, c, timeouts, token, roots...)
}

func serveFeedOn(t testing.TB, l net.Listener, c *catalog, timeouts live.Timeouts, token string, roots ...media.Root) *feedServer {
	t.Helper()
	stop := make(chan struct{})
	s := &feedServer{server: &live.Server{Bus: c.bus, Version: "test", Log: zap.NewNop(), Timeouts: timeouts, Roots: func(context.Context) ([]media.Root, error) { return roots, nil }}}
	var check func(string) bool
	if token != "" {
		check = func(sent string) bool { return sent == token }
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.server.Serve(w, r, func() bool { return false }, check, nil, stop); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})}
	var served sync.WaitGroup
	s.conns = &accepted{Listener: l}
	served.Go(func() { _ = srv.Serve(s.conns) })
	s.url = "ws://" + l.Addr().String()
	s.stop = sync.OnceFunc(func() {
		close(stop)
		s.server.Wait()
		_ = srv.Close()
		served.Wait()
	})
	t.Cleanup(s.stop)
	return s
}

// follower is a client that holds what the feed says and proves that nothing is missing.
type follower struct {
	t      *testing.T
	ws     *websocket.Conn
	items  map[int64]string
	cursor *string // of the last message that carried one
	reads  int     // of messages that carried changes
}

var messageSchemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	for _, name := range []string{"openapi.yaml", "asyncapi.yaml"} {
		text, err := os.ReadFile("../../../api/" + name)
		if err != nil {
			return nil, err
		}
		var doc any
		if err := yaml.Unmarshal(text, &doc); err != nil {
			return nil, err
		}
		if err := c.AddResource("http://daemon/api/"+name, doc); err != nil {
			return nil, err
		}
	}
	out := map[string]*jsonschema.Schema{}
	for _, m := range []string{"hello", "ok", "changes", "caught_up", "bookmark", "signal", "resync", "error", "bye"} {
		s, err := c.Compile("http://daemon/api/asyncapi.yaml#/components/messages/" + m + "/payload")
		if err != nil {
			return nil, err
		}
		out[m] = s
	}
	return out, nil
})

func connect(t *testing.T, s *feedServer) *follower {
	t.Helper()
	return &follower{t: t, ws: dialFeed(t, s, nil), items: map[int64]string{}}
}

func dialFeed(t *testing.T, s *feedServer, wrap func(net.Conn) net.Conn) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{live.Subprotocol}, NetDial: func(network, addr string) (net.Conn, error) {
		conn, err := net.Dial(network, addr)
		if err == nil && wrap != nil {
			conn = wrap(conn)
		}
		return conn, err
	}}
	ws, resp, err := dialer.Dial(s.url, nil)
	must(t, err)
	_ = resp.Body.Close()
	if ws.Subprotocol() != live.Subprotocol {
		t.Errorf("subprotocol %q", ws.Subprotocol())
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

func (f *follower) send(text string) {
	f.t.Helper()
	must(f.t, f.ws.WriteMessage(websocket.TextMessage, []byte(text)))
}

// received is any message.
type received struct {
	ID      json.RawMessage `json:"id"`
	Type    string          `json:"type"`
	Mode    string          `json:"mode"`
	Prev    *string         `json:"prev"`
	Cursor  *string         `json:"cursor"`
	Name    string          `json:"name"`
	Data    json.RawMessage `json:"data"`
	Reason  string          `json:"reason"`
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Changes []struct {
		Op   string          `json:"op"`
		ID   int64           `json:"id"`
		Item json.RawMessage `json:"item"`
	} `json:"changes"`
	raw string
}

// read takes the next message, which must be as asyncapi.yaml has it, into account.
func (f *follower) read() (m received, err error) {
	_ = f.ws.SetReadDeadline(time.Now().Add(30 * time.Second))
	_, b, err := f.ws.ReadMessage()
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%w: %s", err, b)
	}
	m.raw = string(b)
	schemas, err := messageSchemas()
	if err != nil {
		return m, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil || schemas[m.Type] == nil {
		return m, fmt.Errorf("no message is as %s: %w", b, err)
	}
	if err := schemas[m.Type].Validate(value); err != nil {
		return m, fmt.Errorf("%.500s: %w", b, err)
	}
	return m, f.take(&m)
}

func (f *follower) take(m *received) error {
	if m.Type == "changes" {
		if f.reads++; (m.Prev == nil) != (f.cursor == nil) || (m.Prev != nil && *m.Prev != *f.cursor) {
			return fmt.Errorf("a message is missing before %.200s: the last cursor was %v", m.raw, deref(f.cursor))
		}
	}
	for _, ch := range m.Changes {
		if ch.Op == "delete" {
			delete(f.items, ch.ID)
		} else {
			f.items[ch.ID] = string(ch.Item)
		}
	}
	if m.Cursor != nil && m.Type != "hello" {
		f.cursor = m.Cursor
	}
	return nil
}

func deref(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}

// until reads up to a message of a type.
func (f *follower) until(kind string) received {
	f.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; {
		m, err := f.read()
		if err == nil && m.Type == kind {
			return m
		}
		if err != nil || time.Now().After(end) {
			f.t.Fatalf("waiting for %s: %v", kind, err)
		}
	}
}

// subscribe asks for the feed from the follower's cursor on, with further members of the request.
func (f *follower) subscribe(more string) {
	f.t.Helper()
	since := "null"
	if f.cursor != nil {
		since = fmt.Sprintf("%q", *f.cursor)
	}
	f.send(`{"id":2,"type":"subscribe","since":` + since + more + `}`)
}

// closed reads to the end and gives the close code.
func (f *follower) closed() (code int, last string) {
	f.t.Helper()
	for {
		m, err := f.read()
		var end *websocket.CloseError
		switch {
		case errors.As(err, &end):
			return end.Code, last
		case err != nil:
			f.t.Fatalf("no close frame: %v", err)
		}
		last = m.raw
	}
}

// holds waits until the follower holds exactly what it has to.
func (f *follower) holds(want func() map[int64]string) {
	f.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; {
		diff := difference(f.items, want())
		if diff == "" {
			return
		}
		if time.Now().After(end) {
			f.t.Fatalf("the follower is wrong: %s", diff)
		}
		if _, err := f.read(); err != nil {
			f.t.Fatalf("%v; by now: %s", err, diff)
		}
	}
}

func difference(got, want map[int64]string) string {
	var out []string
	for id, text := range want {
		if got[id] != text {
			out = append(out, fmt.Sprintf("%d is %.100q, not %.100q", id, got[id], text))
		}
	}
	for id := range got {
		if want[id] == "" {
			out = append(out, fmt.Sprintf("%d is not in the catalog", id))
		}
	}
	return strings.Join(out, "; ")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for something to become true.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !cond(); {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute not yet: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// scratch returns a new directory, in memory where there is such a place: what is tested here is not disks.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "live-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
