//nolint:misspell // misspelled words are what is looked for
package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// titled puts items whose titles are found by their paths, in their order.
func titled(r *running, titles ...string) {
	r.t.Helper()
	root := r.addRoot("films")
	for i, title := range titles {
		r.put(root, fmt.Sprintf("%03d", i), func(it *Item) { it.Doc = doc(media.Description{Title: title}) })
	}
	r.indexAll()
}

func (r *running) titles(q Query) (titles []string) {
	r.t.Helper()
	q.Limit, q.Within = 100, unhurried
	res, err := r.Query(r.context(), q)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range res.Items {
		titles = append(titles, knownOf(res.Items[i].Doc).Title)
	}
	return titles
}

func TestMatchesRankExactBeginningInsideNear(t *testing.T) {
	r := runFresh(t, Options{})
	titled(r, "Antre", "Decanter", "The Anterior Lobe", "Anterior", "The Story of Anter", "Anter", "Nothing")
	want := []string{"Anter", "The Story of Anter", "Anterior", "The Anterior Lobe", "Decanter", "Antre"}
	if got := r.titles(Query{Text: "anter"}); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	slices.Sort(want)
	got := r.titles(Query{Text: "anter", Sort: "size"})
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("found by size %q, want %q", got, want)
	}
}

func TestWhatIsMisspelledOrInsideOfAWordIsFound(t *testing.T) {
	r := runFresh(t, Options{})
	titled(r, "The Magic Lantern", "Green Lantern", "Cathedral", "大東京物語", "Die Straße", "Ёлки", "Spider-Man", "Schindler's List", "WALL·E")
	for q, want := range map[string]string{
		"anter":       "Green Lantern|The Magic Lantern",
		"lantren":     "Green Lantern|The Magic Lantern",
		"gren lantrn": "Green Lantern",
		"cathderal":   "Cathedral",
		"cahtdrel":    "",
		"京":           "大東京物語", "語": "大東京物語", "大": "大東京物語", "京物語": "大東京物語", "京大": "",
		"strasse": "Die Straße", "елки": "Ёлки", "ёлки": "Ёлки", "spiderman": "Spider-Man", "spider man": "Spider-Man", "spider‐man": "Spider-Man",
		"schindlers": "Schindler's List", "schindler’s": "Schindler's List", "schindler": "Schindler's List", "walle": "WALL·E", "wall-e": "WALL·E",
		`"lantren"`: "", "an": "", "lantren zebra": "",
	} {
		if got := strings.Join(r.titles(Query{Text: q}), "|"); got != want {
			t.Errorf("%q finds %q, want %q", q, got, want)
		}
	}
}

func TestOtherWordsAreNotLookedForWhereEnoughIsFound(t *testing.T) {
	r := runFresh(t, Options{})
	var titles []string
	for i := range words.Enough {
		titles = append(titles, fmt.Sprint("Ring ", i))
	}
	titled(r, append(titles, "Spring")...)
	if got := r.titles(Query{Text: "ring"}); len(got) != words.Enough || slices.Contains(got, "Spring") {
		t.Errorf("%d are found, %q the last", len(got), got[len(got)-1])
	}
	if got := r.titles(Query{Text: "ring 1"}); !slices.Contains(got, "Ring 1") || slices.Contains(got, "Spring") {
		t.Errorf("found %q", got)
	}
}

// syllables make words that begin like others, contain them and differ by little.
func syllables(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(3) {
		b.WriteString([]string{"la", "n", "ter", "a", "京", "-", "東", "o'", "ß", "7"}[r.IntN(10)])
	}
	return b.String()
}

// TestASearchFindsEveryMatchOnceInEveryOrder compares pages with each other and with all items, each looked at by
// itself: whatever is ranked, listed, or looked for among others.
func TestASearchFindsEveryMatchOnceInEveryOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	r := runFresh(t, Options{})
	roots := []int64{r.addRoot("films"), r.addRoot("music")}
	const n = 150
	for i := range n {
		r.put(roots[i%2], fmt.Sprintf("%s/%d %s", []string{"x", "y/z"}[i%2], i, syllables(rnd)), func(it *Item) {
			it.Size = int64(rnd.IntN(9))
			it.Kind = []media.Kind{media.KindMovie, media.KindTrack}[rnd.IntN(2)]
			it.Doc = doc(media.Description{Title: syllables(rnd) + " " + syllables(rnd), Artist: syllables(rnd), Year: rnd.IntN(3) * 1000})
		})
	}
	r.indexAll()
	everything := r.all(t, Query{Limit: 1000}, nil)
	if err := r.makeVocabulary(t.Context()); err != nil { // so that all words are in order
		t.Fatal(err)
	}
	narrow := []Query{{}, {Kinds: []string{"track"}}, {Roots: []string{"films"}}, {Under: "y"}}
	for round := range 60 {
		common := round%3 == 2
		text := strings.TrimSpace(syllables(rnd) + " " + strings.Repeat(syllables(rnd), rnd.IntN(2)))
		terms := words.Terms(text)
		if len(terms) == 0 {
			continue
		}
		page := []byte(nil)
		if last := terms[len(terms)-1]; common && last.Open {
			p := last.Phrases[0]
			page = words.AppendWord(nil, p[strings.LastIndexByte(p, ' ')+1:], commonItems)
		}
		r.update(func(tx *Tx) error { return tx.c.savePage(pageOfStarts, page) })
		q := narrow[round%len(narrow)]
		q.Text, q.Limit = text, 1+rnd.IntN(40)
		q.most = searchMost{ranked: 1 + rnd.IntN(30), few: 1 + rnd.IntN(60), known: 1 + rnd.IntN(60)}
		var least []int64 // those that have the words themselves
		for i := range everything {
			if v := &everything[i]; q.matches(v) && hasWords(v, terms) {
				least = append(least, v.ID)
			}
		}
		found := idsOf(r.all(t, q, nil))
		for _, id := range least {
			if !slices.Contains(found, id) {
				t.Errorf("%q: item %d is not found", text, id)
			}
		}
		slices.Sort(found)
		if len(slices.Compact(slices.Clone(found))) != len(found) {
			t.Errorf("%q: found twice: %v", text, found)
		}
		if len(least) > words.Enough && len(least) != len(found) {
			t.Errorf("%q: %d have its words, %d are found", text, len(least), len(found))
		}
		for _, sort := range columns {
			q.Sort, q.Descending = sort, rnd.IntN(2) == 0
			got := idsOf(r.all(t, q, nil))
			if slices.Sort(got); !slices.Equal(got, found) {
				t.Errorf("%q by %s, %+v: found %v, by rank %v", text, q.order(), q.most, got, found)
			}
		}
	}
}

func idsOf(views []View) (ids []int64) {
	for i := range views {
		ids = append(ids, views[i].ID)
	}
	return ids
}

func hasWords(v *View, terms []words.Term) bool {
	k := knownOf(v.Doc)
	for _, t := range terms {
		if !slices.ContainsFunc([]string{k.Title, k.Artist, v.Path}, func(text string) bool { return t.In(words.Of(text), true) }) {
			return false
		}
	}
	return true
}

// TestPagesOfASearchGoOnWhereTheyEndedWhileOthersComeAndGo: what is ranked does not move for what others do.
func TestPagesOfASearchGoOnWhereTheyEndedWhileOthersComeAndGo(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	stay := map[int64]int{}
	var leaving []int64
	for i := range 60 {
		it := r.put(root, fmt.Sprint("a", i), func(it *Item) { it.Doc = doc(media.Description{Title: "Lantern" + strings.Repeat(" x", i*7%11)}) })
		if i%3 == 0 {
			leaving = append(leaving, it.ID)
		} else {
			stay[it.ID] = 0
		}
	}
	r.indexAll()
	q := Query{Text: "lantern", Limit: 4, most: searchMost{ranked: 20, few: 10}}
	for _, v := range r.all(t, q, func(page int) {
		id := leaving[page%len(leaving)]
		r.update(func(tx *Tx) error {
			it, found, err := tx.Item(id)
			if err != nil || !found {
				return err
			}
			return tx.Remove(&it)
		})
		r.put(root, fmt.Sprint("b", page), func(it *Item) { it.Doc = doc(media.Description{Title: "Lantern"}) })
		r.indexAll()
	}) {
		if _, stays := stay[v.ID]; stays {
			stay[v.ID]++
		}
	}
	for id, n := range stay {
		if n != 1 {
			t.Errorf("item %d is found %d times", id, n)
		}
	}
}

func TestTheVocabularyFollowsTheIndex(t *testing.T) {
	r := runFresh(t, Options{})
	titled(r, "Magic Lantern")
	if err := r.makeVocabulary(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := r.numbers("SELECT count(*) FROM vocabulary WHERE page = -1")[0]; n != 0 {
		t.Error("words that are new are kept though all pages were made")
	}
	root := r.addRoot("more")
	r.put(root, "a", func(it *Item) { it.Doc = doc(media.Description{Title: "Cathedral"}) })
	r.indexAll()
	for _, q := range []string{"athedr", "lantren"} {
		if got := r.titles(Query{Text: q}); len(got) != 1 {
			t.Errorf("%q finds %q", q, got)
		}
	}
	var b strings.Builder
	for i := range words.PageBytes / 4 { // more words than a page holds
		fmt.Fprintf(&b, "%c%c%c%cx ", 'a'+i%26, 'a'+i/26%26, 'a'+i/26/26%26, 'a'+i/26/26/26%26)
	}
	r.put(root, "b", func(it *Item) { it.Doc = doc(media.Description{Title: b.String()}) })
	if err := r.indexNext(t.Context(), newSorter()); err != nil {
		t.Fatal(err)
	}
	if !r.vocabularyDue() || r.Indexed() {
		t.Error("more new words than a page holds, and it is not to be made anew")
	}
	if got := r.titles(Query{Text: "lant"}); len(got) != 1 {
		t.Errorf("a word that begins so is found as %q while the vocabulary is behind", got)
	}
	if err := r.makeVocabulary(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !r.Indexed() || len(r.titles(Query{Text: "athedr"})) != 1 || r.numbers("SELECT count(*) FROM vocabulary WHERE page > 0")[0] < 2 {
		t.Error("it is not whole when it was made anew")
	}
}

// TestWhoAsksWhetherAllIsIndexedHasTheVocabularyMade: nothing else does before it has been quiet for long.
func TestWhoAsksWhetherAllIsIndexedHasTheVocabularyMade(t *testing.T) {
	r := indexing(t)
	r.update(func(tx *Tx) error {
		tx.s.vocabulary.Store(neverMade)
		return tx.c.setMeta("vocabulary", int64(neverMade))
	})
	r.put(r.addRoot("films"), "lantern")
	r.untilIndexed(t)
	if r.vocabularyDue() || len(r.find("antern")) != 1 {
		t.Error("all is indexed, and the vocabulary is behind")
	}
}

func TestBeginningsThatVeryManyHaveAreKnown(t *testing.T) {
	s := newStarts()
	for _, w := range []struct {
		word  string
		items int64
	}{{"000", commonItems}, {"la", 10}, {"lan", commonItems / 2}, {"lant", commonItems / 2}, {"lb", 5}, {"z", 1}} {
		s.add(w.word, w.items)
	}
	var got []string
	words.EachWord(s.page(), func(w []byte, _ int) { got = append(got, string(w)) })
	if want := []string{"0", "00", "000", "l", "la", "lan"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestNoSearchReadsAllItemsOrSortsThem looks at how SQLite goes about it.
func TestNoSearchReadsAllItemsOrSortsThem(t *testing.T) {
	r := runFresh(t, Options{})
	err := r.read(t.Context(), func(c *conn) error {
		tq := &textQuery{c: c, table: "search", Question: words.Question{Terms: words.Terms("the lantern wal")}}
		if err := tq.spreadTo(7); err != nil {
			return err
		}
		for n := range words.Tiers {
			src, _, ok := tq.tier(n)
			if !ok {
				continue
			}
			for _, q := range []Query{{Sort: byRank}, {Sort: byRank, Under: "a"}, {Sort: byPath}} {
				sql, args := q.matchesSQL(src, "length(k.title)", everyID)
				var plan []string
				if err := c.each("EXPLAIN QUERY PLAN "+sql, func(row row) error { plan = append(plan, row.text(3)); return nil }, args...); err != nil {
					return fmt.Errorf("tier %d: %s: %w", n, src.expression, err)
				}
				for i, step := range plan {
					if strings.Contains(step, "TEMP") || i == 0 && !strings.HasPrefix(step, "SCAN search VIRTUAL TABLE INDEX") ||
						i > 0 && !strings.Contains(step, "SEARCH") {
						t.Errorf("tier %d, under %q: %q", n, q.Under, plan)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
