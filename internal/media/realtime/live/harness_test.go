package live_test

import (
	"context"
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
	works int64 // that there have been
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

// keep writes a work, a new one where it has no id.
func (c *catalog) keep(w store.WorkView) store.WorkView {
	c.t.Helper()
	p := store.WorkPut{New: w, ParentAt: -1}
	if w.ID > 0 {
		old, _, err := c.Work(context.Background(), w.ID)
		must(c.t, err)
		p.Old = &old
	} else {
		c.works++
	}
	b := store.WorkBatch{Upto: c.Head(), Puts: []store.WorkPut{p}}
	must(c.t, c.NewWorkKeeper().Write(context.Background(), &b))
	return b.Puts[0].New
}

// end has a work of which nothing is left.
func (c *catalog) end(id int64) {
	c.t.Helper()
	b := store.WorkBatch{Upto: c.Head(), Gone: []store.WorkEnd{{Work: id}}, GoneAt: 1}
	must(c.t, c.NewWorkKeeper().Write(context.Background(), &b))
}

// contents is what a client with a filter has to hold: the JSON of each item by its id, and of each work by its id
// below zero.
func (c *catalog) contents(f live.Filter) map[int64]string {
	c.t.Helper()
	out := map[int64]string{}
	must(c.t, c.Walk(context.Background(), store.Position{}, func(v *store.View) error {
		if f.Match(&store.Change{Root: v.Root, Kind: v.Kind}) {
			out[v.ID] = string(v.AppendJSON(nil))
		}
		return nil
	}))
	if !f.Works {
		return out
	}
	for id := int64(1); id <= c.works; id++ {
		w, found, err := c.Work(context.Background(), id)
		must(c.t, err)
		if found && f.Match(&store.Change{Work: true, Roots: w.Roots, Kind: media.Kind(w.Kind)}) {
			out[-id] = string(w.AppendJSON(nil, true))
		}
	}
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
	instance := func() media.Instance { return media.Instance{ID: "ID", Name: "attic"} }
	s := &feedServer{server: &live.Server{
		Bus: c.bus, Version: "test", Instance: instance, Log: zap.NewNop(), Timeouts: timeouts,
	}}
	if len(roots) > 0 {
		s.server.Roots = func(context.Context) ([]media.Root, error) { return roots, nil }
	}
	var check func(string) bool
	if token != "" {
		check = func(sent string) bool { return sent == token }
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.server.Serve(w, r, func() bool { return false }, check, nil); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})}
	var served sync.WaitGroup
	s.conns = &accepted{Listener: l}
	served.Go(func() { _ = srv.Serve(s.conns) })
	s.url = "ws://" + l.Addr().String()
	s.stop = sync.OnceFunc(func() {
		s.server.Stop()
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

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for something to become true.
// patience is for how long a test waits for what must come to be: no busy machine takes as long.
const patience = 3 * time.Minute

func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !cond(); {
		if time.Now().After(deadline) {
			t.Fatalf("after %v not yet: %s", patience, what)
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
