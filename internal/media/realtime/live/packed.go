package live

import (
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
)

// minPacked is from how many bytes on a message is worth packing.
const minPacked = 1 << 10

// frameRoom is for the header of a frame, in bytes.
const frameRoom = 16

// outgoing is a message on its way: prepared once for all who get it, packed and not, or a text by itself.
type outgoing struct {
	prepared *websocket.PreparedMessage
	text     []byte // where it is not prepared
	size     int
}

// prepare makes a message ready for everybody: what it costs to pack it is paid once. One that does not fit a frame
// goes out by itself, since only packed messages are cut.
func prepare(text []byte) outgoing {
	if len(text) <= maxFrame-frameRoom {
		if p, err := websocket.NewPreparedMessage(websocket.TextMessage, text); err == nil { // it copies the text
			return outgoing{prepared: p, size: len(text)}
		}
	}
	return outgoing{text: text, size: len(text)}
}

func (o *outgoing) none() bool { return o.size == 0 }

// packs says that a message goes out packed to this client.
func (c *client) packs(o *outgoing) bool { return c.deflates && o.size >= minPacked }

// pack packs a message before it is written: what packs takes some hundred KiB, which no slow client is to hold.
func (c *client) pack(o outgoing) outgoing {
	if o.prepared != nil || !c.packs(&o) {
		return o
	}
	p, err := websocket.NewPreparedMessage(websocket.TextMessage, o.text)
	if err != nil {
		return o
	}
	return outgoing{prepared: p, size: o.size}
}

// offersDeflate reports whether a client takes messages that are packed each by itself (RFC 7692). One that bounds the
// window of what it takes cannot be served so.
func offersDeflate(h http.Header) bool {
	for offer := range strings.SplitSeq(strings.Join(h.Values("Sec-WebSocket-Extensions"), ","), ",") {
		name, parameters, _ := strings.Cut(offer, ";")
		if strings.TrimSpace(name) == "permessage-deflate" {
			return !strings.Contains(parameters, "server_max_window_bits")
		}
	}
	return false
}
