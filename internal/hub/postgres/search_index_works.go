package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// workBatch are works of a stretch of the feed on their way into the search.
type workBatch struct {
	after, upto int64
	written     []spokenWork // what is not as it was
	gone        []int64
}

// nextWorks takes in what works follow in the feed, and reports whether there may be more.
func (in *indexing) nextWorks(ctx context.Context) (more bool, err error) {
	if err := in.begin(ctx); err != nil {
		return false, err
	}
	b, err := in.readWorks(ctx, indexRows)
	if err != nil {
		return false, fmt.Errorf("read which works' words are new: %w", err)
	}
	if b.upto == b.after {
		return false, nil
	}
	err = in.writeWorks(ctx, b)
	if isData(err) { // of one work, which nothing else is to wait for
		in.s.log.Error("words that the database does not take: the works that have them are not found by these",
			zap.Error(err))
		if b, err = in.readWorks(ctx, 1); err != nil {
			return false, err
		}
		if err = in.writeWorks(ctx, b); isData(err) {
			for i := range b.written {
				b.written[i] = silentWork(b.written[i].id)
			}
			err = in.writeWorks(ctx, b)
		}
	}
	return err == nil, err
}

// readWorks reads a stretch of the feed, and compares it with what is there. It ends with a work: where none is left,
// nothing is to be written.
func (in *indexing) readWorks(ctx context.Context, most int) (b *workBatch, err error) {
	err = in.s.read(ctx, func(tx pgx.Tx) error {
		b = &workBatch{}
		if err := oneByOne(ctx, tx); err != nil {
			return err
		}
		var version int64
		if err := tx.QueryRow(ctx, "SELECT works, version FROM search_place").Scan(&b.after, &version); err != nil {
			return err
		}
		if version != wordsVersion { // of another hub, which leads now
			in.begun = false
			return errIndexed
		}
		b.upto = b.after
		rows, bytes := map[int64]spokenWork{}, 0
		err := eachWork(ctx, tx, "WHERE w.seq > $1 ORDER BY w.seq LIMIT $2", func(w *store.WorkView) error {
			if b.upto = w.Seq; w.Gone > 0 {
				b.gone = append(b.gone, w.ID)
				return nil
			}
			row := spokenOfWork(w)
			if bytes += len(row.words); bytes >= indexBytes {
				rows[w.ID] = row
				return errFull
			}
			rows[w.ID] = row
			return nil
		}, b.after, most)
		if err != nil && !errors.Is(err, errFull) {
			return err
		}
		return b.compare(ctx, tx, rows)
	})
	return b, err
}

// compare leaves of a batch what is not as it was.
func (b *workBatch) compare(ctx context.Context, tx pgx.Tx, of map[int64]spokenWork) error {
	ids := slices.Sorted(maps.Keys(of))
	rows, err := tx.Query(ctx, "SELECT id, digest FROM work_search WHERE id = ANY ($1)", ids)
	if err != nil {
		return err
	}
	var id, digest int64
	_, err = pgx.ForEachRow(rows, []any{&id, &digest}, func() error {
		if of[id].digest == digest {
			delete(of, id)
		}
		return nil
	})
	for _, id := range ids {
		if row, isNew := of[id]; isNew {
			b.written = append(b.written, row)
		}
	}
	return err
}

// writeWorks writes a batch, if nobody else has taken in what follows where it was read.
func (in *indexing) writeWorks(ctx context.Context, b *workBatch) error {
	err := in.s.write(ctx, func(tx pgx.Tx) error {
		if err := oneByOne(ctx, tx); err != nil {
			return err
		}
		var at int64
		err := tx.QueryRow(ctx, "SELECT works FROM search_place FOR UPDATE").Scan(&at)
		if err == nil && at != b.after {
			err = errIndexed
		}
		if err != nil {
			return err
		}
		if len(b.gone) > 0 {
			if _, err := tx.Exec(ctx, "DELETE FROM work_search WHERE id = ANY ($1)", b.gone); err != nil {
				return err
			}
		}
		if err := b.write(ctx, tx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE search_place SET works = $1", b.upto)
		return err
	})
	if err == nil {
		in.unsorted += len(b.written)
	}
	return err
}

func (b *workBatch) write(ctx context.Context, tx pgx.Tx) error {
	n := len(b.written)
	if n == 0 {
		return nil
	}
	ids, lengths, digests, texts := make([]int64, n), make([]int32, n), make([]int64, n), make([]string, n)
	for i, row := range b.written {
		ids[i], lengths[i], digests[i], texts[i] = row.id, row.length, row.digest, row.words
	}
	_, err := tx.Exec(ctx, `INSERT INTO work_search (id, length, digest, words)
			SELECT id, length, digest, words::tsvector
			FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::text[]) AS t (id, length, digest, words)
		ON CONFLICT (id) DO UPDATE SET length = excluded.length, digest = excluded.digest, words = excluded.words`,
		ids, lengths, digests, texts)
	return err
}
