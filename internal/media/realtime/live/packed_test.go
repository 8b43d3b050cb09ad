package live_test

import (
	"compress/flate"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/gorilla/websocket"
)

// dialPacked connects a client that takes packed messages, and notes the frames that come.
func dialPacked(t *testing.T, s *feedServer) (*follower, *frameLengths) {
	t.Helper()
	var frames *frameLengths
	dialer := websocket.Dialer{EnableCompression: true, Subprotocols: []string{live.Subprotocol}, NetDial: func(network, addr string) (net.Conn, error) {
		conn, err := net.Dial(network, addr)
		frames = &frameLengths{Conn: conn}
		return frames, err
	}}
	ws, resp, err := dialer.Dial(s.url, nil)
	must(t, err)
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	if got := resp.Header.Get("Sec-WebSocket-Extensions"); got != "permessage-deflate; server_no_context_takeover; client_no_context_takeover" {
		t.Fatalf("extensions %q", got)
	}
	return &follower{t: t, ws: ws, items: map[int64]string{}}, frames
}

func sum(lengths []int) (all int) {
	for _, n := range lengths {
		all += n
	}
	return all
}

func TestAClientThatTakesPackedMessagesHoldsTheSameForFewerBytes(t *testing.T) {
	c := openCatalog(t, scratch(t))
	for i := range 300 {
		c.put("films", fmt.Sprint(i), media.KindMovie, `"plot":"`+strings.Repeat("a house by the sea ", 50)+`"`)
	}
	c.put("films", "large", media.KindMovie, `"plot":"`+strings.Repeat("x", 2*live.MaxFrame)+`"`)
	s := serveFeed(t, c, live.Timeouts{}, "")
	f, frames := dialPacked(t, s)
	f.subscribe("")
	f.until("caught_up")
	loaded := sum(frames.lengths)
	for i := range 301 { // live now, and one of them does not fit a frame
		c.change(int64(i+1), func(it *store.Item) { it.Size = 2 })
	}
	f.holds(func() map[int64]string { return c.contents(live.Filter{}) })
	text := 0
	for _, item := range f.items {
		text += len(item)
	}
	if all := sum(frames.lengths); loaded > text/10 || all-loaded > text/4 {
		t.Errorf("%d bytes of items took %d bytes to load and %d to follow", text, loaded, all-loaded)
	}
	for _, n := range frames.lengths {
		if n > live.MaxFrame {
			t.Errorf("a frame of %d bytes", n)
		}
	}
}

// A message of 32 KiB may unpack to a thousand times as much.
func TestAMessageThatUnpacksToMoreThanIsTakenEndsTheConnection(t *testing.T) {
	s := serveFeed(t, openCatalog(t, scratch(t)), live.Timeouts{}, "")
	f, _ := dialPacked(t, s)
	must(t, f.ws.SetCompressionLevel(flate.BestCompression))
	_ = f.ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"auth","token":"`+strings.Repeat("a", 8<<20)+`"}`))
	if code, _ := f.closed(); code != websocket.CloseMessageTooBig {
		t.Errorf("closed with %d", code)
	}
	f, _ = dialPacked(t, s)
	f.subscribe("") // packed, and small enough
	f.until("caught_up")
}

// What a change costs to pack is paid once, however many follow.
func TestAMessageIsPackedOnceForAll(t *testing.T) {
	c := openCatalog(t, scratch(t))
	first, err := c.bus.Subscribe(nil, live.Filter{}, nil)
	must(t, err)
	second, err := c.bus.Subscribe(nil, live.Filter{}, nil)
	must(t, err)
	for _, s := range []*live.Subscription{first, second} {
		defer c.bus.Unsubscribe(s)
		for ok := true; ok; _, ok, err = s.Next(t.Context()) {
			must(t, err)
		}
	}
	next := func(s *live.Subscription) any {
		for {
			b, ok, err := s.Next(t.Context())
			must(t, err)
			if ok && len(b.Changes) > 0 {
				return b.Prepared()
			}
			<-s.Wake()
		}
	}
	for i := range 2 { // with the second they stand where the bus does
		c.put("films", fmt.Sprint(i), media.KindMovie, `"plot":"`+strings.Repeat("x", 2000)+`"`)
		one, other := next(first), next(second)
		if i == 1 && (one != other || one == (*websocket.PreparedMessage)(nil)) {
			t.Error("each has a message of its own")
		}
	}
}
