package live_test

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
)

// accepted notes the connections that a listener gives away.
type accepted struct {
	net.Listener
	mu    sync.Mutex
	conns []live.Socket
}

func (l *accepted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if s, ok := c.(live.Socket); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.conns = append(l.conns, s)
	}
	return c, err
}

// stuck is how many connections hold something that their client does not take, and the most that one holds.
func (l *accepted) stuck() (n, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.conns {
		if held := live.Unsent(s); held > 0 {
			n, most = n+1, max(most, held)
		}
	}
	return n, most
}

// deaf is a client that subscribes and then reads nothing, at as little cost as there can be on its side.
func deaf(t *testing.T, s *feedServer) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "ws://"))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	shakeHands(t, conn)
	_, err = conn.Write(frame(0x81, `{"type":"subscribe"}`))
	must(t, err)
}

// shakeHands upgrades a bare connection, and gives what has come behind the server's answer by then.
func shakeHands(t *testing.T, conn net.Conn) (behind []byte) {
	t.Helper()
	_, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", live.Subprotocol)
	must(t, err)
	var answer []byte
	for !bytes.Contains(answer, []byte("\r\n\r\n")) { // before which a client may send nothing
		b := make([]byte, 512)
		n, err := conn.Read(b)
		must(t, err)
		answer = append(answer, b[:n]...)
	}
	_, behind, _ = bytes.Cut(answer, []byte("\r\n\r\n"))
	return behind
}

// inUse is what the process holds in heap and stacks, once what is garbage has gone.
func inUse() int {
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

func TestAHundredClientsThatNeverReadCostLittleAndDelayNobody(t *testing.T) {
	const clients, changes = 100, 200
	c := openCatalog(t, scratch(t))
	for i := range 400 {
		c.put("films", fmt.Sprint(i), media.KindMovie, `"plot":"`+strings.Repeat("x", 2000)+`"`)
	}
	s := serveFeed(t, c, live.Timeouts{Stall: 10 * time.Minute}, "")
	quick := connect(t, s)
	quick.subscribe(`,"filter":{"root":["live"]}`)
	quick.until("caught_up")
	before := inUse()
	for range clients {
		deaf(t, s)
	}
	eventually(t, "everybody to be stuck", func() bool { n, _ := s.conns.stuck(); return n == clients })
	var late []time.Duration
	for i := range changes {
		began := time.Now()
		c.put("live", fmt.Sprint(i), media.KindMovie, "")
		quick.until("changes")
		late = append(late, time.Since(began))
	}
	_, kernel := s.conns.stuck()
	each := (inUse() - before) / clients
	slices.Sort(late)
	t.Logf("each takes %d KiB of the process, and at most %d KiB wait in the kernel; a change takes %v, 99 of 100 within %v, with its commit",
		each>>10, kernel>>10, late[len(late)/2], late[len(late)*99/100])
	if each > 160<<10 {
		t.Errorf("a client that does not read takes %d bytes of the process", each)
	}
	if kernel > 256<<10 {
		t.Errorf("the kernel holds %d bytes for a client that does not read", kernel)
	}
	if p99 := late[len(late)*99/100]; p99 > time.Minute { // some 10 ms on an idle machine
		t.Errorf("99 of 100 changes came within %v", p99)
	}
}

func TestALongItemIsHeldOnceByWhoLoadsIt(t *testing.T) {
	const clients, length = 10, 1 << 20
	c := openCatalog(t, scratch(t))
	for i := range 60 {
		c.put("films", fmt.Sprint(i), media.KindMovie, `"plot":"`+strings.Repeat("x", length)+`"`)
	}
	s := serveFeed(t, c, live.Timeouts{Stall: time.Minute}, "")
	before := inUse()
	for range clients {
		deaf(t, s)
	}
	eventually(t, "everybody to be stuck", func() bool { n, _ := s.conns.stuck(); return n == clients })
	eventually(t, "a client to take no more than one item", func() bool { return (inUse()-before)/clients <= 2*length })
}
