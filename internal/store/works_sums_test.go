package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// countsAreThoseOfSums compares what is kept of facts beside their sums.
func countsAreThoseOfSums(t fataler, r *running) {
	t.Helper()
	want, got := map[int64]int64{}, map[int64]int64{}
	err := r.read(context.Background(), func(c *conn) error {
		err := c.each("SELECT fact, sum(n) FROM fact_sums WHERE fact & ? > 0 GROUP BY fact", func(row row) error {
			want[row.int(0)] = row.int(1)
			return nil
		}, int64(1<<factNumbers-1))
		for field := factAnalysis; field <= workFactAddedMonth && err == nil; field++ {
			err = eachCount(c, field, func(id, n int64) { got[id] = n })
		}
		return err
	})
	if err != nil || !maps.Equal(got, want) {
		t.Fatalf("counts %v, want %v; %v", got, want, err)
	}
}

// richWork is a work that says something of all that works are counted by.
func richWork(t *rapid.T, w *WorkView) {
	some := func(label string, of ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID).Draw(t, label)
	}
	number := func(label string, of ...int) int { return rapid.SampledFrom(of).Draw(t, label) }
	w.Roots = some("roots", "films", "music", "Music")
	w.Genres = some("genres", "Drama", "drama", "Jazz", "Éloge", "eloge")
	w.Artists, w.Authors = some("artists", "Ann", "Bob", "ann"), some("authors", "C. D.", "c. d.", "E")
	w.Languages, w.SubtitleLanguages = some("audio", "de", "en", "und"), some("subtitles", "de", "pt-BR")
	w.Series = rapid.SampledFrom([]string{"", "Tarns", "tarns"}).Draw(t, "series")
	w.HDR = rapid.SampledFrom([]string{"", "hdr10", "hlg"}).Draw(t, "hdr")
	w.Year, w.Height = number("year", 0, 1989, 1990, 1999), number("height", 0, 720, 2160)
	w.Items, w.Missing = 1, number("missing", 0, 1)
	w.Size, w.Duration = int64(number("size", 0, 1, 1<<40)), int64(number("duration", 0, 1500, 61_000))
	w.AddedAt = int64(number("added", 0, 1, 1_700_000_000)) * 1_000_000_000
}

// Sums of works that are kept are those of a look at all of them, whatever has become of them on the way.
func TestFacetsOfWorksFollowEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, _ []int64) {
			var works []WorkView
			keeper := r.NewWorkKeeper()
			write := func(b WorkBatch) *WorkBatch {
				b.Upto = r.Head()
				if err := keeper.Write(context.Background(), &b); err != nil {
					t.Fatal(err)
				}
				return &b
			}
			for step := range rapid.IntRange(1, 6).Draw(t, "steps") {
				var b WorkBatch
				for i := range rapid.IntRange(1, 4).Draw(t, "new") {
					w := WorkView{Kind: rapid.SampledFrom(WorkKinds()[:3]).Draw(t, "kind"), Title: fmt.Sprint(step, i)}
					w.Key = int64(step*10 + i)
					richWork(t, &w)
					b.Puts = append(b.Puts, fresh(w))
				}
				for i := range works {
					switch rapid.IntRange(0, 3).Draw(t, "becomes") {
					case 0:
						b.Puts = append(b.Puts, again(works[i], func(w *WorkView) { richWork(t, w); w.Gone = 0 }))
					case 1:
						if works[i].Gone == 0 {
							b.Gone, b.GoneAt = append(b.Gone, WorkEnd{Work: works[i].ID}), 1
						}
					}
				}
				if rapid.Bool().Draw(t, "undone at first") {
					undone := WorkBatch{Puts: slices.Clone(b.Puts), Gone: b.Gone, GoneAt: b.GoneAt}
					undone.titles = make([][]byte, len(undone.Puts))
					err := r.Update(context.Background(), func(tx *Tx) error {
						return errors.Join(tx.writeWorks(&undone, keeper.rows), errors.ErrUnsupported)
					})
					if err == nil {
						t.Fatal("a write that fails is kept")
					}
				}
				write(b)
				works = works[:0]
				err := r.read(context.Background(), func(c *conn) (err error) {
					works, err = worksWhere(c, "1")
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, kinds := range [][]string{nil, {WorkMovie}, {WorkSeason, WorkSeries}} {
				for by := range slices.Chunk(workFacets, MaxFacets) {
					sameAsLooked(t, r, WorkQuery{Kinds: kinds}, by)
				}
			}
			countsAreThoseOfSums(t, r)
			if err := keeper.Forget(context.Background()); err != nil {
				t.Fatal(err)
			}
			for _, table := range []string{"fact_sums", "facts", "fact_counts"} {
				if n := r.numbers("SELECT count(*) FROM " + table)[0]; n > 0 {
					t.Fatalf("%d rows of %s are left of nothing", n, table)
				}
			}
		})
	})
}

// sameAsLooked compares facets of works with those of a look at all of them.
func sameAsLooked(t *rapid.T, r *running, q WorkQuery, by []string) {
	t.Helper()
	got, err := r.WorkFacets(context.Background(), q, by)
	if err != nil || !got.Complete {
		t.Fatalf("%v, complete %v", err, got.Complete)
	}
	looked, err := newFacets(by, workFacets, "")
	if err != nil {
		t.Fatal(err)
	}
	q.Limit, q.Sort = 1000, "updated"
	err = r.read(context.Background(), func(c *conn) error { _, err := q.lookAtWorks(c, looked); return err })
	if err != nil {
		t.Fatal(err)
	}
	want := looked.result(true)
	if got.Total != want.Total {
		t.Fatalf("of %v in all %+v, want %+v", q.Kinds, got.Total, want.Total)
	}
	for i, name := range by {
		if have, want := sumsOf(t, got.By[i]), sumsOf(t, want.By[i]); !maps.Equal(have, want) {
			t.Fatalf("of %v by %s: %v, want %v", q.Kinds, name, have, want)
		}
	}
}

// The values that most have are found of many, whatever lies between them.
func TestTheLargestFactsAreFoundOfMany(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	r := runFresh(t, Options{})
	type counted struct{ id, n int64 }
	var all []counted
	r.update(func(tx *Tx) error {
		counts := &factCounts{c: tx.c, pages: map[int64][]byte{}}
		for range 3000 {
			c := counted{factArtist.first() + 1 + rnd.Int64N(20*countPage), 1 + rnd.Int64N(40)}
			if slices.ContainsFunc(all, func(o counted) bool { return o.id == c.id }) {
				continue
			}
			all = append(all, c)
			if err := counts.add(c.id, c.n); err != nil {
				return err
			}
		}
		next := (factArtist + 1).first()
		for _, other := range []int64{factArtist.first(), factArtist.first() - 1, next, next + 1} {
			if err := counts.add(other, 1000); err != nil {
				return err
			}
		}
		return counts.save()
	})
	slices.SortFunc(all, func(a, b counted) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.id, b.id)) })
	for _, most := range []int{1, 7, 500, len(all) - 1, len(all), len(all) + 10} {
		var want []int64
		for _, c := range all[:min(most, len(all))] {
			want = append(want, c.id)
		}
		err := r.read(t.Context(), func(c *conn) error {
			got, err := largestOf(c, factArtist, most)
			if slices.Sort(want); !slices.Equal(got, want) {
				t.Errorf("of the %d largest %d are found, and not those", most, len(got))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
