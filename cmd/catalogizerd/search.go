package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/terminal"
)

type searchCommand struct {
	remote
	Items bool     `help:"Only files, those of works among them."`
	Works bool     `help:"Only works, such as films, series and albums."`
	Kind  []string `help:"Only these kinds, of works or files."`
	Root  []string `help:"Only these roots."`
	Limit int      `help:"At most so many works, and as many files." default:"50"`
	Query []string `arg:"" help:"What to look for in titles, people, albums and paths."`

	seasons map[int64]string // what was asked for: see seasonOf
}

const (
	pageLimit  = 1000 // the longest page that the daemon gives
	foundLimit = 50   // the most that it gives to a search for works and files
)

// found is a page of an answer: of a search, of items or of works.
type found struct {
	Works []json.RawMessage
	Items []json.RawMessage
	Next  *string
}

// Run finds works, then the files that no work holds; or all there are of one of them, page by page.
func (c *searchCommand) Run(p *process) error {
	if err := c.check(); err != nil {
		return err
	}
	something := false
	show := func(f found) error {
		something = something || len(f.Works)+len(f.Items) > 0
		return c.show(p, f)
	}
	if err := c.search(p, show); err != nil {
		return err
	}
	if !something {
		return exitError(exitFailed)
	}
	return nil
}

func (c *searchCommand) check() error {
	if c.Limit < 1 {
		return usageError{fmt.Errorf("--limit %d is not a number from 1 on", c.Limit)}
	}
	return checkSorts(c.Items, c.Works, c.Kind)
}

// checkSorts refuses kinds that there are not among files or works, where only those are wanted.
func checkSorts(items, works bool, kinds []string) error {
	switch {
	case items && works:
		return usageError{errors.New("--items and --works are all that there is: leave one of them away")}
	case works:
		return checkWorkKinds(kinds)
	case items:
		return checkKinds(kinds)
	}
	for _, k := range kinds {
		if store.CheckFeedKind(k) != nil {
			return usageError{fmt.Errorf("--kind %q: there is no such kind: choose %s",
				k, strings.Join(store.FeedKinds(), ", "))}
		}
	}
	return nil
}

func isWorkKind(kind string) bool { return slices.Contains(store.WorkKinds(), kind) }

func checkWorkKinds(kinds []string) error {
	for _, k := range kinds {
		if !isWorkKind(k) {
			return usageError{fmt.Errorf("--kind %q: there is no such kind of works: choose %s",
				k, strings.Join(store.WorkKinds(), ", "))}
		}
	}
	return nil
}

// search asks for what is wanted, and shows each page.
func (c *searchCommand) search(p *process, show func(found) error) error {
	query := url.Values{"q": {strings.Join(c.Query, " ")}, "kind": c.Kind, "root": c.Root}
	switch {
	case c.Works:
		return c.pages(p, "works", query, show)
	case c.Items:
		return c.pages(p, "items", query, show)
	case c.Limit <= foundLimit:
		query.Set("limit", strconv.Itoa(c.Limit))
		var f found
		if err := c.get(p.ctx, "search", query, &f); err != nil {
			return err
		}
		return show(f)
	}
	only := func(is func(kind string) bool) []string {
		return slices.DeleteFunc(slices.Clone(c.Kind), func(k string) bool { return !is(k) })
	}
	isFileKind := func(k string) bool { return media.Kind(k).Valid() }
	if works := only(isWorkKind); len(works) > 0 || len(c.Kind) == 0 {
		query["kind"] = works
		if err := c.pages(p, "works", query, show); err != nil {
			return err
		}
	}
	if files := only(isFileKind); len(files) > 0 || len(c.Kind) == 0 {
		query["kind"] = files
		query.Set("include", "works")
		return c.pages(p, "items", query, show)
	}
	return nil
}

// pages asks for a list until it ends, or the limit is reached. Items that come with their works count where they
// have none.
func (c *searchCommand) pages(p *process, of string, query url.Values, show func(found) error) error {
	query.Del("after")
	for left := c.Limit; left > 0; {
		var page found
		query.Set("limit", strconv.Itoa(min(left, pageLimit)))
		if err := c.get(p.ctx, of, query, &page); err != nil {
			return err
		}
		if query.Has("include") {
			page.Items = slices.DeleteFunc(page.Items, inWork)
		}
		if err := show(page); err != nil {
			return err
		}
		if left -= len(page.Items) + len(page.Works); page.Next == nil { // one without items may go on
			return nil
		}
		query.Set("after", *page.Next)
	}
	return nil
}

// inWork tells an item that a work holds.
func inWork(item json.RawMessage) bool {
	var it struct{ Works []json.RawMessage }
	return json.Unmarshal(item, &it) == nil && len(it.Works) > 0
}

// checkKinds refuses kinds that files do not have, before the daemon is asked.
func checkKinds(kinds []string) error {
	for _, k := range kinds {
		if !media.Kind(k).Valid() {
			return usageError{fmt.Errorf("--kind %q: there is no such kind of files: choose %s",
				k, strings.Join(media.KindNames(), ", "))}
		}
	}
	return nil
}

// show prints a page: as JSON one object a line, on a terminal in columns that fit it, else with tabs.
func (c *searchCommand) show(p *process, f found) error {
	var rows [][]terminal.Cell
	for _, raw := range slices.Concat(f.Works, f.Items) {
		if c.JSON {
			if _, err := p.out.Write(append(raw, '\n')); err != nil {
				return err
			}
			continue
		}
		o, err := thingOf(raw)
		if err != nil {
			return err
		}
		rows = append(rows, o.row(c.seasonOf(p, o)))
	}
	if look := terminal.Of(p.out); look.Width > 0 {
		return terminal.WriteTable(p.out, look, searchColumns, rows)
	}
	for _, row := range rows {
		if _, err := terminal.Fprintf(p.out, "%s\t%s\t%s\t%s\n",
			row[0].Text, row[1].Text, row[2].Text, row[3].Text); err != nil {
			return err
		}
	}
	return nil
}

var searchColumns = []terminal.Column{{Right: true}, {}, {Shrinks: true}, {Shrinks: true, FromLeft: true}}

// thing is what is shown of a work or an item.
type thing struct {
	ID                            int64
	Parent                        int64 `json:"parent_id"`
	Root, Path, Kind, Title, Date string
	Series                        string
	Number                        *float64
	Year                          int
	Roots                         []string
	Counts                        struct{ Items int64 }
}

// called is what a work or an item is called. Of a work that is a part of a series that stands before it, and one
// without a title is called by its number, beside that of its season where it is known, or by its day.
func (o *thing) called(season string) string {
	title := o.Title
	switch {
	case title != "":
	case o.Kind == store.WorkEpisode && o.Date != "":
		title = o.Date
	case o.Number != nil && season != "":
		title = fmt.Sprintf("%s, episode %g", season, *o.Number)
	case o.Number != nil && o.Kind == store.WorkEpisode:
		title = fmt.Sprintf("episode %g", *o.Number)
	case o.Number != nil:
		title = fmt.Sprintf("#%g", *o.Number)
	}
	part := o.Kind == store.WorkSeason || o.Kind == store.WorkEpisode || o.Kind == store.WorkIssue
	if o.Path == "" && o.Series != "" && part { // the year is the series'
		return o.Series + ": " + title
	}
	if o.Year != 0 {
		title += fmt.Sprintf(" (%d)", o.Year)
	}
	return title
}

// seasonOf asks what the season of an episode is called that has nothing but its number in it: each season has one of
// that number. What is not known any more is left out.
func (c *searchCommand) seasonOf(p *process, o *thing) string {
	if o.Kind != store.WorkEpisode || o.Title != "" || o.Number == nil || o.Parent == 0 {
		return ""
	}
	title, asked := c.seasons[o.Parent]
	if !asked {
		var season thing
		if c.get(p.ctx, fmt.Sprintf("works/%d", o.Parent), nil, &season) == nil {
			title = season.Title
		}
		if c.seasons == nil {
			c.seasons = map[int64]string{}
		}
		c.seasons[o.Parent] = title
	}
	return title
}

// thingOf reads a work or an item.
func thingOf(raw json.RawMessage) (*thing, error) {
	var o thing
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, fmt.Errorf("read what was found: %w", err)
	}
	return &o, nil
}

// row says what a work or an item is: its number, kind, what it is called, and where it lies.
func (o *thing) row(season string) []terminal.Cell {
	where := fmt.Sprintf("%s:%q", o.Root, o.Path)
	if o.Path == "" { // a work
		files := "files"
		if o.Counts.Items == 1 {
			files = "file"
		}
		where = fmt.Sprintf("%s, %d %s", strings.Join(o.Roots, ", "), o.Counts.Items, files)
	}
	return []terminal.Cell{
		{Text: strconv.FormatInt(o.ID, 10), Style: terminal.Dim}, {Text: o.Kind},
		{Text: o.called(season), Style: terminal.Bold}, {Text: where, Style: terminal.Dim},
	}
}
