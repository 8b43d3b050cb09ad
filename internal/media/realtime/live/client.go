package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/gorilla/websocket"
)

// client is one connection. Its serving goroutine alone writes; its reading goroutine alone reads. While nothing happens
// it is those two, with small stacks, and no buffer but a short one for what the client sends.
type client struct {
	server        *Server
	ws            *websocket.Conn
	timeouts      Timeouts
	timers        timers
	access        access
	accessChanged <-chan struct{} // access is to be checked again
	authorized    bool
	deflates      bool // it takes packed messages
	sub           *Subscription
	last          string // cursor of the last message that carried one
	caughtUp      bool
	signalsAt     time.Time // when signals may go out again
	passing       bool      // something was nothing for it, of which a bookmark is to tell
	boundary      bool      // nothing of the message that could not be written went out

	incoming chan incoming // unbuffered: a client's next message waits until the last is answered
	gone     chan struct{} // closed when nothing more can be read
	readErr  error         // why, once gone is closed
}

// access is what a client has to show, when it comes and whenever the token changes.
type access struct {
	request func() bool       // whether the request carries the token
	token   func(string) bool // nil: nobody needs one
	changed func() <-chan struct{}
	sent    string // by the client, where its request carried none
}

func (a *access) granted() bool { return a.token == nil || a.request() || a.token(a.sent) }

// next is closed when access is to be checked again.
func (a *access) next() <-chan struct{} {
	if a.changed == nil {
		return nil
	}
	return a.changed()
}

// incoming is a message of the client's. It is parsed by who answers it: the goroutine that reads, which mostly waits,
// keeps to a small stack.
type incoming struct {
	kind int
	data []byte
}

// read passes on what the client says, until nothing more can be read.
func (c *client) read(ctx context.Context) error {
	defer close(c.gone)
	c.readErr = run.Safely(c.server.lines, "reader of a live client", func() error { return c.receive(ctx) })
	return nil // serve ends with readErr
}

func (c *client) receive(ctx context.Context) error {
	c.ws.SetReadLimit(maxMessage)
	alive := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(c.timeouts.Read)) }
	c.ws.SetPongHandler(alive)
	_ = alive("")
	for {
		kind, data, err := c.nextRequest()
		if err != nil {
			return err
		}
		_ = alive("")
		select {
		case c.incoming <- incoming{kind, data}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// nextRequest reads a message, of which no more is unpacked than is taken: the limit of the connection counts what
// comes over it, and that may be a thousandth.
func (c *client) nextRequest() (kind int, data []byte, err error) {
	kind, r, err := c.ws.NextReader()
	if err == nil {
		data, err = io.ReadAll(io.LimitReader(r, maxMessage+1))
	}
	switch {
	case err != nil:
		return 0, nil, &departed{err}
	case len(data) > maxMessage:
		return 0, nil, &closing{websocket.CloseMessageTooBig, "the message is larger than 32 KiB"}
	}
	return kind, data, nil
}

// serve runs the connection until it ends, and says why.
func (c *client) serve(ctx context.Context) error {
	defer c.unsubscribe()
	c.timers = c.timeouts.start()
	defer c.timers.stop()
	c.accessChanged = c.access.next() // before access is checked, so that no change is missed
	c.authorized = c.access.granted()
	if c.authorized {
		if err := c.hello(nil); err != nil {
			return err
		}
	}
	for {
		if err := c.serveNext(ctx); err != nil {
			return err
		}
	}
}

// serveNext waits for whatever comes next, and does it.
func (c *client) serveNext(ctx context.Context) error {
	select {
	case <-c.wake():
		return c.advance(ctx)
	case <-c.timers.signals.C:
		return c.sendSignals(ctx)
	case in := <-c.incoming:
		return c.answer(ctx, in)
	case <-c.timers.ping.C:
		return c.stalled(c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.timeouts.Stall)))
	case <-c.timers.bookmark.C:
		return c.mark("bookmark")
	case <-c.timers.passed.C:
		c.passing = false
		return c.mark("bookmark")
	case <-c.timers.auth.C:
		return c.checkAuthorized("no token in time")
	case <-c.accessChanged:
		return c.checkAccess()
	case <-c.server.stopping:
		return errShutdown
	case <-c.gone:
		return c.readErr
	}
}

// wake tells when the subscription has more to send; it never does where there is none.
func (c *client) wake() <-chan struct{} {
	if c.sub == nil {
		return nil
	}
	return c.sub.Wake()
}

// checkAccess ends a client that came with a token which has changed.
func (c *client) checkAccess() error {
	c.accessChanged = c.access.next()
	if c.authorized && !c.access.granted() {
		return &closing{CloseUnauthorized, "the token has changed"}
	}
	return nil
}

func (c *client) checkAuthorized(text string) error {
	if c.authorized {
		return nil
	}
	return &closing{CloseUnauthorized, text}
}

func (c *client) hello(id []byte) error {
	head := c.server.Bus.Head().String()
	m := message{ID: id, Type: "hello", Version: c.server.Version, Head: head, Cursor: head}
	if c.server.Instance != nil {
		instance := c.server.Instance()
		m.Instance = &instance
	}
	return c.send(m)
}

// answer does what the client asks.
func (c *client) answer(ctx context.Context, in incoming) error {
	asked, wrong := parseRequest(in.data)
	req := &asked
	switch {
	case in.kind != websocket.TextMessage, errors.Is(wrong, errNoMessage):
		return &closing{CloseBadRequest, errNoMessage.Error()}
	case wrong != nil:
		if err := c.checkAuthorized("authenticate first"); err != nil {
			return err
		}
		return c.refuse(req, wrong.Error())
	case req.Type == "auth" && c.authorized:
		return c.send(message{ID: req.ID, Type: "ok"})
	case req.Type == "auth":
		if c.access.sent = req.Token; !c.access.granted() {
			return &closing{CloseUnauthorized, "wrong token"}
		}
		c.authorized = true
		return c.hello(req.ID)
	case !c.authorized:
		return c.checkAuthorized("authenticate first")
	case req.Type == "subscribe":
		return c.subscribe(ctx, req)
	}
	return c.refuse(req, fmt.Sprintf("no type is called %.40q: there are auth and subscribe", req.Type))
}

// refuse says that a request cannot be served; the connection goes on.
func (c *client) refuse(req *clientRequest, text string) error {
	return c.send(message{ID: req.ID, Type: "error", Code: "bad_request", Message: text})
}

func (c *client) subscribe(ctx context.Context, req *clientRequest) error {
	if c.sub != nil {
		return c.refuse(req, "one subscription a connection: open another connection")
	}
	filter, err := req.wanted()
	if err == nil {
		err = c.checkRoots(ctx, filter.Roots)
	}
	if err == nil {
		err = checkSignals(req.Signals)
	}
	if err == nil {
		err = checkWindow(req.Window)
	}
	var since *media.Cursor
	if err == nil && req.Since != nil {
		var at media.Cursor
		at, err = c.server.Bus.Since(ctx, *req.Since, &filter)
		since = &at
	}
	if err != nil {
		return c.refuse(req, err.Error())
	}
	window := time.Duration(req.Window) * time.Millisecond
	sub, err := c.server.Bus.Subscribe(Follow{Since: since, Filter: filter, Signals: req.Signals, Window: window})
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
	if err := c.firstRoots(ctx, &filter, req.Signals); err != nil {
		return err
	}
	return c.advance(ctx)
}

func (c *client) unsubscribe() {
	if c.sub != nil {
		c.server.Bus.Unsubscribe(c.sub)
		c.timers.passed.Stop()
	}
	c.sub, c.last, c.caughtUp, c.passing = nil, "", false, false
}

// advance sends the signals that wait and the next batch. Where there was one it is called again: a long catch-up must
// not hide what else there is.
func (c *client) advance(ctx context.Context) error {
	if err := c.sendSignals(ctx); err != nil {
		return err
	}
	if c.caughtUp && c.sub.rests() {
		return nil
	}
	beat := c.sub.beats() // before it is read: it tells of what this beat brings at least
	m, err := c.nextMessage(ctx)
	var resync *ResyncError
	switch {
	case errors.As(err, &resync):
		c.unsubscribe()
		return c.send(message{Type: "resync", Reason: resync.Reason})
	case err != nil:
		return err
	case m == nil:
		return c.atEnd()
	}
	if m.message.none() { // passed over by the filter: the next message that carries a cursor says so
		c.notePassed()
	} else {
		if err := c.write(c.pack(m.message)); err != nil {
			return err
		}
		c.last = m.cursor
	}
	c.sub.rest(beat, c.caughtUp)
	return nil
}

// notePassed has a client that is caught up told before long that something came which was nothing for it.
func (c *client) notePassed() {
	if c.caughtUp && !c.passing {
		c.passing = true
		c.timers.passed.Reset(c.timeouts.Passed)
	}
}

// atEnd says, once, that the client has all there is.
func (c *client) atEnd() error {
	if c.caughtUp {
		return nil
	}
	c.caughtUp = true
	return c.mark("caught_up")
}

// mark tells the client where it stands, if it follows the feed.
func (c *client) mark(kind string) error {
	if c.sub == nil {
		return nil
	}
	c.last = c.sub.Cursor().String()
	return c.send(message{Type: kind, Cursor: c.last})
}

func (c *client) send(m message) error {
	b, err := m.encode()
	if err != nil {
		return err
	}
	return c.write(c.pack(outgoing{text: b, size: len(b)}))
}

// write sends a message, in as many frames as its length takes. The connection itself bounds how long it
// may make no progress.
func (c *client) write(out outgoing) error {
	p, counted := c.ws.NetConn().(progress)
	var before int64
	if counted {
		before = p.Written()
	}
	c.ws.EnableWriteCompression(c.packs(&out) && out.prepared != nil)
	err := c.stalled(c.writeFrames(out))
	c.boundary = err != nil && counted && p.Written() == before
	return err
}

func (c *client) writeFrames(out outgoing) error {
	if out.prepared != nil {
		return c.ws.WritePreparedMessage(out.prepared)
	}
	b := out.text
	if len(b) <= maxFrame-frameRoom {
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
