package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// vocabularyDue reports whether the vocabulary is to be made anew, where words are taken in up to a number.
func vocabularyDue(ctx context.Context, tx pgx.Tx, upto, made int64) (bool, error) {
	if upto-made < 0 || !words.Due(upto-made, 0) {
		return false, nil
	}
	var items int64
	err := tx.QueryRow(ctx, "SELECT coalesce(sum(n), 0)::bigint FROM sums").Scan(&items)
	return words.Due(upto-made, items), err
}

func readPage(ctx context.Context, tx pgx.Tx, page int) (words []byte, err error) {
	err = tx.QueryRow(ctx, "SELECT words FROM vocabulary WHERE page = $1", page).Scan(&words)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return words, err
}

func writePage(ctx context.Context, tx pgx.Tx, page int, words []byte) error {
	_, err := tx.Exec(ctx, "INSERT INTO vocabulary (page, words) VALUES ($1, $2) "+
		"ON CONFLICT (page) DO UPDATE SET words = excluded.words", page, append([]byte{}, words...))
	return err
}

// makeVocabulary makes all pages anew, where that is due: of what is counted of lexemes.
func (s *Store) makeVocabulary(ctx context.Context) error {
	var pages words.Pages
	var upto, made int64
	due := false
	const place = "SELECT upto, made FROM search_place"
	err := s.read(ctx, func(tx pgx.Tx) (err error) {
		pages.All = nil
		if err = tx.QueryRow(ctx, place).Scan(&upto, &made); err != nil {
			return err
		}
		if due, err = vocabularyDue(ctx, tx, upto, made); err != nil || !due {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT substr(lexeme, 2) AS word, sum(n)::bigint FROM lexemes WHERE lexeme >= '$'
			GROUP BY word ORDER BY word`)
		if err != nil {
			return err
		}
		var word string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&word, &n}, func() error { pages.Add(word, n); return nil })
		return err
	})
	if err != nil {
		return fmt.Errorf("read the words of the search: %w", err)
	}
	if !due {
		return nil
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		var uptoNow, madeNow int64
		if err := tx.QueryRow(ctx, place+" FOR UPDATE").Scan(&uptoNow, &madeNow); err != nil {
			return err
		}
		if uptoNow != upto || madeNow != made {
			return errIndexed
		}
		if _, err := tx.Exec(ctx, "DELETE FROM vocabulary"); err != nil {
			return err
		}
		for i, p := range pages.All {
			if err := writePage(ctx, tx, i, p); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE search_place SET made = upto")
		return err
	})
	if err != nil {
		return fmt.Errorf("write the vocabulary: %w", err)
	}
	return nil
}

// beginWords has all words be taken in anew where what is written of them is of another version.
func beginWords(ctx context.Context, tx pgx.Tx) error {
	tag, err := tx.Exec(ctx, "UPDATE search_place SET version = $1, upto = 0, made = 0, works = 0 WHERE version <> $1",
		wordsVersion)
	if err == nil && tag.RowsAffected() > 0 {
		_, err = tx.Exec(ctx, "DELETE FROM vocabulary")
	}
	return err
}
