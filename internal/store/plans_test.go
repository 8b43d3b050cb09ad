package store

import (
	"database/sql/driver"
	"errors"
	"maps"
	"slices"
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

// The analyzer asks for a page of tasks again and again: of a directory of 200,000 files that wait, it reads as many as
// the page has, in the order of an index, and sorts none.
func TestTasksOfALargeDirectoryAreReadWithoutSortingIt(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.put(root, "a/film.mkv", func(it *Item) { it.Kind, it.Work = media.KindVideo, Analyse })
	if tasks, err := r.Tasks(t.Context(), root, 10); err != nil || len(tasks) != 1 {
		t.Fatalf("%d tasks, %v", len(tasks), err)
	}
	asked := 0
	err := r.read(t.Context(), func(c *conn) error {
		for _, sql := range slices.Collect(maps.Keys(c.stmts)) {
			if !strings.Contains(sql, "work > ") {
				continue
			}
			asked++
			args := make([]driver.Value, strings.Count(sql, "?"))
			err := c.each("EXPLAIN QUERY PLAN "+sql, func(row row) error {
				plan := row.text(3)
				elsewhere := strings.Contains(plan, " i ") && !strings.Contains(plan, "items_work ")
				if elsewhere || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
					t.Errorf("%s\nis done by %s", sql, plan)
				}
				return nil
			}, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || asked == 0 {
		t.Errorf("asked of %d statements, %v", asked, err)
	}
}

// What a work is made of, and what is below it, is found by an index: what is done to one work reads no others.
func TestNothingThatIsDoneToOneWorkReadsAllWorks(t *testing.T) {
	r := runFresh(t, Options{})
	err := r.ReadUnits(t.Context(), func(u *UnitReader) error {
		query := WorkQuery{Parent: 1, Sort: "title"}
		_, listed := query.children(u.c, nil)
		_, under := liesUnder(u.c, 1, "films")
		_, work := u.Work(1)
		_, _, dir := u.Dir(1)
		_, below := u.Below(1, func(string) bool { return true })
		items := u.Items(1, func(*UnitMember) error { return nil })
		_, traces := u.Traces(1)
		children := u.Children(1, func(*WorkView) {})
		err := errors.Join(listed, under, work, dir, below, items, traces, children)
		for _, read := range []func() ([]int64, error){
			func() ([]int64, error) { return u.UnitsWith(1, 0) },
			func() ([]int64, error) { return u.WorksWith(1) },
			func() ([]int64, error) { return u.Artists(1) },
			func() ([]int64, error) { return u.GoneBy(1, 1) },
			func() ([]int64, error) { return u.GoneWith(1, 1) },
		} {
			_, failed := read()
			err = errors.Join(err, failed)
		}
		all := slices.Collect(maps.Keys(u.c.stmts))
		if len(all) < 13 {
			t.Errorf("only %d statements were run", len(all))
		}
		for _, sql := range all {
			args := make([]driver.Value, strings.Count(sql, "?"))
			failed := u.c.each("EXPLAIN QUERY PLAN "+sql, func(row row) error {
				if plan := row.text(3); strings.HasPrefix(plan, "SCAN w") || strings.HasPrefix(plan, "SCAN items") || strings.Contains(plan, "AUTOMATIC") {
					t.Errorf("%s\nis done by %s", sql, plan)
				}
				return nil
			}, args...)
			err = errors.Join(err, failed)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
