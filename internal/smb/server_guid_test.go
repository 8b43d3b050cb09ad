package smb

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestNothingOfAnotherServerIsBelieved(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	rec := record(t, srv)
	var guid atomic.Int32
	guid.Store(1)
	l := startLiar(t, rec, nil, func(reply []byte) {
		if binary.LittleEndian.Uint16(reply[12:]) == commandHello {
			clear(reply[headerLen+8 : headerLen+24])
			reply[headerLen+8] = byte(guid.Load())
		}
	})
	ctx := context.Background()
	s := open(t, Config{Host: "127.0.0.1", Port: l.listener.Addr().(*net.TCPAddr).Port, Share: "media", Path: "d", User: "media", Timeout: 5 * time.Second})
	of := func(server int32) (tree.Volume, error) {
		guid.Store(server)
		if ses, err := s.sessions.get(ctx); err == nil {
			ses.kill(errIdle)
		}
		return s.Identify(ctx)
	}
	first, err := of(1)
	if err != nil || !strings.HasSuffix(first.ID, "@01000000000000000000000000000000") || !strings.HasPrefix(first.ID, first.Former+"@") {
		t.Fatalf("volume %+v, %v", first, err)
	}
	s.Expect(first)
	if _, err := s.List(ctx, ""); err != nil {
		t.Fatal(err)
	}
	other, err := of(2)
	if err != nil || other.ID == first.ID || other.Former != first.Former {
		t.Errorf("volume %+v (%v), want the same place on another server", other, err)
	}
	if _, err := s.List(ctx, ""); !errors.Is(err, tree.ErrAway) || !strings.Contains(err.Error(), "another server answers in its place") {
		t.Errorf("list: %v, want that another server answers", err)
	}
	if _, err := s.Stat(ctx, "f"); !errors.Is(err, tree.ErrAway) {
		t.Errorf("stat: %v, want that the root is away", err)
	}
	if _, err := of(1); err != nil {
		t.Error(err)
	}
	if _, err := s.List(ctx, ""); err != nil {
		t.Errorf("the known server is back: %v", err)
	}
	if v, err := of(0); err != nil || v.ID != first.Former || v.Former != "" {
		t.Errorf("a server that gives itself no GUID: volume %+v, %v", v, err)
	}
}
