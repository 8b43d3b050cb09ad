package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// someDescription draws what is known of an item, often nothing.
func someDescription(t *rapid.T) media.Description {
	return media.Description{
		Title:   rapid.SampledFrom([]string{"", "", "Film 2", "Film 10", "film 2", "Émile", "Zoo", "éa", "2001"}).Draw(t, "title"),
		Year:    rapid.SampledFrom([]int{0, 1999, 2001}).Draw(t, "year"),
		Media:   &media.Media{DurationSeconds: rapid.SampledFrom([]float64{0, 1, 1.5, 7200.04}).Draw(t, "duration")},
		TakenAt: rapid.SampledFrom([]string{"", "2024-05-31T23:30:00+02:00", "2024-06-01T00:10:00"}).Draw(t, "taken"),
		Album:   rapid.SampledFrom([]string{"", "Album"}).Draw(t, "album"), Disc: rapid.IntRange(1, 2).Draw(t, "disc"), Track: rapid.IntRange(1, 12).Draw(t, "track"),
		Series: rapid.SampledFrom([]string{"", "Show"}).Draw(t, "series"), Season: rapid.SampledFrom([]*int{nil, new(int)}).Draw(t, "season"),
		Episodes: rapid.SliceOfN(rapid.IntRange(1, 12), 0, 1).Draw(t, "episode"),
	}
}

// sortedAs orders views as the surface promises: by value, unknown ones last, ties by id.
func sortedAs(r *running, views []View, sort string, desc bool) (ids []int64) {
	keys := newSorter()
	value := func(v *View) (known bool, number float64, key []byte) {
		k := knownOf(v.Doc)
		switch sort {
		case "title":
			return k.Title != "", 0, keys.titleKey(k.Title)
		case "added":
			return true, float64(v.Added), nil
		case "modified":
			return true, float64(v.MTime), nil
		case "size":
			return true, float64(v.Size), nil
		case "year":
			return k.Year != 0, float64(k.Year), nil
		case "taken":
			ns, known := filter.Clock(k.TakenAt)
			return known, float64(ns), nil
		case "track":
			return k.Album != "", float64(1000*k.Disc + k.Track), nil // of one album
		case "episode":
			season, episode := 99, 99
			if k.Season != nil {
				season = *k.Season
			}
			if len(k.Episodes) > 0 {
				episode = k.Episodes[0]
			}
			return k.Series != "", float64(100*season + episode), keys.titleKey(k.Series)
		}
		return k.DurationSeconds > 0, k.DurationSeconds, nil
	}
	slices.SortFunc(views, func(a, b View) int {
		ka, na, ta := value(&a)
		kb, nb, tb := value(&b)
		if ka != kb {
			if ka {
				return -1
			}
			return 1
		}
		n := cmp.Compare(a.ID, b.ID)
		if ka {
			n = cmp.Or(cmp.Compare(na, nb), bytes.Compare(ta, tb), n)
		}
		if desc {
			return -n
		}
		return n
	})
	for i := range views {
		ids = append(ids, views[i].ID)
	}
	return ids
}

func TestPagesOfEverySortHoldEverythingInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			r.update(func(tx *Tx) error {
				for i := range rapid.IntRange(1, 25).Draw(t, "items") {
					_, err := putIn(tx, roots[i%2], fmt.Sprintf("%c/%d", 'a'+i%3, i), func(it *Item) {
						it.Doc, it.Kind, it.State = doc(someDescription(t)), stepKinds[i%len(stepKinds)], State(i%5/4)
						it.Added, it.MTime, it.Size = int64(i%3), -int64(i%4), int64(i%2)<<40
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			r.indexAll()
			q := Query{
				Sort:       rapid.SampledFrom([]string{"title", "added", "modified", "size", "year", "duration"}).Draw(t, "sort"),
				Descending: rapid.Bool().Draw(t, "descending"),
				Limit:      rapid.IntRange(1, 7).Draw(t, "limit"),
				Roots:      rapid.SampledFrom([][]string{nil, {"one"}, {"one", "two"}}).Draw(t, "roots"),
				Kinds:      rapid.SampledFrom([][]string{nil, {"movie"}}).Draw(t, "kinds"),
				State:      rapid.SampledFrom([]string{"", "present", "missing"}).Draw(t, "state"),
				Under:      rapid.SampledFrom([]string{"", "b"}).Draw(t, "under"),
			}
			var all []View
			if err := r.Walk(r.context(), Position{}, func(v *View) error {
				if q.matches(v) && (q.Roots == nil || slices.Contains(q.Roots, v.Root)) && strings.HasPrefix(v.Path, q.Under) {
					all = append(all, *v)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			want := sortedAs(r, all, q.Sort, q.Descending)
			var got []int64
			for _, v := range r.pages(q) {
				got = append(got, v.id)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%+v: got %v, want %v", q, got, want)
			}
		})
	})
}

func TestAQueryThatMakesNoSenseIsRefused(t *testing.T) {
	r := runFresh(t, Options{})
	for _, q := range []Query{
		{Sort: "colour"}, {State: "lost"}, {Sort: "size", State: "lost"}, {Text: "x", Sort: "colour"},
		{After: "nonsense"}, {After: "p.1.zz"}, {After: "p.0.6100"}, {Sort: "size", After: "nonsense"}, {Sort: "title", After: "k.1.xyz"}, {Text: "x", After: "v"},
	} {
		q.Limit = 10
		if _, err := r.Query(t.Context(), q); !errors.Is(err, ErrQuery) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

func TestAnUnknownRootMatchesNothing(t *testing.T) {
	r := runFresh(t, Options{})
	r.put(r.addRoot("films"), "a")
	r.indexAll()
	for _, sort := range []string{"path", "size"} {
		res, err := r.Query(t.Context(), Query{Roots: []string{"nowhere"}, Sort: sort, Limit: 10, Within: unhurried})
		if err != nil || len(res.Items) != 0 || res.Next != "" {
			t.Errorf("by %s: %+v, %v", sort, res, err)
		}
	}
}

func TestAFirstPageSaysFromWhereToFollow(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.put(root, "a")
	r.indexAll()
	indexed := r.Head()
	r.put(root, "b") // not indexed yet
	for _, q := range []Query{{}, {Sort: "size"}, {Text: "a"}, {Descending: true}} {
		q.Limit, q.Within = 10, unhurried
		res, err := r.Query(t.Context(), q)
		if err != nil || len(res.Items) != 1 || res.AsOf != indexed {
			t.Errorf("%+v: %d items as of %d, the index is at %d (%v)", q, len(res.Items), res.AsOf, indexed, err)
		}
	}
}

// FuzzAfter gives any text for the place where a page ended: it is a place, or refused, and never an error of SQLite's.
func FuzzAfter(f *testing.F) {
	for _, s := range []string{"", "n.1.", "v.a.12", "v.1.1.5", "v.1.-1e300", "k.1.616263", "k.1.", "p.1.6f6e650061", "p.1.00", "p.-1.6f6e650061", "v.1.NaN", "...", "\x00"} {
		f.Add(s)
	}
	st, err := Open(context.Background(), f.TempDir(), Options{})
	if err != nil {
		f.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	f.Cleanup(func() { cancel(); <-st.Stopped(); _ = st.Close() })
	r := &running{Store: st, t: f}
	r.put(r.addRoot("one"), "a", func(it *Item) { it.Doc = doc(media.Description{Title: "abc", Year: 2001}) })
	r.indexAll()
	f.Fuzz(func(t *testing.T, after string) {
		for _, q := range []Query{{}, {Sort: "title"}, {Sort: "duration"}, {Text: "abc"}, {Descending: true}} {
			q.Limit, q.After = 10, after
			if _, err := r.Query(ctx, q); err != nil && !errors.Is(err, ErrQuery) {
				t.Errorf("%+v: %v", q, err)
			}
		}
	})
}
