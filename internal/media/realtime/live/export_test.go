package live

import (
	"context"

	"github.com/gorilla/websocket"
)

// What tests need to know of the inside.
const (
	MaxFrame   = maxFrame
	MaxMessage = maxMessage
	ChunkRows  = chunkRows
	MaxSignals = maxSignals
)

// WithDefaults completes timeouts.
func WithDefaults(t Timeouts) Timeouts { return t.withDefaults() }

// Socket is what is asked of a TCP connection.
type Socket = socket

// Unsent is how many bytes the kernel holds for the other side.
func Unsent(s Socket) int { return unsent(s) }

// MakeMessage is NextMessage for a client that found none for where it stood, and did meanwhile. It gives the cursor that
// the message carries, and the one at which the subscription stands then.
func MakeMessage(ctx context.Context, s *Subscription, last string, meanwhile func()) (cursor, at string, err error) {
	c := &client{sub: s, last: last, caughtUp: true}
	stood, alike := s.standing(last)
	meanwhile()
	m, err := c.makeMessage(ctx, &stood, alike)
	if err != nil {
		return "", "", err
	}
	return m.cursor, s.at.String(), nil
}

// NextMessage is what a client would be sent next that was told last of a cursor: the message that is shared with
// others, and the cursor that it carries; nil: there is nothing yet.
func NextMessage(ctx context.Context, s *Subscription, last string) (*websocket.PreparedMessage, string, error) {
	c := &client{sub: s, last: last, caughtUp: true}
	m, err := c.nextMessage(ctx)
	if m == nil {
		return nil, last, err
	}
	return m.message.prepared, m.cursor, err
}

// Behind reports whether the beat that a subscription follows tells up to a number by now.
func (s *Subscription) Behind(number int64) bool { return s.beat.upto.Load() >= number }
