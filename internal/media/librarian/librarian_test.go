package librarian

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/works/workstest"
	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestMain(m *testing.M) { runtest.Main(m) }

// shelf is a catalog with a writer that runs, and a librarian that does not until it is told.
type shelf struct {
	*store.Store
	t   testing.TB
	dir string
	lib *Librarian
	// keeper is the librarian's.
	keeper *store.WorkKeeper
	noted  bool // keys of works are noted beside their tables, however few they are
	atOnce int  // how many changes are taken in at once; 0: as many as ever
	roots  map[string]int64
	close  func()
}

func newShelf(t testing.TB, roots ...string) *shelf {
	t.Helper()
	s := &shelf{t: t, dir: t.TempDir(), roots: map[string]int64{}}
	s.open()
	t.Cleanup(func() { s.close() })
	s.update(func(tx *store.Tx) error {
		for _, name := range roots {
			r := store.Root{Name: name, Kind: "local", Location: "/" + name}
			if err := tx.AddRoot(&r); err != nil {
				return err
			}
			s.roots[name] = r.ID
		}
		return nil
	})
	return s
}

// open opens the catalog with a librarian that remembers nothing, as behind a restart.
func (s *shelf) open() {
	s.t.Helper()
	st, err := store.Open(s.t.Context(), s.dir, store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	s.Store = st
	s.close = func() {
		cancel()
		<-st.Stopped()
		if err := st.Close(); err != nil {
			s.t.Error(err)
		}
	}
	s.lib = New(Config{AtOnce: s.atOnce}, st, zap.NewNop())
	s.keeper = st.NewWorkKeeper()
	s.lib.keeper, s.lib.known = s.keeper, map[int64]int64{}
	if s.noted {
		s.keeper.FewKeys = 0
	}
}

func (s *shelf) reopen() {
	s.close()
	s.open()
}

// breakOff has the librarian be killed behind its next batch.
func (s *shelf) breakOff() {
	s.t.Helper()
	if s.lib.caughtUp() {
		return
	}
	if err := s.lib.next(s.t.Context(), false); err != nil {
		s.t.Fatal(err)
	}
	s.reopen()
}

func (s *shelf) update(fn func(*store.Tx) error) {
	s.t.Helper()
	if err := s.Update(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

// catchUp has the librarian take in all that has changed.
func (s *shelf) catchUp() {
	s.t.Helper()
	if err := s.lib.catchUp(s.t.Context(), nil); err != nil {
		s.t.Fatal(err)
	}
}

// file is one to be put.
type file struct {
	root, path string
	kind       media.Kind
	said       media.Description
}

func (s *shelf) item(tx *store.Tx, f *file, it *store.Item) error {
	d, err := tx.EnsureDir(s.roots[f.root], tree.Parent(f.path), 1)
	if err != nil {
		return err
	}
	_, name := tree.Split(f.path)
	b, err := json.Marshal(&f.said)
	if err != nil {
		return err
	}
	it.Dir, it.Root, it.Name, it.Kind = d.ID, d.Root, name, f.kind
	it.Doc = b[1 : len(b)-1]
	it.Size, it.Volume, it.Links, it.Analysis, it.Unread = int64(len(f.path)), 1, 1, store.Done, false
	return nil
}

// put adds a file and gives its item's id.
func (s *shelf) put(f file) (id int64) {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		var it store.Item
		if err := s.item(tx, &f, &it); err != nil {
			return err
		}
		err := tx.Insert(&it)
		id = it.ID
		return err
	})
	return id
}

// change has an item be another file: a move, a retag.
func (s *shelf) change(id int64, f file) {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		it, found, err := tx.Item(id)
		if err != nil || !found {
			return fmt.Errorf("item %d: %v, %w", id, found, err)
		}
		old := it
		if err := s.item(tx, &f, &it); err != nil {
			return err
		}
		return tx.Save(&old, &it)
	})
}

func (s *shelf) edit(id int64, fn func(tx *store.Tx, it *store.Item) error) {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		it, found, err := tx.Item(id)
		if err != nil || !found {
			return fmt.Errorf("item %d: %v, %w", id, found, err)
		}
		return fn(tx, &it)
	})
}

func (s *shelf) forget(id int64) {
	s.edit(id, func(tx *store.Tx, it *store.Item) error { return tx.Remove(it) })
}

// kept is every work as the catalog has it, by kind and hash of its key.
func (s *shelf) kept() map[string]store.WorkView {
	s.t.Helper()
	out := map[string]store.WorkView{}
	for _, kind := range store.WorkKinds() {
		for q := (store.WorkQuery{Kinds: []string{kind}, Limit: 500}); ; {
			res, err := s.QueryWorks(s.t.Context(), q)
			if err != nil {
				s.t.Fatal(err)
			}
			for i := range res.Works {
				w, _, err := s.Work(s.t.Context(), res.Works[i].ID)
				if err != nil {
					s.t.Fatal(err)
				}
				name := fmt.Sprint(kind, " ", w.Key)
				if _, twice := out[name]; twice {
					s.t.Errorf("two works are %s", name)
				}
				out[name] = w
			}
			if q.After = res.Next; res.Next == "" {
				break
			}
		}
	}
	return out
}

// anew is what a fresh catalog of the same items holds.
func (s *shelf) anew() map[string]store.WorkView {
	s.t.Helper()
	fresh := newShelf(s.t, slices.Sorted(maps.Keys(s.roots))...)
	fresh.close()
	if err := store.Backup(s.t.Context(), s.dir, fresh.dir+"/copy"); err != nil {
		s.t.Fatal(err)
	}
	if _, err := store.Restore(s.t.Context(), fresh.dir+"/copy", fresh.dir); err != nil {
		s.t.Fatal(err)
	}
	fresh.open()
	if err := fresh.keeper.Forget(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	fresh.catchUp()
	return fresh.kept()
}

// plain is works without what tells when and by which ids they were kept.
func plain(all map[string]store.WorkView) map[string]store.WorkView {
	names := map[int64]string{}
	for name, w := range all {
		names[w.ID] = name
	}
	out := map[string]store.WorkView{}
	for name, w := range all {
		w.ID, w.Seq, w.FilterSeq, w.UpdatedAt = 0, 0, 0, 0
		w.Series += "|" + names[w.Parent]
		w.Parent = 0
		w.Members = slices.Clone(w.Members)
		for i := range w.Members {
			w.Members[i].Rank = 0
		}
		out[name] = w
	}
	return out
}

func difference(got, want map[string]store.WorkView) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if w, ok := want[name]; !ok {
			fmt.Fprintf(&b, "only kept: %s %+v\n", name, got[name])
		} else if !reflect.DeepEqual(got[name], w) {
			fmt.Fprintf(&b, "%s\n kept %+v\n anew %+v\n", name, got[name], w)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, ok := got[name]; !ok {
			fmt.Fprintf(&b, "only anew: %s %+v\n", name, want[name])
		}
	}
	return b.String()
}

// invented makes a file of a small vocabulary, so that names meet all the time.
func invented(r *rand.Rand) file {
	f := workstest.Invented(r)
	return file{f.Root, f.Path, f.Kind, f.Said}
}

// Whatever changes, in whatever order it is taken in, over restarts: the works are those that the same items give anew,
// and a work whose main items stayed keeps its id.
func TestWorksAreThoseOfAFreshDerivation(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			s := newShelf(t, "a", "b")
			s.noted, s.atOnce = seed != 0, int(seed%3) //nolint:gosec // small
			s.reopen()
			files := map[string]int64{}
			for step := range 8 {
				before := s.kept()
				for range 1 + r.IntN(8) {
					f := invented(r)
					paths := slices.Sorted(maps.Keys(files))
					_, there := files[f.root+"/"+f.path]
					switch {
					case len(paths) > 0 && r.IntN(5) == 0:
						at := paths[r.IntN(len(paths))]
						s.forget(files[at])
						delete(files, at)
					case len(paths) > 0 && r.IntN(5) == 0:
						s.edit(files[paths[r.IntN(len(paths))]], func(tx *store.Tx, it *store.Item) error {
							if it.State == store.Present {
								return tx.MarkMissing(it, time.Now().UnixNano())
							}
							old := *it
							it.State = store.Present
							return tx.Save(&old, it)
						})
					case there:
					case len(paths) > 0 && r.IntN(3) == 0:
						at := paths[r.IntN(len(paths))]
						s.change(files[at], f)
						files[f.root+"/"+f.path] = files[at]
						delete(files, at)
					default:
						files[f.root+"/"+f.path] = s.put(f)
					}
					switch r.IntN(8) {
					case 0:
						s.catchUp()
					case 1:
						s.breakOff()
					}
					if r.IntN(12) == 0 {
						s.reopen()
					}
				}
				s.catchUp()
				kept := s.kept()
				if got, want := plain(kept), plain(s.anew()); !reflect.DeepEqual(got, want) {
					t.Fatalf("step %d:\n%s", step, difference(got, want))
				}
				for name, was := range before {
					is, there := kept[name]
					if there && is.ID != was.ID && len(mains(was)) > 0 && slices.Equal(mains(is), mains(was)) {
						t.Errorf("step %d: %s stayed, and %d became %d", step, name, was.ID, is.ID)
					}
				}
				s.behindItems(kept)
			}
		})
	}
}

func mains(w store.WorkView) (out []int64) {
	for _, m := range w.Members {
		if m.Role == store.RoleMain {
			out = append(out, m.Item)
		}
	}
	return out
}

// behindItems requires that every work stands in the feed behind what it is made of.
func (s *shelf) behindItems(kept map[string]store.WorkView) {
	s.t.Helper()
	seqs := map[int64]int64{}
	for after := int64(0); after < s.Head(); {
		p, err := s.Changes(s.t.Context(), after, 0, store.Bounds{Rows: 1000})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, ch := range p.Changes {
			seqs[ch.ID] = ch.Seq
		}
		after = p.Upto
	}
	for name, w := range kept {
		for _, m := range w.Members {
			if seqs[m.Item] > w.Seq {
				s.t.Errorf("%s stands at %d in the feed, and its item %d at %d", name, w.Seq, m.Item, seqs[m.Item])
			}
		}
	}
}
