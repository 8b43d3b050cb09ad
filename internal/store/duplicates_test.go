package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// allDuplicates reads all pages of a question about duplicates, each as "WASTED: ID ID".
func allDuplicates(r *running, q Query) (out []string) {
	r.t.Helper()
	for range 1000 {
		res, err := r.Duplicates(context.Background(), q)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, g := range res.Groups {
			out = append(out, sameText(g.Size, g.Items))
		}
		if q.After = res.Next; q.After == "" {
			return out
		}
	}
	r.t.Fatalf("a thousand pages, and no end")
	return nil
}

func sameText(size int64, items []View) string {
	var ids []string
	for i := range items {
		ids = append(ids, fmt.Sprint(items[i].ID))
	}
	return fmt.Sprintf("%d: %s", Wasted(size, int64(len(items))), strings.Join(ids, " "))
}

func TestDuplicatesAreWhatTheItemsThemselvesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			r.update(func(tx *Tx) error {
				for i := range rapid.IntRange(1, 24).Draw(t, "items") {
					name := fmt.Sprintf("%c/%d.mkv", 'a'+i%3, i)
					_, err := putIn(tx, roots[i%2], name, func(it *Item) {
						richItem(t, it)
						if it.Links = rapid.Uint32Range(1, 2).Draw(t, "links"); it.Links == 2 {
							it.FileID = fileID(rapid.Uint64Range(1, 3).Draw(t, "inode"))
						}
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			r.indexAll()
			asked := rapid.SliceOfNDistinct(rapid.SampledFrom(questions), 0, 2, func(q string) string { return q[:strings.IndexByte(q, '=')] }).Draw(t, "asked")
			under := rapid.SampledFrom([]string{"", "", "a"}).Draw(t, "under")
			q := Query{Filter: parsed(t, strings.Join(asked, "&")), Limit: rapid.IntRange(1, 4).Draw(t, "limit"), Under: under}
			want := naiveDuplicates(r, asked, under, "")
			if got := allDuplicates(r, q); !slices.Equal(got, want) {
				t.Fatalf("%s under %q: found %q, want %q", asked, under, got, want)
			}
			q.Within = 1 // a group a page
			if got := allDuplicates(r, q); !slices.Equal(got, want) {
				t.Fatalf("%s under %q in little time: found %q, want %q", asked, under, got, want)
			}
			q.Text = rapid.SampledFrom([]string{"mkv", "1", "2"}).Draw(t, "text")
			want = naiveDuplicates(r, asked, under, q.Text)
			if got := allDuplicates(r, q); !slices.Equal(got, want) {
				t.Fatalf("%s with %q under %q: found %q, want %q", asked, q.Text, under, got, want)
			}
		})
	})
}

// naiveDuplicates are the same, by every item's JSON; only which names are of one file stands in no JSON.
func naiveDuplicates(r *running, asked []string, under, text string) (out []string) {
	type group struct {
		size        int64
		fingerprint string
		items       []View
	}
	var groups []*group
	files := map[string]bool{}
	items := r.exported()
	for id := int64(1); id <= int64(len(items)); id++ {
		item, row := items[id], r.item(id)
		print, read := item["fingerprint"].(string)
		beneath := under == "" || strings.HasPrefix(item["path"].(string), under+"/")
		if !read || item["state"] != "present" || !beneath || !naive(item, asked) {
			continue
		}
		terms := words.Terms(text)
		if len(terms) > 0 && !terms[0].In(words.Of(item["path"].(string)), true) {
			continue
		}
		if file := fmt.Sprint(row.Size, print, row.FileID); row.Links == 2 {
			if files[file] {
				continue
			}
			files[file] = true
		}
		i := slices.IndexFunc(groups, func(g *group) bool { return g.size == row.Size && g.fingerprint == print })
		if i < 0 {
			groups, i = append(groups, &group{row.Size, print, nil}), len(groups)
		}
		groups[i].items = append(groups[i].items, View{ID: id})
	}
	groups = slices.DeleteFunc(groups, func(g *group) bool { return len(g.items) < 2 })
	slices.SortFunc(groups, func(a, b *group) int {
		key := func(g *group) alike {
			n := int64(7)
			if g.fingerprint != "0000000000000007" {
				n = -1
			}
			return alike{Wasted(g.size, int64(len(g.items))), g.size, n}
		}
		return key(b).compare(key(a))
	})
	for _, g := range groups {
		out = append(out, sameText(g.size, g.items))
	}
	return out
}

// What a group wastes at most and what it does differ by the names of one file: pages keep the order of what it does.
func TestPagesOfDuplicatesKeepTheirOrderOverHardLinks(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.update(func(tx *Tx) error {
		for i := range int64(60) {
			for n := range 2 + i%5 {
				_, err := putIn(tx, root, fmt.Sprintf("%d/%d", i, n), func(it *Item) {
					it.Size, it.Fingerprint, it.HasFingerprint = 10+i%7, i, true
					if i%3 > 0 && n > 0 { // all but the first are one file, or all are
						it.Links, it.FileID = 9, fileID(uint64(i+1))
					} else if i%3 == 2 {
						it.Links, it.FileID = 9, fileID(uint64(i+1))
					}
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	r.indexAll()
	all := allDuplicates(r, Query{Limit: 1000})
	if len(all) != 40 {
		t.Errorf("%d groups, want the 40 that are more than names of one file", len(all))
	}
	for _, limit := range []int{1, 7} {
		if got := allDuplicates(r, Query{Limit: limit}); !slices.Equal(got, all) {
			t.Errorf("by %d: %q, want %q", limit, got, all)
		}
	}
}

func TestWastedIsNeverMoreThanANumberHolds(t *testing.T) {
	for _, c := range [][3]int64{{10, 0, 0}, {10, 1, 0}, {10, 3, 20}, {1 << 62, 2, 1 << 62}, {1 << 62, 4, 1<<63 - 1}} {
		if got := Wasted(c[0], c[1]); got != c[2] {
			t.Errorf("%d files of %d bytes waste %d, want %d", c[1], c[0], got, c[2])
		}
	}
}

// What the index tells of groups, and the sums of cells, are kept between questions, until anything changes.
func TestWhatIsKeptBetweenQuestionsIsOfOneStateOfTheCatalog(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	for i := range int64(3) {
		r.put(root, fmt.Sprint(i), func(it *Item) { it.Size, it.Fingerprint, it.HasFingerprint = 10, 7, true })
		r.indexAll()
		for range 2 {
			want := []string{"10: 1 2", "20: 1 2 3"}[max(i-1, 0):max(i, 0)]
			if got := allDuplicates(r, Query{Limit: 1}); !slices.Equal(got, want) {
				t.Errorf("of %d files: %q, want %q", i+1, got, want)
			}
			if f, err := r.ItemFacets(context.Background(), Query{}, []string{"kind"}); err != nil || f.Total.Count != i+1 || f.Total.Size != 10*(i+1) {
				t.Errorf("of %d files: %+v, %v", i+1, f.Total, err)
			}
		}
	}
}

// What a page found and did not give is kept for the next; where that is forgotten, it is found again, and nothing is
// lost or given twice.
func TestPagesOfDuplicatesGoOnWhereWhatTheyFoundIsForgotten(t *testing.T) {
	r := runFresh(t, Options{})
	roots := []int64{r.addRoot("films"), r.addRoot("music")}
	r.update(func(tx *Tx) error {
		for i := range int64(40) {
			for n := range 2 + i%4 {
				_, err := putIn(tx, roots[(i+n)%3%2], fmt.Sprintf("%d/%d", i, n), func(it *Item) {
					it.Size, it.Fingerprint, it.HasFingerprint = 100+i%9, i, true
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	r.indexAll()
	q := Query{Roots: []string{"films"}, Limit: 3}
	want := allDuplicates(r, q)
	if len(want) < 10 {
		t.Fatalf("only %d groups", len(want))
	}
	q.Within = 1
	for _, forgotten := range []int{1, 2, 5, 1000} { // each so manieth page
		var got []string
		q.After = ""
		for page := 1; page < 1000; page++ {
			res, err := r.Duplicates(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range res.Groups {
				got = append(got, sameText(g.Size, g.Items))
			}
			if q.After = res.Next; q.After == "" {
				break
			}
			if page%forgotten == 0 {
				r.samePlaces.of = nil
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("forgotten each %d pages: %q, want %q", forgotten, got, want)
		}
	}
}

// While changes wait to be indexed, the groups of a short while ago do; once all is indexed, they are those that there
// are.
func TestGroupsOfAWhileAgoDoWhileChangesWait(t *testing.T) {
	now := time.Now()
	old := now.Add(-2 * wastersAge)
	for _, c := range []struct {
		w       *wasters
		waiting bool
		good    bool
	}{{nil, true, false}, {&wasters{asOf: 7, read: old}, false, true}, {&wasters{asOf: 5, read: now}, true, true},
		{&wasters{asOf: 5, read: now}, false, false}, {&wasters{asOf: 5, read: old}, true, false},
		{&wasters{asOf: 9, read: now}, true, false}} {
		if c.w.isOf(7, c.waiting) != c.good {
			t.Errorf("%+v, waiting %v: want %v", c.w, c.waiting, c.good)
		}
	}
}
