package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// What is taken in of words in one transaction.
const (
	indexRows  = 2000
	indexBytes = 4 << 20 // of documents
	// cleanAfter is how many items' and works' words the index may hold in the order in which they came, where nothing
	// waits: each search reads all of these.
	cleanAfter = 500
	// indexRetry is how long it waits after an error.
	indexRetry = 5 * time.Second
)

// neverMade is the place of a vocabulary that is due to be made anew.
const neverMade = -1 << 40

// pageOfNew has the words that came since the vocabulary was made.
const pageOfNew = -1

// errIndexed says that somebody else has taken in what was read.
var errIndexed = errors.New("words were taken in by another")

// Index takes in the words of items and of works behind the feed, from places of its own, until ctx ends: while this
// hub leads.
func (s *Store) Index(ctx context.Context) error {
	wake, unsubscribe := s.Subscribe()
	defer unsubscribe()
	in := &indexing{s: s, unsorted: cleanAfter}
	for ctx.Err() == nil {
		more, err := in.both(ctx)
		if err == nil && !more {
			err = in.settle(ctx)
		}
		var retry <-chan time.Time
		switch {
		case err == nil && more:
			continue
		case errors.Is(err, errIndexed), errors.Is(err, ErrFollows):
			retry = time.After(retryTime)
		case err != nil && ctx.Err() == nil:
			s.log.Warn("words are not taken in: items and works are found by those of before", zap.Error(err))
			retry = time.After(indexRetry)
		}
		select {
		case <-wake:
		case <-retry:
		case <-ctx.Done():
		}
	}
	return nil
}

// IndexAll takes in the words of all that is there, and ends.
func (s *Store) IndexAll(ctx context.Context) error {
	in := &indexing{s: s, unsorted: cleanAfter}
	for {
		more, err := in.both(ctx)
		if err != nil {
			return err
		}
		if !more {
			return in.settle(ctx)
		}
	}
}

// indexing takes in words. It belongs to one goroutine.
type indexing struct {
	s        *Store
	begun    bool
	unsorted int // items and works whose words the index may hold in the order in which they came
}

// batch is a stretch of the feed on its way into the search.
type batch struct {
	after, upto int64
	rows        map[int64]*spoken // by item; nil: it is gone
	lexemes     map[string]int64  // by how many more items have them
	written     []int64           // of rows, in order: what is not as it was
	gone        []int64
}

// both takes in what follows of items and of works, and reports whether there may be more.
func (in *indexing) both(ctx context.Context) (more bool, err error) {
	items, err := in.next(ctx)
	if err != nil {
		return false, err
	}
	works, err := in.nextWorks(ctx)
	return items || works, err
}

func (in *indexing) begin(ctx context.Context) error {
	if in.begun {
		return nil
	}
	if err := in.s.write(ctx, func(tx pgx.Tx) error { return beginWords(ctx, tx) }); err != nil {
		return fmt.Errorf("begin to take in words: %w", err)
	}
	in.begun = true
	return nil
}

// next takes in what items follow in the feed, and reports whether there may be more.
func (in *indexing) next(ctx context.Context) (more bool, err error) {
	if err := in.begin(ctx); err != nil {
		return false, err
	}
	b, err := in.read(ctx, indexRows)
	if err != nil {
		return false, fmt.Errorf("read whose words are new: %w", err)
	}
	if b.upto == b.after {
		return false, nil
	}
	err = in.write(ctx, b)
	if isData(err) { // of one item, which nothing else is to wait for
		in.s.log.Error("words that the database does not take: the items that have them are not found by these",
			zap.Error(err))
		if b, err = in.read(ctx, 1); err != nil {
			return false, err
		}
		if err = in.write(ctx, b); isData(err) {
			for id := range b.rows {
				b.rows[id] = &spoken{length: noLength, words: "'" + stretchLexeme(stretchOf(id)) + "'"}
			}
			b.lexemes = nil
			err = in.write(ctx, b)
		}
	}
	return err == nil, err
}

// read reads a stretch of the feed, and compares it with what is there.
func (in *indexing) read(ctx context.Context, most int) (b *batch, err error) {
	err = in.s.read(ctx, func(tx pgx.Tx) error {
		b = &batch{rows: map[int64]*spoken{}, lexemes: map[string]int64{}}
		if err := oneByOne(ctx, tx); err != nil {
			return err
		}
		var version int64
		err := tx.QueryRow(ctx, "SELECT upto, version, (SELECT head FROM hub) FROM search_place").
			Scan(&b.after, &version, &b.upto)
		if err != nil {
			return err
		}
		if version != wordsVersion { // of another hub, which leads now
			in.begun = false
			return errIndexed
		}
		if err := in.readItems(ctx, tx, b, most); err != nil {
			return err
		}
		return b.compare(ctx, tx)
	})
	return b, err
}

func (in *indexing) readItems(ctx context.Context, tx pgx.Tx, b *batch, most int) error {
	// None is above the head of this moment. As a stretch between two numbers it was planned for as few, and all that was
	// left was read and sorted for each batch.
	rows, err := tx.Query(ctx, "SELECT id, seq, gone, path, title, doc FROM items WHERE seq > $1 ORDER BY seq LIMIT $2",
		b.after, most)
	if err != nil {
		return err
	}
	var v store.View
	var seq int64
	var isGone bool
	var path, title []byte
	n, bytes := 0, 0
	_, err = pgx.ForEachRow(rows, []any{&v.ID, &seq, &isGone, &path, &title, &v.Doc}, func() error {
		b.rows[v.ID] = nil
		if !isGone {
			v.Path = string(path)
			row := spokenOf(&v, title)
			b.rows[v.ID] = &row
		}
		n, bytes = n+1, bytes+len(v.Doc)
		v.Doc, title = nil, nil
		if n == most || bytes >= indexBytes {
			b.upto = seq
			return errFull
		}
		return nil
	})
	if errors.Is(err, errFull) {
		return nil
	}
	return err
}

// compare leaves of a batch what is not as it was.
func (b *batch) compare(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, "SELECT id, digest, tsvector_to_array(words) FROM search WHERE id = ANY ($1)",
		slices.Sorted(maps.Keys(b.rows)))
	if err != nil {
		return err
	}
	var id, digest int64
	var lexemes []string
	_, err = pgx.ForEachRow(rows, []any{&id, &digest, &lexemes}, func() error {
		now := b.rows[id]
		if now != nil && now.digest == digest {
			delete(b.rows, id)
			return nil
		}
		for _, l := range lexemes {
			b.lexemes[countedAs(l)]--
		}
		if now == nil {
			b.gone = append(b.gone, id)
		}
		return nil
	})
	for id, row := range b.rows {
		if row == nil {
			continue
		}
		b.written = append(b.written, id)
		for _, l := range row.lexemes {
			b.lexemes[countedAs(l)]++
		}
	}
	slices.Sort(b.written)
	return err
}

// write writes a batch, if nobody else has taken in what follows where it was read.
func (in *indexing) write(ctx context.Context, b *batch) error {
	made := int64(0)
	err := in.s.write(ctx, func(tx pgx.Tx) error {
		if err := oneByOne(ctx, tx); err != nil {
			return err
		}
		var upto int64
		err := tx.QueryRow(ctx, "SELECT upto, made FROM search_place FOR UPDATE").Scan(&upto, &made)
		if err == nil && upto != b.after {
			err = errIndexed
		}
		if err != nil {
			return err
		}
		if err := b.writeRows(ctx, tx); err != nil {
			return err
		}
		if err := b.writeLexemes(ctx, tx); err != nil {
			return err
		}
		if made, err = b.writeNewWords(ctx, tx, made); err != nil {
			return err
		}
		if err := b.writeUnheld(ctx, tx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE search_place SET upto = $1, made = $2", b.upto, made)
		return err
	})
	if err == nil {
		in.unsorted += len(b.written)
	}
	return err
}

func (b *batch) writeRows(ctx context.Context, tx pgx.Tx) error {
	if len(b.gone) > 0 {
		if _, err := tx.Exec(ctx, "DELETE FROM search WHERE id = ANY ($1)", b.gone); err != nil {
			return err
		}
	}
	if len(b.written) == 0 {
		return nil
	}
	n := len(b.written)
	lengths, digests, texts := make([]int16, n), make([]int64, n), make([]string, n)
	for i, id := range b.written {
		row := b.rows[id]
		lengths[i], digests[i], texts[i] = row.length, row.digest, row.words
	}
	_, err := tx.Exec(ctx, `INSERT INTO search (id, length, digest, words) SELECT id, length, digest, words::tsvector
			FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[]) AS t (id, length, digest, words)
		ON CONFLICT (id) DO UPDATE SET length = excluded.length, digest = excluded.digest, words = excluded.words`,
		b.written, lengths, digests, texts)
	return err
}

func (b *batch) writeLexemes(ctx context.Context, tx pgx.Tx) error {
	var all, fewer []string
	var by []int64
	for _, l := range slices.Sorted(maps.Keys(b.lexemes)) {
		n := b.lexemes[l]
		if n == 0 {
			continue
		}
		all, by = append(all, l), append(by, n)
		if n < 0 {
			fewer = append(fewer, l)
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO lexemes (lexeme, n) SELECT * FROM unnest($1::text[], $2::bigint[])
		ON CONFLICT (lexeme) DO UPDATE SET n = lexemes.n + excluded.n`, all, by)
	if err == nil && len(fewer) > 0 {
		_, err = tx.Exec(ctx, "DELETE FROM lexemes WHERE lexeme = ANY ($1) AND n <= 0", fewer)
	}
	return err
}

// writeNewWords puts the words of what is written into the page of those that are new; where it is full, all pages are
// due. It gives the number up to which the vocabulary was made.
func (b *batch) writeNewWords(ctx context.Context, tx pgx.Tx, made int64) (int64, error) {
	if len(b.written) == 0 {
		return made, nil
	}
	due, err := vocabularyDue(ctx, tx, b.after, made)
	if due || err != nil {
		return made, err
	}
	page, err := readPage(ctx, tx, pageOfNew)
	if err != nil {
		return made, err
	}
	page, changed := words.AddNew(page, func(yield func(string) bool) {
		for _, id := range b.written {
			for _, text := range b.rows[id].texts {
				if !yield(text) {
					return
				}
			}
		}
	})
	switch {
	case !changed:
		return made, nil
	case len(page) > words.PageBytes:
		return neverMade, nil
	}
	return made, writePage(ctx, tx, pageOfNew, page)
}

// settle puts in order what was taken in, once nothing is left to be.
func (in *indexing) settle(ctx context.Context) error {
	if in.unsorted >= cleanAfter {
		const clean = "SELECT gin_clean_pending_list('search_words'), gin_clean_pending_list('work_search_words'), " +
			"gin_clean_pending_list('search_unheld_words')"
		if err := in.s.do(ctx, clean); err != nil {
			return fmt.Errorf("put the index of words in order: %w", err)
		}
		in.unsorted = 0
	}
	return in.s.makeVocabulary(ctx)
}
