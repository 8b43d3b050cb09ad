package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// crowd is many clients of the live feed, at as little cost as there can be: bare sockets, which one goroutine reads as
// the kernel says which have something. Nothing is decoded but the beginning of each message.
type crowd struct {
	addr  unix.SockaddrInet4
	host  string
	epoll int
	stop  atomic.Bool
	done  chan struct{} // closed at the end of reading
	bytes atomic.Int64  // received
	gone  chan *member  // who never read and were disconnected; there is room for all
	back  chan struct{} // closed when nobody is followed any more by another

	mu       sync.Mutex // guards what follows
	all      map[int32]*member
	err      error
	returned int // times that somebody who never reads came back

	// The reading goroutine's, and to be read once it has ended.
	numbers  map[string]int64 // of cursors that came last
	told     []telling
	variants map[string][][]byte // of messages to those who are checked, by prev and cursor: all are the same, or should be
	compared int
}

// telling is that a client was told of what follows a number of the feed.
type telling struct {
	after int64
	at    time.Time
}

func newCrowd(addr string) (*crowd, error) {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	c := &crowd{addr: unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}, host: addr,
		done: make(chan struct{}), gone: make(chan *member, 1<<14), back: make(chan struct{}),
		all: map[int32]*member{}, numbers: map[string]int64{}, variants: map[string][][]byte{}}
	if c.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	go c.read()   //concurrencylint:allow a tool's: close ends it and waits for it
	go c.follow() //concurrencylint:allow a tool's: it ends with the reading
	return c, nil
}

// join adds a client; one that is checked has all that it is told compared.
func (c *crowd) join(deaf, checked bool) error {
	m := &member{crowd: c, deaf: deaf, checked: checked}
	if err := m.connect(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[int32(m.fd)] = m
	events := uint32(unix.EPOLLIN)
	if deaf {
		events = unix.EPOLLRDHUP
	}
	return unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, m.fd, &unix.EpollEvent{Events: events, Fd: int32(m.fd)})
}

func (c *crowd) read() {
	defer close(c.done)
	defer close(c.gone)
	events, buffer := make([]unix.EpollEvent, 512), make([]byte, 256<<10)
	for !c.stop.Load() {
		n, err := unix.EpollWait(c.epoll, events, 100)
		if err != nil && !errors.Is(err, unix.EINTR) {
			c.fail(err)
			return
		}
		for _, e := range events[:max(n, 0)] {
			if err := c.ready(c.member(e.Fd), e.Events, buffer); err != nil {
				c.fail(err)
				return
			}
		}
	}
}

func (c *crowd) member(fd int32) *member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[fd]
}

// ready reads what there is for a client; one that never reads, and was disconnected, is followed by another.
func (c *crowd) ready(m *member, events uint32, buffer []byte) error {
	if m.deaf {
		if events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) == 0 {
			return nil
		}
		c.leave(m)
		c.gone <- m
		return nil
	}
	n, err := unix.Read(m.fd, buffer)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
		return nil
	}
	if err != nil || n == 0 {
		return fmt.Errorf("a client was disconnected: %w", errors.Join(err, errEnded))
	}
	c.bytes.Add(int64(n))
	return m.take(buffer[:n], time.Now())
}

var errEnded = errors.New("the connection ended")

// follow has another client come for each of those who never read and were disconnected: the handshake takes its time,
// and the others are to be read meanwhile.
func (c *crowd) follow() {
	defer close(c.back)
	for range c.gone {
		if c.stop.Load() {
			continue
		}
		if err := c.join(true, false); err != nil {
			c.fail(fmt.Errorf("another client that never reads: %w", err))
		}
	}
}

func (c *crowd) leave(m *member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, int32(m.fd))
	c.returned++
	_ = unix.Close(m.fd)
}

func (c *crowd) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

func (c *crowd) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// number is what a cursor stands at. Most were asked for just now.
func (c *crowd) number(cursor []byte) (int64, error) {
	number, known := c.numbers[string(cursor)]
	if known {
		return number, nil
	}
	number, err := numberOf(cursor)
	if len(c.numbers) > 10_000 {
		clear(c.numbers)
	}
	c.numbers[string(cursor)] = number
	return number, err
}

// note takes a message of changes into account.
func (c *crowd) note(m *member, head *messageHead, now time.Time) error {
	number, err := c.number(head.prev)
	if err != nil {
		return err
	}
	c.told = append(c.told, telling{number, now})
	if !m.checked {
		return nil
	}
	c.compared++
	key := string(head.prev) + " " + string(head.cursor)
	for _, v := range c.variants[key] {
		if bytes.Equal(v, m.message) {
			return nil
		}
	}
	c.variants[key] = append(c.variants[key], bytes.Clone(m.message))
	return nil
}

// settle waits until everybody has been told of all that the witness was, and the catalog has come to rest.
func (c *crowd) settle(ctx context.Context, w *witness) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for at, since := w.upto(), time.Now(); time.Since(since) < time.Second; {
		if err := errors.Join(sleep(ctx, 50*time.Millisecond), c.failed(), w.failed()); err != nil {
			return fmt.Errorf("wait until all is told: %w", err)
		}
		if now := w.upto(); now != at || c.behind(now) > 0 {
			at, since = now, time.Now()
		}
	}
	return nil
}

// behind is how many clients stand before a number of the feed.
func (c *crowd) behind(number int64) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.all {
		if !m.deaf && m.at.Load() < number {
			n++
		}
	}
	return n
}

// verify compares what the clients that are checked were told with what the witness was; it gives the number of
// messages.
func (c *crowd) verify(w *witness) (messages int, err error) {
	if err := c.end(); err != nil {
		return 0, err
	}
	for _, variants := range c.variants {
		for _, message := range variants {
			head, err := readHead(message)
			if err != nil {
				return 0, err
			}
			if err := w.confirms(&head, message); err != nil {
				return 0, err
			}
		}
	}
	return c.compared, nil
}

// confirms compares a message with what the witness was told.
func (w *witness) confirms(head *messageHead, message []byte) error {
	prev, err := numberOf(head.prev)
	if err != nil {
		return err
	}
	upto, err := numberOf(head.cursor)
	if err != nil {
		return err
	}
	want, err := w.expected(prev, upto)
	if err != nil {
		return err
	}
	got, err := changesByID(head.changes(message))
	if err != nil {
		return err
	}
	for id, text := range want {
		// Whoever fell behind reads the catalog as it is, where what has changed again comes with its newest change.
		if told, ok := got[id]; told != text && (ok || !w.tellsAgain(id, upto)) {
			return fmt.Errorf("between %d and %d the witness was told %.300q and a client %.300q", prev, upto, text, told)
		}
	}
	return complain(len(got) > len(want), "between %d and %d a client was told of %d items instead of %d",
		prev, upto, len(got), len(want))
}

// delays are how long after the witness clients were told of the first change of each message, sorted.
func (c *crowd) delays(w *witness, from, to time.Time) (late []time.Duration) {
	told := w.stretches()
	for _, t := range c.told {
		if i := after(told, t.after); t.at.After(from) && t.at.Before(to) && i < len(told) {
			late = append(late, t.at.Sub(told[i].at))
		}
	}
	return sortedDurations(late)
}

// end ends the reading.
func (c *crowd) end() error {
	c.stop.Store(true)
	<-c.done
	return c.failed()
}

func (c *crowd) close() error {
	err := c.end()
	<-c.back
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.all {
		_ = unix.Close(m.fd)
	}
	clear(c.all)
	_ = unix.Close(c.epoll)
	return err
}
