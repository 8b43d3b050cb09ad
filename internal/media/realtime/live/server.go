package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/gorilla/websocket"
	"go.uber.org/zap"
)

// Subprotocol names the live protocol.
const Subprotocol = "catalogizerd.v1"

// Close codes of the live protocol beside those of RFC 6455.
const (
	CloseSlow         = 4008
	CloseBadRequest   = 4400
	CloseUnauthorized = 4401
)

const (
	maxMessage = 32 << 10  // bytes accepted from a client
	maxFrame   = 256 << 10 // bytes of a frame with its header; longer messages are sent in several
)

// Bus is what a Server needs of the event bus.
type Bus interface {
	// Head is the cursor up to which subscribers may read.
	Head() media.Cursor
	// Since reads a cursor, or a time behind which is what has changed since.
	Since(ctx context.Context, text string, f *Filter) (media.Cursor, error)
	// Subscribe begins to follow the feed.
	Subscribe(how Follow) (*Subscription, error)
	Unsubscribe(s *Subscription)
}

// Server serves the live feed over WebSockets. Its methods are safe for concurrent use.
type Server struct {
	Bus     Bus
	Version string
	// Instance says which daemon this is, by its present name; nil: nobody is told.
	Instance func() media.Instance
	Log      *zap.Logger
	// Roots gives every root as it is now, for those who ask for the signal.
	Roots    func(ctx context.Context) ([]media.Root, error)
	Timeouts Timeouts

	once     sync.Once   // sets lines, group and stopping
	lines    *zap.Logger // of what clients do: how often is up to them
	group    *run.Group  // of all that clients run
	stopping chan struct{}
	conns    sync.WaitGroup

	mu      sync.Mutex // guards what follows
	clients map[*client]struct{}
	stopped bool
	force   *time.Timer // ends those who do not leave
}

func (s *Server) init() {
	s.once.Do(func() {
		s.lines = logs.Sparing(s.Log)
		s.group = run.NewGroup(context.Background(), s.lines)
		s.stopping = make(chan struct{})
		s.clients = map[*client]struct{}{}
	})
}

// readBuffer is for what a client sends: little, and longer messages are read past it. A control frame must fit.
const readBuffer = 512

// Serve upgrades a request, and has the connection served until either side ends it. authorized says whether the request
// carries what it must; else token checks what the client sends (nil: nobody needs a token). Both are asked again
// whenever the channel is closed that changed gave last (nil: never). Its error says that the request asks for no
// WebSocket that can be served; it has not been answered then. What the request took is free once it has returned.
func (s *Server) Serve(
	w http.ResponseWriter, r *http.Request,
	authorized func() bool, token func(string) bool, changed func() <-chan struct{},
) error {
	s.init()
	up := websocket.Upgrader{
		// Buffers for writing are held only while a message is written.
		Subprotocols: []string{Subprotocol}, ReadBufferSize: readBuffer,
		WriteBufferPool: &writeBuffers, WriteBufferSize: 4 << 10,
		CheckOrigin:       func(*http.Request) bool { return true }, // checked for every request before it comes here
		EnableCompression: offersDeflate(r.Header),
		Error:             func(http.ResponseWriter, *http.Request, int, error) {},
	}
	s.conns.Add(1)
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		s.conns.Done()
		var refused websocket.HandshakeError
		if errors.As(err, &refused) {
			return fmt.Errorf("upgrade to the live protocol: %w", err)
		}
		return nil // the client is gone
	}
	c := &client{
		server: s, ws: ws, timeouts: s.Timeouts.withDefaults(), deflates: up.EnableCompression,
		access:   access{request: authorized, token: token, changed: changed},
		incoming: make(chan incoming), gone: make(chan struct{}),
	}
	c.boundBuffers()
	s.join(c)
	s.group.Go("live client", func(ctx context.Context) error { // ends with the connection, which it closes
		defer s.conns.Done()
		defer s.leave(c)
		_ = run.Safely(s.lines, "live client", func() error { c.run(ctx); return nil })
		return nil
	})
	return nil
}

// run serves a client to its end.
func (c *client) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.server.group.Go("reader of a live client", func(context.Context) error { return c.read(ctx) })
	// A panic of a request's would leave the connection open, and its reader with it.
	told := c.sendClose(run.Safely(c.server.lines, "live client", func() error { return c.serve(ctx) }))
	cancel()
	patience := time.Duration(0)
	if told {
		patience = closeTime
	}
	c.disconnect(patience)
	<-c.gone // what went wrong is in the log
}

// join counts a client among those who are told of the end.
func (s *Server) join(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[c] = struct{}{}
	limit := c.timeouts.Stall
	if s.stopped {
		limit = closeTime
	}
	c.limitStall(limit)
}

func (s *Server) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c)
}

// Stop has every client told that it ends. A message on its way gets as long as the farewell, and then the connection is
// closed: a client that does not read cannot hold up the end. It returns at once; Wait waits.
func (s *Server) Stop() {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	s.stopped = true
	close(s.stopping)
	for c := range s.clients {
		c.limitStall(closeTime)
	}
	s.force = time.AfterFunc(2*closeTime, s.disconnectAll)
}

// disconnectAll closes the connections that are left.
func (s *Server) disconnectAll() {
	for _, c := range s.connected() {
		c.disconnect(0)
	}
}

func (s *Server) connected() []*client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.clients))
}

// writeBuffers are shared by all clients.
var writeBuffers sync.Pool

// Wait returns once every connection has ended.
func (s *Server) Wait() {
	s.init()
	s.conns.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.force != nil {
		s.force.Stop()
	}
}
