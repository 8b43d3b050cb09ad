package postgres

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

const (
	// facetTime is how long items are looked at.
	facetTime = 250 * time.Millisecond
	// facetShown is how many values are given of a facet, facetKept how many are counted.
	facetShown, facetKept = 500, 50_000
)

// ofSums are the fields by which sums are kept.
var ofSums = []filter.Field{filter.Root, filter.Kind, filter.State}

// facetSearch counts what is asked for.
type facetSearch struct {
	tx  pgx.Tx
	q   *asked
	by  []string
	out *store.FacetCounter
}

// ItemFacets counts the values that items have which pass a query's filters: by the sums that are kept where those are
// of all items of some roots, kinds and states, and else one item after the other, for as long as an answer may take.
func (s *Store) ItemFacets(ctx context.Context, q store.Query, by []string) (out store.Facets, err error) {
	q.Limit, q.Sort = 1, "added"
	if err := check(&q); err != nil {
		return out, err
	}
	var counter *store.FacetCounter
	var head int64
	complete := true
	err = s.read(ctx, func(tx pgx.Tx) error {
		if counter, err = store.CountFacets(&q, by); err != nil {
			return err
		}
		if head, err = s.asOf(ctx, tx, &q); err != nil {
			return err
		}
		wanted, err := s.ask(ctx, tx, &q)
		if err != nil || wanted.none {
			return err
		}
		f := &facetSearch{tx, wanted, by, counter}
		if q.Text == "" && q.Under == "" && q.Filter.Without(ofSums...).IsEmpty() {
			return f.sumKept(ctx)
		}
		complete, err = f.look(ctx)
		return err
	})
	if err != nil {
		return out, asSlow(err)
	}
	out = counter.Facets(complete)
	out.AsOf = head
	return out, nil
}

// sum is how much there is, as it is kept.
type sum struct {
	n                  int64
	size, milliseconds pgtype.Numeric
}

func (s *sum) into() []any { return []any{&s.n, &s.size, &s.milliseconds} }

func (s *sum) facet() store.FacetSum {
	whole := func(n pgtype.Numeric) int64 {
		if n.Int == nil {
			return 0
		}
		v := new(big.Int).Set(n.Int)
		if n.Exp > 0 {
			v.Mul(v, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n.Exp)), nil))
		}
		if !v.IsInt64() {
			return math.MaxInt64 // sparse files claim more than any disk has
		}
		return v.Int64()
	}
	return store.FacetSum{Count: s.n, Size: whole(s.size), Duration: float64(whole(s.milliseconds)) / 1000}
}

const summed = "sum(n)::bigint AS n, sum(size) AS size, sum(milliseconds) AS milliseconds"

// passing are the sums that are asked for.
func (f *facetSearch) passing() (s statement) {
	s.must("n > 0")
	s.filters(f.q.Filter)
	return s
}

func (f *facetSearch) sumKept(ctx context.Context) error {
	total, err := f.sumOf(ctx, "sums", f.passing())
	if err != nil {
		return err
	}
	f.out.AddTotal(total)
	for i, name := range f.by {
		switch name {
		case "kind", "root", "state", "analysis":
			err = f.sumColumn(ctx, i, name)
		default:
			err = f.sumValues(ctx, i, facetNumber(name), total, f.valueSums(name))
		}
		if err != nil {
			return fmt.Errorf("count the values of %s: %w", name, err)
		}
	}
	return nil
}

func (f *facetSearch) sumOf(ctx context.Context, table string, s statement) (store.FacetSum, error) {
	var all sum
	query := "SELECT coalesce(sum(n), 0)::bigint, sum(size), sum(milliseconds) FROM " + table + " WHERE " + s.condition()
	err := f.tx.QueryRow(ctx, query, s.args...).Scan(all.into()...)
	return all.facet(), err
}

// sumColumn counts the values of a facet that is a column of the sums.
func (f *facetSearch) sumColumn(ctx context.Context, i int, name string) error {
	s := f.passing()
	rows, err := f.tx.Query(ctx, "SELECT "+name+"::text, "+summed+" FROM sums WHERE "+s.condition()+" GROUP BY "+name,
		s.args...)
	if err != nil {
		return err
	}
	var value string
	var one sum
	_, err = pgx.ForEachRow(rows, append([]any{&value}, one.into()...), func() error {
		f.addColumn(i, name, value, one.facet())
		return nil
	})
	return err
}

// addColumn adds to a value of a facet that is a column.
func (f *facetSearch) addColumn(i int, name, value string, sum store.FacetSum) {
	words := map[string]map[string]int16{"state": states, "analysis": analyses}[name]
	for word, n := range words {
		if strconv.Itoa(int(n)) == value {
			value = word
		}
	}
	f.out.Add(i, value, string(store.AppendString(nil, value)), sum)
}

// valueSums are the sums of the values that a facet has, of what is asked for: see 0008.sql.
type valueSums struct {
	table   string
	passing func() statement
	several bool // rows of a value, which are to be summed up
	any     bool // it is kept how much has any value
}

// valueSums are those of a facet of items.
func (f *facetSearch) valueSums(name string) valueSums {
	v := valueSums{"facet_sums", f.passing, true, hasSeveral[name]}
	if !f.q.Filter.Without(filter.Kind).IsEmpty() {
		return v
	}
	v.table, v.any, v.several = "facet_totals", true, len(f.q.Filter.Wanted(filter.Kind)) != 1
	if f.q.Filter.IsEmpty() {
		v.several = false
		v.passing = func() (s statement) { s.must("n > 0 AND kind = ''"); return s }
		return v
	}
	v.passing = func() statement { s := f.passing(); s.must("kind <> ''"); return s }
	return v
}

// sumValues counts the values of a facet that is no column.
func (f *facetSearch) sumValues(ctx context.Context, i int, facet int64, total store.FacetSum, of valueSums) error {
	s := of.passing()
	s.must("value > " + s.arg(anyValue(facet)) + " AND value < " + s.arg(anyValue(facet+1)))
	known := s
	if of.any {
		known = of.passing()
		known.must("value = " + known.arg(anyValue(facet)))
	}
	having, err := f.sumOf(ctx, of.table, known)
	if err != nil {
		return err
	}
	most := facetShown
	if f.by[i] == "decade" { // of which each is several years
		most = facetKept
	}
	what, group := "n, size, milliseconds", ""
	if of.several {
		what, group = summed, " GROUP BY value"
	}
	limit := s.arg(most)
	rows, err := f.tx.Query(ctx, "SELECT (SELECT shown FROM facet_values v WHERE v.id = l.value), n, size, milliseconds "+
		"FROM (SELECT value, "+what+" FROM "+of.table+" WHERE "+s.condition()+group+
		" ORDER BY 2 DESC, 3 DESC LIMIT "+limit+") l", s.args...)
	if err != nil {
		return err
	}
	var shown *string
	var one sum
	_, err = pgx.ForEachRow(rows, append([]any{&shown}, one.into()...), func() error {
		if shown != nil {
			f.add(i, *shown, one.facet())
		}
		return nil
	})
	f.addUnknown(i, total, having)
	return err
}

// add adds to a value by how it is shown.
func (f *facetSearch) add(i int, shown string, sum store.FacetSum) {
	if n, err := strconv.ParseInt(shown, 10, 64); err == nil && f.by[i] == "decade" {
		shown = strconv.FormatInt(n-n%10, 10)
	}
	f.out.Add(i, shown, shown, sum)
}

// addUnknown adds what has no value of a facet.
func (f *facetSearch) addUnknown(i int, total, having store.FacetSum) {
	if n := total.Count - having.Count; n > 0 {
		f.out.Add(i, "", "null", store.FacetSum{Count: n, Size: total.Size - having.Size,
			Duration: max(0, total.Duration-having.Duration)})
	}
}

// look counts items one by one; complete is false where the time was not enough.
func (f *facetSearch) look(ctx context.Context) (complete bool, err error) {
	l := &looking{ends: time.Now().Add(facetTime)}
	if f.q.Under != "" && slices.Contains(f.by, "folder") {
		return f.lookAtFolders(ctx, l)
	}
	c := &counted{f: f, of: make([]map[int64]store.FacetSum, len(f.by)), any: make([]store.FacetSum, len(f.by))}
	for i := range c.of {
		c.of[i] = map[int64]store.FacetSum{}
	}
	const columns = "root, kind, state::text, analysis::text, size, coalesce(duration, 0), facets"
	var r countedRow
	complete, err = l.each(ctx, f.tx, f.q, columns, r.into(), func() { c.take(&r) })
	if err != nil {
		return false, err
	}
	return complete && !c.full, c.finish(ctx)
}

// counted is what was counted of items by the numbers of values.
type counted struct {
	f     *facetSearch
	of    []map[int64]store.FacetSum // of each facet, by its values
	any   []store.FacetSum           // what has any
	total store.FacetSum
	full  bool // there were more values than are counted
}

// countedRow is an item as it is counted.
type countedRow struct {
	root, kind, state, analysis string
	size                        int64
	duration                    float64
	facets                      []int64
}

func (r *countedRow) into() []any {
	return []any{&r.root, &r.kind, &r.state, &r.analysis, &r.size, &r.duration, &r.facets}
}

func plus(a, b store.FacetSum) store.FacetSum {
	return store.FacetSum{Count: a.Count + b.Count, Size: a.Size + b.Size, Duration: a.Duration + b.Duration}
}

func (c *counted) take(r *countedRow) {
	one := store.FacetSum{Count: 1, Size: r.size, Duration: r.duration}
	c.total = plus(c.total, one)
	for i, name := range c.f.by {
		facet := facetNumber(name)
		if facet == 0 {
			column := map[string]string{"root": r.root, "kind": r.kind, "state": r.state, "analysis": r.analysis}[name]
			c.f.addColumn(i, name, column, one)
			continue
		}
		for _, id := range r.facets {
			if id>>valueBits != facet {
				continue
			}
			if !hasSeveral[name] {
				c.any[i] = plus(c.any[i], one)
			} else if id == anyValue(facet) {
				c.any[i] = plus(c.any[i], one)
				continue
			}
			was, met := c.of[i][id]
			if !met && len(c.of[i]) >= facetKept {
				c.full = true
				continue
			}
			c.of[i][id] = plus(was, one)
		}
	}
}

// finish names what was counted.
func (c *counted) finish(ctx context.Context) error {
	c.f.out.AddTotal(c.total)
	for i, name := range c.f.by {
		facet := facetNumber(name)
		if facet == 0 {
			continue
		}
		ids := make([]int64, 0, len(c.of[i]))
		for id := range c.of[i] {
			ids = append(ids, id)
		}
		slices.SortFunc(ids, func(a, b int64) int { return int(c.of[i][b].Count - c.of[i][a].Count) })
		if name != "decade" {
			ids = ids[:min(len(ids), facetShown)]
		}
		rows, err := c.f.tx.Query(ctx, "SELECT id, shown FROM facet_values WHERE id = ANY ($1)", ids)
		if err != nil {
			return err
		}
		var id int64
		var shown string
		_, err = pgx.ForEachRow(rows, []any{&id, &shown}, func() error {
			c.f.add(i, shown, c.of[i][id])
			return nil
		})
		if err != nil {
			return err
		}
		c.f.addUnknown(i, c.total, c.any[i])
	}
	return nil
}

// lookAtFolders counts items below a directory by the directories in it, which no number tells.
func (f *facetSearch) lookAtFolders(ctx context.Context, l *looking) (complete bool, err error) {
	var id int64
	var r scanned
	late := false
	complete, err = l.each(ctx, f.tx, f.q, "id, "+viewColumns, append([]any{&id}, r.into()...), func() {
		if !late {
			v := r.take(id)
			late = !f.out.Take(&v)
		}
	})
	return complete && !late, err
}
