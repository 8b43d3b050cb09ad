package live

import (
	"errors"
	"net"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// closing is an end that the other side is told of.
type closing struct {
	code int
	text string
}

func (e *closing) Error() string { return e.text }

var errShutdown = &closing{websocket.CloseGoingAway, "shutdown"}

// sendClose tells the client why the connection ends, as far as it still can be told, and reports whether it may have
// been.
func (c *client) sendClose(err error) (told bool) {
	c.limitStall(closeTime)
	var end *closing
	var network net.Error
	var left *departed
	var panicked *run.PanicError
	switch {
	case errors.As(err, &end):
		if end == errShutdown {
			if c.send(message{Type: "bye", Reason: end.text}) != nil {
				return false
			}
		}
		return c.close(end.code, end.text)
	case errors.As(err, &left):
		// It has gone, or sent what is no WebSocket frame, of which the WebSocket has told it (RFC 6455, 7.4.1). How
		// often that happens is up to the client, so no line is written of it.
		return true
	case errors.Is(err, errStalled):
		c.server.lines.Info("client disconnected: it makes no progress, and may resume",
			zap.Stringer("remote", c.ws.RemoteAddr()))
		return c.closeSlow()
	case errors.As(err, &network), errors.Is(err, net.ErrClosed), errors.Is(err, websocket.ErrCloseSent):
		return false // it has gone by itself
	case errors.As(err, &panicked): // which is in the log, with its stack
		return c.close(websocket.CloseInternalServerErr, "the server failed")
	case errors.Is(err, store.ErrCorrupt): // which is in the log once, however often clients come back
		return c.close(websocket.CloseInternalServerErr, "the catalog is damaged")
	default:
		c.server.lines.Warn("live feed ended", zap.Stringer("remote", c.ws.RemoteAddr()), zap.Error(err))
		return c.close(websocket.CloseInternalServerErr, "the catalog cannot be read")
	}
}

func (c *client) close(code int, text string) bool {
	payload := websocket.FormatCloseMessage(code, text[:min(len(text), 120)])
	return c.ws.WriteControl(websocket.CloseMessage, payload, time.Now().Add(closeTime)) == nil
}

// departed says that nothing more comes from a client: it has closed, it is silent, or what it sends is no WebSocket
// frame.
type departed struct{ error }

func (e *departed) Unwrap() error { return e.error }
