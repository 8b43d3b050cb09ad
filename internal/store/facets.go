package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// FacetSum is how much has a value.
type FacetSum struct {
	Count    int64
	Size     int64
	Duration float64 // seconds
}

func (s *FacetSum) add(o FacetSum) {
	s.Count += o.Count
	s.Size += o.Size
	s.Duration += o.Duration
}

// FacetValue is a value, as JSON: null stands for unknown.
type FacetValue struct {
	Value string
	FacetSum
}

// Facets say what values items or works have, and how many have each.
type Facets struct {
	AsOf     int64
	Complete bool // all that pass were looked at
	Total    FacetSum
	By       [][]FacetValue // of each facet that was asked for, the largest first
}

const (
	// MaxFacets is how many facets are asked for at once.
	MaxFacets = 4
	// facetTime is how long items or works are looked at.
	facetTime = 250 * time.Millisecond
	// facetShown is how many values are given of a facet, facetKept how many are counted.
	facetShown, facetKept = 500, 50_000
)

// facetFields are the facets that are a field of filters.
var facetFields = map[string]filter.Field{
	"kind": filter.Kind, "root": filter.Root, "state": filter.State, "analysis": filter.Analysis,
	"year": filter.Year, "genre": filter.Genre, "artist": filter.Artist, "author": filter.Author,
	"series": filter.Series, "camera": filter.Camera, "audio": filter.Audio, "subtitles": filter.Subtitles,
	"codec": filter.Codec, "height": filter.Height, "hdr": filter.HDR, "extension": filter.Extension,
}

// workFacets are those that works have; itemFacets are all.
var (
	workFacets = []string{"kind", "root", "state", "year", "decade", "genre", "artist", "author", "series", "audio",
		"subtitles", "height", "hdr", "added_month"}
	itemFacets = []string{"kind", "root", "state", "analysis", "year", "decade", "genre", "artist", "album_artist",
		"author", "series", "camera", "audio", "subtitles", "codec", "height", "hdr", "extension", "added_month",
		"taken_month", "folder"}
)

// ItemFacets are the names of the facets of items, WorkFacets those of works.
func ItemFacets() []string { return slices.Clone(itemFacets) }

// WorkFacets are the names of the facets of works.
func WorkFacets() []string { return slices.Clone(workFacets) }

// facets counts values.
type facets struct {
	by     []string
	under  string
	counts []map[string]*FacetValue // by the value as it is compared
	total  FacetSum
	full   bool // there were more values than are counted
	ends   time.Time
	looked int
	keys   []facetKey
}

type facetKey struct{ compared, shown string }

func newFacets(by []string, known []string, under string) (*facets, error) {
	if len(by) == 0 || len(by) > MaxFacets {
		return nil, fmt.Errorf("%w: by: name 1 to %d of %s", ErrQuery, MaxFacets, strings.Join(known, ", "))
	}
	f := &facets{by: by, under: under, ends: time.Now().Add(facetTime)}
	for _, name := range by {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("%w: by=%s: choose %s", ErrQuery, name, strings.Join(known, ", "))
		}
		f.counts = append(f.counts, map[string]*FacetValue{})
	}
	return f, nil
}

// isLate reports whether the time is over.
func (f *facets) isLate() bool {
	f.looked++
	return f.looked%64 == 0 && time.Now().After(f.ends)
}

// take counts something that has these facts. What has a value twice counts once.
func (f *facets) take(sum FacetSum, facts *filter.Facts, v *View) {
	f.total.add(sum)
	for i, name := range f.by {
		f.keys = f.values(f.keys[:0], name, facts, v)
		if len(f.keys) == 0 {
			f.keys = append(f.keys, facetKey{"", jsonNull})
		}
		for n, k := range f.keys {
			if !slices.ContainsFunc(f.keys[:n], func(o facetKey) bool { return o.compared == k.compared }) {
				f.count(i, k, sum)
			}
		}
	}
}

func (f *facets) count(i int, k facetKey, sum FacetSum) {
	value := f.counts[i][k.compared]
	if value == nil {
		if len(f.counts[i]) == facetKept {
			f.full = true
			return
		}
		value = &FacetValue{Value: k.shown}
		f.counts[i][k.compared] = value
	}
	value.Value = min(value.Value, k.shown) // of several spellings always the same
	value.add(sum)
}

// result gives the largest values of each facet.
func (f *facets) result(complete bool) (res Facets) {
	res.Complete, res.Total = complete && !f.full, f.total
	for _, of := range f.counts {
		all := make([]FacetValue, 0, len(of))
		for _, v := range of {
			all = append(all, *v)
		}
		slices.SortFunc(all, func(a, b FacetValue) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.Size, a.Size), strings.Compare(a.Value, b.Value))
		})
		res.By = append(res.By, all[:min(len(all), facetShown)])
	}
	return res
}

// ItemFacets counts the values that items have which pass a query's filters. Where those are of whole cells, sums are
// kept of them; else items are looked at for as long as facetTime lets.
func (s *Store) ItemFacets(ctx context.Context, q Query, by []string) (res Facets, err error) {
	q.Limit, q.Sort = 1, "added"
	if err := q.check(); err != nil {
		return res, err
	}
	f, err := newFacets(by, itemFacets, q.Under)
	if err != nil {
		return res, err
	}
	if !q.isOfCells() {
		if err := s.buildFor(ctx, q.indexes()...); err != nil {
			return res, err
		}
	}
	err = s.readQuery(ctx, q.Text, func(c *conn) error {
		asOf, err := c.number("SELECT value FROM meta WHERE key = 'indexed'")
		if err != nil {
			return err
		}
		cells, err := s.cells(c, &q)
		if err != nil {
			return err
		}
		cells = slices.DeleteFunc(cells, func(c cell) bool { return c.state == Detached })
		complete := true
		if q.isOfCells() {
			err = f.sumKept(c, cells)
		} else {
			complete, err = s.lookAtItems(c, &q, f, cells)
		}
		res = f.result(complete)
		res.AsOf = asOf
		return err
	})
	return res, err
}

// isOfCells reports whether whole cells pass.
func (q *Query) isOfCells() bool {
	return q.Text == "" && q.Under == "" && q.Filter.Without(ofCells...).IsEmpty()
}

// lookAtItems counts items one by one; complete is false where the time was not enough.
func (s *Store) lookAtItems(c *conn, q *Query, f *facets, cells []cell) (complete bool, err error) {
	passes, err := s.passAny(c, q)
	if !passes || err != nil {
		return true, err
	}
	ids, few, err := s.fewThatMayPass(c, q, cells)
	if err != nil {
		return false, err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if rows := f.byRows(s, c, q, cells); rows != nil && (!few || q.Under == "") {
		return rows.lookAtRows(cells, ids, few)
	}
	var facts filter.Facts
	look := func(r row) error {
		if f.isLate() {
			return errFound
		}
		v := scanView(s, r)
		if passes, err := q.passesView(c, &v); !passes || err != nil {
			return err
		}
		facts.Clear()
		if err := itemFacts(c, &facts, &v, false); err != nil {
			return err
		}
		sum := FacetSum{Count: 1, Size: v.Size}
		if n, known := facts.Number(filter.Duration); known {
			sum.Duration = filter.ToSeconds(n)
		}
		f.take(sum, &facts, &v)
		return nil
	}
	if err = s.eachThatMayPass(c, q, cells, ids, few, look); errors.Is(err, errFound) {
		return false, nil
	}
	return err == nil, err
}

// fewThatMayPass are the items that are found by the words, or that a filter leaves, where those are few.
func (s *Store) fewThatMayPass(c *conn, q *Query, cells []cell) (ids []int64, few bool, err error) {
	q.few = fewItems
	if q.text == nil {
		return candidates(c, q, cells)
	}
	matching := *q
	matching.checks, matching.Limit = nil, fewItems
	found, few, err := s.fewMatches(c, &matching, cells, nil, q.text)
	if !few || err != nil {
		return nil, false, err
	}
	for i := range found {
		ids = append(ids, found[i].id)
	}
	q.text = nil // all of them are known to hold the words
	return ids, true, nil
}

// eachThatMayPass reads the items that a filter leaves where those are few, or those below a directory, or all of
// cells.
func (s *Store) eachThatMayPass(
	c *conn, q *Query, cells []cell, ids []int64, few bool, look func(row) error,
) error {
	const of = "SELECT " + feedColumns + " FROM items i CROSS JOIN dirs d ON d.id = i.dir " +
		"WHERE i.id = ? AND i.state < {detached}"
	if few {
		for _, id := range ids {
			if err := c.each(of, look, id); err != nil {
				return err
			}
		}
		return nil
	}
	if q.Under != "" {
		for root := range rootsOfCells(cells) {
			err := c.each("SELECT "+feedColumns+" FROM ("+belowSQL+") b CROSS JOIN items i ON i.id = b.id "+
				"CROSS JOIN dirs d ON d.id = i.dir WHERE i.state < {detached}", look, q.belowArgs(root)...)
			if err != nil {
				return err
			}
		}
		return nil
	}
	for i := range cells {
		err := c.each("SELECT "+feedColumns+" FROM sort_keys k INDEXED BY sort_added "+
			"CROSS JOIN items i ON i.id = k.id CROSS JOIN dirs d ON d.id = i.dir "+
			"WHERE k.cell = ? AND i.state < {detached} ORDER BY k.added", look, cells[i].id)
		if err != nil {
			return err
		}
	}
	return nil
}

// WorkFacets counts the values that works have which pass a query's filters. Where those are of kinds alone, sums are
// kept of them; else works are looked at for as long as facetTime lets.
func (s *Store) WorkFacets(ctx context.Context, q WorkQuery, by []string) (res Facets, err error) {
	q.Limit, q.Sort, q.Descending = workPiece, "updated", false
	if err := q.check(); err != nil {
		return res, err
	}
	f, err := newFacets(by, workFacets, q.Under)
	if err != nil {
		return res, err
	}
	err = s.readQuery(ctx, q.Text, func(c *conn) error {
		asOf, err := c.number("SELECT value FROM meta WHERE key = 'head'")
		if err != nil {
			return err
		}
		complete := true
		if q.isOfKinds() {
			err = f.sumKeptWorks(c, q.Kinds)
		} else {
			complete, err = q.lookAtWorks(c, f)
		}
		res = f.result(complete)
		res.AsOf = asOf
		return err
	})
	return res, err
}

// isOfKinds reports whether all works of some kinds pass.
func (q *WorkQuery) isOfKinds() bool {
	values := q.Filter.Values(filter.Kind) // of which none is one that a work must not have
	return q.Text == "" && q.Under == "" && q.Parent == 0 && q.Filter.Without(filter.Kind).IsEmpty() &&
		(len(values) == 0 || slices.Equal(values, q.Kinds) && slices.Equal(values, q.Filter.Wanted(filter.Kind)))
}

func (q *WorkQuery) lookAtWorks(c *conn, f *facets) (complete bool, err error) {
	next, err := q.source(c, nil)
	for err == nil && !f.isLate() {
		var e *entry
		if e, err = next(); e == nil || err != nil {
			return err == nil, err
		}
		var all []WorkView
		if all, err = worksWhere(c, "w.id = ? AND w.gone = 0", e.id); err != nil || len(all) == 0 {
			continue
		}
		w := &all[0]
		var passes bool
		if passes, err = q.passes(c, w); passes && err == nil {
			f.takeWork(w, &q.facts)
		}
	}
	return false, err
}

// takeWork counts a work, by facts that are made anew.
func (f *facets) takeWork(w *WorkView, facts *filter.Facts) {
	facts.Clear()
	workFacts(facts, w)
	facts.Add(filter.State, w.State())
	f.take(FacetSum{1, w.Size, float64(w.Duration) / 1000}, facts, nil)
}
