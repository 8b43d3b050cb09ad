package live_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/gorilla/websocket"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestAPanicEndsOneClientWithItsStackInTheLogAndNoOther(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{}, "")
	core, log := observer.New(zapcore.InfoLevel)
	s.server.Log = zap.New(core)
	s.server.Roots = func(context.Context) ([]media.Root, error) { panic("no roots today") }
	other := connect(t, s)
	other.subscribe("")
	other.until("caught_up")
	f := connect(t, s)
	f.subscribe(`,"signals":["root"]`)
	if code, _ := f.closed(); code != websocket.CloseInternalServerErr {
		t.Errorf("closed with %d", code)
	}
	if lines := log.All(); len(lines) != 1 || lines[0].ContextMap()["stack"] == nil {
		t.Errorf("the log has %v, not one line with a stack", lines)
	}
	c.put("films", "a", media.KindMovie, "")
	other.until("changes")
	eventually(t, "the client to be forgotten", func() bool { return c.bus.Subscribers() == 1 })
}

func TestBadFramesWriteNothingToTheLog(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{Read: 100 * time.Millisecond}, "secret")
	core, log := observer.New(zapcore.InfoLevel)
	s.server.Log = zap.New(core)
	for _, bytes := range map[string][]byte{
		"unmasked":          {0x81, 2, '{', '}'},
		"of no known kind":  {0x83, 0x80, 0, 0, 0, 0},
		"with reserved bit": {0xc1, 0x80, 0, 0, 0, 0},
		"a long control":    {0x89, 0xfe, 0, 200, 0, 0, 0, 0},
		"a stray part":      {0x80, 0x80, 0, 0, 0, 0},
		"no close code":     {0x88, 0x81, 0, 0, 0, 0, 1},
		"silence":           nil,
	} {
		f := connect(t, s)
		_, err := f.ws.NetConn().Write(bytes)
		must(t, err)
		for err == nil { // until the connection has ended
			_, _, err = f.ws.ReadMessage()
		}
	}
	s.stop()
	if log.Len() > 0 {
		t.Errorf("the log has %v", log.All())
	}
}

func TestHowOftenALineIsWrittenIsNotUpToClients(t *testing.T) {
	c := openCatalog(t, scratch(t))
	s := serveFeed(t, c, live.Timeouts{}, "")
	core, log := observer.New(zapcore.InfoLevel)
	s.server.Log = zap.New(core)
	s.server.Roots = func(context.Context) ([]media.Root, error) { return nil, errors.New("no roots today") }
	for range 50 {
		f := connect(t, s)
		f.subscribe(`,"signals":["root"]`)
		if code, _ := f.closed(); code != websocket.CloseInternalServerErr {
			t.Fatalf("closed with %d", code)
		}
	}
	if n := log.Len(); n != 10 {
		t.Errorf("%d lines for 50 clients, not 10", n)
	}
}
