package store

import (
	"math"
	"slices"
)

// heldPage is of how many items a page of held_items tells whether works hold them.
const heldPage = 8 << 10

// heldBits tell which items works hold: a bit an item, where a look for its members would take a hundred times as
// long. They belong to one transaction, and keep the pages that were looked at.
type heldBits struct {
	c       *conn
	pages   map[int64][]byte // nil: none of its items is held
	changed map[int64]bool
	loose   map[int64]bool // members of one work less: whether another holds them is to be seen
}

func newHeldBits(c *conn) *heldBits {
	return &heldBits{c: c, pages: map[int64][]byte{}, changed: map[int64]bool{}, loose: map[int64]bool{}}
}

func (h *heldBits) page(n int64) (bits []byte, err error) {
	bits, known := h.pages[n]
	if known {
		return bits, nil
	}
	_, err = h.c.one("SELECT bits FROM held_items WHERE page = ?", func(r row) { bits = slices.Clone(r.bytes(0)) }, n)
	if len(bits) != heldPage/8 { // a page of a broken file: nothing is held
		bits = nil
	}
	h.pages[n] = bits
	return bits, err
}

// has reports whether works hold an item.
func (h *heldBits) has(item int64) (bool, error) {
	bits, err := h.page(item / heldPage)
	at := item % heldPage
	return bits != nil && bits[at/8]&(1<<(at%8)) != 0, err
}

// nextFree is the first id from one on, and up to another, that no work holds; what is behind that one, where all are.
func (h *heldBits) nextFree(id, upto int64) (int64, error) {
	for id <= upto {
		bits, err := h.page(id / heldPage)
		if bits == nil || err != nil {
			return id, err
		}
		for at := id % heldPage; at < heldPage; {
			switch b := bits[at/8]; {
			case b == math.MaxUint8:
				at += 8 - at%8
			case b&(1<<(at%8)) == 0:
				return id - id%heldPage + at, nil
			default:
				at++
			}
		}
		id += heldPage - id%heldPage
	}
	return id, nil
}

// set notes whether works hold an item.
func (h *heldBits) set(item int64, held bool) error {
	n, at := item/heldPage, item%heldPage
	bits, err := h.page(n)
	if err != nil || bits == nil && !held {
		return err
	}
	if bits == nil {
		bits = make([]byte, heldPage/8)
		h.pages[n] = bits
	}
	was := bits[at/8]
	if bits[at/8] |= 1 << (at % 8); !held {
		bits[at/8] &^= 1 << (at % 8)
	}
	h.changed[n] = h.changed[n] || bits[at/8] != was
	return nil
}

// save writes what was noted.
func (h *heldBits) save() error {
	for item := range h.loose {
		n, err := h.c.number("SELECT EXISTS (SELECT 1 FROM members WHERE item = ?)", item)
		if err == nil {
			err = h.set(item, n > 0)
		}
		if err != nil {
			return err
		}
	}
	clear(h.loose)
	for n, changed := range h.changed {
		if !changed {
			continue
		}
		bits := h.pages[n]
		var err error
		if slices.ContainsFunc(bits, func(b byte) bool { return b != 0 }) {
			err = h.c.exec("INSERT OR REPLACE INTO held_items (page, bits) VALUES (?, ?)", n, bits)
		} else {
			err = h.c.exec("DELETE FROM held_items WHERE page = ?", n)
		}
		if err != nil {
			return err
		}
	}
	clear(h.changed)
	return nil
}
