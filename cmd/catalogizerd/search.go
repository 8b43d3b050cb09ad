package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/terminal"
)

type searchCommand struct {
	remote
	Kind  []string `help:"Only these kinds."`
	Root  []string `help:"Only these roots."`
	Limit int      `help:"At most so many." default:"50"`
	Query []string `arg:"" help:"What to look for in titles, people, albums and paths."`
}

// pageLimit is the longest page that the daemon gives.
const pageLimit = 1000

// Run finds items, page by page.
func (c *searchCommand) Run(p *process) error {
	if c.Limit < 1 {
		return usageError{fmt.Errorf("--limit %d is not a number from 1 on", c.Limit)}
	}
	if err := checkKinds(c.Kind); err != nil {
		return err
	}
	query := url.Values{"q": {strings.Join(c.Query, " ")}, "kind": c.Kind, "root": c.Root}
	for left := c.Limit; left > 0; {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  *string           `json:"next"`
		}
		query.Set("limit", strconv.Itoa(min(left, pageLimit)))
		if err := c.get(p.ctx, "items", query, &page); err != nil {
			return err
		}
		for _, raw := range page.Items {
			if err := c.print(p.out, raw); err != nil {
				return err
			}
		}
		if left -= len(page.Items); page.Next == nil { // one without items may go on
			return nil
		}
		query.Set("after", *page.Next)
	}
	return nil
}

// checkKinds refuses kinds that there are not, before the daemon is asked.
func checkKinds(kinds []string) error {
	for _, k := range kinds {
		if !media.Kind(k).Valid() {
			return usageError{fmt.Errorf("--kind %q: there is no such kind", k)}
		}
	}
	return nil
}

func (c *searchCommand) print(out io.Writer, raw json.RawMessage) error {
	if c.JSON {
		_, err := out.Write(append(raw, '\n'))
		return err
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
	_, err := terminal.Fprintf(out, "%d\t%s\t%s\t%s:%q\n", it.ID, it.Kind, title, it.Root, it.Path)
	return err
}
