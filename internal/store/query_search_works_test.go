//nolint:misspell // misspelled words are what is looked for
package store

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

func (r *running) workTitles(q WorkQuery) (titles []string) {
	r.t.Helper()
	q.Limit = 100
	res, err := r.QueryWorks(r.context(), q)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range res.Works {
		titles = append(titles, res.Works[i].Title)
	}
	return titles
}

func TestWorksRankExactBeginningInsideNearAndInTheTitleFirst(t *testing.T) {
	r := runFresh(t, Options{})
	titled(r, "Lantern Lanterns Antern Lantren") // whose words are those that others are taken for
	var puts []WorkPut
	for i, title := range []string{"Lanterns", "The Old Lantern", "Antern", "A", "Lantern", "Lantren Bay", "Nothing"} {
		w := WorkView{Kind: WorkMovie, Title: title, Key: int64(i)}
		if title == "A" {
			w.Artists = []string{"Lantern"}
		}
		puts = append(puts, fresh(w))
	}
	r.keep(puts...)
	want := []string{"Lantern", "The Old Lantern", "A", "Lanterns", "Antern", "Lantren Bay"}
	if got := r.workTitles(WorkQuery{Text: "lantern"}); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	slices.Sort(want)
	got := r.workTitles(WorkQuery{Text: "lantern", Sort: "added"})
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("found by when they were added %q, want %q", got, want)
	}
}

// Pages of works that words find hold every match once, in the order of one long page, whatever kinds and roots are
// asked for.
func TestWorksFoundByWordsStandOnPagesOnceEach(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	r := runFresh(t, Options{})
	lying := [][]string{{"films"}, {"music"}, {"films", "music"}, {"filmsmusic"}}
	var puts []WorkPut
	for i := range 200 {
		w := WorkView{Kind: WorkKinds()[i%4], Title: syllables(rnd) + " " + syllables(rnd), Key: int64(i),
			Artists: []string{syllables(rnd)}, Roots: lying[rnd.IntN(len(lying))]}
		puts = append(puts, fresh(w))
	}
	works := r.keep(puts...)
	narrow := []string{"", "kind=movie", "root=music", "root=films,music&kind=series,season", "not_root=music"}
	found := 0
	for round := range 60 {
		q := WorkQuery{Text: syllables(rnd), Filter: parsedWorks(t, narrow[round%len(narrow)])}
		terms := words.Terms(q.Text)
		if len(terms) == 0 {
			continue
		}
		whole := r.pageThrough(t, q, 1000)
		if small := r.pageThrough(t, q, 1+rnd.IntN(7)); !slices.Equal(small, whole) {
			t.Errorf("%q: in pages %v, in one %v", q.Text, small, whole)
		}
		for i := range works {
			w := &works[i]
			has := !slices.ContainsFunc(terms, func(term words.Term) bool {
				text := w.words()
				return !term.In(text[0], true) && !term.In(text[1], true)
			})
			passes := true
			switch round % len(narrow) {
			case 1:
				passes = w.Kind == WorkMovie
			case 2:
				passes = slices.Contains(w.Roots, "music")
			case 3:
				passes = (w.Kind == WorkSeries || w.Kind == WorkSeason) && w.Roots[0] != "filmsmusic"
			case 4:
				passes = !slices.Contains(w.Roots, "music")
			}
			isFound := slices.Contains(whole, w.ID)
			if has && passes && !isFound || isFound && !passes {
				t.Errorf("%q with %q: found %v: %+v", q.Text, narrow[round%len(narrow)], isFound, w)
			}
			if isFound {
				found++
			}
		}
	}
	if found < 200 {
		t.Errorf("only %d are found in all", found)
	}
}

// How SQLite goes about it: along the words, and from each by its id.
func TestWorksAreFoundByWordsWithoutALookAtOthers(t *testing.T) {
	r := runFresh(t, Options{})
	err := r.read(t.Context(), func(c *conn) error {
		q := WorkQuery{Kinds: []string{WorkMovie}, Filter: parsedWorks(t, "root=films")}
		which, err := q.which(c)
		if err != nil {
			return err
		}
		for _, sql := range []string{rankedWorksSQL, someWorksSQL + which + ofSomeWorks, lastOfSome} {
			var plan []string
			sql = strings.NewReplacer("?1", "'a'", "?2", "1", "?3", "0", "?4", "1").Replace(sql)
			take := func(row row) error { plan = append(plan, row.text(3)); return nil }
			if err := c.each("EXPLAIN QUERY PLAN "+sql, take); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
			for _, step := range plan {
				isScan := strings.HasPrefix(step, "SCAN w") || strings.HasPrefix(step, "SCAN z")
				if strings.Contains(step, "TEMP") || isScan && !strings.Contains(step, "VIRTUAL TABLE") {
					t.Errorf("%s\nis done by %q", sql, plan)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func parsedWorks(t fataler, query string) *filter.Set {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	set, err := filter.Parse(v, filter.Works)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
