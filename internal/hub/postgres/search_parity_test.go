//nolint:misspell // misspelled words are what is looked for
package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/storetest"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// asTwo is a daemon's store and a hub's that hold the same items.
type asTwo struct {
	daemon *store.Store
	hub    *Store
	c      *Catalog
	roots  []store.Root
	said   int64 // the daemon's number up to which the hub has been told
	random *rand.Rand
}

func startTwo(t *testing.T) *asTwo {
	t.Helper()
	daemon, stop := storetest.Open(t, store.Options{})
	t.Cleanup(stop)
	t.Cleanup(storetest.Start(t, "the index", func(ctx context.Context, ready func()) error {
		ready()
		return daemon.Index(ctx, store.FirstPass{})
	}))
	w := &asTwo{daemon: daemon, hub: open(t), random: rand.New(rand.NewPCG(1, 2))}
	w.c = begin(t, w.hub, "attic", "i1")
	for _, name := range []string{"films", "music"} {
		r := store.Root{Name: name, Kind: "local", Location: "/" + name, Ident: name}
		w.update(t, func(tx *store.Tx) error { return errors.Join(tx.AddRoot(&r), tx.SaveRoot(&r)) })
		w.roots = append(w.roots, r)
	}
	return w
}

func (w *asTwo) update(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := w.daemon.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// put puts an item into the daemon's catalog.
func (w *asTwo) put(tx *store.Tx, root int, at string, d media.Description, kind media.Kind) error {
	dir := path.Dir(at)
	if dir == "." {
		dir = ""
	}
	in, err := tx.EnsureDir(w.roots[root].ID, dir, 1)
	if err != nil {
		return err
	}
	doc, err := json.Marshal(d)
	if err != nil {
		return err
	}
	it := store.Item{Dir: in.ID, Root: w.roots[root].ID, Name: path.Base(at), Volume: 1, Links: 1,
		Size: w.random.Int64N(1 << 20), MTime: w.random.Int64N(1 << 60), Kind: kind, Analysis: store.Done,
		FileID: tree.FileID{Inode: w.random.Uint64(), Birth: 1}, Doc: doc[1 : len(doc)-1]}
	return tx.Insert(&it)
}

// agree has the hub told of all that is new, and both take in its words.
func (w *asTwo) agree(t *testing.T) {
	t.Helper()
	for w.said < w.daemon.Head() {
		p, err := w.daemon.ChangesOf(t.Context(), store.Sorts{Items: true}, w.said, 0,
			store.Bounds{Rows: 5000, Bytes: 8 << 20})
		if err != nil {
			t.Fatal(err)
		}
		var all []Change
		for i := range p.Changes {
			all = append(all, Change{ID: p.Changes[i].ID, Item: bytes.Clone(p.Changes[i].Item)})
		}
		w.said = p.Upto
		say(t, w.c, fmt.Sprint(w.said), all...)
	}
	takeIn(t, w.hub)
	wake, unsubscribe := w.daemon.Subscribe()
	defer unsubscribe()
	for !w.daemon.Indexed() {
		select {
		case <-wake:
		case <-time.After(10 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal("the daemon does not take in its words")
		}
	}
}

// vocabulary is of many scripts, with words that are near to others, inside of others, and everywhere.
var vocabulary = strings.Fields(`lantern lanterns lantren magic green river rivers winter winters silver silvery the
	of and anterior anter decanter story Straße Ёлка ёлки 東京物語 千と千尋の神隠し
	괴물 スター・ウォーズ Spider-Man Schindler's O'Brien
	WALL·E
	X-Files Amélie Łódź ångström s01e02 2021-05-03 1982 100% IMG_1234 DSC01234 007 9-1-1 Catch-22 wall wally walls
	hall ball call
	cathedral cathedrals night nights knight knights moon moonlight a x über
	हिन्दी كِتَاب naïve rock&roll tower towers`)

func (w *asTwo) words(n int) string {
	all := make([]string, n)
	for i := range all {
		// the first ones are the commonest
		at := int(float64(len(vocabulary)) * w.random.Float64() * w.random.Float64())
		all[i] = vocabulary[at]
	}
	return strings.Join(all, " ")
}

// fill puts so many items, and names that the field's parsers are tried with where they are there.
func (w *asTwo) fill(t *testing.T, n int) (names []string) {
	t.Helper()
	kinds := []media.Kind{media.KindMovie, media.KindTrack, media.KindEpisode, media.KindBook}
	w.update(t, func(tx *store.Tx) error {
		for i := range n {
			d := media.Description{Title: w.words(1 + w.random.IntN(4)), Year: 1950 + w.random.IntN(70)}
			switch kind := kinds[w.random.IntN(len(kinds))]; kind {
			case media.KindTrack:
				d.Artist, d.Album = w.words(2), w.words(w.random.IntN(3))
			case media.KindEpisode:
				d.Series, d.EpisodeTitle = d.Title, w.words(2)
			case media.KindBook:
				d.Authors, d.Title = []string{w.words(2), w.words(1)}, ""
			}
			at := fmt.Sprintf("%s/%s %d.mkv", w.words(1), w.words(2), i)
			if err := w.put(tx, i%len(w.roots), at, d, kinds[i%len(kinds)]); err != nil {
				return err
			}
		}
		return nil
	})
	files, _ := filepath.Glob("/work/shared/names/open/*.jsonl")
	w.update(t, func(tx *store.Tx) error {
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			for line := range strings.SplitSeq(string(b), "\n") {
				var row struct{ Input string }
				if json.Unmarshal([]byte(line), &row) != nil || row.Input == "" || w.random.IntN(2) == 0 {
					continue
				}
				at := strings.Trim(path.Clean("/"+row.Input), "/")
				names = append(names, at)
				err := w.put(tx, 0, fmt.Sprintf("names/%d/%s", len(names), at), media.Description{}, media.KindVideo)
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	return names
}

// spoiled is a word as somebody may type it who means another.
func (w *asTwo) spoiled(word string) string {
	signs := []rune(word)
	at := w.random.IntN(len(signs))
	switch w.random.IntN(6) {
	case 0:
		return string(signs[:at+1])
	case 1:
		return string(signs[at:])
	case 2:
		return string(slices.Delete(signs, at, at+1))
	case 3:
		return string(slices.Insert(signs, at, 'e'))
	case 4:
		if at > 0 {
			signs[at], signs[at-1] = signs[at-1], signs[at]
		}
		return string(signs)
	default:
		return strings.ToUpper(word)
	}
}

// question is what somebody may ask.
func (w *asTwo) question(names []string) string {
	var of []string
	if len(names) > 0 && w.random.IntN(4) == 0 {
		divides := func(r rune) bool { return strings.ContainsRune(" ._/", r) }
		of = strings.FieldsFunc(names[w.random.IntN(len(names))], divides)
		from := w.random.IntN(max(len(of), 1))
		of = slices.Clone(of[from:min(len(of), from+1+w.random.IntN(3))])
	}
	if len(of) == 0 {
		of = strings.Fields(w.words(1 + w.random.IntN(3)))
	}
	for i := range of {
		if w.random.IntN(3) == 0 {
			of[i] = w.spoiled(of[i])
		}
	}
	q := strings.Join(of, " ")
	switch w.random.IntN(8) {
	case 0:
		return `"` + q + `"`
	case 1:
		return `"` + q + `" ` + w.words(1)
	}
	return q
}

// compareAs asks both, each as it names its roots, page by page.
func (w *asTwo) compareAs(t *testing.T, q, hub store.Query) (found int) {
	t.Helper()
	q.Within, hub.Within = time.Hour, time.Hour
	at, hubAt := q, hub
	for page := 1; ; page++ {
		want, err := w.daemon.Query(t.Context(), at)
		if err != nil {
			t.Fatalf("%q: the daemon: %v", q.Text, err)
		}
		have, err := w.hub.Query(t.Context(), hubAt)
		if err != nil {
			t.Fatalf("%q: the hub: %v", q.Text, err)
		}
		paths := func(of []store.View, prefix string) (out []string) {
			for i := range of {
				out = append(out, strings.TrimPrefix(of[i].Root, prefix)+"/"+of[i].Path)
			}
			return out
		}
		wanted, got := paths(want.Items, ""), paths(have.Items, "attic~")
		if found += len(wanted); !slices.Equal(wanted, got) || (want.Next == "") != (have.Next == "") {
			t.Errorf("page %d of %q by %q, descending %v, below %q, %d a page: "+
				"the hub has (%v)\n%s\nand the daemon (%v)\n%s", page, q.Text,
				q.Sort, q.Descending, q.Under, q.Limit, have.Next == "", strings.Join(got, "\n"),
				want.Next == "", strings.Join(wanted, "\n"))
			return found
		}
		if want.Next == "" {
			return found
		}
		at.After, hubAt.After = want.Next, have.Next
	}
}

// Whatever words are asked for, with whatever filters and in whatever order, a hub finds what a daemon does that has
// the same items, page by page.
func TestWordsFindWhatADaemonFinds(t *testing.T) {
	t.Parallel()
	w := startTwo(t)
	names := w.fill(t, 2000)
	w.agree(t)
	questions := []string{"", "%", `"`, "* OR NOT (", "a", "x", "t", "th", "the", "京", "東京", "語", "물",
		"anter", "lantren",
		"gren lantrn", "spiderman", "spider man", "schindlers", "wall-e", "ёлки", "strasse", `"the river"`,
		`"river the`, "mkv",
		"mk", "m", "0", "00", "2021", "img", "dsc0", "s01", "the a x", "'", "kinght", "cathderal mkv", "rivre the mkv"}
	for range 200 {
		questions = append(questions, w.question(names))
	}
	filters := []string{"", "", "", "kind=movie", "not_kind=movie", "year=1990..", "root=films",
		"kind=track&year=..1999"}
	sorts := []string{"", "", "", "path", "title", "size", "year", "added"}
	found := 0
	for i, text := range questions {
		filter := filters[w.random.IntN(len(filters))]
		q := store.Query{Text: text, Sort: sorts[w.random.IntN(len(sorts))], Descending: w.random.IntN(2) == 0,
			Limit: []int{7, 50, 400}[i%3], Filter: parseFilter(t, filter)}
		if q.Sort == "" {
			q.Descending = false
		}
		if w.random.IntN(8) == 0 {
			q.Under = vocabulary[0]
		}
		hub := q
		hub.Filter = parseFilter(t, strings.ReplaceAll(filter, "root=", "root=attic~"))
		found += w.compareAs(t, q, hub)
		if t.Failed() {
			t.Fatalf("filter %q", filter)
		}
	}
	t.Logf("%d questions find %d items", len(questions), found)
	if found < 10*len(questions) {
		t.Errorf("%d questions find but %d items", len(questions), found)
	}
}
