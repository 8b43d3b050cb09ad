package apptest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"
)

// Item is what tests ask of an item, with its whole JSON.
type Item struct {
	ID         int64     `json:"id"`
	Root       string    `json:"root"`
	Path       string    `json:"path"` // bytes, once decoded by ParseItem
	PathBytes  string    `json:"path_bytes"`
	Size       int64     `json:"size"`
	ModifiedAt time.Time `json:"modified_at"`
	AddedAt    time.Time `json:"added_at"`
	State      string    `json:"state"`
	Kind       string    `json:"kind"`
	Analysis   string    `json:"analysis"`
	Error      string    `json:"error"`
	Title      string    `json:"title"`

	JSON string `json:"-"`
}

// Present says that the item is where its path says.
func (it *Item) Present() bool { return it.State == "present" }

// ParseItem decodes an item.
func ParseItem(b []byte) (*Item, error) {
	it := &Item{JSON: string(b)}
	if err := json.Unmarshal(b, it); err != nil {
		return nil, fmt.Errorf("item %s: %w", b, err)
	}
	if it.PathBytes != "" {
		path, err := base64.StdEncoding.DecodeString(it.PathBytes)
		if err != nil {
			return nil, fmt.Errorf("item %s: %w", b, err)
		}
		it.Path = string(path)
	}
	return it, nil
}

// Catalog is every item by id, as one source gives it.
type Catalog map[int64]*Item

func (c Catalog) add(b []byte) error {
	it, err := ParseItem(b)
	if err != nil {
		return err
	}
	if c[it.ID] != nil {
		return fmt.Errorf("item %d twice: %s and %s", it.ID, c[it.ID].JSON, b)
	}
	c[it.ID] = it
	return nil
}

// Items reads the catalog by GET /items, all its pages, in an order ("": the default).
func (d *Daemon) Items(tb testing.TB, sort string) Catalog {
	tb.Helper()
	c := Catalog{}
	after := ""
	for {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  *string           `json:"next"`
		}
		d.Get(tb, "/api/v1/items?limit=1000&sort="+sort+"&after="+url.QueryEscape(after), &page)
		for _, b := range page.Items {
			if err := c.add(b); err != nil {
				tb.Errorf("GET /items: %v", err)
			}
		}
		if page.Next == nil {
			return c
		}
		after = *page.Next
	}
}

// Export reads the catalog by the command.
func (d *Daemon) Export(tb testing.TB) Catalog {
	tb.Helper()
	c := Catalog{}
	for line := range bytes.Lines(d.Command(tb, "export")) {
		if err := c.add(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
			tb.Errorf("export: %v", err)
		}
	}
	return c
}

// Changes reads the catalog by GET /changes, from the beginning.
func (d *Daemon) Changes(tb testing.TB) Catalog {
	tb.Helper()
	raw := map[int64]json.RawMessage{}
	since := ""
	for {
		var page struct {
			Changes []change `json:"changes"`
			Cursor  string   `json:"cursor"`
			More    bool     `json:"more"`
		}
		d.Get(tb, "/api/v1/changes?limit=1000&since="+url.QueryEscape(since), &page)
		for _, ch := range page.Changes {
			ch.apply(raw)
		}
		if since = page.Cursor; !page.More {
			break
		}
	}
	c := Catalog{}
	for _, b := range raw {
		if err := c.add(b); err != nil {
			tb.Errorf("GET /changes: %v", err)
		}
	}
	return c
}

// change is an entry of the feed.
type change struct {
	Op   string          `json:"op"`
	ID   int64           `json:"id"`
	Item json.RawMessage `json:"item"`
	Work json.RawMessage `json:"work"`
}

func (c *change) apply(to map[int64]json.RawMessage) {
	if c.Op == "delete" {
		delete(to, c.ID)
		return
	}
	to[c.ID] = c.Item
}

// Diff says how two catalogs differ, a line for each item; nothing where they do not.
func (c Catalog) Diff(name string, other Catalog, otherName string) (lines []string) {
	for id, it := range c {
		switch o := other[id]; {
		case o == nil:
			lines = append(lines, fmt.Sprintf("in %s, not in %s: %s", name, otherName, it.JSON))
		case o.JSON != it.JSON:
			lines = append(lines, fmt.Sprintf("%s: %s\n  %s: %s", name, it.JSON, otherName, o.JSON))
		}
	}
	for id, o := range other {
		if c[id] == nil {
			lines = append(lines, fmt.Sprintf("in %s, not in %s: %s", otherName, name, o.JSON))
		}
	}
	return lines
}
