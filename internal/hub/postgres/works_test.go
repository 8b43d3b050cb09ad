package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/media/works/workstest"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// derive has works be those of all items that the hub holds.
func derive(t testing.TB, s *Store) {
	t.Helper()
	if err := s.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := librarian.NewOf(librarian.Config{}, s.Library(), zap.NewNop())
	if err := l.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lag, err := s.WorksLag(t.Context()); err != nil || lag != 0 {
		t.Fatalf("behind a derivation %d changes are left, %v", lag, err)
	}
}

// brittle is a context that ends when it has been asked so many times whether it has.
type brittle struct {
	context.Context //nolint:containedctx // it is one
	left            atomic.Int64
	end             context.CancelFunc
}

func newBrittle(ctx context.Context, asked int) *brittle {
	b := new(brittle)
	b.Context, b.end = context.WithCancel(ctx)
	b.left.Store(int64(asked))
	return b
}

func (b *brittle) Done() <-chan struct{} {
	if b.left.Add(-1) == 0 {
		b.end()
	}
	return b.Context.Done()
}

// breakOff has works be derived by a hub that is killed in the midst of that, in whatever transaction.
func breakOff(t *testing.T, s *Store, r *rand.Rand) {
	t.Helper()
	ctx := newBrittle(t.Context(), 1+r.IntN(120))
	defer ctx.end()
	l := librarian.NewOf(librarian.Config{}, s.Library(), zap.NewNop())
	if err := l.CatchUp(ctx); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	if err := s.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// shownWork is a work that is compared.
type shownWork struct {
	store.WorkView
	mains string // its main items, by what they are called
}

// shelved are all works with all their members.
func shelved(t testing.TB, s *Store) (all map[int64]*shownWork) {
	t.Helper()
	all = map[int64]*shownWork{}
	err := s.read(t.Context(), func(tx pgx.Tx) error {
		err := eachWork(t.Context(), tx, "WHERE w.gone = 0", func(w *store.WorkView) error {
			all[w.ID] = &shownWork{WorkView: *w}
			return nil
		})
		if err != nil {
			return err
		}
		members, err := membersOf(t.Context(), tx, slices.Collect(maps.Keys(all)), 0)
		for id, list := range members {
			if all[id] != nil {
				all[id].Members = list
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// said are works as texts, each with what is above it, without what tells when and by which ids they are kept: items by
// what they are called.
func said(t testing.TB, all map[int64]*shownWork, called map[int64]string) (out []string) {
	t.Helper()
	texts := map[int64]string{}
	for id, w := range all {
		v := w.WorkView
		v.ID, v.Parent, v.UpdatedAt, v.More = 0, 0, 0, false
		var b strings.Builder
		for _, m := range v.Members {
			if m.Role == store.RoleMain {
				w.mains += called[m.Item] + "\n"
			}
			fmt.Fprintf(&b, "\n  %s %s %d.%d %s %s", m.Role, called[m.Item], m.Version, m.Part, m.Extra, m.Language)
		}
		v.Members = nil
		artwork := called[v.Artwork]
		if v.Artwork = 0; len(v.Roots) > 1 {
			v.Roots = slices.Sorted(slices.Values(v.Roots))
		}
		texts[id] = string(v.AppendJSON(nil, false)) + " artwork " + artwork + b.String()
	}
	for id, text := range texts {
		for above := all[id].Parent; above != 0; above = all[above].Parent {
			if all[above] == nil {
				t.Errorf("work %d is below %d, which there is not", id, above)
				break
			}
			text += "\n below " + texts[above]
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func differing(got, want []string) string {
	var b strings.Builder
	for _, w := range got {
		if !slices.Contains(want, w) {
			fmt.Fprintf(&b, "only kept: %s\n", w)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			fmt.Fprintf(&b, "only anew: %s\n", w)
		}
	}
	return b.String()
}

// fleet is sources of a hub, and what they hold.
type fleet struct {
	t       *testing.T
	s       *Store
	sources []string
	of      map[string]*Catalog
	holds   map[string]map[int64]Change
	paths   map[string]map[string]int64
	last    int64
}

func newFleet(t *testing.T, sources ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, s: open(t), sources: sources, of: map[string]*Catalog{}, holds: map[string]map[int64]Change{},
		paths: map[string]map[string]int64{}}
	for _, name := range sources {
		f.of[name] = begin(t, f.s, name, "instance of "+name)
		f.holds[name], f.paths[name] = map[int64]Change{}, map[string]int64{}
	}
	return f
}

// telling is an item as a source tells of it.
func telling(t testing.TB, id int64, f *workstest.File, state string) Change {
	t.Helper()
	doc, err := json.Marshal(&f.Said)
	if err != nil {
		t.Fatal(err)
	}
	name := f.Path[strings.LastIndexByte(f.Path, '/')+1:]
	text := fmt.Sprintf(`{"id":%d,"root":%q,"path":%q,"name":%q,"size":%d,"modified_at":"2026-01-02T03:04:05Z",`+
		`"added_at":"2026-01-02T03:04:05Z","state":%q,"kind":%q,"analysis":"done"`,
		id, f.Root, f.Path, name, len(f.Path), state, f.Kind)
	if len(doc) > 2 {
		text += "," + string(doc[1:len(doc)-1])
	}
	return Change{ID: id, Item: []byte(text + "}")}
}

// say has a source say some changes, as one group.
func (f *fleet) say(source string, changes ...Change) {
	f.t.Helper()
	for _, ch := range changes {
		if ch.Item == nil {
			delete(f.holds[source], ch.ID)
		} else {
			f.holds[source][ch.ID] = ch
		}
	}
	f.last++
	say(f.t, f.of[source], fmt.Sprint("c", f.last), changes...)
}

// invent makes a change of a source's items: one more, one that moved or is said to be something else, one that is
// missing, one less.
func (f *fleet) invent(r *rand.Rand, source string) Change {
	paths := f.paths[source]
	all := slices.Sorted(maps.Keys(paths))
	file := workstest.Invented(r)
	at := file.Root + "/" + file.Path
	_, there := paths[at]
	some := func() string { return all[r.IntN(len(all))] }
	switch {
	case len(all) > 0 && r.IntN(5) == 0:
		gone := some()
		id := paths[gone]
		delete(paths, gone)
		return without(id)
	case there:
		return telling(f.t, paths[at], &file, []string{"present", "missing"}[r.IntN(2)])
	case len(all) > 0 && r.IntN(3) == 0:
		from := some()
		paths[at] = paths[from]
		delete(paths, from)
	default:
		f.last++
		paths[at] = f.last
	}
	return telling(f.t, paths[at], &file, "present")
}

// called are the hub's items by their places.
func (f *fleet) called() map[int64]string {
	out := map[int64]string{}
	for _, v := range listed(f.t, f.s) {
		out[v.ID] = v.Root + "/" + v.Path
	}
	return out
}

// anew are the works of another hub that hears of all items at once.
func (f *fleet) anew() []string {
	f.t.Helper()
	other := newFleet(f.t, f.sources...)
	for _, source := range f.sources {
		var all []Change
		for _, id := range slices.Sorted(maps.Keys(f.holds[source])) {
			all = append(all, f.holds[source][id])
		}
		other.say(source, all...)
	}
	derive(f.t, other.s)
	return said(f.t, shelved(f.t, other.s), other.called())
}

// Whatever changes at whichever source, however it is taken in, wherever the hub that derives is killed: works are those
// that the same items give at once, over all sources, and a work whose main items stayed keeps its id.
func TestWorksOfAHubAreThoseOfAFreshDerivation(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			f := newFleet(t, "attic", "cellar", "shed")
			for step := range 6 {
				before := shelved(t, f.s)
				_ = said(t, before, f.called())
				for range 4 {
					source := f.sources[r.IntN(len(f.sources))]
					var changes []Change
					for range 1 + r.IntN(6) {
						changes = append(changes, f.invent(r, source))
					}
					f.say(source, changes...)
					switch r.IntN(4) {
					case 0:
						derive(t, f.s)
					case 1, 2:
						breakOff(t, f.s, r)
					}
				}
				derive(t, f.s)
				kept := shelved(t, f.s)
				if got, want := said(t, kept, f.called()), f.anew(); !slices.Equal(got, want) {
					t.Fatalf("step %d:\n%s", step, differing(got, want))
				}
				for id, was := range before {
					if is := sameMains(kept, was); is != nil && is.ID != id {
						t.Errorf("step %d: %s %q stayed, and %d became %d", step, was.Kind, was.Title, id, is.ID)
					}
				}
				behindItems(t, f.s, kept)
				countsWorks(t, f.s, kept)
			}
		})
	}
}

// sameMains is the one work of the same kind, title and main items; nil: there is none, or there are several.
func sameMains(all map[int64]*shownWork, was *shownWork) (found *shownWork) {
	for _, w := range all {
		if was.mains != "" && w.Kind == was.Kind && w.Title == was.Title && w.mains == was.mains {
			if found != nil {
				return nil
			}
			found = w
		}
	}
	return found
}

// behindItems requires that every work stands in the feed behind what it is made of, and nothing at its number.
func behindItems(t *testing.T, s *Store, all map[int64]*shownWork) {
	t.Helper()
	seqs := map[int64]int64{}
	at := map[int64]bool{}
	for _, ch := range follow(t, s).of {
		seqs[ch.ID], at[ch.Seq] = ch.Seq, true
	}
	for id, w := range all {
		for _, m := range w.Members {
			if seqs[m.Item] == 0 || seqs[m.Item] > w.Seq {
				t.Errorf("work %d stands at %d in the feed, and its item %d at %d", id, w.Seq, m.Item, seqs[m.Item])
			}
		}
		if at[w.Seq] || w.Seq > s.Head() {
			t.Errorf("work %d stands at %d, which is another's, or behind the head %d", id, w.Seq, s.Head())
		}
		at[w.Seq] = true
	}
}

// countsWorks requires that sums are those of the works.
func countsWorks(t *testing.T, s *Store, all map[int64]*shownWork) {
	t.Helper()
	want := map[string]int{}
	for _, w := range all {
		want[w.Kind]++
		for _, root := range w.Roots {
			want[w.Kind+" "+root]++
		}
	}
	got := map[string]int{}
	err := s.read(t.Context(), func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT s.kind, coalesce(v.shown::jsonb #>> '{}', ''), s.n FROM work_sums s
			LEFT JOIN facet_values v ON v.id = s.value WHERE s.n <> 0 AND (s.value = 0 OR s.value >> 58 = $1)`,
			workFacetNumber("root"))
		if err != nil {
			return err
		}
		var kind, n int
		var shown string
		_, err = pgx.ForEachRow(rows, []any{&kind, &shown, &n}, func() error {
			got[strings.TrimSpace(store.WorkKindOf(int64(kind))+" "+shown)] = n
			return nil
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(got, want) {
		t.Errorf("the sums are %v, and there are %v", got, want)
	}
	requireTotals(t, s)
}
