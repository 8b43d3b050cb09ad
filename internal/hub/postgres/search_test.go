package postgres

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// takeIn takes in the words of all that is there.
func takeIn(t *testing.T, s *Store) {
	t.Helper()
	if err := s.IndexAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func titled(id int64, title string) Change {
	return item(id, fmt.Sprintf("%03d", id), fmt.Sprintf(`"title":%q`, title))
}

// found are the titles that a query finds.
func found(t *testing.T, s *Store, q store.Query) (titles []string) {
	t.Helper()
	q.Limit = 100
	for { // a page may end before it is full, where its time is over
		res, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatalf("%q: %v", q.Text, err)
		}
		for i := range res.Items {
			titles = append(titles, fmt.Sprint(members(t, res.Items[i].AppendJSON(nil))["title"]))
		}
		if q.After = res.Next; q.After == "" {
			return titles
		}
	}
}

func TestMatchesRankExactBeginningInsideNear(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := begin(t, s, "attic", "i1")
	var all []Change
	for i, title := range []string{"Antre", "Decanter", "The Anterior Lobe", "Anterior", "The Story of Anter", "Anter",
		"Nothing"} {
		all = append(all, titled(int64(i+1), title))
	}
	say(t, c, "a", all...)
	takeIn(t, s)
	want := []string{"Anter", "The Story of Anter", "Anterior", "The Anterior Lobe", "Decanter", "Antre"}
	if got := found(t, s, store.Query{Text: "anter"}); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	slices.Sort(want)
	got := found(t, s, store.Query{Text: "anter", Sort: "size"})
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("found by size %q, want %q", got, want)
	}
	if got := strings.Join(found(t, s, store.Query{Text: `"story of"`}), "|"); got != "The Story of Anter" {
		t.Errorf("a phrase finds %q", got)
	}
}

// Whether very many items have words that begin as the last does is a matter of these words alone, however many items
// there are.
func TestWhatBeginsManyWordsIsCountedByThese(t *testing.T) {
	t.Parallel()
	s := open(t)
	say(t, begin(t, s, "attic", "i1"), "a", titled(1, "Lantern"))
	takeIn(t, s)
	for _, test := range []struct {
		have   int64
		common bool
	}{{words.CommonItems - 1, false}, {words.CommonItems, true}} {
		if _, err := s.pool.Exec(t.Context(), "UPDATE lexemes SET n = $1 WHERE lexeme = 'tlantern'", test.have); err != nil {
			t.Fatal(err)
		}
		if _, err := s.pool.Exec(t.Context(), "UPDATE lexemes SET n = 30000 WHERE lexeme LIKE '#%'"); err != nil {
			t.Fatal(err)
		}
		err := s.read(t.Context(), func(tx pgx.Tx) error {
			a, err := s.ask(t.Context(), tx, &store.Query{Text: "lant", Limit: 10})
			if err == nil && a.words.Common != test.common {
				t.Errorf("what %d items have is common: %t", test.have, a.words.Common)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
