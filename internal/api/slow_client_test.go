package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/gorilla/websocket"
	"go.uber.org/zap"
)

// oneItem is a feed of one item that never changes.
type oneItem struct{}

func (oneItem) Cursor(seq int64) media.Cursor      { return media.Cursor{Epoch: "epoch", Seq: seq} }
func (oneItem) Accepts(media.Cursor) (bool, error) { return true, nil }
func (oneItem) Head() int64                        { return 1 }
func (oneItem) FloorOf(store.Sorts) int64          { return 0 }
func (oneItem) Past() int64                        { return 0 }
func (oneItem) ChangesOf(context.Context, store.Sorts, int64, int64, store.Bounds) (store.Page, error) {
	return store.Page{Upto: 1, Head: 1}, nil
}

func (f oneItem) LoadOf(context.Context, *store.FeedFilter, media.Cursor, store.Bounds) ([]store.Change, media.Cursor, error) {
	return []store.Change{{Seq: 1, ID: 1, Kind: media.KindMovie, Item: []byte(`{"id":1}`)}}, f.Cursor(1), nil
}

func (oneItem) Since(_ context.Context, text string, _ *store.FeedFilter) (media.Cursor, error) {
	return media.ParseCursor(text)
}
func (oneItem) Subscribe() (<-chan struct{}, func()) { return nil, func() {} }

// pipes is a listener whose connections hold nothing on the way: what is not read is not written.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *pipes) Close() error   { close(l.done); return nil }
func (l *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// onPipes runs a server whose clock is the bubble's, and gives a way to connect to its live feed.
func onPipes(t *testing.T, token func() (string, error)) (dial func() *websocket.Conn, bus *realtime.EventBus) {
	t.Helper()
	l := &pipes{make(chan net.Conn), make(chan struct{})}
	bus = realtime.NewEventBus(oneItem{}, zap.NewNop())
	s := New(Config{Token: token}, Deps{Live: &live.Server{Bus: bus, Version: "test", Log: zap.NewNop()}, Log: zap.NewNop()}, l)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		if cancel(); <-ended != nil {
			t.Error("the server failed")
		}
	})
	return func() *websocket.Conn {
		t.Helper()
		dialer := websocket.Dialer{Subprotocols: []string{live.Subprotocol}, NetDialContext: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			l.conns <- server
			return client, nil
		}}
		ws, resp, err := dialer.Dial("ws://localhost/api/v1/live", http.Header{})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		t.Cleanup(func() { _ = ws.Close() })
		return ws
	}, bus
}

func closeCode(err error) int {
	var end *websocket.CloseError
	if errors.As(err, &end) {
		return end.Code
	}
	return 0
}

func TestAClientThatDoesNotReadIsDisconnectedAfterTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, bus := onPipes(t, nil)
		ws := dial()
		var m map[string]any
		if err := ws.ReadJSON(&m); err != nil || m["type"] != "hello" {
			t.Fatal(m, err)
		}
		if err := ws.WriteJSON(map[string]any{"type": "subscribe"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(9 * time.Second)
		if bus.Subscribers() != 1 {
			t.Error("it is disconnected too early")
		}
		time.Sleep(1100 * time.Millisecond)
		if _, _, err := ws.ReadMessage(); closeCode(err) != live.CloseSlow {
			t.Errorf("ends with %v", err)
		}
		synctest.Wait()
		if bus.Subscribers() != 0 {
			t.Error("it still follows")
		}
	})
}

func TestAClientThatReadsSlowlyIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client := net.Pipe()
		sc := &stallConn{Conn: server}
		sc.LimitStall(10 * time.Second)
		written := make(chan error, 1)
		go func() {
			_, err := sc.Write(make([]byte, 10))
			written <- err
		}()
		for range 10 {
			time.Sleep(9 * time.Second)
			if _, err := client.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-written; err != nil || sc.Written() != 10 {
			t.Errorf("%v after %d bytes", err, sc.Written())
		}
		began := time.Now()
		if n, err := sc.Write(make([]byte, 10)); n != 0 || err == nil {
			t.Errorf("nobody reads, but %d bytes are written", n)
		}
		if d := time.Since(began); d < 10*time.Second || d > 12*time.Second {
			t.Errorf("given up after %v", d)
		}
		_ = client.Close()
		_ = server.Close()
	})
}

func TestNobodyWithoutATokenStaysLongerThanTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _ := onPipes(t, func() (string, error) { return "secret", nil })
		ws := dial()
		began := time.Now()
		if _, _, err := ws.ReadMessage(); closeCode(err) != live.CloseUnauthorized || time.Since(began) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestIdleClientsHearOfTheServerInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _ := onPipes(t, nil)
		ws := dial()
		if err := ws.WriteJSON(map[string]any{"type": "subscribe"}); err != nil {
			t.Fatal(err)
		}
		var pings []time.Time
		ws.SetPingHandler(func(data string) error {
			pings = append(pings, time.Now())
			return ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		})
		last := time.Now()
		for bookmarks := 0; bookmarks < 20; {
			var m map[string]any
			if err := ws.ReadJSON(&m); err != nil {
				t.Fatal(err)
			}
			if d := time.Since(last); d > 30*time.Second {
				t.Errorf("%v between signs of where the client stands", d)
			}
			if last = time.Now(); m["type"] == "bookmark" {
				bookmarks++
			}
		}
		for i := 1; i < len(pings); i++ {
			if d := pings[i].Sub(pings[i-1]); d != 25*time.Second {
				t.Errorf("%v between pings", d)
			}
		}
		if len(pings) < 19 {
			t.Errorf("%d pings", len(pings))
		}
	})
}

func TestAClientThatAnswersNoPingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, bus := onPipes(t, nil)
		ws := dial()
		ws.SetPingHandler(func(string) error { return nil })
		if err := ws.WriteJSON(map[string]any{"type": "subscribe"}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				break
			}
		}
		if d := time.Since(began); d < time.Minute || d > 2*time.Minute || bus.Subscribers() != 0 {
			t.Errorf("given up after %v", d)
		}
	})
}
