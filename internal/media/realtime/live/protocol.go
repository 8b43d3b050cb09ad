package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

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
	Window  int64           `json:"window_ms"`
	Works   bool            `json:"works"`
	Items   *bool           `json:"items"` // not said: yes
}

// requestKeys are the members that a request may have, by its type. A mistyped one must not be passed over: without
// its since a client would load everything anew, and without its filter get what it does not want.
var requestKeys = map[string][]string{
	"auth":      {"id", "token", "type"},
	"subscribe": {"filter", "id", "items", "signals", "since", "type", "window_ms", "works"},
}

// checkKeys reports a member of a request that there is none of.
func checkKeys(data []byte, kind string) error {
	var members map[string]json.RawMessage
	known, ok := requestKeys[kind]
	if !ok {
		return nil // there is no such request, which is told otherwise
	}
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("%w: %w", errNoMessage, err)
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(known, key) {
			last := len(known) - 1
			return fmt.Errorf("no key is called %.40q: there are %s and %s",
				key, strings.Join(known[:last], ", "), known[last])
		}
	}
	return nil
}

// errNoMessage says that what a client sent is not one of the protocol's messages at all. Whatever else
// can be wrong with a message is an answer to it.
var errNoMessage = errors.New("not a JSON message")

// parseRequest reads a client's message. Where a member is of a wrong type the message is still as good
// as it could be read, so that the error can be told under its id.
func parseRequest(data []byte) (r clientRequest, err error) {
	err = json.Unmarshal(data, &r)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		err = fmt.Errorf("%s is not as it should be: %s", wrong.Field, wrong.Value)
	case err != nil:
		return r, fmt.Errorf("%w: %w", errNoMessage, err)
	}
	if !isRequestID(r.ID) {
		r.ID, err = nil, errors.New("id is not a number or a text of at most 64 bytes")
	}
	if err == nil {
		err = checkKeys(data, r.Type)
	}
	return r, err
}

// isRequestID reports whether an id, which may be left out, is one that can be sent back.
func isRequestID(id json.RawMessage) bool {
	return len(id) == 0 || (len(id) <= 64 && (id[0] == '"' || id[0] == '-' || (id[0] >= '0' && id[0] <= '9')))
}

// maxWindow is the longest time, in milliseconds, that a client may have its messages spaced by.
const maxWindow = 1000

func checkWindow(ms int64) error {
	if ms < 0 || ms > maxWindow {
		return fmt.Errorf("window_ms %d is not a number from 0 to %d", ms, maxWindow)
	}
	return nil
}

var signalNames = []string{"scan", "root"}

func checkSignals(names []string) error {
	for _, s := range names {
		if !slices.Contains(signalNames, s) {
			return fmt.Errorf("no signal is called %.40q: there are scan and root", s)
		}
	}
	return nil
}

// wanted is what of the feed a request wants.
func (r *clientRequest) wanted() (f Filter, err error) {
	if f, err = parseFilter(r.Filter); err != nil {
		return f, err
	}
	f.Works, f.NoItems = r.Works, r.Items != nil && !*r.Items
	if !f.Works && f.NoItems {
		return f, errors.New("neither items nor works are asked for: say works true, or leave out items")
	}
	return f, nil
}

// parseFilter reads a subscription's filter. Keys other than root and kind are errors, as are kinds
// that there are not: a client with a typing error must not wait for what never comes.
func parseFilter(data json.RawMessage) (f Filter, err error) {
	if len(data) == 0 || string(data) == "null" {
		return f, nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return f, errors.New("filter must be an object of lists")
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if key != "root" && key != "kind" {
			return f, fmt.Errorf("filter by %.40q: there are root and kind", key)
		}
		var list []string
		if err := json.Unmarshal(keys[key], &list); err != nil {
			return f, fmt.Errorf("filter %.40q must be a list of texts", key)
		}
		switch key {
		case "root":
			f.Roots = list
		case "kind":
			for _, k := range list {
				if store.CheckFeedKind(k) != nil {
					return f, fmt.Errorf("no kind is called %.40q: there are %s", k, strings.Join(store.FeedKinds(), ", "))
				}
				f.Kinds = append(f.Kinds, media.Kind(k))
			}
		}
	}
	return f, nil
}

// changesMessage encodes a changes message; prev is the JSON text null where it is empty.
func changesMessage(dst []byte, prev, cursor string, changes []store.Change) []byte {
	size := 128 + len(prev) + len(cursor)
	for i := range changes {
		size += changes[i].Size()
	}
	dst = append(slices.Grow(dst, size), `{"type":"changes","prev":`...)
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
	ID       json.RawMessage `json:"id,omitempty"`
	Type     string          `json:"type"`
	Version  string          `json:"version,omitempty"`
	Instance *media.Instance `json:"instance,omitempty"`
	Head     string          `json:"head,omitempty"`
	Cursor   string          `json:"cursor,omitempty"`
	Mode     string          `json:"mode,omitempty"`
	Name     string          `json:"name,omitempty"`
	Data     any             `json:"data,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Code     string          `json:"code,omitempty"`
	Message  string          `json:"message,omitempty"`
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
