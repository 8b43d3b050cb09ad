package apptest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
)

// Works is every work by id, as one source gives it with its first members.
type Works map[int64]string

func (c *change) ofWork() bool { return c.Op == "work" || c.Op == "delete_work" }

func (w Works) apply(ch *change) {
	if ch.Op == "delete_work" {
		delete(w, ch.ID)
		return
	}
	w[ch.ID] = string(ch.Work)
}

// Works reads the works by GET /works, all its pages, in an order ("": the default).
func (d *Daemon) Works(tb testing.TB, sort string) Works {
	tb.Helper()
	works := Works{}
	after := ""
	for {
		var page struct {
			Works []json.RawMessage `json:"works"`
			Next  *string           `json:"next"`
		}
		d.Get(tb, "/api/v1/works?include=items&limit=1000&sort="+sort+"&after="+url.QueryEscape(after), &page)
		for _, b := range page.Works {
			var w struct {
				ID int64 `json:"id"`
			}
			if err := json.Unmarshal(b, &w); err != nil || works[w.ID] != "" {
				tb.Errorf("GET /works gives %d twice, or %v: %s", w.ID, err, b)
			}
			works[w.ID] = string(b)
		}
		if page.Next == nil {
			return works
		}
		after = *page.Next
	}
}

// Diff says how two sources of works differ, a line for each work; nothing where they do not.
func (w Works) Diff(name string, other Works, otherName string) (lines []string) {
	for id, said := range w {
		if o := other[id]; o != said {
			lines = append(lines, fmt.Sprintf("work %d\n  %s: %s\n  %s: %s", id, name, said, otherName, o))
		}
	}
	for id, o := range other {
		if w[id] == "" {
			lines = append(lines, fmt.Sprintf("work %d in %s, not in %s: %s", id, otherName, name, o))
		}
	}
	return lines
}
