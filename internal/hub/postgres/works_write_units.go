package postgres

import (
	"slices"

	"github.com/jackc/pgx/v5"
)

// writeUnits writes what is kept of units.
func (w *worksWriting) writeUnits() error {
	if len(w.b.Units) == 0 {
		return nil
	}
	ids, rows := make([]int64, 0, len(w.b.Units)), make([][]any, 0, len(w.b.Units))
	for i := range w.b.Units {
		u := &w.b.Units[i]
		ids = append(ids, u.Unit)
		if held := w.l.reading.units[u.Unit]; len(u.Traces) > 0 && held != nil && held.known {
			rows = append(rows, []any{u.Unit, held.at.Root, []byte(held.at.Dir), u.Traces})
		}
	}
	if err := w.exec("DELETE FROM units WHERE id = ANY ($1)", ids); err != nil {
		return err
	}
	return w.copy("units", []string{"id", "root", "dir", "traces"}, rows)
}

// writePlaced notes which unit items are in now. A unit is known for as long as it has items or parts.
func (w *worksWriting) writePlaced() error {
	placed := w.l.reading.placed
	var items, units, touched []int64
	for item, unit := range placed {
		items, units = append(items, item), append(units, unit)
	}
	away := slices.Clone(items)
	for _, p := range w.b.Placed {
		if _, is := placed[p.Item]; p.Unit == 0 && !is {
			away = append(away, p.Item)
		}
	}
	for i := range w.b.Units {
		touched = append(touched, w.b.Units[i].Unit)
	}
	if len(away) > 0 {
		rows, err := w.tx.Query(w.ctx, "DELETE FROM unit_items WHERE item = ANY ($1) RETURNING unit", away)
		if err != nil {
			return err
		}
		left, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		touched = append(touched, left...)
	}
	if len(items) > 0 {
		const put = "INSERT INTO unit_items SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS p (item, unit) " +
			"ORDER BY unit, item"
		if err := w.exec(put, items, units); err != nil {
			return err
		}
	}
	slices.Sort(touched)
	return w.nameUnits(slices.Compact(touched), units)
}

// nameUnits has units with items be known, and forgets those of some that have neither items nor parts.
func (w *worksWriting) nameUnits(touched, having []int64) error {
	having = slices.Clone(having)
	for _, id := range touched {
		if u := w.l.reading.units[id]; u != nil && u.known {
			having = append(having, id)
		}
	}
	slices.Sort(having)
	having = slices.Compact(having)
	if len(having) > 0 {
		roots, dirs := make([]string, len(having)), make([][]byte, len(having))
		for i, id := range having {
			at := w.l.reading.units[id].at
			roots[i], dirs[i] = at.Root, []byte(at.Dir)
		}
		err := w.exec("INSERT INTO units (id, root, dir) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[]) "+
			"ON CONFLICT (id) DO NOTHING", having, roots, dirs)
		if err != nil {
			return err
		}
	}
	if len(touched) == 0 {
		return nil
	}
	return w.exec("DELETE FROM units u WHERE id = ANY ($1) AND traces IS NULL "+
		"AND NOT EXISTS (SELECT FROM unit_items i WHERE i.unit = u.id)", touched)
}
