package live

import (
	"errors"
	"net"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"golang.org/x/sys/unix"
)

// What the kernel may hold of what a client has not taken, in bytes. Left alone it lets that grow to megabytes for each
// client that does not read.
const (
	sendBuffer = 112 << 10 // with what is under way; the kernel doubles it for its own needs
	sendUnsent = 32 << 10  // of what is not even under way (tcp(7), TCP_NOTSENT_LOWAT)
	receives   = 32 << 10  // of what it sends: as much as one message may have
)

// socket is what is asked of a TCP connection beside reading and writing.
type socket interface {
	SetWriteBuffer(bytes int) error
	SetReadBuffer(bytes int) error
	SetLinger(sec int) error
	SyscallConn() (syscall.RawConn, error)
}

// socketOf finds the socket below whatever is laid over it. There is none below a pipe of a test.
func socketOf(c net.Conn) (socket, bool) {
	for {
		if s, ok := c.(socket); ok {
			return s, true
		}
		over, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return nil, false
		}
		c = over.NetConn()
	}
}

// boundBuffers keeps the kernel from holding much for this client.
func (c *client) boundBuffers() {
	s, ok := socketOf(c.ws.NetConn())
	if !ok {
		return
	}
	// Where these fail the client costs more, and is served all the same.
	_ = s.SetWriteBuffer(sendBuffer)
	_ = s.SetReadBuffer(receives)
	if raw, err := s.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, sendUnsent)
		})
	}
}

// disconnect closes the connection. What the client has not taken by the end of our patience goes with it: the kernel
// would hold it for minutes.
func (c *client) disconnect(patience time.Duration) {
	if s, ok := socketOf(c.ws.NetConn()); ok && !delivered(s, patience) {
		_ = s.SetLinger(0)
	}
	_ = c.ws.Close()
}

// delivered reports whether the other side has taken everything, and waits a while for it.
func delivered(s socket, patience time.Duration) bool {
	const every = 10 * time.Millisecond
	for end := time.Now().Add(patience); unsent(s) > 0; {
		if !time.Now().Before(end) {
			return false
		}
		time.Sleep(every) // the kernel tells nobody of this
	}
	return true
}

// unsent is how many bytes the kernel holds for the other side; 0 where the connection is closed.
func unsent(s socket) (n int) {
	raw, err := s.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
	return n
}

// errStalled says that a client has not read for too long.
var errStalled = errors.New("no progress")

// progress is a connection that judges writes by their progress rather than by deadlines.
type progress interface {
	LimitStall(d time.Duration)
	Written() int64
}

func (c *client) limitStall(d time.Duration) {
	if p, ok := c.ws.NetConn().(progress); ok {
		p.LimitStall(d)
	}
}

// stalled tells a client that does not read from one that is gone.
func (c *client) stalled(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return errors.Join(errStalled, err)
	}
	return err
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
