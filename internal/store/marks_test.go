package store

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// TestWhatIsWaitedForIsNotToBeDescribedOnly: a file that is not quiet yet has not been read, and is on no list. The
// description of its folder comes meanwhile. Were it to be described only, the scan that finds it quiet would pass it by.
func TestWhatIsWaitedForIsNotToBeDescribedOnly(t *testing.T) {
	r := runFresh(t, Options{Scope: func(string) Scope { return Scope{Tree: true} }})
	root := r.addRoot("series")
	episode := func(analysis Analysis, work Work) func(*Item) {
		return func(it *Item) { it.Kind, it.Analysis, it.Work = media.KindEpisode, analysis, work }
	}
	waiting := r.put(root, "Tidewater/Season 01/1.mkv", episode(Pending, NoWork))
	listed := r.put(root, "Tidewater/Season 01/2.mkv", episode(Pending, Analyse))
	read := r.put(root, "Tidewater/Season 01/3.mkv", episode(Done, NoWork))
	r.put(root, "Tidewater/tvshow.nfo", func(it *Item) { it.Kind, it.Analysis = media.KindMetadata, Done })
	for _, c := range []struct {
		what string
		id   int64
		want Work
	}{
		{"one that is waited for", waiting.ID, NoWork},
		{"one that is to be read", listed.ID, Analyse},
		{"one that was read", read.ID, Describe},
	} {
		it := r.item(c.id)
		if it.Work != c.want {
			t.Errorf("work of %s: %v, want %v", c.what, it.Work, c.want)
		}
		if it.SiblingSeq == 0 {
			t.Errorf("%s is not known to have another description", c.what)
		}
	}
}
