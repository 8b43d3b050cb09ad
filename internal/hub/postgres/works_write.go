package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/zeebo/xxh3"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// Write keeps what becomes of works with the stretch of the feed that was read last, and with it the place behind that.
func (l *Library) Write(ctx context.Context, b *store.WorkBatch) error {
	w := &worksWriting{l: l, b: b, facts: newWorkFacts(), numbering: numbering{s: l.Store}}
	w.prepare()
	err := w.numbering.write(ctx, func(tx pgx.Tx) error {
		w.ctx, w.tx = ctx, tx
		return w.write()
	})
	if err == nil {
		l.keep(&w.place)
	} else if !errors.Is(err, errMoved) {
		return err
	}
	// Also where nothing came of it: what is kept here may be late, where a source has told of another group meanwhile.
	return errors.Join(err, l.readHead(ctx))
}

// worksWriting writes a batch. The right to give numbers is taken last of all, since who takes in items waits for it.
type worksWriting struct {
	l     *Library
	b     *store.WorkBatch
	facts *workFacts
	ctx   context.Context //nolint:containedctx // it lives as long as the transaction
	tx    pgx.Tx
	place place
	numbering

	rows     []workRow // that are written, in the order of their numbers
	members  [][]any
	unranked pairs   // of a work and a rank at which nothing stays as it is
	freed    []int64 // items that were there
	unitKeys keyChanges
	workKeys keyChanges
}

// workRow is a work as it is written; put is nil where it is gone.
type workRow struct {
	put           *store.WorkPut
	gone          store.WorkView
	title         []byte
	facts, facets []int64
}

// pairs are rows of two numbers.
type pairs struct{ a, b []int64 }

func (p *pairs) add(a, b int64) { p.a, p.b = append(p.a, a), append(p.b, b) }

// keyChanges are keys that something has since, or has no more.
type keyChanges struct{ put, gone pairs }

func (k *keyChanges) add(id int64, old, is []int64) {
	store.EachChangedKey(old, is, func(key int64, gone bool) {
		if gone {
			k.gone.add(key, id)
		} else {
			k.put.add(key, id)
		}
	})
}

// prepare makes what needs no number, and no word from the database.
func (w *worksWriting) prepare() {
	for i := range w.b.Units {
		u := &w.b.Units[i]
		w.unitKeys.add(u.Unit, u.OldKeys, u.Keys)
	}
}

func (w *worksWriting) write() error {
	if err := oneByOne(w.ctx, w.tx); err != nil {
		return err
	}
	if err := w.claim(); err != nil {
		return err
	}
	steps := []func() error{w.putAll, w.writeMembers, w.writeUnits, w.writePlaced, w.writeCredits, w.writeParties,
		func() error { return w.writeKeys("unit_keys", "unit", &w.unitKeys) },
		func() error { return w.writeKeys("work_keys", "work", &w.workKeys) },
		w.writeUnheld, w.removeFormer, w.number, w.writePlace}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// claim holds the place of works, if it is still the one that was read.
func (w *worksWriting) claim() error {
	if err := w.place.read(w.tx.QueryRow(w.ctx, readPlace+" FOR UPDATE")); err != nil {
		return err
	}
	if w.place != w.l.now {
		return errMoved
	}
	w.place.upto = w.b.Upto
	if w.b.Settled != nil {
		w.place.settled = *w.b.Settled
	}
	return nil
}

// putAll gives new works their ids, members their ranks, and finds out which works are others.
func (w *worksWriting) putAll() error {
	for i := range w.b.Puts {
		p := &w.b.Puts[i]
		if p.New.ID == 0 {
			w.place.last++
			p.New.ID = w.place.last
		}
		if p.ParentAt >= 0 {
			p.New.Parent = w.b.Puts[p.ParentAt].New.ID
		}
	}
	for i := range w.b.Puts {
		p := &w.b.Puts[i]
		put, gone := p.RankMembers()
		for _, rank := range gone {
			w.unranked.add(p.New.ID, rank)
		}
		for _, j := range put {
			m := &p.New.Members[j]
			w.members = append(w.members, []any{p.New.ID, m.Rank, m.Item, m.How()})
		}
		w.workKeys.add(p.New.ID, p.OldKeys, p.Keys)
		if p.Old == nil || p.IsNews(len(put)+len(gone) > 0) {
			w.rows = append(w.rows, w.facts.row(p))
		}
	}
	for i := range w.b.Gone {
		w.workKeys.add(w.b.Gone[i].Work, w.b.Gone[i].OldKeys, nil)
	}
	return nil
}

func (w *worksWriting) exec(sql string, args ...any) error {
	_, err := w.tx.Exec(w.ctx, sql, args...)
	return err
}

func (w *worksWriting) writeMembers() error {
	if len(w.unranked.a) > 0 {
		const gone = "DELETE FROM members m USING unnest($1::bigint[], $2::bigint[]) AS d (work, rank) " +
			"WHERE m.work = d.work AND m.rank = d.rank RETURNING m.item"
		rows, err := w.tx.Query(w.ctx, gone, w.unranked.a, w.unranked.b)
		if err != nil {
			return err
		}
		if w.freed, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
			return err
		}
	}
	return w.copy("members", []string{"work", "rank", "item", "how"}, w.members)
}

func (w *worksWriting) copy(table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := w.tx.CopyFrom(w.ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	return err
}

// writeCredits counts whom parts are by.
func (w *worksWriting) writeCredits() error {
	n := len(w.b.Credits)
	if n == 0 {
		return nil
	}
	keys, counts, said := make([]int64, n), make([]int64, n), make([][16]byte, n)
	parties, names, sorts, mbids := make([][]byte, n), make([][]byte, n), make([][]byte, n), make([][]byte, n)
	var less [][16]byte
	for i := range w.b.Credits {
		c := &w.b.Credits[i]
		keys[i], counts[i], parties[i], names[i] = c.Key, c.N, []byte(c.Party), []byte(c.Name)
		sorts[i], mbids[i] = []byte(c.Sort), []byte(c.MBID)
		said[i] = xxh3.HashString128(c.Party + "\x00" + c.Name + "\x00" + c.Sort + "\x00" + c.MBID).Bytes()
		if c.N < 0 {
			less = append(less, said[i])
		}
	}
	err := w.exec(`INSERT INTO credits (key, party, name, sort, mbid, n, said) SELECT * FROM
		unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::uuid[])
		ON CONFLICT (said) DO UPDATE SET n = credits.n + excluded.n`, keys, parties, names, sorts, mbids, counts, said)
	if err != nil || len(less) == 0 {
		return err
	}
	return w.exec("DELETE FROM credits WHERE said = ANY ($1::uuid[]) AND n <= 0", less)
}

// writeParties notes by which groups of roots works were derived.
func (w *worksWriting) writeParties() error {
	var roots []string
	var parties [][]byte
	for _, root := range w.l.reading.roots {
		if !w.l.reading.derived[root] {
			roots, parties = append(roots, root), append(parties, []byte(w.l.reading.parties[root]))
		}
	}
	if len(roots) == 0 {
		return nil
	}
	said, err := saidParties(w.ctx, w.tx, roots)
	if err != nil {
		return err
	}
	for i, root := range roots {
		if party, is := said[root]; is && party != string(parties[i]) { // since it was read
			return errMoved
		}
	}
	const note = "INSERT INTO parties SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING"
	return w.exec(note, roots, parties)
}

func (w *worksWriting) writeKeys(table, column string, k *keyChanges) error {
	if len(k.gone.a) > 0 {
		err := w.exec("DELETE FROM "+table+" k USING unnest($1::bigint[], $2::bigint[]) AS d (key, id) "+
			"WHERE k.key = d.key AND k."+column+" = d.id", k.gone.a, k.gone.b)
		if err != nil {
			return err
		}
	}
	if len(k.put.a) == 0 {
		return nil
	}
	return w.exec("INSERT INTO "+table+" (key, "+column+") SELECT * "+
		"FROM unnest($1::bigint[], $2::bigint[]) AS p (key, id) ORDER BY key, id ON CONFLICT DO NOTHING", k.put.a, k.put.b)
}

// removeFormer removes the rows of works that are others, or are gone since.
func (w *worksWriting) removeFormer() error {
	var ids []int64
	for i := range w.rows {
		if w.rows[i].put.Old != nil {
			ids = append(ids, w.rows[i].put.New.ID)
		}
	}
	if len(ids) > 0 {
		if err := w.exec("DELETE FROM works WHERE id = ANY ($1)", ids); err != nil {
			return err
		}
	}
	if len(w.b.Gone) == 0 {
		return nil
	}
	ended := make([]int64, len(w.b.Gone))
	for i := range w.b.Gone {
		ended[i] = w.b.Gone[i].Work
	}
	var gone []workRow
	err := eachWork(w.ctx, w.tx, "WHERE w.id = ANY ($1) AND "+isThere+" ORDER BY w.id", func(v *store.WorkView) error {
		v.Gone = w.b.GoneAt
		gone = append(gone, workRow{gone: *v})
		return nil
	}, ended)
	if err != nil {
		return err
	}
	w.rows = append(w.rows, gone...)
	return w.exec("DELETE FROM works w WHERE w.id = ANY ($1) AND "+isThere, ended)
}

func (w *worksWriting) writePlace() error {
	err := w.exec("UPDATE works_place SET upto = $1, settled = $2, last_work = $3",
		w.place.upto, w.place.settled, w.place.last)
	if err != nil {
		return err
	}
	return notifyOf(w.ctx, w.tx, "") // who waits for works waits no longer
}

var rowColumns = []string{"id", "parent", "kind", "key", "seq", "filter_seq", "gone", "updated", "title", "added",
	"year", "number", "size", "duration", "doc", "facts", "facets"}

// number writes works with numbers behind the head.
func (w *worksWriting) number() error {
	if len(w.rows) == 0 {
		return nil
	}
	if err := w.lock(w.ctx, w.tx); err != nil {
		return err
	}
	before := w.head
	// Behind that, as who takes in items writes them: values of both are the same rows, for which each would wait.
	if err := w.facts.write(w.ctx, w.tx); err != nil {
		return err
	}
	rows := pgx.CopyFromSlice(len(w.rows), func(i int) ([]any, error) {
		w.head++
		return w.rows[i].values(w.head), nil
	})
	if _, err := w.tx.CopyFrom(w.ctx, pgx.Identifier{"works"}, rowColumns, rows); err != nil {
		return err
	}
	if w.place.upto >= before { // what follows are these works, of which nothing is to be derived
		w.place.upto = w.head
	}
	return w.unlock(w.ctx, w.tx)
}

// values are those of rowColumns.
func (r *workRow) values(seq int64) []any {
	w := &r.gone
	if r.put != nil {
		r.put.Number(seq)
		w = &r.put.New
	} else {
		w.Seq, w.UpdatedAt = seq, w.Gone
	}
	unlessZero := func(n int64) any {
		if n == 0 {
			return nil
		}
		return n
	}
	kind := int16(store.WorkKindNumber(w.Kind)) //nolint:gosec // there are few
	return []any{w.ID, w.Parent, kind, w.Key, w.Seq, w.FilterSeq, w.Gone, w.UpdatedAt / 1e6, r.title, w.AddedAt,
		unlessZero(int64(w.Year)), w.Number, w.Size, unlessZero(w.Duration), w.Doc(), r.facts, r.facets}
}
