package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// workColumns are what a work is read by, of works AS w.
const workColumns = "w.id, w.parent, w.kind, w.key, w.seq, w.gone, w.updated, w.added, w.year, w.number, " +
	"w.size, w.duration, w.doc"

// isThere is what a work w must be that is looked up by its id, and not gone. It is written so that no index of works that
// are there is taken for that: in these an id comes last, and where next to no work was there when the database looked
// last, it would read all of one for each id.
const isThere = "w.gone + 0 = 0"

// scannedWork is a row of workColumns as it is read.
type scannedWork struct {
	view           store.WorkView
	kind           int16
	year, duration pgtype.Int8
	doc            []byte
}

func (r *scannedWork) into() []any {
	v := &r.view
	return []any{&v.ID, &v.Parent, &r.kind, &v.Key, &v.Seq, &v.Gone, &v.UpdatedAt, &v.AddedAt, &r.year, &v.Number,
		&v.Size, &r.duration, &r.doc}
}

// take gives the work that was read, without its members. What is read next is another's.
func (r *scannedWork) take() (store.WorkView, error) {
	w := r.view
	w.Kind, w.Year, w.Duration = store.WorkKindOf(int64(r.kind)), int(r.year.Int64), r.duration.Int64
	w.UpdatedAt *= int64(time.Millisecond)
	err := w.ReadDoc(r.doc)
	r.view = store.WorkView{}
	return w, err
}

// eachWork reads works without their members, those that are gone too. where begins behind FROM works w.
func eachWork(ctx context.Context, tx pgx.Tx, where string, fn func(*store.WorkView) error, args ...any) error {
	rows, err := tx.Query(ctx, "SELECT "+workColumns+" FROM works w "+where, args...)
	if err != nil {
		return err
	}
	var r scannedWork
	_, err = pgx.ForEachRow(rows, r.into(), func() error {
		w, err := r.take()
		if err != nil {
			return err
		}
		return fn(&w)
	})
	return err
}

// membersOf reads members of works in playing order: of each work at most so many, or all where most is 0.
func membersOf(ctx context.Context, tx pgx.Tx, works []int64, most int) (of map[int64][]store.Member, err error) {
	sql := "SELECT work, rank, item, how FROM members WHERE work = ANY ($1) ORDER BY work, rank"
	args := []any{works}
	if most > 0 {
		sql = "SELECT m.work, m.rank, m.item, m.how FROM unnest($1::bigint[]) AS w (id) CROSS JOIN LATERAL " +
			"(SELECT * FROM members m WHERE m.work = w.id ORDER BY m.rank LIMIT $2) m"
		args = append(args, most)
	}
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	of = make(map[int64][]store.Member, len(works))
	var work, rank, item int64
	var how []byte
	_, err = pgx.ForEachRow(rows, []any{&work, &rank, &item, &how}, func() error {
		m, err := store.ReadHow(how)
		m.Rank, m.Item = rank, item
		of[work] = append(of[work], m)
		return err
	})
	return of, err
}
