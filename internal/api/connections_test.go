package api

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/iotest"
	"time"
)

func TestConnectionsAreBoundedInAllAndByAddress(t *testing.T) {
	c := &connections{most: 5, ofAddress: 2, each: map[netip.Addr]int{}}
	near, far, other := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for i, want := range []struct {
		from netip.Addr
		ok   bool
	}{{far, true}, {far, true}, {far, false}, {other, true}, {near, true}, {near, true}, {other, false}} {
		if ok := c.admit(want.from); ok != want.ok {
			t.Errorf("connection %d, of %v: admitted %v, want %v", i, want.from, ok, want.ok)
		}
	}
	c.leave(far)
	if !c.admit(far) {
		t.Error("no room after one has left")
	}
	if most := connectionLimit(); most < 32 || most > mostConnections {
		t.Errorf("the limit is %d connections, want 32 to %d", most, mostConnections)
	}
}

// TestAConnectionTooManyIsEndedAtOnce uses a real listener: the one in excess is reset, and one that closes makes room.
func TestAConnectionTooManyIsEndedAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sl := &stallListener{Listener: l, admitted: &connections{most: 1, ofAddress: 1, each: map[netip.Addr]int{}}}
	accepted := make(chan net.Conn, 2)
	go func() {
		for {
			c, err := sl.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- c
		}
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := dial()
	defer first.Close()
	served := <-accepted
	second, err := net.Dial("tcp", l.Addr().String()) // may be reset before it is said to be there
	if err == nil {
		defer second.Close()
		if _, err := second.Read(make([]byte, 1)); err == nil {
			t.Error("the connection too many got an answer")
		}
	}
	served.Close()
	served.Close() // counted once
	third := dial()
	defer third.Close()
	select {
	case c := <-accepted:
		c.Close()
	case <-time.After(3 * time.Minute):
		t.Error("no room was made")
	}
	l.Close()
	for range accepted { // until Accept has ended
	}
}

func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	read := make(chan error, 1)
	srv := httptest.NewServer(promptBodiesWithin(10*time.Millisecond, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	})))
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if err := <-read; err == nil {
		t.Error("a body of one byte of 100 was read whole")
	}
}

func TestAFileDoesNotChooseWhatItsPictureIs(t *testing.T) {
	page := bytes.NewReader([]byte("<html><script>alert(1)</script>"))
	for _, c := range []struct {
		tag  string
		src  io.ReaderAt
		want string
	}{
		{"image/x,text/html", page, "application/octet-stream"},
		{"image/svg+xml", page, "application/octet-stream"},
		{"text/html", page, "application/octet-stream"},
		{"image/AVIF", page, "image/avif"},
		{"text/html", bytes.NewReader([]byte("\xff\xd8\xff\xe0")), "image/jpeg"},
	} {
		if got := pictureType(c.tag, c.src); got != c.want {
			t.Errorf("a picture that says it is %q: %q, want %q", c.tag, got, c.want)
		}
	}
}

// A pattern of pages, and the 0xFF before a NUL, may stand over the end of what is read at once.
func TestFiltersRememberFromPieceToPiece(t *testing.T) {
	wrapped := append([]byte("Og OggS\xff\x00"), page([]byte("inside"))...)
	wrapped = append(wrapped, "Ogg"...)
	got, err := io.ReadAll(&filtered{src: iotest.OneByteReader(bytes.NewReader(wrapped)), filter: (&pages{}).filter})
	if want := "Og OggS\xff\x00insideOgg"; err != nil || string(got) != want {
		t.Errorf("without pages: %q, %v; want %q", got, err, want)
	}
	got, err = io.ReadAll(&filtered{src: iotest.OneByteReader(bytes.NewReader([]byte("a\xff\x00\x00b"))), filter: (&unsync{}).filter})
	if want := "a\xff\x00b"; err != nil || string(got) != want {
		t.Errorf("without unsynchronisation: %q, %v; want %q", got, err, want)
	}
}
