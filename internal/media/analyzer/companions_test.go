package analyzer

import (
	"fmt"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

func nfo(root, title string) []byte {
	return []byte(fmt.Sprintf("<%s><title>%s</title></%s>", root, title, root))
}

func (w *world) titled(what, path, want string) {
	w.t.Helper()
	w.rest()
	if got := w.says(path).Title; got != want {
		w.t.Errorf("%s: %s is called %q, want %q", what, path, got, want)
	}
}

func TestASidecarSpeaksForAFileWheneverItComesChangesAndGoes(t *testing.T) {
	inWorld(t, func(w *world) {
		const film = "Films/Film (2001)/Film (2001).mkv"
		w.run(`mkdir "Films/Film (2001)"`)
		if err := w.files.Write(film, []byte("a film, as far as anybody knows")); err != nil {
			t.Fatal(err)
		}
		put := func(name string, content []byte) {
			t.Helper()
			if err := w.files.Write("Films/Film (2001)/"+name, content); err != nil {
				t.Fatal(err)
			}
			w.catalogue()
		}
		w.catalogue()
		w.begin()
		w.titled("alone", film, "Film")
		put("Film (2001).nfo", nfo("movie", "Sidecar"))
		w.titled("it comes", film, "Sidecar")
		if c := w.says(film).Companions; len(c) != 1 || c[0].Name != "Film (2001).nfo" || c[0].Role != "description" {
			t.Errorf("companions: %+v", c)
		}
		put("Film (2001).nfo", nfo("movie", "Another word"))
		w.titled("it changes", film, "Another word")
		put("movie.nfo", nfo("movie", "For the folder"))
		w.titled("the nearer speaks last", film, "Another word")
		w.run(`remove "Films/Film (2001)/Film (2001).nfo"`)
		w.catalogue()
		w.titled("it goes", film, "For the folder")
		w.run(`remove "Films/Film (2001)/movie.nfo"`)
		w.catalogue()
		w.titled("both are gone", film, "Film")
		if it := w.row(film); it.Analysis != store.Done {
			t.Errorf("%+v", it)
		}
	})
}

func TestAShowsSidecarAboveNamesTheSeries(t *testing.T) {
	inWorld(t, func(w *world) {
		const episode = "TV/Show/S01/Show.S01E02.mkv"
		w.write(episode, []byte("an episode, as far as anybody knows"))
		w.catalogue()
		w.begin()
		series := func(what, want string) {
			t.Helper()
			w.rest()
			if got := w.says(episode).Series; got != want {
				t.Errorf("%s: of %q, want %q", what, got, want)
			}
		}
		series("alone", "Show")
		w.write("TV/Show/tvshow.nfo", nfo("tvshow", "The Real Name"))
		w.catalogue()
		series("it comes", "The Real Name")
		w.run("rename TV/Show/tvshow.nfo TV/Show/S01/tvshow.nfo")
		w.catalogue()
		series("it moves", "The Real Name")
		w.run("remove TV/Show/S01/tvshow.nfo")
		w.catalogue()
		series("it goes", "Show")
	})
}

func TestASidecarThatSaysNothingIsTheEndOfIt(t *testing.T) {
	inWorld(t, func(w *world) {
		for i := range 5 {
			w.write(fmt.Sprintf("TV/Show/S01/Show.S01E0%d.mkv", i+1), []byte("an episode"))
		}
		w.catalogue()
		w.begin()
		w.rest()
		w.write("TV/Show/tvshow.nfo", nil) // nothing to analyse, nothing to say
		w.catalogue()
		w.rest()
		n := w.st.Counters().Commits.Load()
		time.Sleep(time.Minute)
		if more := w.st.Counters().Commits.Load() - n; more > 0 {
			t.Errorf("%d commits in a minute in which nothing happened", more)
		}
	})
}
