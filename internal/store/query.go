package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// ErrQuery says that a query asks for something that there is not.
var ErrQuery = errors.New("bad query")

// MaxMatches is how many matches of a search are ranked, of each kind of them.
const MaxMatches = 10000

// Query asks for a page of items. The zero value of a field asks for nothing special.
type Query struct {
	Roots      []string
	Under      string // directory, of each root
	Kinds      []string
	State      string // present or missing
	Text       string
	Sort       string // one of columns; "": by rank for a search, else by path
	Descending bool
	Limit      int    // items of a page, at least one
	After      string // from Result.Next
	From       string // a value of the order at which the page begins; see beginning
	Filter     *filter.Set
	// Unheld has a search by rank find only items that no work holds. Where its time is over, it has one page.
	Unheld bool
	Within time.Duration // how long a page looks for what passes; 0: as long as a page may

	checks *checks    // what is compared in each item that an order gives; nil: nothing
	few    int        // items that are found and compared rather than compared in their order; 0: as many as is fast
	text   *textQuery // looked for in each item that an order gives; nil: nothing
	most   searchMost // zero but in tests
}

// Result is a page of items. Next is empty on the last page. A page may hold fewer items than asked for, even none,
// though others follow: those that have ceased to match since they were indexed are left out, and it ends before it has
// more than PageBytes, or after a tenth of a second of looking for what passes the filters.
type Result struct {
	Items []View
	Next  string
	AsOf  int64 // the feed's number from which on a client has to read to miss nothing
}

// The orders of items: the directories', columns of sort_keys, and how well an item matches.
const (
	byPath = "path"
	byRank = "match"
)

var columns = []string{byPath, "title", "added", "modified", "size", "year", "duration", "taken", "track", "episode"}

// mayBeUnknown reports whether a column may hold no value.
func mayBeUnknown(column string) bool {
	return column == "title" || column == "year" || column == "duration" || isOfSome(column)
}

// Query reads a page of items in order: ties by id, unknown values last. A page sees one moment of the
// catalog; the next may see a later one, and goes on behind the last item by its value, so that none is
// shown twice or passed over because others come and go.
func (s *Store) Query(ctx context.Context, q Query) (res Result, err error) {
	if err := q.check(); err != nil {
		return res, err
	}
	at, err := beginning(q.After, q.From, q.Sort, q.Descending, q.order(), newSorter().titleKey)
	if err != nil {
		return res, err
	}
	if err := s.buildFor(ctx, q.indexes()...); err != nil {
		return res, err
	}
	err = s.readQuery(ctx, q.Text, func(c *conn) error {
		if res.AsOf, err = c.number("SELECT value FROM meta WHERE key = 'indexed'"); err != nil {
			return err
		}
		cells, err := s.cells(c, &q)
		if err != nil || len(cells) == 0 {
			return err
		}
		var found []entry
		p := pace{ends: time.Now().Add(cmp.Or(q.Within, pageTime)), often: paceOften, few: int64(q.most.few)}
		if found, err = s.find(c, &q, cells, at, &p); err != nil {
			return err
		}
		last := len(found) - 1
		if len(found) > q.Limit {
			found = found[:q.Limit]
		}
		read, err := s.views(c, &q, found, &res)
		if err == nil && read > 0 && read <= last {
			res.Next = endAt(&found[read-1], q.order()).String()
		} else if err == nil && p.end != nil {
			res.Next = endAt(p.end, q.order()).String()
		}
		return err
	})
	return res, err
}

// find reads one entry more than a page holds, in order, behind a place.
func (s *Store) find(c *conn, q *Query, cells []cell, at *entry, p *pace) (found []entry, err error) {
	if q.checks, err = s.newChecks(c, q); err != nil {
		return nil, err
	}
	if q.checks != nil && q.checks.rows.folder == nobodys {
		return nil, nil
	}
	if q.checks != nil {
		q.few = cmp.Or(q.few, fewChecked) // each look takes its time
		p.often, p.few = paceOften/8, int64(q.few)
		q.most.few, q.most.ranked = min(q.most.few, fewChecked), min(q.most.ranked, fewChecked)
		if q.Text == "" {
			found, few, err := s.narrowed(c, q, cells, at)
			if few || err != nil {
				return found, err
			}
		}
	}
	switch {
	case q.Sort == byRank:
		return s.ranked(c, q, cells, at, p)
	case q.Text != "":
		return s.searched(c, q, cells, at, p)
	case q.Sort == byPath:
		return s.byPaths(c, q, cells, at, p)
	}
	return sorted(c, q, cells, at, p)
}

func (q *Query) check() error {
	switch {
	case q.Sort == "" && q.Text == "":
		q.Sort = byPath
	case q.Sort == "":
		q.Sort = byRank
	case !slices.Contains(columns, q.Sort):
		return fmt.Errorf("%w: sort by %q: choose %s", ErrQuery, q.Sort, strings.Join(columns, ", "))
	}
	if q.State != "" && q.State != "present" && q.State != "missing" {
		return fmt.Errorf("%w: state %q: choose present or missing", ErrQuery, q.State)
	}
	if err := checkText(q.Text); err != nil {
		return err
	}
	q.most = searchMost{cmp.Or(q.most.ranked, MaxMatches), cmp.Or(q.most.few, fewItems), cmp.Or(q.most.known, gatheredMost)}
	if q.Limit < 1 {
		return fmt.Errorf("%w: limit %d", ErrQuery, q.Limit)
	}
	return nil
}

// order names the order, so that a place of another is not taken for one of it.
func (q *Query) order() string {
	if q.Descending {
		return "-" + q.Sort
	}
	return q.Sort
}

// pathRange bounds the paths below the query's directory.
func (q *Query) pathRange() (from, to []byte) {
	return []byte(q.Under + "/"), []byte(q.Under + "0") // '0' follows '/'
}

// isBelow reports whether a directory is the query's or below it.
func (q *Query) isBelow(dir string) bool {
	return q.Under == "" || dir == q.Under || strings.HasPrefix(dir, q.Under+"/")
}

// matches reports whether an item as it is now passes the filters.
func (q *Query) matches(v *View) bool {
	return (len(q.Roots) == 0 || slices.Contains(q.Roots, v.Root)) &&
		(len(q.Kinds) == 0 || slices.Contains(q.Kinds, string(v.Kind))) &&
		(q.State == "" || (q.State == "present") == (v.State == Present)) &&
		(q.Under == "" || strings.HasPrefix(v.Path, q.Under+"/"))
}

// cell is the items of one root, kind and state.
type cell struct {
	id     int64
	rootID int64
	root   string
	kind   string
	state  State
}

func (c *cell) mediaKind() media.Kind { return media.Kind(c.kind) }

// cells reads those that pass the filters.
func (s *Store) cells(c *conn, q *Query) (out []cell, err error) {
	err = c.each("SELECT id, root, kind, state FROM cells", func(r row) error {
		root, state := s.rootName(r.int(1)), State(r.int(3))
		if (len(q.Roots) == 0 || slices.Contains(q.Roots, root)) && (len(q.Kinds) == 0 || slices.Contains(q.Kinds, r.text(2))) &&
			(q.State == "" || (q.State == "present") == (state == Present)) {
			if c := (cell{r.int(0), r.int(1), root, r.text(2), state}); q.cellPasses(&c) {
				out = append(out, c)
			}
		}
		return nil
	})
	return out, err
}

// views reads the items found, in their order; those that are gone meanwhile, or match no longer, are
// left out. It returns how many of those found are behind it then: all, or as many as the page's bytes let in.
func (s *Store) views(c *conn, q *Query, found []entry, res *Result) (read int, err error) {
	bytes := 0
	var facts filter.Facts
	var lost error
	for i := range found {
		_, err := c.one("SELECT "+feedColumns+" FROM items i JOIN dirs d ON d.id = i.dir WHERE i.id = ? AND i.state < {detached}", func(r row) {
			v := scanView(s, r)
			passes := q.matches(&v)
			if passes && !q.Filter.IsEmpty() {
				facts.Clear()
				lost = itemFacts(c, &facts, &v, q.Filter.Needs(filter.Work))
				passes = lost == nil && q.Filter.Matches(&facts)
			}
			if passes {
				res.Items = append(res.Items, v)
				bytes += v.bytes()
			}
		}, found[i].id)
		if err = errors.Join(err, lost); err != nil {
			return 0, err
		}
		if bytes > PageBytes && len(res.Items) > 1 {
			res.Items = res.Items[:len(res.Items)-1] // it is the next page's first
			return i, nil
		}
	}
	return len(found), nil
}

// Item reads one item; found is false where there is none.
func (s *Store) Item(ctx context.Context, id int64) (v View, root int64, found bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		found, err = c.one("SELECT "+feedColumns+" FROM items i JOIN dirs d ON d.id = i.dir WHERE i.id = ? AND i.state < {detached}",
			func(r row) { v, root = scanView(s, r), r.int(3) }, id)
		return err
	})
	return v, root, found, err
}

// Pictures reads the pictures that may belong to an item: artwork of its directory, and images that bear
// its name.
func (s *Store) Pictures(ctx context.Context, id int64) (out []View, err error) {
	err = s.read(ctx, func(c *conn) error {
		var dir int64
		var name string
		found, err := c.one("SELECT dir, name FROM items WHERE id = ?", func(r row) { dir, name = r.int(0), string(r.bytes(1)) }, id)
		if err != nil || !found {
			return err
		}
		stem := strings.TrimSuffix(name, path.Ext(name))
		take := func(r row) error { out = append(out, scanView(s, r)); return nil }
		const from = "SELECT " + feedColumns + " FROM items i JOIN dirs d ON d.id = i.dir WHERE i.dir = ? AND i.state = {present} AND "
		// The whole list lets SQLite take the index of companions, which is short.
		if err := c.each(from+"i.kind IN {companions} AND i.kind = ?", take, dir, string(media.KindArtwork)); err != nil {
			return err
		}
		return c.each(from+"i.name > ? AND i.name < ? AND i.kind IN ('image', 'photo')", take,
			dir, []byte(stem+"."), []byte(stem+"/")) // '/' follows '.'
	})
	return out, err
}
