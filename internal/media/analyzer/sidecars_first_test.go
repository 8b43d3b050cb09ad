package analyzer

import (
	"fmt"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// Files that stand in the catalog by their names, as where a directory was not read ahead in time, are told of once more
// and no oftener, with what their sidecars say: however many there are, and in which order.
func TestFilesAreToldOfOnceWithWhatTheirSidecarsSay(t *testing.T) {
	const films = 600 // more than a page of work
	path := func(i int) string {
		dir := fmt.Sprintf("Films%d/", i%3) // many beside each other
		if i%2 == 0 {
			dir = fmt.Sprintf("Film%d/", i) // or alone
		}
		return dir + fmt.Sprintf("Film %d (2001)", i)
	}
	inWorld(t, func(w *world) {
		for i := range films {
			w.write(path(i)+".mkv", fmt.Append(nil, "what nobody knows, number ", i))
			w.write(path(i)+".nfo", nfo("movie", fmt.Sprint("Sidecar ", i)))
		}
		w.catalogue()
		head := w.st.Head()
		w.begin()
		w.rest()
		for i := range films {
			w.titled("a film", path(i)+".mkv", fmt.Sprint("Sidecar ", i))
		}
		if told := w.st.Head() - head; told != 2*films {
			t.Errorf("%d changes were told of %d films and as many sidecars, want one of each", told, films)
		}
	})
}

// A sidecar that cannot be read holds nothing up for longer than it is tried.
func TestSidecarThatCannotBeReadHoldsNobodyUp(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("Film (2001).mkv", picture(1, 1))
		w.write("Film (2001).nfo", nfo("movie", "Sidecar"))
		w.catalogue()
		w.tree.Inject(faketree.Fault{Ops: faketree.Read, At: faketree.Exactly("Film (2001).nfo"), Hang: true})
		w.begin()
		w.rest()
		if it := w.row("Film (2001).mkv"); it.Analysis != store.Done {
			t.Errorf("the film is %+v", it)
		}
		w.counted("beside a sidecar that gives no answer", 1, 1)
	})
}
