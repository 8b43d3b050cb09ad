package analyzer

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// A download that failed, or a disk that lost its sectors, leaves a file with the name of a film and nothing of one in
// it.
func TestAFileWhoseBytesAreNotWhatItsNameSaysHasAWarning(t *testing.T) {
	noise := make([]byte, 4096)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	inWorld(t, func(w *world) {
		w.begin()
		for _, name := range []string{"film.mkv", "song.flac", "photo.jpg", "book.pdf", "notes.xyz"} {
			w.write(name, noise)
		}
		w.write("on the shelf.mkv", []byte("the disc is in the second row"))
		w.write("whole.jpg", picture(1, 1))
		w.catalogue()
		w.rest()
		for name, warned := range map[string]bool{
			"film.mkv": true, "song.flac": true, "photo.jpg": true, "book.pdf": true,
			"notes.xyz": false, "on the shelf.mkv": false, "whole.jpg": false,
		} {
			it := w.row(name)
			if got := strings.Contains(string(it.Doc), "of no known format"); got != warned || it.Analysis != store.Done {
				t.Errorf("%s: analysis %v, %s", name, it.Analysis, it.Doc)
			}
		}
		// What was read keeps its warning when it is only described anew.
		w.write("film.nfo", []byte("<movie><title>Other</title></movie>"))
		w.catalogue()
		w.rest()
		if it := w.row("film.mkv"); !strings.Contains(string(it.Doc), "of no known format") {
			t.Errorf("described anew it is %s", it.Doc)
		}
	})
}
