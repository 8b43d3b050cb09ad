package realtime

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What the kernel may hold of what a client has not taken, in bytes. Left alone it lets that grow to megabytes for each
// client that does not read.
const (
	sendBuffer = 112 << 10 // with what is under way; the kernel doubles it for its own needs
	sendUnsent = 32 << 10  // of what is not even under way (tcp(7), TCP_NOTSENT_LOWAT)
)

// socket is what is asked of a TCP connection beside reading and writing.
type socket interface {
	SetWriteBuffer(bytes int) error
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

// bound keeps the kernel from holding much for this client.
func (c *client) bound() {
	s, ok := socketOf(c.ws.NetConn())
	if !ok {
		return
	}
	// Where these fail the client costs more, and is served all the same.
	_ = s.SetWriteBuffer(sendBuffer)
	if raw, err := s.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, sendUnsent)
		})
	}
}

// cut closes the connection. What the client has not taken by the end of its patience goes with it: the kernel would
// hold it for minutes.
func (c *client) cut(patience time.Duration) {
	if s, ok := socketOf(c.ws.NetConn()); ok && !delivered(s, patience) {
		_ = s.SetLinger(0)
	}
	_ = c.ws.Close()
}

// delivered reports whether the other side has taken everything, and waits a while for it.
func delivered(s socket, patience time.Duration) bool {
	const look = 10 * time.Millisecond
	for end := time.Now().Add(patience); unsent(s) > 0; {
		if !time.Now().Before(end) {
			return false
		}
		time.Sleep(look) // the kernel tells nobody of this
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
