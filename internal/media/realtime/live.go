package realtime

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
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
	maxMessage = 32 << 10         // accepted from a client
	authTime   = 10 * time.Second // to authenticate in
	stallTime  = 10 * time.Second // without progress, after which a client is disconnected
	pingEvery  = 25 * time.Second
	pongTime   = 60 * time.Second // without any sign of life
	bookmarks  = 25 * time.Second // between signs of where an idle client stands
	signalPace = 200 * time.Millisecond
)

// Live is the live feed for one kind of client: WebSockets.
type Live struct {
	Bus     *EventBus
	Version string
	Log     *zap.Logger
	// Roots gives every root as it is now, for those who ask for the signal.
	Roots func(ctx context.Context) ([]media.Root, error)

	conns sync.WaitGroup
}

// Serve upgrades a request and serves it until either side ends it. authorized says that the request
// carried what it must; else token checks what the client sends (nil: nobody needs a token). stop ends
// the connection when it is closed, with a word of farewell.
func (l *Live) Serve(w http.ResponseWriter, r *http.Request, authorized bool, token func(string) bool, stop <-chan struct{}) {
	l.conns.Add(1)
	defer l.conns.Done()
	up := websocket.Upgrader{
		Subprotocols: []string{Subprotocol}, ReadBufferSize: 4 << 10, WriteBufferSize: 32 << 10,
		CheckOrigin: func(*http.Request) bool { return true }, // checked for every request before it comes here
	}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	c := &client{live: l, ws: ws, token: token, stop: stop, authorized: authorized || token == nil, incoming: make(chan clientRequest), gone: make(chan struct{})}
	if p, ok := ws.NetConn().(interface{ LimitStall(time.Duration) }); ok {
		p.LimitStall(stallTime)
	}
	read := make(chan struct{})
	go func() { // ends when the connection is closed below
		defer close(read)
		c.read(ctx)
	}()
	err = c.serve(ctx)
	c.farewell(err)
	_ = ws.Close()
	cancel()
	<-read
}

// client is one connection. Its serving goroutine alone writes; its reading goroutine alone reads.
type client struct {
	live       *Live
	ws         *websocket.Conn
	token      func(string) bool
	stop       <-chan struct{}
	authorized bool
	sub        *subscription
	last       string // cursor of the last message that carried one
	caughtUp   bool
	signalsAt  time.Time // when signals may go out again

	incoming chan clientRequest // unbuffered: a client's next message waits until the last is answered
	gone     chan struct{}      // closed when nothing more can be read
	readErr  error              // why, once gone is closed
}

// closing is an end that the other side is told of.
type closing struct {
	code int
	text string
}

func (e *closing) Error() string { return e.text }

// read passes on what the client says.
func (c *client) read(ctx context.Context) {
	defer close(c.gone)
	c.ws.SetReadLimit(maxMessage)
	alive := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(pongTime)) }
	c.ws.SetPongHandler(alive)
	_ = alive("")
	for {
		kind, data, err := c.ws.ReadMessage()
		if err != nil {
			c.readErr = err
			return
		}
		_ = alive("")
		req, err := parseRequest(data)
		if kind != websocket.TextMessage {
			err = errBadRequest
		}
		if err != nil {
			c.readErr = &closing{CloseBadRequest, err.Error()}
			return
		}
		select {
		case c.incoming <- req:
		case <-ctx.Done():
			return
		}
	}
}

// serve runs the connection until it ends, and says why.
func (c *client) serve(ctx context.Context) error {
	defer func() {
		if c.sub != nil {
			c.sub.close()
		}
	}()
	if c.authorized {
		if err := c.hello(); err != nil {
			return err
		}
	}
	authLimit := time.NewTimer(authTime)
	defer authLimit.Stop()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	bookmark := time.NewTicker(bookmarks)
	defer bookmark.Stop()
	var again <-chan time.Time
	var err error
	for {
		if c.sub != nil {
			more, err := c.advance(ctx)
			if err != nil {
				return err
			}
			if more {
				select { // do not let a long catch-up hide the end, or the client's word
				case <-c.stop:
					return &closing{websocket.CloseGoingAway, "shutdown"}
				case <-c.gone:
					return c.readErr
				default:
				}
				continue
			}
		}
		var wake chan struct{}
		if c.sub != nil {
			wake = c.sub.wake
		}
		select {
		case <-wake:
			if again, err = c.sendSignals(ctx); err != nil {
				return err
			}
		case <-again:
			if again, err = c.sendSignals(ctx); err != nil {
				return err
			}
		case req := <-c.incoming:
			if err := c.answer(ctx, &req); err != nil {
				return err
			}
		case <-ping.C:
			if err := c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(stallTime)); err != nil {
				return err
			}
		case <-bookmark.C:
			if c.caughtUp {
				if err := c.mark("bookmark"); err != nil {
					return err
				}
			}
		case <-authLimit.C:
			if !c.authorized {
				return &closing{CloseUnauthorized, "no token within 10 s"}
			}
		case <-c.stop:
			return &closing{websocket.CloseGoingAway, "shutdown"}
		case <-c.gone:
			return c.readErr
		}
	}
}

func (c *client) hello() error {
	b := c.live.Bus
	return c.send(message{Type: "hello", Version: c.live.Version, Cursor: cursorText(b.feed.Epoch(), b.upto.Load())})
}

// answer does what the client asks.
func (c *client) answer(ctx context.Context, req *clientRequest) error {
	switch {
	case req.Type == "auth":
		if !c.authorized && !c.token(req.Token) {
			return &closing{CloseUnauthorized, "wrong token"}
		}
		if c.authorized {
			return c.send(message{ID: req.ID, Type: "ok"})
		}
		c.authorized = true
		if len(req.ID) > 0 {
			if err := c.send(message{ID: req.ID, Type: "ok"}); err != nil {
				return err
			}
		}
		return c.hello()
	case !c.authorized:
		return &closing{CloseUnauthorized, "authenticate first"}
	case req.Type == "subscribe":
		return c.subscribe(ctx, req)
	}
	return c.refuse(req, "there are auth and subscribe")
}

// refuse says that a request cannot be served; the connection goes on.
func (c *client) refuse(req *clientRequest, text string) error {
	return c.send(message{ID: req.ID, Type: "error", Code: "bad_request", Message: text})
}

func (c *client) subscribe(ctx context.Context, req *clientRequest) error {
	if c.sub != nil {
		return c.refuse(req, "one subscription a connection: open another connection")
	}
	filter, err := parseFilter(req.Filter)
	if err != nil {
		return c.refuse(req, err.Error())
	}
	var since *media.Cursor
	mode := "snapshot"
	if req.Since != nil {
		cur, err := media.ParseCursor(*req.Since)
		if err != nil {
			return c.refuse(req, err.Error())
		}
		since, mode, c.last = &cur, "resume", *req.Since
	}
	sub, err := c.live.Bus.subscribe(since, filter, req.Signals)
	var resync *ResyncError
	if errors.As(err, &resync) {
		c.last = ""
		return c.send(message{ID: req.ID, Type: "resync", Reason: resync.Reason})
	}
	if err != nil {
		return err
	}
	c.sub = sub
	if err := c.send(message{ID: req.ID, Type: "ok", Mode: mode}); err != nil {
		return err
	}
	return c.firstRoots(ctx, req.Signals)
}

// advance sends the next batch, if there is one; at the end of what there is it says so, once.
func (c *client) advance(ctx context.Context) (more bool, err error) {
	b, ok, err := c.sub.next(ctx)
	var resync *ResyncError
	if errors.As(err, &resync) {
		c.sub.close()
		c.sub, c.last, c.caughtUp = nil, "", false
		return false, c.send(message{Type: "resync", Reason: resync.Reason})
	}
	if err != nil {
		return false, err
	}
	if !ok {
		if c.caughtUp {
			return false, nil
		}
		c.caughtUp = true
		return false, c.mark("caught_up")
	}
	if len(b.Changes) == 0 && !b.prev.Load {
		return true, nil // passed over by the filter: the next message that carries a cursor says so
	}
	if len(b.Changes) == 0 {
		return true, nil
	}
	cursor := b.Cursor.String()
	frame := b.frame
	if frame == nil || c.last != b.prev.String() {
		frame = changesMessage(nil, c.last, cursor, b.Changes)
	}
	if err := c.write(frame); err != nil {
		return false, err
	}
	c.last = cursor
	return true, nil
}

// mark tells the client where it stands.
func (c *client) mark(kind string) error {
	cursor := c.sub.at.String()
	c.last = cursor
	return c.send(message{Type: kind, Cursor: cursor})
}

func (c *client) send(m message) error {
	b, err := m.encode()
	if err != nil {
		return err
	}
	return c.write(b)
}

// write sends one frame. The connection itself bounds how long it may make no progress.
func (c *client) write(b []byte) error {
	if err := c.ws.SetWriteDeadline(time.Time{}); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, b)
}

// farewell tells the client why the connection ends, as far as it still can be told.
func (c *client) farewell(err error) {
	var end *closing
	var timeout net.Error
	switch {
	case errors.As(err, &end):
		if end.code == websocket.CloseGoingAway {
			if b, err := (message{Type: "bye", Reason: end.text}).encode(); err == nil {
				_ = c.ws.SetWriteDeadline(time.Now().Add(time.Second))
				_ = c.ws.WriteMessage(websocket.TextMessage, b)
			}
		}
		c.close(end.code, end.text)
	case errors.Is(err, websocket.ErrReadLimit):
		c.close(websocket.CloseMessageTooBig, "message is too long")
	case errors.As(err, &timeout) && timeout.Timeout():
		c.live.Log.Info("client disconnected: it makes no progress, and may resume", zap.Stringer("remote", c.ws.RemoteAddr()))
		c.close(CloseSlow, "slow")
	}
}

func (c *client) close(code int, text string) {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text[:min(len(text), 120)]), time.Now().Add(time.Second))
}

// Wait returns once every connection has ended.
func (l *Live) Wait() { l.conns.Wait() }
