package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// library is items to be found, by their paths.
func library(r *running) {
	r.t.Helper()
	root := r.addRoot("all")
	for path, d := range map[string]media.Description{
		"films/wall.mkv":     {Title: "The Wall", Year: 1982},
		"films/walle.mkv":    {Title: "WALL·E", Year: 2008},
		"films/amelie.mkv":   {Title: "Le Fabuleux Destin d'Amélie Poulain"},
		"films/chihiro.mkv":  {Title: "千と千尋の神隠し"},
		"films/gwoemul.mkv":  {Title: "괴물"},
		"music/time.flac":    {Title: "Time", Artist: "Pink Floyd", Album: "The Dark Side of the Moon"},
		"books/dune.epub":    {Title: "Dune", Authors: []string{"Frank Herbert"}},
		"tv/x-files.mkv":     {Series: "The X-Files", EpisodeTitle: "Squeeze", Title: "Squeeze"},
		"odd/100% \"a\".mkv": {},
		"odd/wall clock":     {},
	} {
		r.put(root, path, func(it *Item) { it.Doc = doc(d) })
	}
	r.indexAll()
}

func (r *running) find(q string) (paths []string) {
	r.t.Helper()
	res, err := r.Query(r.context(), Query{Text: q, Limit: 100, Within: unhurried})
	if err != nil {
		r.t.Fatalf("search for %q: %v", q, err)
	}
	for _, v := range res.Items {
		paths = append(paths, v.Path)
	}
	return paths
}

func TestWhatPeopleTypeFindsWhatTheyMean(t *testing.T) {
	r := runFresh(t, Options{})
	library(r)
	for q, want := range map[string]string{
		"wall":                "films/wall.mkv, films/walle.mkv, odd/wall clock",
		"WALL 1982":           "", // years are not searched for
		"the wall":            "films/wall.mkv",
		"wall the":            "films/wall.mkv",
		`"the wall"`:          "films/wall.mkv",
		`"wall the"`:          "",
		"amelie":              "films/amelie.mkv",
		"Amélie poul":         "films/amelie.mkv", // the last word may be a beginning
		"poul amelie":         "films/amelie.mkv", // another has to be rare for that
		`"poulain" fabuleux`:  "films/amelie.mkv",
		"floyd moon":          "music/time.flac",
		"herbert":             "books/dune.epub",
		"x-files":             "tv/x-files.mkv",
		"files squeeze":       "tv/x-files.mkv",
		"千尋":                  "films/chihiro.mkv",
		"千と千尋の神隠し":            "films/chihiro.mkv",
		"神":                   "films/chihiro.mkv", // one sign is the beginning of a pair
		"尋千":                  "",
		"괴물":                  "films/gwoemul.mkv",
		"epub":                "books/dune.epub",
		"odd clock":           "odd/wall clock",
		"nothing-of-the-kind": "",
		"":                    "films/amelie.mkv, films/chihiro.mkv, films/gwoemul.mkv, films/wall.mkv, films/walle.mkv, books/dune.epub, music/time.flac, odd/100% \"a\".mkv, odd/wall clock, tv/x-files.mkv",
		"%":                   "",
		`"`:                   "",
		"100%":                `odd/100% "a".mkv`,
		"* OR NOT (":          "",
	} {
		got, expected := r.find(q), strings.Split(want, ", ")
		if want == "" {
			expected = nil
		}
		slices.Sort(got)
		slices.Sort(expected)
		if !slices.Equal(got, expected) {
			t.Errorf("%q finds %q, want %q", q, got, expected)
		}
	}
}

func TestATitleRanksBeforeAPath(t *testing.T) {
	r := runFresh(t, Options{})
	library(r)
	if got := r.find("wall"); got[len(got)-1] != "odd/wall clock" {
		t.Errorf("found in this order: %q", got)
	}
}

func TestASearchIsReadByPagesAndSorted(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	for i := range 23 {
		r.put(root, fmt.Sprint("film ", i), func(it *Item) {
			it.Size = int64(i % 5)
			it.Doc = doc(media.Description{Title: "Same", Year: i % 2 * 2000})
		})
	}
	r.indexAll()
	for _, q := range []Query{{}, {Sort: "size"}, {Sort: "year"}, {Sort: "title", Descending: true}, {Sort: "year", Descending: true}} {
		q.Text, q.Limit = "same", 4
		seen := map[int64]bool{}
		got := r.pages(q)
		for _, v := range got {
			seen[v.id] = true
		}
		if len(got) != 23 || len(seen) != 23 {
			t.Errorf("%+v: %d items, %d of them different", q, len(got), len(seen))
		}
	}
	got := r.pages(Query{Text: "same", Sort: "size", Descending: true, Limit: 4})
	if !slices.IsSortedFunc(got, func(a, b visit) int { return int(r.item(b.id).Size - r.item(a.id).Size) }) {
		t.Errorf("not by size: %v", got)
	}
}

func TestTheIndexFollowsTheCatalog(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	it := r.put(root, "a.mkv", func(it *Item) { it.Doc = doc(media.Description{Title: "Before"}) })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Index(ctx, FirstPass{}) }()
	wake, unsubscribe := r.Subscribe()
	defer unsubscribe()
	indexed := func() {
		for !r.Indexed() {
			select {
			case <-wake:
			default:
			}
		}
	}
	expect := func(q string, n int) {
		t.Helper()
		indexed()
		if got := r.find(q); len(got) != n {
			t.Errorf("%q finds %q", q, got)
		}
	}
	expect("before", 1)
	r.change(it.ID, func(it *Item) { it.Doc = doc(media.Description{Title: "After"}) })
	expect("before", 0)
	expect("after", 1)
	r.change(it.ID, func(it *Item) { it.Name = "renamed.mkv" })
	expect("renamed", 1)
	r.change(it.ID, func(it *Item) { it.State = Missing })
	expect("after", 1)
	r.change(it.ID, func(it *Item) { it.State = Detached })
	expect("after", 0)
	r.change(it.ID, func(it *Item) { it.State = Present })
	expect("after", 1)
	last := r.item(it.ID)
	r.update(func(tx *Tx) error { return tx.Remove(&last) })
	expect("after", 0)
	if n := r.numbers("SELECT count(*) FROM sort_keys")[0]; n != 0 {
		t.Errorf("%d rows left to sort", n)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestTheIndexTakesMoreThanABatchAtOnce(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	var gone []Item
	r.update(func(tx *Tx) error {
		for i := range 2*indexBatch + 50 {
			it, err := putIn(tx, root, fmt.Sprint("film ", i))
			if err != nil {
				return err
			}
			if i%10 == 0 {
				gone = append(gone, it)
			}
		}
		return nil
	})
	r.indexAll()
	r.update(func(tx *Tx) error {
		for i := range gone {
			if err := tx.Remove(&gone[i]); err != nil {
				return err
			}
		}
		return nil
	})
	r.indexAll()
	want := int64(2*indexBatch+50) - int64(len(gone))
	if n := r.numbers("SELECT count(*) FROM sort_keys")[0]; n != want {
		t.Errorf("%d of %d indexed", n, want)
	}
}

// FuzzSearch types anything: it finds what it finds, and is never an error of syntax.
func FuzzSearch(f *testing.F) {
	for _, q := range []string{"", "a", `"`, `""`, `a" "b`, "a*", "NEAR(a b)", "title:x", "{a b}", "-a", "a\x00b", "\xff", "漢", "漢字", "漢 字", "^a", "a AND", "(", `\`, "ʰ", "\U0001F600a", "'"} {
		f.Add(q)
	}
	st, err := Open(context.Background(), f.TempDir(), Options{})
	if err != nil {
		f.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	f.Cleanup(func() { cancel(); <-st.Stopped(); _ = st.Close() })
	r := &running{Store: st, t: f}
	library(r)
	f.Fuzz(func(t *testing.T, q string) {
		if _, err := r.Query(ctx, Query{Text: q, Limit: 5}); err != nil {
			t.Errorf("%q becomes %+v: %v", q, words.Terms(q), err)
		}
	})
}

// TestTheIndexReadsByBytesToo: files decide how much is known of them.
func TestTheIndexReadsByBytesToo(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("books")
	long := strings.Repeat("x", 64<<10)
	const n = 3 * indexBytes / (64 << 10)
	for i := range n {
		r.put(root, fmt.Sprintf("%d.epub", i), func(it *Item) { it.Doc = fmt.Appendf(nil, `"plot":%q,"title":"T%d"`, long, i) })
	}
	stretch := &indexStretch{}
	err := r.toIndex(t.Context(), newSorter(), stretch)
	if read := len(stretch.entries); err != nil || read == 0 || read > n/2 || stretch.upto >= r.Head() {
		t.Errorf("%d of %d entries at once, up to %d of %d, %v", read, n, stretch.upto, r.Head(), err)
	}
	r.indexAll()
	res, err := r.Query(t.Context(), Query{Text: fmt.Sprintf("T%d", n-1), Limit: 10, Within: unhurried})
	if err != nil || len(res.Items) != 1 {
		t.Errorf("the last is found %d times, %v", len(res.Items), err)
	}
}

// TestTheSearchIsNotWrittenAgainWhereItsWordsStand: what is missing, held and back is found by the same words.
func TestTheSearchIsNotWrittenAgainWhereItsWordsStand(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	it := r.put(root, "a/wall.mkv", func(it *Item) { it.Doc = doc(media.Description{Title: "The Wall"}) })
	r.indexAll()
	r.update(func(tx *Tx) error { return tx.c.exec("DELETE FROM search WHERE rowid = ?", it.ID) }) // to see who writes it
	r.change(it.ID, func(it *Item) { it.State, it.MissingAt = Missing, 1 })
	r.indexAll()
	if got := r.find("wall"); len(got) > 0 {
		t.Errorf("its words were written again when it went missing: found %q", got)
	}
	if n := r.numbers("SELECT c.state FROM sort_keys k JOIN cells c ON c.id = k.cell"); len(n) != 1 || State(n[0]) != Missing {
		t.Errorf("sorted among those of state %d, want %d", n, Missing)
	}
	r.change(it.ID, func(it *Item) { it.State, it.Name = Present, "bricks.mkv" })
	r.indexAll()
	if got := r.find("bricks"); len(got) != 1 {
		t.Errorf("found by its new name: %q", got)
	}
}
