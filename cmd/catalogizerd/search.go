package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

type searchCommand struct {
	remote
	Kind  []string `help:"Only these kinds."`
	Root  []string `help:"Only these roots."`
	Limit int      `help:"At most so many." default:"50"`
	Query []string `arg:"" help:"What to look for in titles, people, albums and paths."`
}

// Run finds items.
func (c *searchCommand) Run(p *process) error {
	var page struct {
		Items []json.RawMessage `json:"items"`
	}
	query := url.Values{"q": {strings.Join(c.Query, " ")}, "limit": {strconv.Itoa(min(max(c.Limit, 1), 1000))}, "kind": c.Kind, "root": c.Root}
	if err := c.get(p.ctx, "items", query, &page); err != nil {
		return err
	}
	for _, raw := range page.Items {
		if c.JSON {
			if _, err := p.out.Write(append(raw, '\n')); err != nil {
				return err
			}
			continue
		}
		var it struct {
			ID                      int64
			Root, Path, Kind, Title string
			Year                    int
		}
		if err := json.Unmarshal(raw, &it); err != nil {
			return fmt.Errorf("read item: %w", err)
		}
		title := it.Title
		if it.Year != 0 {
			title += fmt.Sprintf(" (%d)", it.Year)
		}
		if _, err := fmt.Fprintf(p.out, "%d\t%s\t%s\t%s:%q\n", it.ID, it.Kind, title, it.Root, it.Path); err != nil {
			return err
		}
	}
	return nil
}
