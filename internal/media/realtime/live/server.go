package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	// Subscribe begins to follow the feed, from a first load on where since is nil.
	Subscribe(since *media.Cursor, f Filter, signals []string) (*Subscription, error)
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

	conns sync.WaitGroup
	once  sync.Once   // sets lines
	lines *zap.Logger // of what clients do: how often is up to them
}

// Serve upgrades a request and serves it until either side ends it. authorized says whether the request
// carries what it must; else token checks what the client sends (nil: nobody needs a token). Both are
// asked again whenever the channel is closed that changed gave last (nil: never). stop ends the
// connection when it is closed, of which the client is told. Its error says that the request asks for no
// WebSocket that can be served; it has not been answered then.
func (s *Server) Serve(
	w http.ResponseWriter, r *http.Request,
	authorized func() bool, token func(string) bool, changed func() <-chan struct{}, stop <-chan struct{},
) error {
	s.once.Do(func() { s.lines = logs.Sparing(s.Log) })
	s.conns.Add(1)
	defer s.conns.Done()
	up := websocket.Upgrader{
		// What is read goes through the request's own buffer; one for writing is held only while a message is
		// written.
		Subprotocols: []string{Subprotocol}, WriteBufferPool: &writeBuffers, WriteBufferSize: 4 << 10,
		CheckOrigin:       func(*http.Request) bool { return true }, // checked for every request before it comes here
		EnableCompression: offersDeflate(r.Header),
		Error:             func(http.ResponseWriter, *http.Request, int, error) {},
	}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		var refused websocket.HandshakeError
		if errors.As(err, &refused) {
			return fmt.Errorf("upgrade to the live protocol: %w", err)
		}
		return nil // the client is gone
	}
	g := run.NewGroup(context.WithoutCancel(r.Context()), s.lines)
	c := &client{
		server: s, ws: ws, timeouts: s.Timeouts.withDefaults(), stop: stop, deflates: up.EnableCompression,
		access:   access{request: authorized, token: token, changed: changed},
		incoming: make(chan incoming), gone: make(chan struct{}),
	}
	c.boundBuffers()
	c.limitStall(c.timeouts.Stall)
	g.Go("reader of a live client", c.read)             // ends when the connection is closed below
	g.Go("forced close of a live client", c.forceClose) // ends with the group
	// Nobody else recovers here: a panic would leave the connection open, and its reader with it.
	told := c.sendClose(run.Safely(s.lines, "live client", func() error { return c.serve(g.Context()) }))
	g.Stop()
	patience := time.Duration(0)
	if told {
		patience = closeTime
	}
	c.disconnect(patience)
	_ = g.Wait() // what went wrong is in the log
	return nil
}

// writeBuffers are shared by all clients.
var writeBuffers sync.Pool

// Wait returns once every connection has ended.
func (s *Server) Wait() { s.conns.Wait() }
