package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// MaxSame is how many items are given of a group of duplicates.
const MaxSame = 1000

// Duplicates are files of the same size and fingerprint.
type Duplicates struct {
	Size   int64
	Files  int64   // how many there are; the names of one file count once
	Items  []View  // the first MaxSame, by id: one of each file
	RootOf []int64 // of each item
}

// Wasted is how many bytes all but one of some files take.
func Wasted(size, files int64) int64 {
	if files < 2 {
		return 0
	}
	if size > math.MaxInt64/(files-1) {
		return math.MaxInt64 // sparse files claim more than any disk has
	}
	return size * (files - 1)
}

// DuplicateResult is a page of duplicates. It may hold fewer groups than asked for, even none, though others follow.
type DuplicateResult struct {
	Groups []Duplicates
	Next   string
	AsOf   int64
}

// alike is a group by its place in the order: by what it wastes, then by what tells it from others.
type alike struct{ Wasted, Size, Fingerprint int64 }

func (a alike) compare(b alike) int {
	return cmp.Or(cmp.Compare(a.Wasted, b.Wasted), cmp.Compare(a.Size, b.Size),
		cmp.Compare(a.Fingerprint, b.Fingerprint))
}

// sameEnd is where a page ended. What a group wastes is known once its items have been looked at; the index tells the
// most that it may waste, and groups are looked at in the order of that.
type sameEnd struct {
	Given *alike `json:"g,omitempty"` // the last that was given; nil: none
	Most  alike  `json:"m"`           // of those that are not given, the first by the most that it may waste
	Kept  int64  `json:"k,omitempty"` // the place that is kept of what was found beside; 0: none is
}

func (e *sameEnd) String() string {
	b, err := json.Marshal(e)
	if err != nil {
		return "" // numbers alone
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseSameEnd(text string) (e sameEnd, err error) {
	e.Most = alike{math.MaxInt64, math.MaxInt64, math.MaxInt64}
	if text == "" {
		return e, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &e)
	}
	if err != nil {
		return e, fmt.Errorf("%w: after: not the end of a page of duplicates", ErrQuery)
	}
	return e, nil
}

// Duplicates reads a page of groups of present items that pass the filters and hold the same, as far as size and
// fingerprint tell: what wastes most comes first.
func (s *Store) Duplicates(ctx context.Context, q Query) (res DuplicateResult, err error) {
	if err := q.check(); err != nil {
		return res, err
	}
	at, err := parseSameEnd(q.After)
	if err != nil {
		return res, err
	}
	if err := s.buildFor(ctx, "sort_same"); err != nil {
		return res, err
	}
	err = s.readQuery(ctx, q.Text, func(c *conn) error {
		if res.AsOf, err = c.number("SELECT value FROM meta WHERE key = 'indexed'"); err != nil {
			return err
		}
		if passes, err := s.passAny(c, &q); !passes || err != nil {
			return err
		}
		d := &sameSearch{s: s, c: c, q: &q, at: at, asOf: res.AsOf, ends: time.Now().Add(cmp.Or(q.Within, pageTime))}
		if err := d.narrow(); err != nil {
			return err
		}
		if err := d.run(); err != nil {
			return err
		}
		res.AsOf = d.asOf
		return d.give(&res)
	})
	return res, err
}

// passAny prepares a query for items that are looked at in an order of their own; false: none passes.
func (s *Store) passAny(c *conn, q *Query) (bool, error) {
	if !q.Filter.IsEmpty() {
		others := q.Filter.Without(ofCells...)
		rows, err := newRowCheck(c, others, "")
		if err != nil {
			return false, err
		}
		q.checks = &checks{s: s, filter: q.Filter, rows: rows, withDoc: !others.Without(ofRows...).IsEmpty()}
	}
	if q.Text == "" {
		return true, nil
	}
	t, err := newTextQuery(c, q.Text)
	if err == nil && len(t.Terms) > 0 {
		err = t.spreadOut()
	}
	q.text = t
	return err == nil && len(t.Terms) > 0, err
}

// passesView reports whether an item that has been read passes all that its query asks.
func (q *Query) passesView(c *conn, v *View) (bool, error) {
	if !q.isBelow(tree.Parent(v.Path)) {
		return false, nil
	}
	if q.text != nil {
		if has, err := q.text.passes(v.ID); !has || err != nil {
			return false, err
		}
	}
	if q.checks == nil {
		return true, nil
	}
	return q.checks.passView(c, v)
}

// sameSearch looks at groups in the order of the most that they may waste, until a page is sure.
type sameSearch struct {
	s     *Store
	c     *conn
	q     *Query
	at    sameEnd
	asOf  int64
	ends  time.Time
	ready []alike     // by the most that they may waste
	all   bool        // there are none behind ready
	found []foundSame // not given yet, the most wasted first
	sure  int         // of found: whatever follows wastes less

	cells map[int64]string // of which any item may pass; nil: everything passes
}

type foundSame struct {
	is   alike
	most alike
}

func (d *sameSearch) run() error {
	than, from := "<=", d.at.Most
	if kept := d.s.samePlaces.find(d.at.Kept, d.q); kept != nil {
		d.found = slices.Clone(kept.found)
		if d.all = len(kept.rest) == 0; !d.all {
			from = kept.rest[0]
		}
	} else if d.at.Kept != 0 { // what was found is to be found again, and then more
		d.ends = d.ends.Add(d.s.queryTime)
	}
	for looked := 0; ; looked++ {
		if len(d.ready) == 0 && !d.all {
			if err := d.read(than, from); err != nil {
				return err
			}
			than = "<"
		}
		d.count()
		isLate := looked > 0 && time.Now().After(d.ends) && (d.sure > 0 || len(d.found) <= sameFoundKept)
		if len(d.ready) == 0 || d.sure > d.q.Limit || isLate {
			return nil
		}
		from = d.ready[0]
		d.ready = d.ready[1:]
		if d.cells != nil {
			if may, err := d.mayRepeat(from); err != nil {
				return err
			} else if !may {
				continue
			}
		}
		files, err := d.look(from, nil)
		if err != nil {
			return err
		}
		is := alike{Wasted(from.Size, files), from.Size, from.Fingerprint}
		if files > 1 && (d.at.Given == nil || is.compare(*d.at.Given) < 0) {
			// One that wastes less by now than what is kept of it says is met twice.
			i, met := slices.BinarySearchFunc(d.found, is, func(f foundSame, is alike) int { return is.compare(f.is) })
			if !met {
				d.found = slices.Insert(d.found, i, foundSame{is, from})
			}
		}
	}
}

// count says how many of those found are sure to be the next.
func (d *sameSearch) count() {
	isSure := func(i int) bool { return len(d.ready) == 0 || d.found[i].is.compare(d.ready[0]) > 0 }
	for d.sure = 0; d.sure < len(d.found) && isSure(d.sure); d.sure++ {
	}
}

// sameRead is how many groups are read at once.
const sameRead = 10_000

// sameSQL reads what the index knows of groups: it counts all names, and whatever does not pass.
const sameSQL = `SELECT most, size, fingerprint FROM (SELECT size, fingerprint, count(*) AS n,
	CASE WHEN size > 9223372036854775807 / (count(*) - 1) THEN 9223372036854775807
		ELSE size * (count(*) - 1) END AS most
	FROM sort_keys INDEXED BY sort_same WHERE fingerprint IS NOT NULL GROUP BY size, fingerprint HAVING count(*) > 1)
	WHERE (most, size, fingerprint) `

// wasters are the first groups of all, as of a number of the feed, by the most that each may waste. To read them takes
// a fifth of a second of a million items: so it is done once, and what changes is taken in, see freshen; and while
// changes wait to be indexed, which no list shows yet, those of a short while ago do.
type wasters struct {
	asOf   int64
	read   time.Time
	groups []alike
	all    bool
}

// wastersAge is how old they may be while changes wait.
const wastersAge = 10 * time.Second

// isOf reports whether they are good for a page as of a number of the feed.
func (w *wasters) isOf(asOf int64, waiting bool) bool {
	return w != nil && (w.asOf == asOf || waiting && w.asOf < asOf && time.Since(w.read) < wastersAge)
}

// read reads groups from a place on, or those behind it.
func (d *sameSearch) read(than string, from alike) error {
	first := than == "<=" && from == (alike{math.MaxInt64, math.MaxInt64, math.MaxInt64})
	kept := d.s.wasters.Load()
	if !kept.isOf(d.asOf, d.s.indexed.Load() < d.s.Head()) {
		var err error
		if kept, err = d.freshen(kept); err != nil {
			return err
		}
		if kept != nil {
			d.s.wasters.Store(kept)
		}
	}
	if kept != nil {
		d.asOf = kept.asOf
		i, _ := slices.BinarySearchFunc(kept.groups, from, func(g, from alike) int { return from.compare(g) })
		if than == "<" && i < len(kept.groups) && kept.groups[i] == from {
			i++
		}
		if kept.all || i < len(kept.groups) {
			d.ready, d.all = kept.groups[i:], kept.all
			return nil
		}
	}
	if err := d.readIndex(than, from); err != nil || !first {
		return err
	}
	d.s.wasters.Store(&wasters{d.asOf, time.Now(), d.ready, d.all})
	return nil
}

func (d *sameSearch) readIndex(than string, from alike) error {
	d.ready = nil // what is kept is not written to
	err := d.c.each(sameSQL+than+" (?,?,?) ORDER BY most DESC, size DESC, fingerprint DESC LIMIT ?", func(r row) error {
		d.ready = append(d.ready, alike{r.int(0), r.int(1), r.int(2)})
		return nil
	}, from.Wasted, from.Size, from.Fingerprint, int64(sameRead))
	d.all = len(d.ready) < sameRead
	return err
}

// look counts the files of a group that pass, and hands on the items of them: of a file with several names the first.
func (d *sameSearch) look(g alike, fn func(root int64, v *View) error) (files int64, err error) {
	type file struct{ volume, inode, birth int64 }
	seen := map[file]bool{}
	columns := feedColumns
	if fn == nil && (d.q.checks == nil || !d.q.checks.withDoc) {
		columns = withoutDoc
	}
	err = d.c.each("SELECT "+columns+", i.volume, i.inode, i.birth, i.links FROM sort_keys k INDEXED BY sort_same "+
		"CROSS JOIN items i ON i.id = k.id CROSS JOIN dirs d ON d.id = i.dir "+
		"WHERE k.size = ? AND k.fingerprint = ? AND i.state = {present} AND i.size = k.size AND "+
		"i.fingerprint = k.fingerprint ORDER BY k.id", func(r row) error {
		n := len(r)
		f, links := file{r.int(n - 4), r.int(n - 3), r.int(n - 2)}, r.int(n-1)
		if seen[f] {
			return nil
		}
		v, root := scanView(d.s, r), r.int(3)
		passes, err := d.q.passesView(d.c, &v)
		if !passes || err != nil {
			return err
		}
		if files++; f.inode != 0 && links != 1 {
			seen[f] = true
		}
		if fn != nil {
			return fn(root, &v)
		}
		return nil
	}, driver.Value(g.Size), g.Fingerprint)
	return files, err
}

// give reads the items of what is sure, as far as the page takes them, and says where the next goes on.
func (d *sameSearch) give(res *DuplicateResult) error {
	bytes, given := 0, 0
	for ; given < min(d.sure, d.q.Limit) && (given == 0 || bytes < PageBytes); given++ {
		g := Duplicates{Size: d.found[given].is.Size}
		var err error
		g.Files, err = d.look(d.found[given].is, func(root int64, v *View) error {
			if len(g.Items) < MaxSame {
				bytes += v.bytes()
				g.Items, g.RootOf = append(g.Items, *v), append(g.RootOf, root)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if g.Files > 1 { // it may have changed since it was found
			res.Groups = append(res.Groups, g)
		}
		d.at.Given = &d.found[given].is
	}
	left := d.found[given:]
	if len(left) == 0 && len(d.ready) == 0 {
		return nil
	}
	end := sameEnd{Given: d.at.Given, Most: alike{Wasted: math.MinInt64}}
	for _, f := range left {
		end.Most = slices.MaxFunc([]alike{end.Most, f.most}, alike.compare)
	}
	if len(d.ready) > 0 {
		end.Most = slices.MaxFunc([]alike{end.Most, d.ready[0]}, alike.compare)
	}
	end.Kept = d.s.samePlaces.keep(&samePlace{q: d.q.narrowing(), found: slices.Clone(left[:min(len(left), sameFoundKept)]),
		rest: slices.Clone(d.ready[:min(1, len(d.ready))])})
	res.Next = end.String()
	return nil
}
