package postgres

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
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
		return st.Index(ctx, store.FirstPass{})
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
		if _, err = tx.Exec(t.Context(), "TRUNCATE search_unheld; INSERT INTO search_unheld "+unheldRows); err != nil {
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
