package store

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The order of paths is that of their bytes, in which what a directory holds lies between files whose names are like
// its own: "a b", "a.c", what is in "a", "a0".
func TestPagesInTheOrderOfPathsAreInThatOfTheirBytesWhereverTheyEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			part := rapid.SampledFrom([]string{"a", "a b", "a.c", "a0", "ab", "A", "b", "\xff", "é", "a\xff"})
			taken := map[string]bool{}
			r.update(func(tx *Tx) error {
				for i := range rapid.IntRange(0, 30).Draw(t, "items") {
					path := strings.Join(rapid.SliceOfN(part, 1, 4).Draw(t, "path"), "/")
					if taken[path] {
						continue
					}
					taken[path] = true
					_, err := putIn(tx, roots[i%2], path, func(it *Item) {
						it.Kind, it.State = stepKinds[i%len(stepKinds)], State(rapid.IntRange(0, 2).Draw(t, "state"))
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			r.indexAll()
			q := Query{
				Sort: byPath, Limit: rapid.IntRange(1, 7).Draw(t, "limit"), Descending: rapid.Bool().Draw(t, "descending"),
				Kinds: rapid.SampledFrom([][]string{nil, {"movie"}}).Draw(t, "kinds"),
				State: rapid.SampledFrom([]string{"", "present", "missing"}).Draw(t, "state"),
				Under: rapid.SampledFrom([]string{"", "a", "a/b", "a b"}).Draw(t, "under"),
			}
			var want, got []string
			if err := r.Walk(r.context(), Position{}, func(v *View) error {
				if q.matches(v) {
					want = append(want, fmt.Sprintf("%s %q %d", v.Root, v.Path, v.ID))
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if q.Descending {
				slices.Reverse(want)
			}
			patience := time.Duration(rapid.SampledFrom([]int{-1, 1 << 40}).Draw(t, "patience"))
			for q.After = ""; ; {
				views, next := pageWalked(t, r, q, patience)
				for _, v := range views {
					got = append(got, fmt.Sprintf("%s %q %d", v.Root, v.Path, v.ID))
				}
				if next != "" && next == q.After {
					t.Fatalf("%+v: it does not go on", q)
				}
				if q.After = next; next == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%+v:\n%s\nwant\n%s", q, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	})
}

// pageWalked reads a page by the walk, however few the items are; without patience it ends after each look.
func pageWalked(t *rapid.T, r *running, q Query, patience time.Duration) (views []View, next string) {
	t.Helper()
	var res Result
	err := r.read(r.context(), func(c *conn) error {
		at, err := parseEnd(q.After, q.order())
		if err != nil {
			return err
		}
		cells, err := r.cells(c, &q)
		if err != nil {
			return err
		}
		p := pace{ends: time.Now().Add(patience), often: 1, few: -1}
		found, err := r.byPaths(c, &q, cells, at, &p)
		if err != nil {
			return err
		}
		end := p.end
		if len(found) > q.Limit {
			found = found[:q.Limit]
			end = &found[q.Limit-1]
		}
		if end != nil {
			next = endAt(end, q.order()).String()
		}
		_, err = r.views(c, &q, found, &res)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return res.Items, next
}

func TestKeysOfTitlesAreInTheOrderOfTheCollationThoughTheyAreShorter(t *testing.T) {
	s := newSorter()
	title := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9éàöÅßçñ \-.]{0,24}`),
		rapid.StringMatching("[aáa\u0301\u0308o\u00ad]{0,9}"))
	whole := func(title string) []byte {
		s.buf.Reset()
		k := s.c.KeyFromString(&s.buf, title)
		return bytes.Clone(k[:min(len(k), maxSortKey)])
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := title.Draw(t, "a"), title.Draw(t, "b")
		if got, want := bytes.Compare(s.titleKey(a), s.titleKey(b)), bytes.Compare(whole(a), whole(b)); got != want {
			t.Fatalf("%q and %q: %d, want %d: %x, %x", a, b, got, want, whole(a), whole(b))
		}
		if s.titleKey(a) == nil {
			t.Fatalf("no key of %q", a)
		}
	})
}
