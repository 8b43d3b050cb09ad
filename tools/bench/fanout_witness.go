package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// witness is a client without a window that keeps all that it is told.
type witness struct {
	ws   *websocket.Conn
	done chan struct{} // closed at the end of reading

	mu   sync.Mutex
	told []stretch // in order
	err  error     // why reading ended
}

// stretch is a message of changes: those up to a number of the feed, and when they came.
type stretch struct {
	after, upto int64
	at          time.Time
	changes     []byte // the JSON list
}

// witness follows the feed from now on.
func (d *daemon) witness(ctx context.Context) (*witness, error) {
	ws, err := d.dialFeed(ctx)
	if err != nil {
		return nil, err
	}
	w := &witness{ws: ws, done: make(chan struct{})}
	cursor, err := d.cursor(ctx)
	if err == nil {
		err = ws.WriteJSON(map[string]any{"type": "subscribe", "since": cursor})
	}
	if err != nil {
		return nil, errors.Join(err, ws.Close())
	}
	go w.read() //concurrencylint:allow a tool's: it ends with its connection, which close closes
	return w, nil
}

// cursor is the head of the feed.
func (d *daemon) cursor(ctx context.Context) (string, error) {
	var status struct{ Cursor string }
	body, err := d.get(ctx, "/api/v1/status")
	if err == nil {
		err = json.Unmarshal(body, &status)
	}
	return status.Cursor, err
}

func (w *witness) read() {
	defer close(w.done)
	for {
		_, message, err := w.ws.ReadMessage()
		if err == nil {
			err = w.note(message, time.Now())
		}
		if err != nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.err = fmt.Errorf("witness the feed: %w", err)
			return
		}
	}
}

func (w *witness) note(message []byte, now time.Time) error {
	m, err := readHead(message)
	if err != nil || m.kind != "changes" {
		return err
	}
	s := stretch{at: now, changes: m.changes(message)}
	if s.after, err = numberOf(m.prev); err != nil {
		return err
	}
	if s.upto, err = numberOf(m.cursor); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, s)
	return nil
}

// numberOf is the number of the feed that a cursor stands at.
func numberOf(cursor []byte) (int64, error) {
	c, err := media.ParseCursor(string(cursor))
	return c.Seq, err
}

func (w *witness) stretches() []stretch {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told
}

// upto is the number that the witness was told up to; 0: it was told nothing.
func (w *witness) upto() int64 {
	if told := w.stretches(); len(told) > 0 {
		return told[len(told)-1].upto
	}
	return 0
}

// between is how many changes it was told of in a time.
func (w *witness) between(from, to time.Time) (n int64) {
	for _, s := range w.stretches() {
		if s.at.After(from) && s.at.Before(to) {
			n += int64(bytes.Count(s.changes, []byte(`{"op":"`)))
		}
	}
	return n
}

// seen is how long after each write in a time the witness was told of it, sorted.
func (w *witness) seen(from, to time.Time) (late []time.Duration) {
	had := map[string]bool{} // a write is told of twice: found, and read
	for _, s := range w.stretches() {
		for _, m := range written.FindAllSubmatch(s.changes, -1) {
			at, err := time.Parse(time.RFC3339Nano, string(m[1]))
			if err == nil && !had[string(m[1])] && at.After(from) && s.at.Before(to) {
				late = append(late, s.at.Sub(at))
			}
			had[string(m[1])] = true
		}
	}
	return sortedDurations(late)
}

// written is when a file was written that the feed tells of.
var written = regexp.MustCompile(`"modified_at":"([^"]+)"`)

// after is the stretch that begins behind a number; told is sorted by numbers.
func after(told []stretch, number int64) int {
	i, _ := slices.BinarySearchFunc(told, number, func(s stretch, at int64) int { return int(s.upto - at - 1) })
	return i
}

// expected is what a message has to tell of that leads from one number to another: each item's newest change.
func (w *witness) expected(prev, upto int64) (map[int64]string, error) {
	told := w.stretches()
	out := map[int64]string{}
	i := after(told, prev)
	for ; i < len(told) && told[i].upto <= upto; i++ {
		changes, err := changesByID(told[i].changes)
		if err != nil {
			return nil, err
		}
		for id, text := range changes {
			out[id] = text
		}
	}
	if i == 0 || told[i-1].upto != upto {
		return nil, fmt.Errorf("no message to the witness ends at %d", upto)
	}
	return out, nil
}

// tellsAgain reports whether the witness was told of an item behind a number.
func (w *witness) tellsAgain(id, number int64) bool {
	told := w.stretches()
	for i := after(told, number); i < len(told); i++ {
		if bytes.Contains(told[i].changes, fmt.Appendf(nil, `"id":%d,`, id)) {
			return true
		}
	}
	return false
}

// changesByID are the changes of a JSON list, as they are written, by the item that they are of.
func changesByID(list []byte) (map[int64]string, error) {
	var changes []json.RawMessage
	if err := json.Unmarshal(list, &changes); err != nil {
		return nil, err
	}
	out := map[int64]string{}
	for _, text := range changes {
		var change struct{ ID int64 }
		if err := json.Unmarshal(text, &change); err != nil {
			return nil, err
		}
		out[change.ID] = string(text)
	}
	return out, nil
}

func (w *witness) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (w *witness) close() error {
	err := w.ws.Close()
	<-w.done
	return err
}

// messageHead is what of a message is looked at.
type messageHead struct {
	kind         string
	prev, cursor []byte // of changes; cursor also of others
	length       int    // up to the list of changes
}

// changes is the list of changes of a whole message.
func (m *messageHead) changes(message []byte) []byte { return message[m.length : len(message)-1] }

var errHead = errors.New("a message does not begin as asyncapi.yaml has it")

// readHead reads the beginning of a message. The daemon writes members in one order, and so this program need not
// decode thousands of messages a second.
func readHead(b []byte) (m messageHead, err error) {
	all := b
	take := func(before string) []byte {
		rest, ok := bytes.CutPrefix(b, []byte(before))
		value, behind, closed := bytes.Cut(rest, []byte(`"`))
		if !ok || !closed {
			return nil
		}
		b = behind
		return value
	}
	if m.kind = string(take(`{"type":"`)); m.kind == "" {
		m.kind = "answer" // to a request: it begins with its id
		return m, nil
	}
	switch m.kind {
	case "changes":
		m.prev, m.cursor = take(`,"prev":"`), take(`,"cursor":"`)
		rest, ok := bytes.CutPrefix(b, []byte(`,"changes":`))
		if m.prev == nil || m.cursor == nil || !ok {
			return m, fmt.Errorf("%w: %.200s", errHead, all)
		}
		m.length = len(all) - len(rest)
	case "caught_up", "bookmark":
		m.cursor = take(`,"cursor":"`)
	case "bye", "error", "resync":
		return m, fmt.Errorf("the daemon says %.200s", all)
	}
	return m, nil
}
