package postgres

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/store/storetest"
)

// patience is how long a test waits for what must come, however busy the machine is.
const patience = 3 * time.Minute

// twins are a daemon's store and a hub's that hold the same items and works, under the same ids but for items'.
type twins struct {
	daemon *store.Store
	hub    *Store
	of     *Catalog
	items  []int64
	works  []store.WorkView // as the daemon has them, with their members
}

func newTwins(t testing.TB, items, works int) *twins {
	t.Helper()
	w := &twins{daemon: daemonStore(t), hub: open(t)}
	w.of = begin(t, w.hub, "attic", "i1")
	w.putItems(t, items)
	w.putWorks(t, works, func(*store.WorkView) {})
	w.copyItems(t)
	writeWorks(t, w.hub, w.of, w.works)
	return w
}

// daemonStore is an empty one that indexes what comes.
func daemonStore(t testing.TB) *store.Store {
	t.Helper()
	st, stop := storetest.Open(t, store.Options{})
	t.Cleanup(stop)
	t.Cleanup(storetest.Start(t, "the index", func(ctx context.Context, ready func()) error {
		ready()
		return st.Index(ctx)
	}))
	return st
}

func (w *twins) putItems(t testing.TB, n int) {
	t.Helper()
	err := w.daemon.Update(t.Context(), func(tx *store.Tx) error {
		for _, name := range []string{"films", "music"} {
			root := store.Root{Name: name, Kind: "local", Location: "/" + name, Ident: "uuid:" + name}
			if err := tx.AddRoot(&root); err != nil {
				return err
			}
			for i := range n / 2 {
				dir, err := tx.EnsureDir(root.ID, fmt.Sprintf("d%d/e%d", i%7, i%3), 1)
				if err != nil {
					return err
				}
				it := store.Item{Dir: dir.ID, Root: root.ID, Name: fmt.Sprintf("%d.mkv", i), Volume: 1,
					Links: 1, Size: int64(i), MTime: 1, Kind: media.KindMovie, Analysis: store.None}
				if err := tx.Insert(&it); err != nil {
					return err
				}
				w.items = append(w.items, it.ID)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// putWorks makes works of which many say the same, and many nothing, of each kind, and some below others, changed by an
// edit.
func (w *twins) putWorks(t testing.TB, n int, edit func(*store.WorkView)) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	keeper := w.daemon.NewWorkKeeper()
	const most = 2000
	for made := 0; made < n; {
		b := &store.WorkBatch{Upto: w.daemon.Head()}
		of := min(n-made, max(1, n/2), most)
		for range of {
			v := w.made(random)
			edit(&v)
			b.Puts = append(b.Puts, store.WorkPut{New: v, ParentAt: -1})
		}
		if err := keeper.Write(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if made == 0 {
			w.readWorks(t) // which others may be below
		}
		made += of
	}
	w.readWorks(t)
}

func (w *twins) readWorks(t testing.TB) {
	t.Helper()
	w.works = nil
	for q := (store.WorkQuery{Sort: "updated", Limit: 1000, Members: true}); ; {
		res, err := w.daemon.QueryWorks(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		w.works = append(w.works, res.Works...)
		if q.After = res.Next; q.After == "" {
			return
		}
	}
}

// made is a work that nobody has thought of.
func (w *twins) made(random *rand.Rand) (v store.WorkView) {
	some := func(of ...string) []string { return of[:random.IntN(len(of)+1)] }
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	v = store.WorkView{Kind: one(store.WorkKinds()...), Title: one("Alien", "alien", "Ärger", "Zwei", "10", "9", ""),
		Size: int64(random.IntN(4)), AddedAt: int64(random.IntN(3)) * int64(400*24*time.Hour), Key: random.Int64(),
		Roots: some("films", "music"), Genres: some("Folk", "Jazz", "ſtraße"), Languages: some("de-AT", "en", "und"),
		SubtitleLanguages: some("en", "pt-BR"), Artists: some("Anna", "Berta"), Authors: some("Čapek"),
		Series: one("", "Dark"), HDR: one("", "hdr10", "hlg"), Height: random.IntN(3) * 720,
		Year: random.IntN(3) * 999, Duration: int64(random.IntN(3)) * 1234}
	if v.SortTitle = v.Title; random.IntN(2) == 0 {
		n := float64(random.IntN(5)) / 2
		v.Number, v.IDs = &n, map[string]string{"imdb": fmt.Sprintf("tt%07d", random.IntN(3))}
	}
	if random.IntN(4) == 0 {
		v.Gaps, v.Artwork = [][2]int{{2, 4}}, w.items[random.IntN(len(w.items))]
	}
	if len(w.works) > 0 && random.IntN(3) > 0 {
		v.Parent = w.works[random.IntN(min(len(w.works), 9))].ID
	}
	for range random.IntN(6) {
		m := store.Member{Item: w.items[random.IntN(len(w.items))], Role: one(store.Roles()...),
			Version: random.IntN(3), Language: one("", "de")}
		if v.Members = append(v.Members, m); m.Role == store.RoleMain {
			v.Items++
		}
	}
	v.Missing = random.IntN(v.Items + 1)
	return v
}

// copyItems has the hub hold the daemon's items.
func (w *twins) copyItems(t testing.TB) {
	t.Helper()
	if !apptest.Within(patience, w.daemon.Indexed) {
		t.Fatal("the daemon does not index what it holds")
	}
	var all []Change
	for _, id := range w.items {
		v, _, found, err := w.daemon.Item(t.Context(), id)
		if err != nil || !found {
			t.Fatalf("item %d: %v, %v", id, found, err)
		}
		all = append(all, Change{ID: id, Item: v.AppendJSON(nil)})
	}
	say(t, w.of, "a", all...)
}

// writeWorks writes works of a catalog's items, with numbers of the feed in the order of those that they have. Those
// that were there are others now.
func writeWorks(t testing.TB, s *Store, of *Catalog, works []store.WorkView) {
	t.Helper()
	works = slices.Clone(works)
	slices.SortFunc(works, func(a, b store.WorkView) int { return cmp.Compare(a.Seq, b.Seq) })
	values, sorter := facetValues{of: map[int64]string{}}, store.NewSorter()
	var facts filter.Facts
	var rows, members [][]any
	var ids []int64
	head := s.Head()
	for i := range works {
		w := ofHub(of, &works[i])
		if w.Seq = head + int64(i) + 1; w.FilterSeq > 0 {
			w.FilterSeq = w.Seq
		}
		ids = append(ids, w.ID)
		w.Facts(&facts)
		known := func(n int64) *int64 {
			if n == 0 {
				return nil
			}
			return &n
		}
		var title []byte
		if w.SortTitle != "" {
			title = slices.Clone(sorter.WorkTitleKey(w.SortTitle))
		}
		kind := int16(store.WorkKindNumber(w.Kind)) //nolint:gosec // there are few
		rows = append(rows, []any{w.ID, w.Parent, kind, w.Key, w.Seq, w.FilterSeq, w.Gone,
			w.UpdatedAt / int64(time.Millisecond), title, w.AddedAt, known(int64(w.Year)), w.Number, w.Size,
			known(w.Duration), w.Doc(), factIDs(&facts), values.takeWork(&w, &facts)})
		for _, m := range w.Members {
			members = append(members, []any{w.ID, m.Rank, m.Item, m.How()})
		}
	}
	news := values.news()
	err := s.write(t.Context(), func(tx pgx.Tx) error {
		if err := news.write(t.Context(), tx); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), "DELETE FROM works WHERE id = ANY ($1)", ids)
		if err == nil {
			_, err = tx.Exec(t.Context(), "DELETE FROM members WHERE work = ANY ($1)", ids)
		}
		if err != nil {
			return err
		}
		columns := []string{"id", "parent", "kind", "key", "seq", "filter_seq", "gone", "updated", "title", "added",
			"year", "number", "size", "duration", "doc", "facts", "facets"}
		_, err = tx.CopyFrom(t.Context(), pgx.Identifier{"works"}, columns, pgx.CopyFromRows(rows))
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(t.Context(), pgx.Identifier{"members"}, []string{"work", "rank", "item", "how"},
			pgx.CopyFromRows(members))
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), "UPDATE hub SET head = $1", head+int64(len(works)))
		return err
	})
	if err == nil {
		err = s.readHead(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ofHub is a work of a daemon's as the hub has it: its items and roots are others.
func ofHub(of *Catalog, v *store.WorkView) store.WorkView {
	w := *v
	w.Roots, w.Members = slices.Clone(v.Roots), slices.Clone(v.Members)
	for i := range w.Roots {
		w.Roots[i] = RootName(of.Source, w.Roots[i])
	}
	for i := range w.Members {
		w.Members[i].Item = of.HubID(w.Members[i].Item)
	}
	if w.Artwork != 0 {
		w.Artwork = of.HubID(w.Artwork)
	}
	return w
}

// asked are all works that pass, as the daemon has them, and as the hub has them.
func (w *twins) asked(t *testing.T, question string, limit int) (daemon, hub []string) {
	t.Helper()
	ask := func(root string, query func(store.WorkQuery) (store.WorkResult, error)) (out []string) {
		q := workQuestion(t, strings.ReplaceAll(question, "ROOT", root))
		for q.Limit = limit; ; {
			res, err := query(q)
			if err != nil {
				return append(out, err.Error())
			}
			if len(res.Works) > limit {
				t.Errorf("%s: a page holds %d", question, len(res.Works))
			}
			for i := range res.Works {
				out = append(out, string(res.Works[i].AppendJSON(nil, q.Members)))
			}
			if q.After, q.From = res.Next, ""; q.After == "" {
				return out
			}
		}
	}
	daemon = ask("", func(q store.WorkQuery) (store.WorkResult, error) { return w.daemon.QueryWorks(t.Context(), q) })
	hub = ask("attic~", func(q store.WorkQuery) (store.WorkResult, error) { return w.hub.QueryWorks(t.Context(), q) })
	for i := range hub {
		hub[i] = w.asDaemon(hub[i])
	}
	return daemon, hub
}

// asDaemon is what a hub says as its source would.
func (w *twins) asDaemon(said string) string {
	var out strings.Builder
	for digits := []byte(nil); ; {
		i := strings.IndexFunc(said, func(r rune) bool { return (r >= '0' && r <= '9') == (digits == nil) })
		if i < 0 {
			i = len(said)
		}
		part := said[:i]
		if n, err := strconv.ParseInt(part, 10, 64); digits != nil && err == nil && n > 1<<idBits {
			_, n = SourceID(n)
			part = strconv.FormatInt(n, 10)
		}
		out.WriteString(part)
		if said = said[i:]; said == "" {
			return strings.ReplaceAll(out.String(), w.of.Source+Separator, "")
		}
		if digits == nil {
			digits = []byte{}
		} else {
			digits = nil
		}
	}
}

func workQuestion(t testing.TB, question string) (q store.WorkQuery) {
	t.Helper()
	v, err := url.ParseQuery(question)
	if err != nil {
		t.Fatal(err)
	}
	q.Sort, q.Descending = strings.CutPrefix(v.Get("sort"), "-")
	q.Under, q.From, q.Members = v.Get("under"), v.Get("from"), v.Get("include") == "items"
	q.Parent, _ = strconv.ParseInt(v.Get("below"), 10, 64)
	q.Text = v.Get("q")
	for _, other := range []string{"q", "sort", "under", "from", "include", "below"} {
		v.Del(other)
	}
	if q.Filter, err = filter.Parse(v, filter.Works); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return q
}

// valuesOfWorks are some for each filter, most of which some work has.
var valuesOfWorks = map[string][]string{"root": {"ROOTfilms", "ROOTmusic", "ROOTnothing"},
	"kind": {"movie", "series,season", "track"}, "year": {"..999", "1000..", "999", "5"},
	"added": {"1971..", "..1971", "1972-01"}, "size": {"0..1", "3", "9.."},
	"duration": {"1..", "..1.234", "1.2341..", "..1e300"}, "height": {"720", "..719", "1440.."},
	"hdr": {"any", "hdr10", "pq"}, "audio": {"any", "de", "de-AT", "en", "fr"}, "subtitles": {"any", "pt", "en"},
	"genre": {"folk", "JAZZ", "strasse", "nothing"}, "artist": {"ANNA", "alien", "nobody"},
	"album":  {"arger", "ärger", "10"},
	"series": {"dark", "zwei"}, "author": {"capek"}, "ids": {"imdb:tt0000001", "imdb:tt9"},
	"has": {"artwork", "subtitles", "chapters"}, "parent": {"1", "3", "999999"}, "updated": {"2020..", "..2020"},
	"gaps": {"true"}}

func questionsOfWorks(t *testing.T) (out []string) {
	t.Helper()
	sorts := []string{"title", "added", "updated", "year", "number", "size", "duration"}
	for _, name := range filter.Names(filter.Works) {
		values := valuesOfWorks[strings.TrimPrefix(name, "not_")]
		if len(values) == 0 {
			t.Errorf("no value is tried of the filter %s", name)
		}
		for i, v := range values {
			out = append(out, name+"="+url.QueryEscape(v),
				name+"="+url.QueryEscape(v)+"&kind=movie&kind=series&sort=-"+sorts[i%len(sorts)],
				name+"="+url.QueryEscape(v)+"&under=d3&sort="+sorts[(i+3)%len(sorts)])
		}
	}
	for _, sort := range sorts {
		for _, sort := range []string{"sort=" + sort, "sort=-" + sort} {
			out = append(out, sort, sort+"&kind=movie", sort+"&kind=episode,track&include=items", sort+"&below=1",
				sort+"&below=2&kind=movie", sort+"&under=d2", sort+"&under=d2/e1&genre=folk",
				sort+"&genre=folk&not_audio=en")
		}
	}
	return append(out, "", "from=M&sort=title", "from=M&sort=-title", "from=999&sort=year", "from=1972&sort=-added",
		"from=1&sort=size", "sort=nothing", "below=1", "below=77777", "under=nothing")
}

// Whatever is asked of works, a hub gives those that a daemon gives, in the same order, to the last tie.
func TestWorksAreThoseOfADaemon(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 200, 200)
	answers := 0
	for i, question := range questionsOfWorks(t) {
		daemon, hub := w.asked(t, question, []int{25, 90, 1000}[i%3])
		if answers += len(daemon); !slices.Equal(daemon, hub) {
			t.Errorf("%s: the hub gives %d, and the daemon %d\n%.1500s\n%.1500s", question, len(hub), len(daemon),
				strings.Join(hub, "\n"), strings.Join(daemon, "\n"))
		}
	}
	if answers < 5_000 {
		t.Errorf("only %d works were compared", answers)
	}
}

// By every facet there are as many works of each value as a daemon counts, whether sums are kept of them or not.
func TestFacetsOfWorksAreThoseOfADaemon(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 100, 500)
	count := func(q store.WorkQuery, by string, facets func(store.WorkQuery, []string) (store.Facets, error)) string {
		for {
			f, err := facets(q, []string{by, "kind"})
			if err != nil {
				return err.Error()
			}
			if f.Complete { // else the machine is busy
				f.AsOf = 0
				b, err := json.Marshal(f)
				if err != nil {
					t.Fatal(err)
				}
				return w.asDaemon(string(b))
			}
		}
	}
	for _, by := range append(store.WorkFacets(), "nothing") {
		for _, question := range []string{"", "kind=movie,series", "not_kind=movie", "genre=folk", "under=d1",
			"not_audio=any", "kind=movie&height=720", "genre=nothing"} {
			q := workQuestion(t, question)
			daemon := count(q, by, func(q store.WorkQuery, by []string) (store.Facets, error) {
				return w.daemon.WorkFacets(t.Context(), q, by)
			})
			hub := count(q, by, func(q store.WorkQuery, by []string) (store.Facets, error) {
				return w.hub.WorkFacets(t.Context(), q, by)
			})
			if daemon != hub {
				t.Errorf("by %s of %q: the hub counts\n%s\nand the daemon\n%s", by, question, hub, daemon)
			}
		}
	}
}

// One work, its members page by page and by their roles, and the works of items are those of a daemon.
func TestMembersAreThoseOfADaemon(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 60, 200)
	for i := range w.works {
		id := w.works[i].ID
		have, found, err := w.hub.Work(t.Context(), id)
		if err != nil || !found {
			t.Fatalf("work %d: %v, %v", id, found, err)
		}
		want := w.works[i].AppendJSON(nil, true)
		if said := w.asDaemon(string(have.AppendJSON(nil, true))); said != string(want) {
			t.Errorf("work %d is\n%s\nand at the daemon\n%s", id, said, want)
		}
		for _, roles := range [][]string{nil, {"main"}, {"subtitle", "extra"}} {
			want := membersBy(t, func(after int64) (store.MemberPage, bool, error) {
				return w.daemon.WorkMembers(t.Context(), id, roles, after, 2)
			})
			have := membersBy(t, func(after int64) (store.MemberPage, bool, error) {
				return w.hub.WorkMembers(t.Context(), id, roles, after, 2)
			})
			if have = w.asDaemon(have); have != want {
				t.Errorf("members of work %d as %v are\n%s\nand at the daemon\n%s", id, roles, have, want)
			}
		}
	}
	want, err := w.daemon.WorksOfAll(t.Context(), w.items)
	if err != nil {
		t.Fatal(err)
	}
	ids := slices.Clone(w.items)
	for i := range ids {
		ids[i] = w.of.HubID(ids[i])
	}
	have, err := w.hub.WorksOfAll(t.Context(), ids)
	if err != nil || fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("%v: items are of\n%v\nand at the daemon of\n%v", err, have, want)
	}
	if _, found, err := w.hub.Work(t.Context(), 1<<40); found || err != nil {
		t.Errorf("a work that there is not is found: %v, %v", found, err)
	}
	if _, found, err := w.hub.WorkMembers(t.Context(), 1<<40, nil, 0, 9); found || err != nil {
		t.Errorf("a work that there is not has members: %v, %v", found, err)
	}
}

func membersBy(t *testing.T, page func(after int64) (store.MemberPage, bool, error)) string {
	t.Helper()
	var out bytes.Buffer
	for after := int64(0); ; {
		p, found, err := page(after)
		if err != nil || !found {
			t.Fatalf("%v, %v", found, err)
		}
		for i := range p.Members {
			fmt.Fprintf(&out, "%d %s %s\n", p.Members[i].Rank, p.Members[i].Role, p.Members[i].Item.AppendJSON(nil))
		}
		if after = p.Next; after == 0 {
			return out.String()
		}
		out.WriteString("next\n")
	}
}

// Items are found by the works that hold them, and by that none does.
func TestItemsAreFoundByWorks(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 60, 60)
	for _, question := range []string{"work=1", "work=2&work=3", "not_work=1", "work=99999", "not_work=99999"} {
		items := func(of *twins, query func(store.Query) (store.Result, error)) (out []int64) {
			q := store.Query{Filter: parseFilter(t, question), Limit: 7}
			for {
				res, err := query(q)
				if err != nil {
					t.Fatal(err)
				}
				for i := range res.Items {
					_, at := SourceID(res.Items[i].ID)
					out = append(out, at)
				}
				if q.After = res.Next; q.After == "" {
					return out
				}
			}
		}
		want := items(w, func(q store.Query) (store.Result, error) { return w.daemon.Query(t.Context(), q) })
		have := items(w, func(q store.Query) (store.Result, error) { return w.hub.Query(t.Context(), q) })
		if !slices.Equal(want, have) {
			t.Errorf("%s finds %v, and at the daemon %v", question, have, want)
		}
	}
}
