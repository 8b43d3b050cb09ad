// Command worksdump derives works from what "catalogizerd export" writes to its standard input, and writes them as JSON
// lines: works as the rules of internal/media/works make them, without a daemon.
//
// With -state FILE ids last from one run to the next: the file holds the works of the run before.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/works"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "worksdump:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("worksdump", flag.ContinueOnError)
	state := flags.String("state", "", "file with the works of the run before, rewritten")
	if err := flags.Parse(args); err != nil {
		return err
	}
	items, err := readItems(in)
	if err != nil {
		return err
	}
	derived := derive(items)
	former, err := readState(*state)
	if err != nil {
		return err
	}
	now := time.Now()
	ids := works.Match(former, derived, now)
	former = succeed(former, derived, ids, now)
	if err := writeState(*state, former); err != nil {
		return err
	}
	return write(out, derived, ids, items)
}

// exported is a line of an export.
type exported struct {
	ID      int64      `json:"id"`
	Root    string     `json:"root"`
	Path    string     `json:"path"`
	Kind    media.Kind `json:"kind"`
	Size    int64      `json:"size"`
	AddedAt time.Time  `json:"added_at"`
	State   string     `json:"state"`
	media.Description
}

func readItems(in io.Reader) ([]exported, error) {
	var items []exported
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var it exported
		if err := json.Unmarshal(lines.Bytes(), &it); err != nil {
			return nil, fmt.Errorf("read line %d: %w", len(items)+1, err)
		}
		items = append(items, it)
	}
	return items, lines.Err()
}

func derive(items []exported) []works.Work {
	units := make(map[works.Unit][]works.Item)
	for _, it := range items {
		if it.Kind.InWorks() {
			unit := works.UnitOf(it.Root, it.Path)
			units[unit] = append(units[unit], works.Item{ID: it.ID, Path: it.Path, Kind: it.Kind, Size: it.Size,
				AddedAt: it.AddedAt, Missing: it.State == "missing", Said: works.Say(&it.Description)})
		}
	}
	var parts []*works.Part
	var credits []works.Credit
	for unit, held := range units {
		for _, p := range works.Derive(unit, "", held) {
			parts = append(parts, p)
			if p.Credit.Name != "" {
				credits = append(credits, p.Credit)
			}
		}
	}
	works.Separate(parts, works.MaxShared)
	return append(works.JoinArtists(credits), works.Join(parts)...)
}

func readState(name string) ([]works.Former, error) {
	if name == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var former []works.Former
	return former, json.Unmarshal(raw, &former)
}

func writeState(name string, former []works.Former) error {
	if name == "" {
		return nil
	}
	raw, err := json.Marshal(former)
	if err != nil {
		return err
	}
	return os.WriteFile(name, raw, 0o600)
}

// succeed gives new works ids, and makes the works of this run the former ones of the next.
func succeed(former []works.Former, derived []works.Work, ids []int64, now time.Time) []works.Former {
	next := int64(0)
	for _, f := range former {
		next = max(next, f.ID)
	}
	for i := range ids {
		if ids[i] == 0 {
			next++
			ids[i] = next
		}
	}
	parents := parentIDs(derived, ids)
	kept := make(map[int64]bool, len(ids))
	var out []works.Former
	for i := range derived {
		w := &derived[i]
		f := works.Former{ID: ids[i], Kind: w.Kind, Key: w.Key, Parent: parents[w.Parent], Number: w.Number}
		for _, m := range w.Members {
			if m.Role == works.Main {
				f.Main = append(f.Main, m.ID)
			}
		}
		kept[f.ID] = true
		out = append(out, f)
	}
	for _, f := range former {
		if kept[f.ID] {
			continue
		}
		if f.Gone.IsZero() {
			f.Gone = now
		}
		out = append(out, f)
	}
	return out
}

func parentIDs(derived []works.Work, ids []int64) map[string]int64 {
	at := make(map[string]int64, len(derived))
	for i := range derived {
		at[derived[i].Key] = ids[i]
		for _, alias := range derived[i].Aliases {
			at[alias] = ids[i]
		}
	}
	return at
}

type member struct {
	ID       int64      `json:"id"`
	Root     string     `json:"root"`
	Path     string     `json:"path"`
	Role     works.Role `json:"role"`
	Version  int        `json:"version,omitempty"`
	Part     int        `json:"part,omitempty"`
	Extra    string     `json:"extra,omitempty"`
	Language string     `json:"language,omitempty"`
}

type line struct {
	ID        int64             `json:"id"`
	Kind      works.Kind        `json:"kind"`
	Parent    *int64            `json:"parent_id"`
	Title     string            `json:"title,omitempty"`
	SortTitle string            `json:"sort_title,omitempty"`
	Number    *float64          `json:"number,omitempty"`
	Date      string            `json:"date,omitempty"`
	Year      int               `json:"year,omitempty"`
	EndYear   int               `json:"end_year,omitempty"`
	Roots     []string          `json:"roots,omitempty"`
	Authors   []string          `json:"authors,omitempty"`
	Narrators []string          `json:"narrators,omitempty"`
	Artists   []string          `json:"artists,omitempty"`
	Series    string            `json:"series,omitempty"`
	IDs       map[string]string `json:"ids,omitempty"`
	Artwork   int64             `json:"artwork,omitempty"`
	Gaps      [][2]int          `json:"gaps,omitempty"`
	Children  int               `json:"children,omitempty"`
	Size      int64             `json:"size,omitempty"`
	Items     []member          `json:"items"`
}

func write(out io.Writer, derived []works.Work, ids []int64, items []exported) error {
	places := make(map[int64]*exported, len(items))
	for i := range items {
		places[items[i].ID] = &items[i]
	}
	parents := parentIDs(derived, ids)
	lines := make([]line, len(derived))
	for i := range derived {
		w := &derived[i]
		l := line{ID: ids[i], Kind: w.Kind, Title: w.Title, SortTitle: w.SortTitle, Number: w.Number, Date: w.Date,
			Year: w.Year, EndYear: w.EndYear, Roots: w.Roots, Authors: w.Authors, Narrators: w.Narrators,
			Artists: w.Artists, Series: w.Series, IDs: w.IDs, Artwork: w.Artwork, Gaps: w.Gaps, Children: w.Children,
			Size: w.Size, Items: []member{}}
		if id, ok := parents[w.Parent]; ok {
			l.Parent = &id
		} else if w.Parent != "" {
			return fmt.Errorf("work %s has no work above: %s", strings.ReplaceAll(w.Key, "\x00", "|"),
				strings.ReplaceAll(w.Parent, "\x00", "|"))
		}
		for _, m := range w.Members {
			it := places[m.ID]
			l.Items = append(l.Items, member{m.ID, it.Root, it.Path, m.Role, m.Version, m.Part, m.Extra, m.Language})
		}
		lines[i] = l
	}
	slices.SortFunc(lines, func(a, b line) int { return int(a.ID - b.ID) })
	buffered := bufio.NewWriter(out)
	enc := json.NewEncoder(buffered)
	enc.SetEscapeHTML(false)
	for i := range lines {
		if err := enc.Encode(&lines[i]); err != nil {
			return err
		}
	}
	return buffered.Flush()
}
