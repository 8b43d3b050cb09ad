package realtime

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	runner "github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
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

// Pace is how long the live feed waits for what. The zero value of a field stands for its default.
type Pace struct {
	Auth     time.Duration // for the token; 10 s
	Stall    time.Duration // for a client to read anything of what is being sent to it; 10 s
	Ping     time.Duration // between pings; 25 s
	Silence  time.Duration // for any sign of life; 60 s
	Bookmark time.Duration // between bookmarks; 25 s, so that none is later than 30 s
	Signals  time.Duration // between two rounds of signals; 200 ms
}

func (p Pace) withDefaults() Pace {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&p.Auth, 10 * time.Second}, {&p.Stall, 10 * time.Second}, {&p.Ping, 25 * time.Second}, {&p.Silence, time.Minute},
		{&p.Bookmark, 25 * time.Second}, {&p.Signals, 200 * time.Millisecond},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return p
}

// farewellTime is how long a client may take to hear why the connection ends.
const farewellTime = time.Second

// Live is the live feed for one kind of client: WebSockets. Its methods are safe for concurrent use.
type Live struct {
	Bus     *EventBus
	Version string
	Log     *zap.Logger
	// Roots gives every root as it is now, for those who ask for the signal.
	Roots func(ctx context.Context) ([]media.Root, error)
	Pace  Pace

	conns sync.WaitGroup
	once  sync.Once   // sets lines
	lines *zap.Logger // of what clients do: how often is up to them
}

// progress is a connection that judges writes by their progress rather than by deadlines.
type progress interface {
	LimitStall(d time.Duration)
	Written() int64
}

// Serve upgrades a request and serves it until either side ends it. authorized says whether the request
// carries what it must; else token checks what the client sends (nil: nobody needs a token). Both are
// asked again whenever the channel is closed that changed gave last (nil: never). stop ends the
// connection when it is closed, with a word of farewell. Its error says that the request asks for no
// WebSocket that can be served; it has not been answered then.
func (l *Live) Serve(w http.ResponseWriter, r *http.Request, authorized func() bool, token func(string) bool, changed func() <-chan struct{}, stop <-chan struct{}) error {
	l.once.Do(func() { l.lines = logs.Sparing(l.Log) })
	l.conns.Add(1)
	defer l.conns.Done()
	up := websocket.Upgrader{
		// What is read goes through the request's own buffer; one for writing is held only while a message is written.
		Subprotocols: []string{Subprotocol}, WriteBufferPool: &writeBuffers, WriteBufferSize: 4 << 10,
		CheckOrigin: func(*http.Request) bool { return true }, // checked for every request before it comes here
		Error:       func(http.ResponseWriter, *http.Request, int, error) {},
	}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		var refused websocket.HandshakeError
		if errors.As(err, &refused) {
			return fmt.Errorf("upgrade to the live protocol: %w", err)
		}
		return nil // the client is gone
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	c := &client{
		live: l, ws: ws, pace: l.Pace.withDefaults(), door: door{request: authorized, token: token, changed: changed}, stop: stop,
		incoming: make(chan incoming), gone: make(chan struct{}),
	}
	c.bound()
	c.limitStall(c.pace.Stall)
	var helpers sync.WaitGroup
	helpers.Go(func() { c.read(ctx) })  // ends when the connection is closed below
	helpers.Go(func() { c.hurry(ctx) }) // ends with ctx
	// Nobody else recovers here: a panic would leave the connection open, and its reader with it.
	told := c.farewell(runner.Safely(l.lines, "live client", func() error { return c.serve(ctx) }))
	cancel()
	patience := time.Duration(0)
	if told {
		patience = farewellTime
	}
	c.cut(patience)
	helpers.Wait()
	return nil
}

// writeBuffers are shared by all clients.
var writeBuffers sync.Pool

// Wait returns once every connection has ended.
func (l *Live) Wait() { l.conns.Wait() }

func (c *client) limitStall(d time.Duration) {
	if p, ok := c.ws.NetConn().(progress); ok {
		p.LimitStall(d)
	}
}

// hurry sees to it that a client which does not read cannot hold up the end: when that has come, a
// message on its way gets as long as a farewell, and then the connection is cut.
func (c *client) hurry(ctx context.Context) {
	select {
	case <-c.stop:
	case <-ctx.Done():
		return
	}
	c.limitStall(farewellTime)
	select {
	case <-time.After(2 * farewellTime):
		c.cut(0)
	case <-ctx.Done():
	}
}

// closing is an end that the other side is told of.
type closing struct {
	code int
	text string
}

func (e *closing) Error() string { return e.text }

var errShutdown = &closing{websocket.CloseGoingAway, "shutdown"}

// farewell tells the client why the connection ends, as far as it still can be told, and reports whether it may have
// been.
func (c *client) farewell(err error) (told bool) {
	c.limitStall(farewellTime)
	var end *closing
	var network net.Error
	var left *departed
	var panicked *runner.PanicError
	switch {
	case errors.As(err, &end):
		if end == errShutdown {
			if c.send(message{Type: "bye", Reason: end.text}) != nil {
				return false
			}
		}
		return c.close(end.code, end.text)
	case errors.As(err, &left):
		// It has gone, or sent what is no WebSocket frame, of which the WebSocket has told it (RFC 6455, 7.4.1). How often
		// that happens is up to the client, so no line is written of it.
		return true
	case errors.Is(err, errStalled):
		c.live.lines.Info("client disconnected: it makes no progress, and may resume", zap.Stringer("remote", c.ws.RemoteAddr()))
		return c.closeSlow()
	case errors.As(err, &network), errors.Is(err, net.ErrClosed), errors.Is(err, websocket.ErrCloseSent):
		return false // it has gone by itself
	case errors.As(err, &panicked): // which is in the log, with its stack
		return c.close(websocket.CloseInternalServerErr, "the server failed")
	case errors.Is(err, store.ErrCorrupt): // which is in the log once, however often clients come back
		return c.close(websocket.CloseInternalServerErr, "the catalog is damaged")
	default:
		c.live.lines.Warn("live feed ended", zap.Stringer("remote", c.ws.RemoteAddr()), zap.Error(err))
		return c.close(websocket.CloseInternalServerErr, "the catalog cannot be read")
	}
}

func (c *client) close(code int, text string) bool {
	payload := websocket.FormatCloseMessage(code, text[:min(len(text), 120)])
	return c.ws.WriteControl(websocket.CloseMessage, payload, time.Now().Add(farewellTime)) == nil
}

// closeSlow says 4008 where that can be said: if the message that did not go out has not begun to. The
// WebSocket writes nothing behind a failure, so the frame goes to the connection itself.
func (c *client) closeSlow() bool {
	if !c.boundary {
		return false
	}
	payload := websocket.FormatCloseMessage(CloseSlow, "slow")
	frame := append([]byte{0x80 | websocket.CloseMessage, byte(len(payload))}, payload...) // RFC 6455, 5.2
	_, err := c.ws.NetConn().Write(frame)
	return err == nil
}
