package live_test

import (
	"compress/flate"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

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

// Two may make a message for the same place at once, of which one reads further: both are sent the one, and go on where
// it ends.
func TestWhoIsSentTheMessageOfAnotherGoesOnWhereThatEnds(t *testing.T) {
	c := openCatalog(t, scratch(t))
	c.put("films", "first", media.KindMovie, "")
	eventually(t, "the bus to follow", func() bool { return c.bus.Head().Seq == c.Head() })
	at := c.Cursor(c.Head())
	var subs []*live.Subscription
	for range 2 {
		s, err := c.bus.Subscribe(live.Follow{Since: &at, Window: time.Millisecond})
		must(t, err)
		defer c.bus.Unsubscribe(s)
		_, _, err = live.NextMessage(t.Context(), s, at.String()) // which finds that it has caught up
		must(t, err)
		subs = append(subs, s)
	}
	grow := func() {
		c.put("films", fmt.Sprint(c.Head()), media.KindMovie, "")
		eventually(t, "the beat", func() bool { return subs[1].Behind(c.Head()) })
	}
	grow()
	first, second := "", ""
	second, stands, err := live.MakeMessage(t.Context(), subs[1], at.String(), func() {
		var err error
		_, first, err = live.NextMessage(t.Context(), subs[0], at.String())
		must(t, err)
		grow()
	})
	must(t, err)
	if second != first || stands != first {
		t.Errorf("one is told up to %s, the other up to %s, and stands at %s", first, second, stands)
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

// What a change costs to write and to pack is paid once for all who want the same.
func TestAMessageIsMadeOnceForAllWhoWantTheSame(t *testing.T) {
	films := live.Filter{Roots: []string{"films"}}
	for name, how := range map[string]live.Follow{
		"all":           {},
		"filtered":      {Filter: films},
		"in a window":   {Window: time.Millisecond},
		"works as well": {Filter: live.Filter{Works: true}, Window: 2 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			c := openCatalog(t, scratch(t))
			c.put("films", "first", media.KindMovie, "")
			at := c.Cursor(c.Head())
			eventually(t, "the bus to follow", func() bool { return c.bus.Head().Seq == c.Head() })
			how.Since = &at
			var subs []*live.Subscription
			for range 2 {
				s, err := c.bus.Subscribe(how)
				must(t, err)
				defer c.bus.Unsubscribe(s)
				_, _, err = live.NextMessage(t.Context(), s, at.String()) // which finds that it has caught up
				must(t, err)
				subs = append(subs, s)
			}
			c.put("films", "second", media.KindMovie, `"plot":"`+strings.Repeat("x", 2000)+`"`)
			var made []*websocket.PreparedMessage
			for _, s := range subs {
				var m *websocket.PreparedMessage
				eventually(t, "a message", func() bool {
					var err error
					m, _, err = live.NextMessage(t.Context(), s, at.String())
					must(t, err)
					return m != nil
				})
				made = append(made, m)
			}
			if made[0] != made[1] {
				t.Error("each has a message of its own")
			}
		})
	}
}
