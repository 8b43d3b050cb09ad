package api_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/gorilla/websocket"
	"go.uber.org/zap"
)

// liveMessage is what these tests ask of a message.
type liveMessage struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Cursor  string `json:"cursor"`
	Name    string `json:"name"`
	Changes []struct {
		Op   string `json:"op"`
		ID   int64  `json:"id"`
		Item *item  `json:"item"`
	} `json:"changes"`
}

func follow(t *testing.T, url string, headers http.Header, subscribe string) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"catalogizerd.v1"}}
	ws, resp, err := dialer.Dial("ws"+strings.TrimPrefix(url, "http")+"/api/v1/live", headers)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	if err := ws.WriteMessage(websocket.TextMessage, []byte(subscribe)); err != nil {
		t.Fatal(err)
	}
	return ws
}

func until(t *testing.T, ws *websocket.Conn, want func(*liveMessage) bool) (m liveMessage) {
	t.Helper()
	for {
		m = liveMessage{}
		if err := ws.ReadJSON(&m); err != nil {
			t.Fatal(err)
		}
		if want(&m) {
			return m
		}
	}
}

func TestTheLiveFeedOfTheDaemon(t *testing.T) {
	d, _ := locked(t, "")
	d.token = "secret-secret-secret"
	d.untilIdle()
	session := d.do(http.MethodPost, "/api/v1/session", `{"token":"secret-secret-secret"}`)
	cookie, _, _ := strings.Cut(session.Header.Get("Set-Cookie"), ";")
	for name, headers := range map[string]http.Header{
		"header": {"Authorization": {"Bearer secret-secret-secret"}},
		"cookie": {"Cookie": {cookie}},
	} {
		ws := follow(t, d.url, headers, `{"id":1,"type":"subscribe","since":null}`)
		told := func(m *liveMessage) bool { return len(m.Changes) > 0 || m.Type == "error" }
		if m := until(t, ws, told); m.Type != "changes" {
			t.Errorf("by %s: %+v", name, m)
		}
	}
	ws := follow(t, d.url, nil, `{"id":1,"type":"auth","token":"secret-secret-secret"}`)
	const signals = `{"id":2,"type":"subscribe","since":null,"signals":["root","scan"]}`
	if err := ws.WriteMessage(websocket.TextMessage, []byte(signals)); err != nil {
		t.Fatal(err)
	}
	until(t, ws, func(m *liveMessage) bool { return m.Type == "signal" && m.Name == "root" })
	until(t, ws, func(m *liveMessage) bool { return m.Type == "caught_up" })
	d.write("new.txt", "x")
	until(t, ws, func(m *liveMessage) bool { return len(m.Changes) > 0 && m.Changes[0].Item.Path == "new.txt" })
	d.do(http.MethodPost, "/api/v1/roots/media/scan", "").is(http.StatusAccepted)
	until(t, ws, func(m *liveMessage) bool { return m.Type == "signal" && m.Name == "scan" })
	go d.stop()
	if m := until(t, ws, func(m *liveMessage) bool { return m.Type == "bye" }); m.Reason != "shutdown" {
		t.Errorf("goodbye is %+v, want its reason to be shutdown", m)
	}
	if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("ends with %v", err)
	}
}

// feedOnly is a server over a store to which only the test writes.
type feedOnly struct {
	t   *testing.T
	st  *store.Store
	bus *realtime.EventBus
	url string
	dir int64
}

// serveFeed serves the live feed until the test ends, whose clients are cut where they stall.
func serveFeed(t *testing.T, stall time.Duration) *feedOnly {
	t.Helper()
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	bus := realtime.NewEventBus(st, zap.NewNop())
	l, err := api.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	live := &live.Server{Bus: bus, Version: "test", Log: zap.NewNop(), Timeouts: live.Timeouts{Stall: stall}}
	server := api.New(api.Config{}, api.Deps{Catalog: st, Live: live, Log: zap.NewNop()}, l)
	busEnded, serverEnded := make(chan error, 1), make(chan error, 1)
	go func() { busEnded <- bus.Run(ctx) }()
	go func() { serverEnded <- server.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-busEnded, <-serverEnded); err != nil {
			t.Error(err)
		}
		<-st.Stopped()
		_ = st.Close()
	})
	return &feedOnly{t: t, st: st, bus: bus, url: "http://" + server.Addr().String()}
}

// put adds a film with a text of a length.
func (f *feedOnly) put(name string, length int) {
	f.t.Helper()
	err := f.st.Update(f.t.Context(), func(tx *store.Tx) error {
		if f.dir == 0 {
			r := store.Root{Name: "films", Kind: "local", Location: "/films"}
			if err := tx.AddRoot(&r); err != nil {
				return err
			}
			d, err := tx.EnsureDir(r.ID, "", 1)
			if err != nil {
				return err
			}
			f.dir = d.ID
		}
		return tx.Insert(&store.Item{Dir: f.dir, Root: 1, Name: name, Kind: media.KindMovie, Analysis: store.None,
			Doc: []byte(`"plot":"` + strings.Repeat("x", length) + `"`)})
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestWhoDoesNotReadLeavesNothingInTheKernelOnceItIsCut(t *testing.T) {
	s := serveFeed(t, 3*time.Second) // within which it is seen to be stuck
	for i := range 40 {
		s.put(fmt.Sprint(i), 100<<10)
	}
	slow := follow(t, s.url, nil, `{"id":1,"type":"subscribe","since":null}`)
	_, port, _ := net.SplitHostPort(slow.LocalAddr().String())
	eventually(t, "the kernel to hold something for it", func() bool { return heldByTheKernel(t, s.url, port) > 0 })
	if n := heldByTheKernel(t, s.url, port); n > 256<<10 {
		t.Errorf("the kernel holds %d bytes for one client", n)
	}
	eventually(t, "the slow client to be cut", func() bool { return s.bus.Subscribers() == 0 })
	eventually(t, "the kernel to forget it", func() bool { return heldByTheKernel(t, s.url, port) == 0 })
}

// heldByTheKernel is how many bytes wait to be taken on a connection of the server to a client's port: the queue of
// /proc/net/tcp, in any of its states.
func heldByTheKernel(t *testing.T, url, clientPort string) (n int64) {
	t.Helper()
	text, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Skipf("no table of connections: %v", err)
	}
	server, _ := strconv.Atoi(url[strings.LastIndex(url, ":")+1:])
	client, _ := strconv.Atoi(clientPort)
	from, to := fmt.Sprintf(":%04X", server), fmt.Sprintf(":%04X", client)
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 5 || !strings.HasSuffix(f[1], from) || !strings.HasSuffix(f[2], to) {
			continue
		}
		queued, _, _ := strings.Cut(f[4], ":")
		bytes, _ := strconv.ParseInt(queued, 16, 64)
		n += bytes
	}
	return n
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestASlowClientSlowsNobody(t *testing.T) {
	for stall := 700 * time.Millisecond; !toldBesideASlowClient(t, stall); stall *= 2 {
		if stall > time.Minute {
			t.Fatal("who reads is told of nothing before the client that does not read is cut")
		}
	}
}

// toldBesideASlowClient has a client that does not read cut after a time. It reports whether another was told of changes
// before that, for which a busy machine may need longer.
func toldBesideASlowClient(t *testing.T, stall time.Duration) bool {
	t.Helper()
	s := serveFeed(t, stall)
	for i := range 40 {
		s.put(fmt.Sprint(i), 1<<20)
	}
	subscribe := `{"id":1,"type":"subscribe","since":null}`
	began := time.Now()
	slow := follow(t, s.url, nil, subscribe)
	quick := follow(t, s.url, nil, subscribe)
	reads := func(want string) bool {
		for {
			var m liveMessage
			if err := quick.ReadJSON(&m); err != nil {
				return false // it is a slow client itself
			}
			if m.Type == want {
				return true
			}
		}
	}
	if !reads("caught_up") {
		return false
	}
	told := 0
	for time.Since(began) < stall/2 || told == 0 {
		s.put(fmt.Sprint("live", told), 10)
		if !reads("changes") || s.bus.Subscribers() != 2 {
			break
		}
		told++
	}
	if told == 0 {
		return false
	}
	eventually(t, "the slow client to be cut", func() bool { return s.bus.Subscribers() <= 1 })
	if d := time.Since(began); d < stall {
		t.Errorf("disconnected after %v, within its time", d)
	}
	since := "null" // where not even the first message came whole
	for {
		var m liveMessage
		if err := slow.ReadJSON(&m); err != nil {
			break
		}
		if m.Cursor != "" && m.Type != "hello" {
			since = strconv.Quote(m.Cursor)
		}
	}
	again := follow(t, s.url, nil, fmt.Sprintf(`{"id":1,"type":"subscribe","since":%s}`, since))
	until(t, again, func(m *liveMessage) bool { return m.Type == "caught_up" })
	return true
}

func TestWhoWasLetInIsAskedAgainWhenTheTokenChangesOrItsSessionEnds(t *testing.T) {
	d, tokenFile := locked(t, "")
	d.token = "secret-secret-secret"
	d.untilIdle()
	session := func() http.Header {
		cookie := d.do(http.MethodPost, "/api/v1/session", fmt.Sprintf(`{"token":%q}`, d.token)).Header.Get("Set-Cookie")
		return http.Header{"Cookie": {strings.Split(cookie, ";")[0]}}
	}
	hello := func(m *liveMessage) bool { return m.Type == "hello" }
	ended := func(ws *websocket.Conn, who string) {
		t.Helper()
		var err error
		for err == nil {
			_, _, err = ws.ReadMessage()
		}
		if !websocket.IsCloseError(err, live.CloseUnauthorized) {
			t.Errorf("%s ends with %v", who, err)
		}
	}
	subscribe := `{"id":2,"type":"subscribe"}`
	first, second := session(), session()
	leaving, staying := follow(t, d.url, first, subscribe), follow(t, d.url, second, subscribe)
	until(t, leaving, hello)
	until(t, staying, func(m *liveMessage) bool { return m.Type == "caught_up" })
	d.do(http.MethodDelete, "/api/v1/session", "", "Cookie", first.Get("Cookie")).is(http.StatusNoContent)
	ended(leaving, "a session that was ended")
	d.write("new.txt", "x")
	until(t, staying, func(m *liveMessage) bool { return len(m.Changes) > 0 })

	header := follow(t, d.url, http.Header{"Authorization": {"Bearer " + d.token}}, subscribe)
	message := follow(t, d.url, nil, fmt.Sprintf(`{"id":1,"type":"auth","token":%q}`, d.token))
	until(t, header, hello)
	until(t, message, hello)
	if err := os.WriteFile(tokenFile, []byte("other-other-other-other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ended(staying, "a session")
	ended(header, "a header")
	ended(message, "a message")
}
