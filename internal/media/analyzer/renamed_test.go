package analyzer

import (
	"context"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// rename gives a directory another path in the catalog, with work for the analyzer or as it was described before.
func (w *world) rename(from, to string, ahead func([]store.Item) *store.Ahead) {
	w.t.Helper()
	items, err := w.st.StandingIn(context.Background(), w.root, from, "", "", 100)
	if err != nil || len(items) == 0 {
		w.t.Fatal(err, items)
	}
	var out *store.Ahead
	if ahead != nil {
		if out = ahead(items); out == nil {
			w.t.Fatal("not described")
		}
	}
	w.update(func(tx *store.Tx) error {
		d, err := tx.EnsureDir(w.root, to, 1)
		for i := range items {
			old := items[i]
			it := old
			it.Dir = d.ID
			if err == nil && out == nil {
				it.Work = store.Describe
				err = tx.Save(&old, &it)
			} else if err == nil {
				it.Kind, it.Doc = out.Files[i].Kind, out.Files[i].Doc
				err = tx.MoveTogether(&old, &it)
			}
		}
		return err
	})
}

// TestARenamedDirectoryIsDescribedBeforeItIsWrittenAsItWouldBeLater: to the byte, and nothing of it is left to do.
func TestARenamedDirectoryIsDescribedBeforeItIsWrittenAsItWouldBeLater(t *testing.T) {
	inWorld(t, func(w *world) {
		w.library("Films/Once_(1999)")
		w.write("Films/Once_(1999)/movie.nfo", nfo("movie", "Of the folder"))
		w.write("TV/tvshow.nfo", nfo("tvshow", "The Real Name"))
		w.begin()
		w.catalogue()
		w.rest()
		docs := func(dir string) map[string]string {
			items, err := w.st.StandingIn(context.Background(), w.root, dir, "", "", 100)
			if err != nil {
				t.Fatal(err)
			}
			out := map[string]string{}
			for i := range items {
				out[items[i].Name] = string(items[i].Kind) + string(items[i].Doc)
			}
			return out
		}
		const to = "TV/Twice_(2005)"
		before := docs("Films/Once_(1999)")
		w.rename("Films/Once_(1999)", to, func(items []store.Item) *store.Ahead {
			return w.a.Renamed(context.Background(), "films", to, items)
		})
		if n := w.left(); n != 0 {
			t.Errorf("%d files are left to the analyzer", n)
		}
		got := docs(to)
		w.rename(to, "Elsewhere", nil)
		w.rest()
		w.rename("Elsewhere", to, nil)
		w.rest()
		changed := 0
		for name, want := range docs(to) {
			if got[name] != want {
				t.Errorf("%s is described as %s, and later as %s", name, got[name], want)
			}
			if before[name] != want {
				changed++
			}
		}
		if changed == 0 || len(got) != 9 {
			t.Errorf("%d of %d descriptions are others than before", changed, len(got))
		}
	})
}
