package client

import (
	"encoding/json"
	"fmt"
)

// What a Change says became of something.
const (
	Upsert     = "upsert"      // the item is new or has changed
	Delete     = "delete"      // the item is gone, or has left what is followed
	UpsertWork = "work"        // the work is new or has changed
	DeleteWork = "delete_work" // nothing of the work is left
)

// Change is what became of an item or of a work. Who applies each in turn holds the catalog; a deletion of what is not
// held means nothing.
type Change struct {
	Op   string
	ID   int64 // works have ids of their own
	Item *Item // of an Upsert
	Work *Work // of an UpsertWork
	// Raw is the item or work as it came, for those who keep it whole.
	Raw json.RawMessage

	What     string // of an item: "added", "changed" or "moved", where it is known
	Was      *Place // of a deletion: where the item was, where it is known
	Previous *Place // of an item that moved
}

// Place is where an item lies, or lay.
type Place struct {
	Root      string `json:"root"`
	Path      string `json:"path"`
	PathBytes []byte `json:"path_bytes,omitempty"` // the path's bytes, where Path could not show all of them
}

// entry is a change as it comes.
type entry struct {
	Op       string          `json:"op"`
	ID       int64           `json:"id"`
	Item     json.RawMessage `json:"item"`
	Work     json.RawMessage `json:"work"`
	What     string          `json:"what"`
	Was      *Place          `json:"was"`
	Previous *Place          `json:"previous"`
}

// change is the entry with its item or work undecoded.
func (e *entry) change() Change {
	c := Change{Op: e.Op, ID: e.ID, What: e.What, Was: e.Was, Previous: e.Previous}
	switch e.Op {
	case Upsert:
		c.Raw = e.Item
	case UpsertWork:
		c.Raw = e.Work
	}
	return c
}

// readChanges reads a list of entries, with what is in them decoded unless raw.
func readChanges(b []byte, raw bool) (out []Change, err error) {
	if !raw {
		if err := json.Unmarshal(b, &out); err != nil {
			return nil, fmt.Errorf("read changes: %w", err)
		}
		return out, nil
	}
	var all []entry
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	out = make([]Change, len(all))
	for i := range all {
		out[i] = all[i].change()
	}
	return out, nil
}

// UnmarshalJSON reads an entry of the feed. One of a sort that is not known here is kept without its content: later
// versions may add some.
func (c *Change) UnmarshalJSON(b []byte) error {
	var m entry
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("read a change: %w", err)
	}
	*c = m.change()
	var err error
	switch m.Op {
	case Upsert:
		c.Item = &Item{}
		err = json.Unmarshal(m.Item, c.Item)
	case UpsertWork:
		c.Work = &Work{}
		err = json.Unmarshal(m.Work, c.Work)
	}
	if err != nil {
		return fmt.Errorf("read the change %s of %d: %w", m.Op, m.ID, err)
	}
	return nil
}
