package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// WorkFacets counts the values that works have which pass a query's filters: by the sums that are kept where those are
// of kinds alone, and else one work after the other, for as long as an answer may take.
func (s *Store) WorkFacets(ctx context.Context, q store.WorkQuery, by []string) (out store.Facets, err error) {
	q.Limit, q.Sort, q.Descending = 1, "updated", false
	if err := checkWorks(&q); err != nil {
		return out, err
	}
	err = s.read(ctx, func(tx pgx.Tx) error {
		counter, err := store.CountWorkFacets(&q, by)
		if err != nil {
			return err
		}
		head, err := s.worksAsOf(ctx, tx, &q)
		if err != nil {
			return err
		}
		wanted, none, err := s.askWorks(ctx, tx, &q)
		if err != nil {
			return err
		}
		complete := true
		switch {
		case none:
		case wanted != nil:
			complete, err = lookAtFound(ctx, tx, &q, wanted, counter)
		case q.OfKinds():
			err = sumKeptWorks(ctx, tx, &facetSearch{tx: tx, by: by, out: counter}, q.Kinds)
		default:
			complete, err = lookAtWorks(ctx, tx, &q, counter)
		}
		out = counter.Facets(complete)
		out.AsOf = head
		return err
	})
	return out, asSlow(err)
}

// sumsOf are the kept sums of works of some kinds.
func sumsOf(kinds []string) (s statement) {
	s.must("n > 0 AND kind = ANY (" + s.arg(kindNumbers(kinds)) + ")")
	return s
}

// workValueSums are those of the values of a facet of works of some kinds, or of all where there are none named.
func workValueSums(name string, kinds []string) valueSums {
	if len(kinds) == 0 {
		ofAll := func() (s statement) { s.must("n > 0"); return s }
		return valueSums{"work_totals", ofAll, false, workHasSeveral[name]}
	}
	return valueSums{"work_sums", func() statement { return sumsOf(kinds) }, len(kinds) > 1, workHasSeveral[name]}
}

func sumKeptWorks(ctx context.Context, tx pgx.Tx, f *facetSearch, kinds []string) error {
	total, err := sumKinds(ctx, tx, f, kinds)
	if err != nil {
		return err
	}
	f.out.AddTotal(total)
	for i, name := range f.by {
		if facet := workFacetNumber(name); facet != 0 {
			if err := f.sumValues(ctx, i, facet, total, workValueSums(name, kinds)); err != nil {
				return fmt.Errorf("count the values of %s: %w", name, err)
			}
		}
	}
	return nil
}

// sumKinds counts all works, and those of each kind.
func sumKinds(ctx context.Context, tx pgx.Tx, f *facetSearch, kinds []string) (total store.FacetSum, err error) {
	if len(kinds) == 0 {
		kinds = store.WorkKinds()
	}
	s := sumsOf(kinds)
	s.must("value = 0")
	rows, err := tx.Query(ctx, "SELECT kind, n, size, milliseconds FROM work_sums WHERE "+s.condition(), s.args...)
	if err != nil {
		return total, err
	}
	var kind int16
	var one sum
	_, err = pgx.ForEachRow(rows, append([]any{&kind}, one.into()...), func() error {
		is := store.WorkKindOf(int64(kind))
		if is == "" {
			return nil // of a later version
		}
		total = plus(total, one.facet())
		for i, name := range f.by {
			if name == "kind" {
				f.out.Add(i, is, string(store.AppendString(nil, is)), one.facet())
			}
		}
		return nil
	})
	return total, err
}

// facetPiece are works that are looked at together.
const facetPiece = 2000

// lookAtWorks counts works one by one; complete is false where the time was not enough.
func lookAtWorks(
	ctx context.Context, tx pgx.Tx, q *store.WorkQuery, out *store.FacetCounter,
) (complete bool, err error) {
	ends := time.Now().Add(facetTime)
	for after := int64(0); ; {
		s := statement{}
		s.amongWorks(q)
		s.must("w.id > " + s.arg(after))
		limit := s.arg(facetPiece)
		var ids []int64
		found, err := within(ctx, tx, time.Until(ends), func(tx pgx.Tx) error {
			query := "SELECT w.id FROM works w WHERE " + s.condition() + " ORDER BY w.id LIMIT " + limit
			rows, err := tx.Query(ctx, query, s.args...)
			if err != nil {
				return err
			}
			ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
		if !found || err != nil {
			return false, err
		}
		if inTime, err := count(ctx, tx, q, ids, out); !inTime || err != nil {
			return false, err
		}
		switch {
		case len(ids) < facetPiece:
			return true, nil
		case time.Now().After(ends):
			return false, nil
		}
		after = ids[len(ids)-1]
	}
}

// count counts works, and reports whether there is time for more.
func count(ctx context.Context, tx pgx.Tx, q *store.WorkQuery, ids []int64, out *store.FacetCounter) (bool, error) {
	works, err := saying(ctx, tx, q, ids)
	for i := range works {
		if !out.TakeWork(&works[i]) {
			return false, err
		}
	}
	return err == nil, err
}
