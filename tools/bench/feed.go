package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// loadFeed loads the whole catalog as a client does that has nothing yet, and gives the items a second. It counts them
// and does nothing else, so that the figure is the daemon's.
func (d *daemon) loadFeed(ctx context.Context, want int) (rate float64, err error) {
	ws, err := d.dialFeed(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, ws.Close()) }()
	defer context.AfterFunc(ctx, func() { _ = ws.Close() })()
	start := time.Now()
	if err := ws.WriteJSON(map[string]any{"type": "subscribe", "since": nil}); err != nil {
		return 0, fmt.Errorf("subscribe to the live feed: %w", err)
	}
	for items := 0; ; {
		_, message, err := ws.ReadMessage()
		switch {
		case err != nil:
			return 0, fmt.Errorf("read the live feed: %w", err)
		case bytes.HasPrefix(message, []byte(`{"type":"caught_up"`)):
			return float64(items) / time.Since(start).Seconds(), complain(items != want, "the feed had %d items", items)
		case bytes.HasPrefix(message, []byte(`{"type":"error"`)), bytes.HasPrefix(message, []byte(`{"type":"bye"`)):
			return 0, fmt.Errorf("load the feed: the daemon says %s", message)
		}
		items += bytes.Count(message, []byte(`{"op":"upsert"`))
	}
}

// dialFeed connects to the live feed and takes its hello.
func (d *daemon) dialFeed(ctx context.Context) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"catalogizerd.v1"}, HandshakeTimeout: 10 * time.Second}
	ws, answer, err := dialer.DialContext(ctx, "ws://"+d.addr+"/api/v1/live", nil)
	if err != nil {
		if answer != nil {
			err = errors.Join(err, answer.Body.Close())
		}
		return nil, fmt.Errorf("connect to the live feed: %w", err)
	}
	if _, _, err := ws.ReadMessage(); err != nil {
		return nil, errors.Join(fmt.Errorf("read the live feed's hello: %w", err), ws.Close())
	}
	return ws, nil
}
