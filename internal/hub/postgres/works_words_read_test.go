package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// rowsOf are how many rows are read for what was asked last in which a text stands.
func rowsOf(t *testing.T, s *Store, asked *statements, text string) (rows float64) {
	t.Helper()
	for _, q := range asked.taken() {
		if strings.Contains(q.SQL, text) {
			rows += carriedOut(t, s, q).rows()
		}
	}
	asked.taken()
	return rows
}

// Of very many works that words find, those of a kind or a root are found without the others.
func TestWordsOfFewKindsAndRootsReadNoOthers(t *testing.T) {
	t.Parallel()
	const other, wanted = 2000, 10
	s := open(t)
	c := begin(t, s, "attic", "i1")
	var works []store.WorkView
	for id := int64(1); id <= other+wanted; id++ {
		w := store.WorkView{ID: id, Kind: store.WorkAlbum, Title: fmt.Sprint("Lantern ", id), Seq: id,
			Roots: []string{"music"}}
		if id > other {
			w.Kind, w.Roots = store.WorkMovie, []string{"films", "Music's"}
		}
		works = append(works, w)
	}
	writeWorks(t, s, c, works)
	takeIn(t, s)
	asked := traced(t, s)
	for _, question := range []string{"kind=movie", "kind=movie,season", "root=attic~films",
		"root=attic~Music's,attic~no", "kind=movie&root=attic~films", "kind=movie&sort=year"} {
		for _, text := range []string{"lantern", "lanter"} {
			q := workQuestion(t, question)
			q.Text, q.Limit = text, 20
			res, err := s.QueryWorks(t.Context(), q)
			if err != nil || len(res.Works) != wanted {
				t.Fatalf("%s by %s finds %d works, %v", text, question, len(res.Works), err)
			}
			if rows := rowsOf(t, s, asked, "work_search"); rows > 30*wanted {
				t.Errorf("%s by %s reads %.0f rows for %d works", text, question, rows, wanted)
			}
		}
	}
	q := workQuestion(t, "kind=movie&root=attic~music")
	q.Text, q.Limit = "lantern", 20
	if res, err := s.QueryWorks(t.Context(), q); err != nil || len(res.Works) > 0 {
		t.Errorf("a root that no film has: %d works, %v", len(res.Works), err)
	}
}
