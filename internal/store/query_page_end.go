package store

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// pageEnd is where a page ended, as text between two requests.
type pageEnd struct {
	Order string   `json:"o"`
	ID    int64    `json:"i"`
	Root  string   `json:"r,omitempty"` // in the order of paths, which is by root first
	Int   *int64   `json:"n,omitempty"` // at most one of these; none: the value is unknown
	Float *float64 `json:"f,omitempty"`
	Bytes *[]byte  `json:"b,omitempty"`

	Tier   int    `json:"t,omitempty"` // in the ranked order
	Until  int64  `json:"u,omitempty"`
	Spread uint16 `json:"s,omitempty"`
}

func endAt(e *entry, order string) *pageEnd {
	p := &pageEnd{Order: order, ID: e.id, Root: e.root, Tier: e.tier.number, Until: e.tier.until, Spread: e.tier.spread}
	switch k := e.key.(type) {
	case int64:
		p.Int = &k
	case float64:
		p.Float = &k
	case []byte:
		p.Bytes = &k
	}
	return p
}

// String encodes it; JSON gives numbers back as they were.
func (p *pageEnd) String() string {
	b, err := json.Marshal(p)
	if err != nil {
		return "" // a number that is none: there is no order behind it
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseEnd decodes what String encoded for the same order; nil is the beginning.
func parseEnd(text, order string) (*entry, error) {
	if text == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	var p pageEnd
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: after: not the end of a page", ErrQuery)
	}
	if p.Order != order {
		return nil, fmt.Errorf("%w: after: the page was of another order", ErrQuery)
	}
	e := &entry{id: p.ID, root: p.Root, tier: tier{p.Tier, p.Until, p.Spread}}
	switch {
	case p.Int != nil:
		e.key = *p.Int
	case p.Float != nil:
		e.key = *p.Float
	case p.Bytes != nil:
		e.key = append([]byte{}, *p.Bytes...) // never nil, which SQLite would take for unknown
	}
	return e, nil
}
