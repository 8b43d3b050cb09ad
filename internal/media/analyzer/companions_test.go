package analyzer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
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
			t.Errorf("the film is %v, want it done: %+v", it.Analysis, it)
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

const spokenGerman = "1\n00:00:01,000 --> 00:00:02,000\nIch weiß nicht, was das ist und wie es mit dir hier ist, aber das haben wir auch.\n"

// TestASubtitleSaysWhoseItIsWhateverComesMovesAndGoes: and its film what the subtitle says.
func TestASubtitleSaysWhoseItIsWhateverComesMovesAndGoes(t *testing.T) {
	inWorld(t, func(w *world) {
		whose := func(what, path string, want int64) {
			t.Helper()
			w.catalogue()
			w.rest()
			if got := w.says(path).Of; got != want {
				t.Errorf("%s: %s is of %d, want %d", what, path, got, want)
			}
		}
		w.write("F/Film (2001).de.forced.srt", []byte(spokenGerman))
		w.begin()
		whose("alone", "F/Film (2001).de.forced.srt", 0)
		w.write("F/Film (2001).mkv", []byte("a film, as far as anybody knows"))
		w.write("F/Film (2001).nfo", nfo("movie", "Sidecar"))
		w.write("F/Film (2001)-poster.jpg", picture(2, 3))
		w.write("F/fanart.jpg", picture(2, 3))
		w.catalogue()
		film := w.row("F/Film (2001).mkv").ID
		for _, name := range []string{"F/Film (2001).de.forced.srt", "F/Film (2001).nfo", "F/Film (2001)-poster.jpg"} {
			whose("the film comes", name, film)
		}
		whose("what speaks for the folder", "F/fanart.jpg", 0)
		var sub media.Companion
		for _, c := range w.says("F/Film (2001).mkv").Companions {
			if c.Role == "subtitles" {
				sub = c
			}
		}
		if want := (media.Companion{ID: w.row("F/Film (2001).de.forced.srt").ID, Name: "Film (2001).de.forced.srt", Role: "subtitles", Language: "de", Forced: true}); sub != want {
			t.Errorf("the film's companion is %+v, want %+v", sub, want)
		}
		w.run(`rename "F/Film (2001).de.forced.srt" "F/Film (2001).pt-BR.sdh.srt"`)
		w.catalogue()
		w.rest()
		w.run(`rename "F/Film (2001).mkv" "F/Other (2002).mkv"`)
		whose("the film is renamed", "F/Film (2001).pt-BR.sdh.srt", 0)
		w.run(`rename "F/Film (2001).pt-BR.sdh.srt" "F/Other (2002).pt-BR.sdh.srt"`)
		w.catalogue()
		other := w.row("F/Other (2002).mkv").ID
		whose("the subtitle follows", "F/Other (2002).pt-BR.sdh.srt", other)
		w.run(`remove "F/Other (2002).mkv"`)
		whose("the film is gone", "F/Other (2002).pt-BR.sdh.srt", 0)
		if n := len(w.hints()); n != 0 {
			t.Errorf("%d hints", n)
		}
	})
}

func TestOfAFilmInTwoContainersASubtitleIsOfTheFirst(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("A.mp4", []byte("one"))
		w.catalogue()
		w.write("A.mkv", []byte("the other"))
		w.write("A.srt", []byte(spokenGerman))
		w.catalogue()
		w.begin()
		w.rest()
		if of, want := w.says("A.srt").Of, w.row("A.mp4").ID; of != want {
			t.Errorf("it is of %d, want %d", of, want)
		}
		w.run("remove A.mp4")
		w.catalogue()
		w.rest()
		if of, want := w.says("A.srt").Of, w.row("A.mkv").ID; of != want {
			t.Errorf("once that is gone it is of %d, want %d", of, want)
		}
	})
}

// TestInALargeFolderASubtitleSaysWhoseItIs: there not all that lies beside it is read.
func TestInALargeFolderASubtitleSaysWhoseItIs(t *testing.T) {
	inWorld(t, func(w *world) {
		for i := range 600 {
			w.write(fmt.Sprintf("%03d.txt", i), []byte("x"))
		}
		w.write("A 2.en.srt", []byte(spokenGerman))
		w.write("A 2.mkv", []byte("a film"))
		w.write("A.mkv", []byte("another"))
		w.catalogue()
		w.begin()
		w.rest()
		if of, want := w.says("A 2.en.srt").Of, w.row("A 2.mkv").ID; of != want {
			t.Errorf("it is of %d, want %d", of, want)
		}
	})
}

func TestANameSaysALanguageMoreExactlyThanAText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ said, named, want []string }{
		{[]string{"pt"}, []string{"pt-BR"}, []string{"pt-BR"}},
		{[]string{"en", "pt"}, []string{"pt-BR"}, []string{"en", "pt-BR"}},
		{[]string{"en"}, []string{"pt-BR"}, []string{"en"}},
		{[]string{"pt-PT"}, []string{"pt-BR"}, []string{"pt-PT"}},
		{nil, []string{"pt-BR"}, []string{"pt-BR"}},
	} {
		d := media.Description{Languages: c.named}
		join(&d, &media.Description{Languages: c.said})
		if !slices.Equal(d.Languages, c.want) {
			t.Errorf("%q named %q: %q, want %q", c.said, c.named, d.Languages, c.want)
		}
	}
}

// TestALongSidecarIsHeardAsAShortOneIs: those that say much are read one by one.
func TestALongSidecarIsHeardAsAShortOneIs(t *testing.T) {
	inWorld(t, func(w *world) {
		plot := strings.Repeat("plot ", 2000)
		w.write("Show/tvshow.nfo", []byte("<tvshow><title>The Show</title><plot>"+plot+"</plot></tvshow>"))
		w.write("Show/S1/s01e01.nfo", []byte("<episodedetails><title>One</title><plot>"+plot+"</plot></episodedetails>"))
		w.write("Show/S1/s01e02.nfo", []byte("<episodedetails><title>Two</title></episodedetails>"))
		w.write("Show/S1/s01e01.mkv", []byte("x"))
		w.write("Show/S1/s01e02.mkv", []byte("y"))
		w.catalogue()
		w.begin()
		w.rest()
		for path, want := range map[string]string{"Show/S1/s01e01.mkv": "One", "Show/S1/s01e02.mkv": "Two"} {
			if d := w.says(path); d.EpisodeTitle != want || d.Series != "The Show" {
				t.Errorf("%s: %q of %q, want %q of The Show", path, d.EpisodeTitle, d.Series, want)
			}
		}
		if d := w.says("Show/S1/s01e01.mkv"); !strings.HasPrefix(d.Plot, plot[:4000]) {
			t.Errorf("a plot of %d bytes", len(d.Plot))
		}
	})
}
