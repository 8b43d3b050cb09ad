package live_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func (f *follower) send(text string) {
	f.t.Helper()
	must(f.t, f.ws.WriteMessage(websocket.TextMessage, []byte(text)))
}

// received is any message.
type received struct {
	ID      json.RawMessage `json:"id"`
	Type    string          `json:"type"`
	Mode    string          `json:"mode"`
	Prev    *string         `json:"prev"`
	Cursor  *string         `json:"cursor"`
	Name    string          `json:"name"`
	Data    json.RawMessage `json:"data"`
	Reason  string          `json:"reason"`
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Changes []struct {
		Op   string          `json:"op"`
		ID   int64           `json:"id"`
		Item json.RawMessage `json:"item"`
		Work json.RawMessage `json:"work"`
	} `json:"changes"`
	raw string
}

// read takes the next message, which must be as asyncapi.yaml has it, into account.
func (f *follower) read() (m received, err error) {
	_ = f.ws.SetReadDeadline(time.Now().Add(patience))
	_, b, err := f.ws.ReadMessage()
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%w: %s", err, b)
	}
	m.raw = string(b)
	schemas, err := messageSchemas()
	if err != nil {
		return m, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil || schemas[m.Type] == nil {
		return m, fmt.Errorf("no message is as %s: %w", b, err)
	}
	if err := schemas[m.Type].Validate(value); err != nil {
		return m, fmt.Errorf("%.500s: %w", b, err)
	}
	return m, f.take(&m)
}

func (f *follower) take(m *received) error {
	if m.Type == "changes" {
		if f.reads++; (m.Prev == nil) != (f.cursor == nil) || (m.Prev != nil && *m.Prev != *f.cursor) {
			return fmt.Errorf("a message is missing before %.200s: the last cursor was %v", m.raw, deref(f.cursor))
		}
	}
	for _, ch := range m.Changes {
		switch ch.Op {
		case "upsert":
			f.items[ch.ID] = string(ch.Item)
		case "delete":
			delete(f.items, ch.ID)
		case "work":
			f.items[-ch.ID] = string(ch.Work)
		case "delete_work":
			delete(f.items, -ch.ID)
		}
	}
	if m.Cursor != nil && m.Type != "hello" {
		f.cursor = m.Cursor
	}
	return nil
}

func deref(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}

// until reads up to a message of a type.
func (f *follower) until(kind string) received {
	f.t.Helper()
	for end := time.Now().Add(patience); ; {
		m, err := f.read()
		if err == nil && m.Type == kind {
			return m
		}
		if err != nil || time.Now().After(end) {
			f.t.Fatalf("waiting for %s: %v", kind, err)
		}
	}
}

// subscribe asks for the feed from the follower's cursor on, with further members of the request.
func (f *follower) subscribe(more string) {
	f.t.Helper()
	since := "null"
	if f.cursor != nil {
		since = fmt.Sprintf("%q", *f.cursor)
	}
	f.send(`{"id":2,"type":"subscribe","since":` + since + more + `}`)
}

// closed reads to the end and gives the close code.
func (f *follower) closed() (code int, last string) {
	f.t.Helper()
	for {
		m, err := f.read()
		var end *websocket.CloseError
		switch {
		case errors.As(err, &end):
			return end.Code, last
		case err != nil:
			f.t.Fatalf("no close frame: %v", err)
		}
		last = m.raw
	}
}

// holds waits until the follower holds exactly what it has to.
func (f *follower) holds(want func() map[int64]string) {
	f.t.Helper()
	for end := time.Now().Add(patience); ; {
		diff := difference(f.items, want())
		if diff == "" {
			return
		}
		if time.Now().After(end) {
			f.t.Fatalf("the follower is wrong: %s", diff)
		}
		if _, err := f.read(); err != nil {
			f.t.Fatalf("%v; by now: %s", err, diff)
		}
	}
}

func difference(got, want map[int64]string) string {
	var out []string
	for id, text := range want {
		if got[id] != text {
			out = append(out, fmt.Sprintf("%d is %.100q, not %.100q", id, got[id], text))
		}
	}
	for id := range got {
		if want[id] == "" {
			out = append(out, fmt.Sprintf("%d is not in the catalog", id))
		}
	}
	return strings.Join(out, "; ")
}
