package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// workFacts makes what works are found by and counted by.
type workFacts struct {
	keys   *store.Sorter
	facts  filter.Facts
	values facetValues
}

func newWorkFacts() *workFacts {
	return &workFacts{keys: store.NewSorter(), values: facetValues{of: map[int64]string{}}}
}

// row is a work that is put, but for its number.
func (f *workFacts) row(p *store.WorkPut) workRow {
	r := workRow{put: p}
	w := &p.New
	if w.SortTitle != "" {
		r.title = f.keys.WorkTitleKey(w.SortTitle)
	}
	w.Facts(&f.facts)
	r.facts = factIDs(&f.facts)
	r.facets = f.values.takeWork(w, &f.facts)
	return r
}

// write writes how values are shown.
func (f *workFacts) write(ctx context.Context, tx pgx.Tx) error {
	news := f.values.news()
	return news.write(ctx, tx)
}
