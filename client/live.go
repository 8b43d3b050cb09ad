package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

const (
	subprotocol = "catalogizerd.v1"
	// The daemon sends a ping every 25 s: one that is silent for longer is gone.
	longestSilence   = time.Minute
	handshakeTimeout = 15 * time.Second
	longestMessage   = 64 << 20
)

// errNoWebSocket says that what is between here and the daemon lets no WebSocket through.
var errNoWebSocket = errors.New("no WebSocket comes through")

// message is any message of the live feed.
type message struct {
	Type     string          `json:"type"`
	Prev     *string         `json:"prev"`
	Cursor   string          `json:"cursor"`
	Changes  json.RawMessage `json:"changes"`
	Reason   string          `json:"reason"`
	Message  string          `json:"message"`
	Instance Instance        `json:"instance"`
}

// live follows one WebSocket to its end.
func (s *session) live(ctx context.Context) error {
	ws, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer ws.Close()
	defer context.AfterFunc(ctx, func() { _ = ws.Close() })()
	ws.SetReadLimit(longestMessage)
	awaitPing := ws.PingHandler()
	ws.SetPingHandler(func(text string) error {
		_ = ws.SetReadDeadline(time.Now().Add(longestSilence)) // on what is closed already
		return awaitPing(text)
	})
	for {
		if err := ws.SetReadDeadline(time.Now().Add(longestSilence)); err != nil {
			return fmt.Errorf("read the live feed: %w", err)
		}
		_, data, err := ws.ReadMessage()
		if err != nil {
			return fmt.Errorf("read the live feed: %w", err)
		}
		var m message
		if err := json.Unmarshal(data, &m); err != nil {
			return fmt.Errorf("read a message of the live feed: %w", err)
		}
		s.heard = true
		if err := s.take(ws, &m); err != nil || s.left {
			return err
		}
	}
}

func (s *session) dial(ctx context.Context) (*websocket.Conn, error) {
	at := s.client.base.JoinPath("api/v1/live")
	at.Scheme = map[string]string{"http": "ws", "https": "wss"}[at.Scheme]
	header := http.Header{}
	s.client.authorize(header)
	dialer := websocket.Dialer{Subprotocols: []string{subprotocol}, HandshakeTimeout: handshakeTimeout,
		Proxy: http.ProxyFromEnvironment}
	if t, ok := s.client.http.Transport.(*http.Transport); ok { // what reaches the daemon is the client's to say
		dialer.Proxy, dialer.NetDialContext, dialer.TLSClientConfig = t.Proxy, t.DialContext, t.TLSClientConfig.Clone()
	}
	ws, resp, err := dialer.DialContext(ctx, at.String(), header)
	if err == nil {
		return ws, nil
	}
	if resp == nil {
		return nil, fmt.Errorf("reach the daemon: %w", err)
	}
	defer resp.Body.Close()
	said := refusal(resp)
	var unlike *AnswerError
	if errors.As(said, &unlike) && !passes(unlike.Status) || IsProblem(said, "upgrade-required") {
		return nil, fmt.Errorf("%w: %w", errNoWebSocket, said)
	}
	return nil, said
}

// take handles one message.
func (s *session) take(ws *websocket.Conn, m *message) error {
	switch m.Type {
	case "hello":
		s.instance = m.Instance.ID
		return s.subscribe(ws)
	case "resync":
		if !s.reset(m.Reason) {
			return nil
		}
		return s.subscribe(ws)
	case "changes":
		if m.Prev != nil && *m.Prev != s.cursor || m.Prev == nil && s.cursor != "" {
			return fmt.Errorf("a message is missing behind the cursor %q", s.cursor)
		}
		changes, err := readChanges(m.Changes, s.follow.Raw)
		if err != nil {
			return err
		}
		s.cursor = m.Cursor
		s.give(Batch{Changes: changes})
	case "caught_up", "bookmark":
		s.cursor = m.Cursor
		s.give(Batch{CaughtUp: true})
	case "error":
		return &RefusedError{m.Message}
	case "bye":
		return fmt.Errorf("the daemon says goodbye: %s", m.Reason)
	}
	return nil // ok, and what later versions may say
}

func (s *session) subscribe(ws *websocket.Conn) error {
	f := &s.follow
	request := map[string]any{"id": 1, "type": "subscribe", "since": nil}
	if s.cursor != "" {
		request["since"] = s.cursor
	}
	filter := map[string][]string{"root": f.Roots, "kind": f.Kinds}
	maps.DeleteFunc(filter, func(_ string, of []string) bool { return len(of) == 0 })
	if len(filter) > 0 {
		request["filter"] = filter
	}
	if f.Works {
		request["works"] = true
	}
	if f.NoItems {
		request["items"] = false
	}
	if f.Window > 0 {
		request["window_ms"] = f.Window.Milliseconds()
	}
	if err := ws.WriteJSON(request); err != nil {
		return fmt.Errorf("subscribe to the live feed: %w", err)
	}
	return nil
}
