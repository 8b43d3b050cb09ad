package store

import (
	"database/sql/driver"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// A directory of 200,000 files costs as much a file as one of ten: what is done to one item, to a film or to what goes
// with it, reads none of the others but by their names. SQLite chooses how to look for rows; this asks it.
func TestNothingThatIsDoneToOneItemReadsItsWholeDirectory(t *testing.T) {
	r := runFresh(t, Options{Scope: func(name string) Scope {
		if stem, ok := strings.CutSuffix(name, ".srt"); ok {
			return Scope{Stems: []string{stem}}
		}
		return Scope{}
	}})
	root := r.addRoot("films")
	film := r.put(root, "a/film.mkv", func(it *Item) { it.Kind, it.Work = media.KindVideo, Analyse })
	text := r.put(root, "a/film.srt", func(it *Item) { it.Kind, it.Work = media.KindSubtitle, Analyse })
	r.change(text.ID, func(it *Item) { it.Doc = []byte(`"languages":["en"]`) })
	for _, id := range []int64{film.ID, text.ID} {
		r.change(id, func(it *Item) { it.Name = "moved " + it.Name })
		r.indexAll()
		r.update(func(tx *Tx) error {
			it, _, err := tx.Item(id)
			if err == nil {
				err = tx.MarkMissing(&it, 1)
			}
			if err == nil {
				err = tx.Remove(&it)
			}
			return err
		})
		r.indexAll()
	}
	asked := 0
	r.update(func(tx *Tx) error {
		var all []string
		for sql := range tx.c.stmts {
			if strings.Contains(sql, "items") && !strings.HasPrefix(sql, "INSERT") {
				all = append(all, sql)
			}
		}
		for _, sql := range all {
			args := make([]driver.Value, strings.Count(sql, "?")) // as it is run: of constants SQLite knows more
			err := tx.c.each("EXPLAIN QUERY PLAN "+sql, func(row row) error {
				plan := row.text(3)
				if strings.Contains(plan, "SCAN items") || strings.Contains(plan, "items_place (dir=?)") {
					t.Errorf("%s\nis done by %s", sql, plan)
				}
				asked++
				return nil
			}, args...)
			if err != nil {
				t.Errorf("%s: %v", sql, err)
			}
		}
		return nil
	})
	if asked < 5 {
		t.Errorf("asked of %d steps only", asked)
	}
}
