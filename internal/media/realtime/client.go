package realtime

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	runner "github.com/catalogizer/catalogizerd/internal/run"
	"github.com/gorilla/websocket"
)

// client is one connection. Its serving goroutine alone writes; its reading goroutine alone reads.
type client struct {
	live       *Live
	ws         *websocket.Conn
	pace       Pace
	door       door
	stop       <-chan struct{}
	authorized bool
	sub        *subscription
	last       string // cursor of the last message that carried one
	caughtUp   bool
	signalsAt  time.Time // when signals may go out again
	boundary   bool      // nothing of the message that could not be written went out

	incoming chan incoming // unbuffered: a client's next message waits until the last is answered
	gone     chan struct{} // closed when nothing more can be read
	readErr  error         // why, once gone is closed
}

// door is what a client has to pass, when it comes and whenever the token changes.
type door struct {
	request func() bool       // whether the request carries the token
	token   func(string) bool // nil: nobody needs one
	changed func() <-chan struct{}
	sent    string // by the client, where its request carried none
}

func (d *door) open() bool { return d.token == nil || d.request() || d.token(d.sent) }

// next is closed when the door is to be asked again.
func (d *door) next() <-chan struct{} {
	if d.changed == nil {
		return nil
	}
	return d.changed()
}

// incoming is a message of the client's, or what is wrong with it.
type incoming struct {
	clientRequest
	wrong error
}

// departed says that nothing more comes from a client: it has closed, it is silent, or what it sends is no WebSocket
// frame.
type departed struct{ error }

func (e *departed) Unwrap() error { return e.error }

// read passes on what the client says, until nothing more can be read.
func (c *client) read(ctx context.Context) {
	defer close(c.gone)
	c.readErr = runner.Safely(c.live.lines, "reader of a live client", func() error { return c.receive(ctx) })
}

func (c *client) receive(ctx context.Context) error {
	c.ws.SetReadLimit(maxMessage)
	alive := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(c.pace.Silence)) }
	c.ws.SetPongHandler(alive)
	_ = alive("")
	for {
		kind, data, err := c.ws.ReadMessage()
		if err != nil {
			return &departed{err}
		}
		_ = alive("")
		var in incoming
		if in.clientRequest, in.wrong = parseRequest(data); kind != websocket.TextMessage || errors.Is(in.wrong, errNoMessage) {
			return &closing{CloseBadRequest, errNoMessage.Error()}
		}
		select {
		case c.incoming <- in:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// always is ready.
var always = func() <-chan struct{} {
	ch := make(chan struct{})
	close(ch)
	return ch
}()

// serve runs the connection until it ends, and says why.
func (c *client) serve(ctx context.Context) error {
	defer c.unsubscribe()
	askAgain := c.door.next() // before it is asked, so that no change is missed
	c.authorized = c.door.open()
	if c.authorized {
		if err := c.hello(nil); err != nil {
			return err
		}
	}
	authLimit := time.NewTimer(c.pace.Auth)
	defer authLimit.Stop()
	ping := time.NewTicker(c.pace.Ping)
	defer ping.Stop()
	bookmark := time.NewTicker(c.pace.Bookmark)
	defer bookmark.Stop()
	var again <-chan time.Time // signals wait until then
	for {
		var more, wake <-chan struct{}
		if c.sub != nil {
			if ok, err := c.advance(ctx); err != nil {
				return err
			} else if ok {
				more = always // a long catch-up must not hide what else there is
			}
		}
		if c.sub != nil { // it may have ended just now
			wake = c.sub.wake
		}
		var err error
		select {
		case <-more:
		case <-wake:
			again, err = c.sendSignals(ctx)
		case <-again:
			again, err = c.sendSignals(ctx)
		case in := <-c.incoming:
			err = c.answer(ctx, &in)
		case <-ping.C:
			err = c.stalled(c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.pace.Stall)))
		case <-bookmark.C:
			if c.sub != nil {
				err = c.mark("bookmark")
			}
		case <-authLimit.C:
			if !c.authorized {
				err = &closing{CloseUnauthorized, "no token in time"}
			}
		case <-askAgain:
			if askAgain = c.door.next(); c.authorized && !c.door.open() {
				err = &closing{CloseUnauthorized, "the token has changed"}
			}
		case <-c.stop:
			err = errShutdown
		case <-c.gone:
			err = c.readErr
		}
		if err != nil {
			return err
		}
	}
}

func (c *client) hello(id []byte) error {
	b := c.live.Bus
	head := b.feed.Cursor(b.upto.Load()).String()
	return c.send(message{ID: id, Type: "hello", Version: c.live.Version, Head: head, Cursor: head})
}

// answer does what the client asks.
func (c *client) answer(ctx context.Context, in *incoming) error {
	req := &in.clientRequest
	switch {
	case in.wrong != nil:
		if !c.authorized {
			return &closing{CloseUnauthorized, "authenticate first"}
		}
		return c.refuse(req, in.wrong.Error())
	case req.Type == "auth" && c.authorized:
		return c.send(message{ID: req.ID, Type: "ok"})
	case req.Type == "auth":
		if c.door.sent = req.Token; !c.door.open() {
			return &closing{CloseUnauthorized, "wrong token"}
		}
		c.authorized = true
		return c.hello(req.ID)
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
	if err == nil {
		err = checkSignals(req.Signals)
	}
	var since *media.Cursor
	if err == nil && req.Since != nil {
		var at media.Cursor
		at, err = media.ParseCursor(*req.Since)
		since = &at
	}
	if err != nil {
		return c.refuse(req, err.Error())
	}
	sub, err := c.live.Bus.subscribe(since, filter, req.Signals)
	var resync *ResyncError
	if errors.As(err, &resync) {
		return c.send(message{ID: req.ID, Type: "resync", Reason: resync.Reason})
	}
	if err != nil {
		return err
	}
	c.sub = sub
	mode := "snapshot"
	if since != nil {
		mode, c.last = "resume", *req.Since
	}
	if err := c.send(message{ID: req.ID, Type: "ok", Mode: mode}); err != nil {
		return err
	}
	return c.firstRoots(ctx, &filter, req.Signals)
}

func (c *client) unsubscribe() {
	if c.sub != nil {
		c.sub.close()
	}
	c.sub, c.last, c.caughtUp = nil, "", false
}

// advance sends the next batch, if there is one; at the end of what there is it says so, once.
func (c *client) advance(ctx context.Context) (more bool, err error) {
	frame, cursor, ok, err := c.nextFrame(ctx)
	var resync *ResyncError
	if errors.As(err, &resync) {
		c.unsubscribe()
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
	if frame == nil {
		return true, nil // passed over by the filter: the next message that carries a cursor says so
	}
	if err := c.write(frame); err != nil {
		return false, err
	}
	c.last = cursor
	return true, nil
}

// nextFrame makes the next message of the subscription. What it is made of is not kept while it is written, which can
// take as long as the client likes.
func (c *client) nextFrame(ctx context.Context) (frame []byte, cursor string, ok bool, err error) {
	b, ok, err := c.sub.next(ctx)
	if err != nil || !ok || len(b.Changes) == 0 {
		return nil, "", ok, err
	}
	cursor = b.Cursor.String()
	if frame = b.frame; frame == nil || c.last != b.prev.String() {
		frame = changesMessage(nil, c.last, cursor, b.Changes)
	}
	return frame, cursor, true, nil
}

// mark tells the client where it stands.
func (c *client) mark(kind string) error {
	c.last = c.sub.at.String()
	return c.send(message{Type: kind, Cursor: c.last})
}

func (c *client) send(m message) error {
	b, err := m.encode()
	if err != nil {
		return err
	}
	return c.write(b)
}

// errStalled says that a client has not read for too long.
var errStalled = errors.New("no progress")

// write sends a message, in as many frames as its length takes. The connection itself bounds how long it
// may make no progress.
func (c *client) write(b []byte) error {
	p, counted := c.ws.NetConn().(progress)
	var before int64
	if counted {
		before = p.Written()
	}
	err := c.stalled(c.writeFrames(b))
	c.boundary = err != nil && counted && p.Written() == before
	return err
}

func (c *client) writeFrames(b []byte) error {
	const room = 16 // bytes, for the header of a frame
	if len(b) <= maxFrame-room {
		return c.ws.WriteMessage(websocket.TextMessage, b)
	}
	w, err := c.ws.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	for len(b) > 0 {
		// The WebSocket sends what is longer than its buffers as a frame of its own, and the rest in frames of
		// their size.
		n, err := w.Write(b[:min(len(b), maxFrame/2)])
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return w.Close()
}

// stalled tells a client that does not read from one that is gone.
func (c *client) stalled(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return errors.Join(errStalled, err)
	}
	return err
}
