package librarian

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/media/works"
)

// Items implements works.Catalog.
func (b *batch) Items(_ context.Context, at works.Unit) ([]works.Item, string, error) {
	u := b.units[b.ids[at]]
	err := b.fill(u)
	return u.items, u.party, err
}

// Traces implements works.Catalog.
func (b *batch) Traces(_ context.Context, at works.Unit) ([]works.Trace, error) {
	u := b.units[b.ids[at]]
	var err error
	if u.traces, err = b.r.Traces(u.id); err != nil {
		return nil, err
	}
	if u.kept, err = readTraces(u.traces); err != nil {
		return nil, err
	}
	out := make([]works.Trace, len(u.kept))
	for i := range u.kept {
		out[i] = u.kept[i].Trace
	}
	return out, nil
}

// Having implements works.Catalog.
func (b *batch) Having(_ context.Context, key int64, most int) (int, error) {
	ids, err := b.r.UnitsWith(key, most)
	if len(ids) > 0 {
		b.having[key] = ids
	}
	return len(ids), err
}

// With implements works.Catalog. Which units they are is read of those alone that are asked for: most keys of a large
// library are too common.
func (b *batch) With(_ context.Context, key int64) ([]works.Unit, error) {
	out := make([]works.Unit, len(b.having[key]))
	for i, id := range b.having[key] {
		u, err := b.unit(id)
		if err != nil {
			return nil, err
		}
		out[i] = u.at
	}
	return out, nil
}
