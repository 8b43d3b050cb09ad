package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/terminal"
	"github.com/gorilla/websocket"
)

type watchCommand struct {
	remote
	Since string   `help:"Begin behind this cursor or time instead of now; 'start' loads the whole catalog first." placeholder:"CURSOR|TIME"`
	Items bool     `help:"Only files. Without it and --works kinds that files do not have tell of works, too."`
	Works bool     `help:"Only works, such as films, series and albums."`
	Root  []string `help:"Only these roots."`
	Kind  []string `help:"Only these kinds, of works or files."`
}

// liveMessage is a message of the live feed.
type liveMessage struct {
	Type, Cursor, Reason, Message string
	Changes                       []changeMessage
}

type changeMessage struct {
	Op       string
	ID       int64
	What     string
	Previous *placeMessage
	Was      *placeMessage
	Item     json.RawMessage
	Work     json.RawMessage
}

type placeMessage struct{ Root, Path string }

// reconnectPause is how long the command waits before it connects again.
const reconnectPause = time.Second

// Run follows the feed until it is interrupted, or nobody reads what it prints. A daemon that goes away is waited for,
// and the feed resumed where it was.
func (c *watchCommand) Run(p *process) error {
	if err := checkSorts(c.Items, c.Works, c.Kind); err != nil {
		return err
	}
	// Something small first: a daemon that wants a token says so at once, where the live feed would wait for one.
	if err := c.get(p.ctx, "status", nil, &struct{}{}); err != nil {
		return err
	}
	p, stop := whileRead(p)
	defer stop()
	at := c.Since
	connected := false
	told := ""
	for {
		err := c.follow(p, &at, &connected)
		var refused *refusedError
		switch {
		case p.ctx.Err() != nil:
			return context.Cause(p.ctx)
		case errors.As(err, &refused), !connected:
			return err
		}
		if text := err.Error(); text != told { // once, however long it takes
			told = text
			terminal.Fprintf(p.err, "catalogizerd: connection lost, resuming: %s\n", text)
		}
		select {
		case <-time.After(reconnectPause):
		case <-p.ctx.Done():
			return context.Cause(p.ctx)
		}
	}
}

// refusedError is an answer that trying again does not change.
type refusedError struct{ text string }

func (e *refusedError) Error() string { return e.text }

func (c *watchCommand) follow(p *process, at *string, connected *bool) error {
	ws, err := c.dial(p)
	if err != nil {
		return err
	}
	defer ws.Close()
	defer context.AfterFunc(p.ctx, func() { _ = ws.Close() })()
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		var m liveMessage
		if err := json.Unmarshal(data, &m); err != nil {
			return fmt.Errorf("read message: %w", err)
		}
		*connected = true
		if err := c.take(p, ws, &m, data, at); err != nil {
			return err
		}
	}
}

func (c *watchCommand) dial(p *process) (*websocket.Conn, error) {
	u, err := c.endpoint("live", nil)
	if err != nil {
		return nil, err
	}
	u.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	header := http.Header{}
	if err := c.authorize(header); err != nil {
		return nil, err
	}
	d := websocket.Dialer{
		Subprotocols: []string{live.Subprotocol}, HandshakeTimeout: 10 * time.Second, Proxy: http.ProxyFromEnvironment,
	}
	ws, resp, err := d.DialContext(p.ctx, u.String(), header)
	if err != nil {
		if resp != nil {
			defer resp.Body.Close()
			return nil, &refusedError{c.answerError(resp).Error()}
		}
		return nil, fmt.Errorf("reach the daemon at %s: %w: is it running?", c.Server, err)
	}
	return ws, nil
}

// take handles one message.
func (c *watchCommand) take(p *process, ws *websocket.Conn, m *liveMessage, data []byte, at *string) error {
	switch m.Type {
	case "hello":
		if *at == "" {
			*at = m.Cursor
		}
		var since *string
		if *at != "start" {
			since = at
		}
		return ws.WriteJSON(c.subscription(since))
	case "resync":
		return &refusedError{"the cursor is too old or of another catalog (" + m.Reason + "): begin with --since start"}
	case "error":
		return &refusedError{m.Message}
	case "bye":
		return fmt.Errorf("the daemon says goodbye: %s", m.Reason)
	}
	if m.Cursor != "" {
		*at = m.Cursor
	}
	if c.JSON {
		_, err := p.out.Write(append(data, '\n'))
		return err
	}
	for i := range m.Changes {
		if err := printChange(p, &m.Changes[i]); err != nil {
			return err
		}
	}
	return nil
}

// subscription is the message that asks for what is wanted.
func (c *watchCommand) subscription(since *string) map[string]any {
	filter := map[string][]string{"root": c.Root, "kind": c.Kind}
	maps.DeleteFunc(filter, func(_ string, of []string) bool { return len(of) == 0 })
	m := map[string]any{"id": 1, "type": "subscribe", "since": since, "filter": filter}
	items, works := c.sorts()
	if works { // a daemon that knows no works is asked for none
		m["works"] = true
	}
	if !items {
		m["items"] = false
	}
	return m
}

// sorts says whether files and works are wanted. Kinds that files do not have are of works alone.
func (c *watchCommand) sorts() (items, works bool) {
	switch {
	case c.Works:
		return false, true
	case c.Items || len(c.Kind) == 0:
		return true, false
	}
	isFileKind := func(k string) bool { return media.Kind(k).Valid() }
	return slices.ContainsFunc(c.Kind, isFileKind), !every(c.Kind, isFileKind)
}

func every(list []string, is func(string) bool) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !is(s) })
}

func printChange(p *process, ch *changeMessage) error {
	look := terminal.Of(p.out)
	line := func(state string, style terminal.Style, format string, args ...any) error {
		_, err := fmt.Fprint(p.out, look.Paint(terminal.Dim, time.Now().Format(time.TimeOnly)), "  ",
			look.Paint(style, terminal.Line(state)), "  ")
		if err == nil {
			_, err = terminal.Fprintf(p.out, format+"\n", args...)
		}
		return err
	}
	switch ch.Op {
	case "delete":
		return line("delete", terminal.Red, "%d%s", ch.ID, ch.at())
	case "delete_work":
		return line("delete", terminal.Red, "work %d", ch.ID)
	case "work":
		of, err := thingOf(ch.Work)
		if err != nil {
			return err
		}
		row := of.row("")
		var work struct{ State string }
		if err := json.Unmarshal(ch.Work, &work); err != nil {
			return fmt.Errorf("read work %d: %w", ch.ID, err)
		}
		return line(work.State, styleOf(work.State), "work %d  %s  %s  %s", ch.ID, row[1].Text, row[2].Text, row[3].Text)
	}
	var it struct {
		Root, Path, State, Title, Analysis string
		Kind                               media.Kind
		Size                               int64
	}
	if err := json.Unmarshal(ch.Item, &it); err != nil {
		return fmt.Errorf("read item %d: %w", ch.ID, err)
	}
	return line(it.State, styleOf(it.State), "%d  %s:%q  %s, %s, %d bytes%s", ch.ID, it.Root, it.Path, it.Kind, it.Analysis,
		it.Size, ch.did())
}

func styleOf(state string) terminal.Style {
	if state == "present" {
		return terminal.Green
	}
	return terminal.Yellow
}

// did says what a change did, where that is known.
func (ch *changeMessage) did() string {
	switch {
	case ch.Previous != nil:
		return fmt.Sprintf(", %s from %s:%q", ch.What, ch.Previous.Root, ch.Previous.Path)
	case ch.What != "":
		return ", " + ch.What
	}
	return ""
}

// at says where what is deleted was, where that is known.
func (ch *changeMessage) at() string {
	if ch.Was == nil {
		return ""
	}
	return fmt.Sprintf("  %s:%q", ch.Was.Root, ch.Was.Path)
}
