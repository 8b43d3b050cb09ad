package works_test

import (
	"fmt"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/works"
)

// A folder into which everything was put costs an item what a small one does. What is counted is memory that is asked
// for: other than time, it is the same on a busy machine.
func TestAFolderOfEverythingCostsWhatItsItemsDo(t *testing.T) {
	few, many := heapOfEverything(200), heapOfEverything(800)
	cost := func(s *shelf) float64 {
		return testing.AllocsPerRun(1, func() { works.Derive(s.unit, "", s.items) }) / float64(len(s.items))
	}
	if few, many := cost(few), cost(many); many > 2*few {
		t.Errorf("an item of 800 of each sort costs %.0f allocations, one of 200 costs %.0f", many, few)
	}
}

// heapOfEverything has n films, songs, books, comics and what goes with them in one folder, each called otherwise.
func heapOfEverything(n int) *shelf {
	s := newShelf("all", "Downloads")
	var id int64
	put := func(kind media.Kind, name string, d media.Description) {
		id++
		s.put(id, kind, name, d)
	}
	for i := range n {
		title := func(sort string) string { return fmt.Sprintf("%s with a title of its own %04d", sort, i) }
		for kind, ext := range map[media.Kind]string{
			media.KindMovie: "mkv", media.KindTrack: "flac", media.KindAudiobook: "m4b", media.KindBook: "epub",
			media.KindComic: "cbz", media.KindDisc: "iso",
		} {
			name := title(string(kind))
			put(kind, name+"."+ext, media.Description{Title: name})
			put(media.KindArtwork, name+".jpg", media.Description{})
		}
		put(media.KindSubtitle, title("movie")+".en.srt", media.Description{Languages: []string{"en"}})
		put(media.KindMetadata, title("nobody")+".nfo", media.Description{})
	}
	return s
}
