package store

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// visit is one item as a walk shows it.
type visit struct {
	root, path string
	id         int64
}

func (r *running) walk(from Position) (out []visit) {
	r.t.Helper()
	if err := r.Walk(r.context(), from, func(v *View) error { out = append(out, visit{v.Root, v.Path, v.ID}); return nil }); err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (v visit) String() string { return fmt.Sprintf("%s:%q=%d", v.root, v.path, v.id) }

// paths makes paths whose parts sort differently as names and as parts of a path ('-' and '!' sort before '/', '0'
// behind it).
var paths = rapid.Custom(func(t *rapid.T) string {
	part := rapid.SampledFrom([]string{"a", "a-", "a!", "a0", "a.b", "b", "\x01", "\xff", "ä", "A"})
	p := part.Draw(t, "part")
	for range rapid.IntRange(0, 3).Draw(t, "depth") {
		p += "/" + part.Draw(t, "part")
	}
	return p
})

func TestAWalkIsInTheOrderOfWholePathsAsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			var want []visit
			r.update(func(tx *Tx) error {
				want = nil
				for i, p := range rapid.SliceOfNDistinct(paths, 1, 30, rapid.ID).Draw(t, "paths") {
					// one name may be a file and, as another item, a directory: it was the one and is the other
					it, err := putIn(tx, roots[i%2], p)
					if err != nil {
						return err
					}
					want = append(want, visit{[]string{"one", "two"}[i%2], p, it.ID})
					if i%3 == 0 {
						gone, err := putIn(tx, roots[i%2], p, func(it *Item) { it.State = Missing })
						if err != nil {
							return err
						}
						want = append(want, visit{[]string{"one", "two"}[i%2], p, gone.ID})
					}
				}
				return nil
			})
			slices.SortFunc(want, func(a, b visit) int {
				return cmp.Or(cmp.Compare(a.root, b.root), cmp.Compare(a.path, b.path), cmp.Compare(a.id, b.id))
			})
			if got := r.walk(Position{}); !slices.Equal(got, want) {
				t.Fatalf("got  %v\nwant %v", got, want)
			}
			at := want[rapid.IntRange(0, len(want)-1).Draw(t, "position")]
			rest := slices.DeleteFunc(slices.Clone(want), func(v visit) bool {
				return v.root < at.root || v.root == at.root && v.path <= at.path
			})
			if got := r.walk(Position{Root: at.root, Path: at.path}); !slices.Equal(got, rest) {
				t.Fatalf("behind %v: got  %v\nwant %v", at, got, rest)
			}
			rest = slices.DeleteFunc(slices.Clone(want), func(v visit) bool {
				return cmp.Or(cmp.Compare(v.root, at.root), cmp.Compare(v.path, at.path), cmp.Compare(v.id, at.id)) <= 0
			})
			if got := r.walk(Position{at.root, at.path, at.id}); !slices.Equal(got, rest) {
				t.Fatalf("behind item %v: got  %v\nwant %v", at, got, rest)
			}
			between := Position{Root: at.root, Path: at.path + rapid.SampledFrom([]string{"/", "!", "\x00", "/zzz"}).Draw(t, "suffix")}
			rest = slices.DeleteFunc(slices.Clone(want), func(v visit) bool {
				return v.root < between.Root || v.root == between.Root && v.path <= between.Path
			})
			if got := r.walk(between); !slices.Equal(got, rest) {
				t.Fatalf("behind %v: got  %v\nwant %v", between, got, rest)
			}
			pagesHoldEverything(t, r, want)
		})
	})
}

// pagesHoldEverything reads the same order by pages, forwards and backwards.
func pagesHoldEverything(t *rapid.T, r *running, want []visit) {
	r.indexAll()
	limit := rapid.IntRange(1, 4).Draw(t, "limit")
	for _, q := range []Query{{Limit: limit}, {Limit: limit, Descending: true}, {Limit: limit, State: "missing"}, {Limit: limit, Roots: []string{"one"}}} {
		expected := slices.DeleteFunc(slices.Clone(want), func(v visit) bool { return len(q.Roots) > 0 && v.root != "one" })
		if q.State == "missing" {
			expected = slices.DeleteFunc(expected, func(v visit) bool { return r.item(v.id).State != Missing })
		}
		if q.Descending {
			slices.Reverse(expected)
		}
		got := r.pages(q)
		if !slices.Equal(got, expected) {
			t.Fatalf("pages of %+v:\ngot  %v\nwant %v", q, got, expected)
		}
	}
}

// pages reads all pages of a query.
func (r *running) pages(q Query) (out []visit) {
	r.t.Helper()
	for range 10000 {
		res, err := r.Query(r.context(), q)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(res.Items) > q.Limit {
			r.t.Fatalf("a page of %d items, asked for %d", len(res.Items), q.Limit)
		}
		for _, v := range res.Items {
			out = append(out, visit{v.Root, v.Path, v.ID})
		}
		if res.Next == "" {
			return out
		}
		q.After = res.Next
	}
	r.t.Fatal("pages without end")
	return nil
}

func TestALargeDirectoryIsWalkedByPages(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	const n = 2*PageRows + 7
	r.update(func(tx *Tx) error {
		for i := range n {
			if _, err := putIn(tx, root, fmt.Sprintf("d/%05d", i), func(it *Item) { it.State = State(i % 3 / 2) }); err != nil {
				return err
			}
		}
		for i := PageRows - 3; i < PageRows+3; i++ { // several items at the places where a page ends
			if _, err := putIn(tx, root, fmt.Sprintf("d/%05d", i), func(it *Item) { it.State = Missing }); err != nil {
				return err
			}
		}
		return nil
	})
	got := r.walk(Position{})
	if len(got) != n+6 {
		t.Errorf("%d items of %d", len(got), n+6)
	}
	if !slices.IsSortedFunc(got, func(a, b visit) int { return cmp.Compare(a.path, b.path) }) {
		t.Error("out of order")
	}
	if ids := map[int64]bool{}; true {
		for _, v := range got {
			if ids[v.id] {
				t.Fatalf("item %d twice", v.id)
			}
			ids[v.id] = true
		}
	}
}

func TestAWalkShowsNoDetachedItemAndEndsWithItsCaller(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.put(root, "a")
	r.put(root, "b", func(it *Item) { it.State = Detached })
	r.put(root, "c")
	if got := r.walk(Position{}); len(got) != 2 {
		t.Errorf("walked %v, want 2 items", got)
	}
	n := 0
	err := r.Walk(t.Context(), Position{}, func(*View) error { n++; return errUndone })
	if !errors.Is(err, errUndone) || n != 1 {
		t.Errorf("%d calls, %v", n, err)
	}
	r.update(func(tx *Tx) error {
		roots, err := tx.Roots()
		if err != nil {
			return err
		}
		roots[0].DetachedAt = 1
		return tx.SaveRoot(&roots[0])
	})
	if got := r.walk(Position{}); len(got) != 0 {
		t.Errorf("of a detached root: %v", got)
	}
}
