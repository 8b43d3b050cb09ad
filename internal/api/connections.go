package api

import (
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// sendBuffer is what the kernel may hold for one client, in bytes; it takes twice as much with its own accounts
// (socket(7), SO_SNDBUF).
const sendBuffer = 96 << 10

// Bounds of connections. The descriptors that the process may have beyond those are for scanner, analyzer and store.
const (
	mostConnections = 16384
	leastFree       = 512 // descriptors
	mostOfAddress   = 512 // connections of one address that is not this machine's: a proxy here speaks for many
)

// connections are counted, in all and by address, so that nobody's leave none for others.
type connections struct {
	most, ofAddress int

	mu   sync.Mutex // guards what follows
	all  int
	each map[netip.Addr]int
}

func newConnections() *connections {
	return &connections{most: connectionLimit(), ofAddress: mostOfAddress, each: map[netip.Addr]int{}}
}

// connectionLimit is how many connections there may be: half of the descriptors that are not kept free.
func connectionLimit() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return leastFree
	}
	free := int64(min(l.Cur, 2*mostConnections+leastFree)) - leastFree
	return int(min(max(free/2, 32), mostConnections))
}

// admit counts a connection; ok is false where there is no room for it.
func (c *connections) admit(from netip.Addr) (ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= c.most || !from.IsLoopback() && c.each[from] >= c.ofAddress {
		return false
	}
	c.all++
	c.each[from]++
	return true
}

func (c *connections) leave(from netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.each[from]--; c.each[from] == 0 {
		delete(c.each, from)
	}
}

// addressOf is who speaks, as an address of IPv4 where it is one.
func addressOf(c net.Conn) netip.Addr {
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		return a.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// refuse ends a connection at once, and has the kernel keep nothing of it.
func refuse(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails where it has ended already
	}
	_ = c.Close()
}
