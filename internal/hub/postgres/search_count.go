package postgres

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// counting tells a question how much there is of what it looks for.
type counting struct {
	ctx context.Context //nolint:containedctx // of one question, which asks within a call
	q   *search
}

// Count counts the items that have the first terms.
func (c counting) Count(terms int, f words.Form, most int) (int64, error) {
	w := words.Wanted{Form: f}
	return c.count(source{index: c.q.expression(terms, w), most: c.q.found(terms, w)}, most)
}

// CountTerm counts the items that have a term.
func (c counting) CountTerm(i int, f words.Form, most int) (int64, error) {
	w := words.Wanted{Form: f}
	return c.count(source{index: c.q.term(i, w), most: c.q.foundTerm(i, w)}, most)
}

func (c counting) count(src source, most int) (n int64, err error) {
	err = c.q.pieces(src, 0, lastID, most, func(src source, after, upto int64) (int, bool, error) {
		var s statement
		from := src.rows(&s, after, upto, "")
		var some int
		limit := s.arg(int64(most) - n)
		err := c.q.tx.QueryRow(c.ctx, "SELECT count(*) FROM (SELECT FROM "+from+" LIMIT "+limit+") t", s.args...).
			Scan(&some)
		n += int64(some)
		return some, n >= int64(most), err
	})
	return n, err
}

// CountUnsure looks at items that have all terms but the last.
func (c counting) CountUnsure(many int) (found, looked int, err error) {
	w := words.Wanted{Form: words.Begins}
	src := c.q.source(w, c.q.all(w))
	check := src.check
	src.check = ""
	err = c.q.pieces(src, 0, lastID, words.MaxUnsure, func(src source, after, upto int64) (int, bool, error) {
		var s statement
		from := src.rows(&s, after, upto, "words")
		has := s.arg(check)
		limit := s.arg(words.MaxUnsure - looked)
		rows, err := c.q.tx.Query(c.ctx, "SELECT ts_match_vq(f.words, "+has+"::text::tsquery) FROM "+from+
			" ORDER BY f.id LIMIT "+limit, s.args...)
		if err != nil {
			return 0, false, err
		}
		var isFound bool
		before := looked
		_, err = pgx.ForEachRow(rows, []any{&isFound}, func() error {
			if found < many {
				looked++
				if isFound {
					found++
				}
			}
			return nil
		})
		return looked - before, found == many || looked == words.MaxUnsure, err
	})
	return found, looked, err
}

// lastID is above all ids.
const lastID = 1<<53 - 1

// rows are those of a source between ids, as f, with further columns. They are found by their words first.
func (src *source) rows(s *statement, after, upto int64, columns string) string {
	if columns != "" {
		columns = ", " + columns
	}
	table := cmp.Or(src.table, "search")
	between := "id > " + s.arg(after) + " AND id <= " + s.arg(upto)
	if src.index == "" {
		where := between
		if src.check != "" {
			where += " AND " + src.condition(s)
		}
		return "(SELECT id, length" + columns + " FROM " + table + " WHERE " + where + ") f"
	}
	return "(SELECT * FROM (SELECT id, length" + columns + " FROM " + table + " WHERE " + src.condition(s) +
		" OFFSET 0) f WHERE " + between + ") f"
}

// Mean finds what is meant by the terms that are spread, and how many items have these words.
func (c counting) Mean() error {
	q := c.q
	var made int64
	if err := q.tx.QueryRow(c.ctx, "SELECT made FROM search_place").Scan(&made); err != nil {
		return err
	}
	fresh, err := readPage(c.ctx, q.tx, pageOfNew)
	if err != nil {
		return err
	}
	err = q.Question.Mean(&q.s.meanings, made, func(fn func(page []byte)) error {
		rows, err := q.tx.Query(c.ctx, "SELECT words FROM vocabulary WHERE page >= 0 ORDER BY page")
		if err != nil {
			return err
		}
		var page []byte
		_, err = pgx.ForEachRow(rows, []any{&page}, func() error { fn(page); return nil })
		return err
	}, fresh)
	if err != nil {
		return fmt.Errorf("find what is meant: %w", err)
	}
	var all []string
	for i := range q.Terms {
		all = append(all, q.Others(i, words.Near2)...)
	}
	return q.count(c.ctx, all)
}
