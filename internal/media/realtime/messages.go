package realtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// clientRequest is a message from a client.
type clientRequest struct {
	ID      json.RawMessage `json:"id"`
	Type    string          `json:"type"`
	Token   string          `json:"token"`
	Since   *string         `json:"since"`
	Filter  json.RawMessage `json:"filter"`
	Signals []string        `json:"signals"`
}

// errBadRequest wraps everything that a client can do wrong.
var errBadRequest = errors.New("bad request")

var signalNames = []string{"scan", "root"}

func parseRequest(data []byte) (r clientRequest, err error) {
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("%w: not a JSON message: %w", errBadRequest, err)
	}
	if len(r.ID) > 64 {
		return r, fmt.Errorf("%w: id is too long", errBadRequest)
	}
	for _, s := range r.Signals {
		if !slices.Contains(signalNames, s) {
			return r, fmt.Errorf("%w: no signal is called %q: there are scan and root", errBadRequest, s)
		}
	}
	return r, nil
}

// parseFilter reads a subscription's filter. Keys other than root and kind are errors, as are kinds
// that there are not: a client with a typing error must not wait for what never comes.
func parseFilter(data json.RawMessage) (f Filter, err error) {
	if len(data) == 0 || string(data) == "null" {
		return f, nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return f, fmt.Errorf("%w: filter must be an object of lists", errBadRequest)
	}
	for key, value := range keys {
		var list []string
		if err := json.Unmarshal(value, &list); err != nil {
			return f, fmt.Errorf("%w: filter %q must be a list of texts", errBadRequest, key)
		}
		switch key {
		case "root":
			f.Roots = list
		case "kind":
			for _, k := range list {
				if !media.Kind(k).Valid() {
					return f, fmt.Errorf("%w: no kind is called %q", errBadRequest, k)
				}
				f.Kinds = append(f.Kinds, media.Kind(k))
			}
		default:
			return f, fmt.Errorf("%w: filter by %q: there are root and kind", errBadRequest, key)
		}
	}
	return f, nil
}

// changesMessage encodes a changes message; prev is the JSON text null where it is empty.
func changesMessage(dst []byte, prev, cursor string, changes []store.Change) []byte {
	dst = append(dst, `{"type":"changes","prev":`...)
	dst = appendCursor(dst, prev)
	dst = appendCursor(append(dst, `,"cursor":`...), cursor)
	dst = append(dst, `,"changes":`...)
	dst = store.AppendChanges(dst, changes)
	return append(dst, '}')
}

func appendCursor(dst []byte, c string) []byte {
	if c == "" {
		return append(dst, "null"...)
	}
	return append(append(append(dst, '"'), c...), '"') // cursors hold no character that JSON escapes
}

// message is any message but changes.
type message struct {
	ID      json.RawMessage `json:"id,omitempty"`
	Type    string          `json:"type"`
	Version string          `json:"version,omitempty"`
	Cursor  string          `json:"cursor,omitempty"`
	Mode    string          `json:"mode,omitempty"`
	Name    string          `json:"name,omitempty"`
	Data    any             `json:"data,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Code    string          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
}

func (m message) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("encode %s message: %w", m.Type, err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
