package postgres

import "github.com/catalogizer/catalogizerd/internal/media/librarian"

// goneWorks are works that are gone, by what they are looked for by.
type goneWorks struct {
	any      *bool
	by, with map[int64][]int64
}

// AnyGone reports whether any work is gone and not forgotten.
func (r *unitReader) AnyGone() (bool, error) {
	if r.gone.any == nil {
		var any bool
		if err := r.tx.QueryRow(r.ctx, "SELECT EXISTS (SELECT FROM works WHERE gone > 0)").Scan(&any); err != nil {
			return false, err
		}
		r.gone = goneWorks{&any, make(map[int64][]int64), make(map[int64][]int64)}
	}
	return *r.gone.any, nil
}

// readGone reads works that are gone since a time or later: those that have a key, and those that had an item.
func (r *unitReader) readGone(e *librarian.Expected) error {
	if len(e.GoneBy)+len(e.GoneWith) == 0 {
		return nil
	}
	if any, err := r.AnyGone(); err != nil || !any {
		return err
	}
	keys, items := unknown(e.GoneBy, r.gone.by), unknown(e.GoneWith, r.gone.with)
	err := r.pairs(r.gone.by, keys, "SELECT key, id FROM works "+
		"WHERE key = ANY ($1) AND gone > 0 AND gone >= $2", e.Since)
	if err != nil {
		return err
	}
	err = r.pairs(r.gone.with, items, "SELECT DISTINCT m.item, m.work FROM members m JOIN works w ON w.id = m.work "+
		"WHERE m.item = ANY ($1) AND w.gone > 0 AND w.gone >= $2", e.Since)
	if err != nil {
		return err
	}
	var ids []int64
	for _, key := range keys {
		ids = append(ids, r.gone.by[key]...)
	}
	for _, item := range items {
		ids = append(ids, r.gone.with[item]...)
	}
	return r.readWorks(ids)
}

// GoneBy reads works that are gone since a time or later and have a key.
func (r *unitReader) GoneBy(key, since int64) ([]int64, error) {
	err := r.readGone(&librarian.Expected{GoneBy: []int64{key}, Since: since})
	return r.gone.by[key], err
}

// GoneWith reads works that are gone since a time or later and had an item.
func (r *unitReader) GoneWith(item, since int64) ([]int64, error) {
	err := r.readGone(&librarian.Expected{GoneWith: []int64{item}, Since: since})
	return r.gone.with[item], err
}
