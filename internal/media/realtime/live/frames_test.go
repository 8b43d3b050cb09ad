package live_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// frameLengths notes the payload length of each frame that a server sends (RFC 6455, 5.2).
type frameLengths struct {
	net.Conn
	seen     []byte
	upgraded bool
	lengths  []int
}

func (c *frameLengths) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.seen = append(c.seen, p[:n]...)
	if !c.upgraded {
		if i := strings.Index(string(c.seen), "\r\n\r\n"); i >= 0 {
			c.seen, c.upgraded = c.seen[i+4:], true
		}
	}
	for c.upgraded && len(c.seen) >= 10 {
		head, length := 2, int(c.seen[1])
		switch length {
		case 126:
			head, length = 4, int(c.seen[2])<<8|int(c.seen[3])
		case 127:
			head, length = 10, int(c.seen[6])<<24|int(c.seen[7])<<16|int(c.seen[8])<<8|int(c.seen[9])
		}
		if len(c.seen) < head+length {
			break
		}
		c.lengths = append(c.lengths, head+length)
		c.seen = c.seen[head+length:]
	}
	return n, err
}

func TestNoFrameIsLongerThanPromised(t *testing.T) {
	c := openCatalog(t, scratch(t))
	for i, length := range []int{100, 150 << 10, live.MaxFrame - 300, live.MaxFrame, 1 << 20, 100, 190 << 10} {
		c.put("films", fmt.Sprint(i), media.KindMovie, `"plot":"`+strings.Repeat("x", length)+`"`)
	}
	s := serveFeed(t, c, live.Timeouts{}, "")
	var frames *frameLengths
	f := &follower{t: t, items: map[int64]string{}}
	f.ws = dialFeed(t, s, func(conn net.Conn) net.Conn { frames = &frameLengths{Conn: conn}; return frames })
	f.subscribe("")
	f.until("caught_up")
	for i := range 7 {
		c.change(int64(i+1), func(it *store.Item) { it.Size = 2 })
	}
	f.holds(func() map[int64]string { return c.contents(live.Filter{}) })
	for _, n := range frames.lengths {
		if n > live.MaxFrame {
			t.Errorf("a frame of %d bytes", n)
		}
	}
	if len(frames.lengths) < 15 {
		t.Errorf("only %d frames seen", len(frames.lengths))
	}
}
