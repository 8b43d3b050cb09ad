package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/media/works/workstest"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// daemon is the catalog of one daemon, with a writer that runs.
type daemon struct {
	*store.Store
	t     *testing.T
	roots map[string]int64
	files []described
}

// described is a file with what is known of it.
type described struct {
	root, path string
	kind       media.Kind
	doc        []byte
}

func newDaemon(t *testing.T) *daemon {
	t.Helper()
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-st.Stopped()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return &daemon{Store: st, t: t, roots: map[string]int64{}}
}

// put adds the files, those of one root behind those of another: ids of items decide where nothing else does.
func (d *daemon) put() {
	d.t.Helper()
	slices.SortStableFunc(d.files, func(a, b described) int { return strings.Compare(a.root, b.root) })
	err := d.Update(d.t.Context(), func(tx *store.Tx) error {
		for _, f := range d.files {
			if err := d.insert(tx, f.root, f.path, f.kind, f.doc); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *daemon) insert(tx *store.Tx, root, path string, kind media.Kind, doc []byte) error {
	if d.roots[root] == 0 {
		r := store.Root{Name: root, Kind: "local", Location: "/" + root}
		if err := tx.AddRoot(&r); err != nil {
			return err
		}
		d.roots[root] = r.ID
	}
	dir, err := tx.EnsureDir(d.roots[root], tree.Parent(path), 1)
	if err != nil {
		return err
	}
	it := store.Item{Dir: dir.ID, Root: dir.Root, Name: tree.Base(path), Kind: kind, Doc: doc, Size: int64(len(path)),
		Volume: 1, Links: 1, Analysis: store.Done}
	return tx.Insert(&it)
}

// works derives the daemon's works, and gives them as texts, with the items as a source tells of them.
func (d *daemon) works() (texts []string, items []Change) {
	d.t.Helper()
	if err := librarian.New(librarian.Config{}, d.Store, zap.NewNop()).CatchUp(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	called := map[int64]string{}
	for after := int64(0); after < d.Head(); {
		p, err := d.Changes(d.t.Context(), after, 0, store.Bounds{Rows: 1000})
		if err != nil {
			d.t.Fatal(err)
		}
		for _, ch := range p.Changes {
			items = append(items, Change{ID: ch.ID, Item: ch.Item})
			called[ch.ID] = ch.Was.Root + "/" + ch.Was.Path
		}
		after = p.Upto
	}
	all := map[int64]*shownWork{}
	for _, kind := range store.WorkKinds() {
		for q := (store.WorkQuery{Kinds: []string{kind}, Limit: 500, Members: true}); ; {
			res, err := d.QueryWorks(d.t.Context(), q)
			if err != nil {
				d.t.Fatal(err)
			}
			for i := range res.Works {
				all[res.Works[i].ID] = &shownWork{WorkView: res.Works[i]}
			}
			if q.After = res.Next; q.After == "" {
				break
			}
		}
	}
	return said(d.t, all, called), items
}

// likeDaemon are works of a hub by the names that the daemons have for their roots.
func likeDaemon(t *testing.T, s *Store) (out []string) {
	t.Helper()
	called := map[int64]string{}
	for _, v := range listed(t, s) {
		_, root, _ := strings.Cut(v.Root, Separator)
		called[v.ID] = root + "/" + v.Path
	}
	all := shelved(t, s)
	for _, w := range all {
		for i, root := range w.Roots {
			_, w.Roots[i], _ = strings.Cut(root, Separator)
		}
		slices.Sort(w.Roots)
	}
	return said(t, all, called)
}

// libraries puts the small libraries that the rules are tested with, each below a folder of its own.
func (d *daemon) libraries() {
	d.t.Helper()
	files, err := filepath.Glob("../../media/works/testdata/*.txt")
	if err != nil || len(files) == 0 {
		d.t.Fatalf("no libraries: %v", err)
	}
	at := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			d.t.Fatal(err)
		}
		shown := false
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSuffix(line, "\n")
			switch {
			case strings.HasPrefix(line, "# "):
				at, shown = at+1, false
			case line == "=":
				shown = true
			case line != "" && !shown:
				path, said, is := strings.Cut(line, ` {"`)
				if is {
					said = `{"` + said
				}
				root, below, _ := strings.Cut(path, "/")
				kind, members := analyzer.Describe(below, []byte(said))
				d.files = append(d.files, described{root, fmt.Sprintf("L%d/%s", at, below), kind, members})
			}
		}
	}
}

// invented puts files of a small vocabulary.
func (d *daemon) invented(n int) {
	d.t.Helper()
	r := rand.New(rand.NewPCG(3, 3))
	seen := map[string]bool{}
	for range n {
		f := workstest.Invented(r)
		at := f.Root + "/" + f.Path
		if seen[at] {
			continue
		}
		seen[at] = true
		doc, err := json.Marshal(&f.Said)
		if err != nil {
			d.t.Fatal(err)
		}
		d.files = append(d.files, described{f.Root, f.Path, f.Kind, doc[1 : len(doc)-1]})
	}
}

// A hub makes the works that one daemon makes that holds the items of all its sources.
func TestAHubHasTheWorksThatOneDaemonWouldHave(t *testing.T) {
	d := newDaemon(t)
	d.libraries()
	d.invented(600)
	d.put()
	want, items := d.works()
	if len(want) < 300 {
		t.Fatalf("only %d works are compared", len(want))
	}
	roots := func(ch Change) string {
		var of struct {
			Root string `json:"root"`
		}
		if err := json.Unmarshal(ch.Item, &of); err != nil {
			t.Fatal(err)
		}
		return of.Root
	}
	for name, sourceOf := range map[string]func(Change) string{
		"one source":             func(Change) string { return "attic" },
		"a source for each root": func(ch Change) string { return strings.ReplaceAll(roots(ch), " ", "-") + "-nas" },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			catalogs := map[string]*Catalog{}
			said := map[string][]Change{}
			for _, ch := range items {
				said[sourceOf(ch)] = append(said[sourceOf(ch)], ch)
			}
			for _, source := range slices.Sorted(maps.Keys(said)) {
				list := said[source]
				catalogs[source] = begin(t, s, source, "instance of "+source)
				for i := 0; i < len(list); i += 150 {
					say(t, catalogs[source], fmt.Sprint("c", i), list[i:min(i+150, len(list))]...)
					if i%4 == 0 {
						derive(t, s)
					}
				}
			}
			derive(t, s)
			if got := likeDaemon(t, s); !slices.Equal(got, want) {
				t.Errorf("%d works, and %d of one daemon:\n%.6000s", len(got), len(want), differing(got, want))
			}
		})
	}
}
