package live

import "github.com/gorilla/websocket"

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

// Prepared is the message that is shared with others; nil: there is none.
func (b *Batch) Prepared() *websocket.PreparedMessage {
	if b.ready == nil {
		return nil
	}
	return b.ready.message.prepared
}
