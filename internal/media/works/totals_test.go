package works_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/works"
)

func one(t *testing.T, all []works.Work, kind works.Kind) *works.Work {
	t.Helper()
	i := slices.IndexFunc(all, func(w works.Work) bool { return w.Kind == kind })
	if i < 0 {
		t.Fatalf("there is no %s", kind)
	}
	return &all[i]
}

func TestAWorkSumsUpItsItems(t *testing.T) {
	files := []file{
		{1, "films/Velm (1994)/Velm (1994) - 720p.mkv", `{"size":100,"genres":["Drama"],"media":{"duration_seconds":60,
			"video":[{"height":720}],"audio":[{"language":"de"}],"subtitles":[{"language":"fr"}]}}`},
		{2, "films/Velm (1994)/Velm (1994) - 2160p.mkv", `{"size":900,"missing":true,"media":{"duration_seconds":66,
			"video":[{"height":2160,"hdr":"hdr10"}],"audio":[{"language":"en"}],"artwork":{"offset":1,"length":2}}}`},
		{3, "films/Velm (1994)/Velm (1994) - 720p.it.srt", ""},
	}
	w := one(t, derive(unitsOf(items(t, files))), works.Movie)
	if w.Items != 2 || w.Versions != 2 || w.Missing != 1 || !w.Present() {
		t.Errorf("%d items, %d versions, %d missing", w.Items, w.Versions, w.Missing)
	}
	if w.Size != 1000 || w.Duration != 66 || w.Height != 2160 || w.HDR != "hdr10" {
		t.Errorf("size %d, duration %v of the first version, height %d, %q", w.Size, w.Duration, w.Height, w.HDR)
	}
	if !slices.Equal(w.Languages, []string{"de", "en"}) || !slices.Equal(w.SubtitleLanguages, []string{"fr", "it"}) {
		t.Errorf("languages %v, of subtitles %v", w.Languages, w.SubtitleLanguages)
	}
	if !slices.Equal(w.Genres, []string{"Drama"}) || !w.AddedAt.Equal(time.Unix(2, 0)) || w.Artwork != 2 {
		t.Errorf("genres %v, added at %v, shown by %d", w.Genres, w.AddedAt, w.Artwork)
	}
}

func TestAFileOfTwoEpisodesCountsOnceInItsShow(t *testing.T) {
	files := []file{
		{1, "series/Velm/Season 1/Velm S01E01-E02.mkv", `{"size":100,"media":{"duration_seconds":60}}`},
		{2, "series/Velm/Season 1/Velm S01E03.mkv", `{"size":50,"media":{"duration_seconds":30}}`},
	}
	all := derive(unitsOf(items(t, files)))
	for _, kind := range []works.Kind{works.Series, works.Season} {
		if w := one(t, all, kind); w.Items != 2 || w.Size != 150 || w.Duration != 90 {
			t.Errorf("%s: %d items, size %d, duration %v", kind, w.Items, w.Size, w.Duration)
		}
	}
	if w := one(t, all, works.Season); w.Children != 3 || one(t, all, works.Series).Children != 1 {
		t.Errorf("the season has %d episodes", w.Children)
	}
}

func TestAShowEndsInTheYearOfItsLastEpisode(t *testing.T) {
	files := []file{
		{1, "series/Velm (2009)/Season 1/Velm S01E01.mkv", `{"date":"2009-03-01"}`},
		{2, "series/Velm (2009)/Season 3/Velm S03E01.mkv", `{"date":"2011-03-01"}`},
		{3, "series/Velm (2009)/Season 3/Velm S03E02.mkv", ""},
	}
	if w := one(t, derive(unitsOf(items(t, files))), works.Series); w.Year != 2009 || w.EndYear != 2011 {
		t.Errorf("from %d to %d", w.Year, w.EndYear)
	}
}

// What is large has a bound for everything that is compared with each other.
func TestLargeWorks(t *testing.T) {
	const many = 20_000
	song := func(id int64, dir string, track int) works.Item {
		return works.Item{ID: id, Path: fmt.Sprintf("%s/%05d.mp3", dir, id), Kind: media.KindTrack,
			Said: works.Say(&media.Description{Title: fmt.Sprint("Song ", id), Artist: fmt.Sprint("Artist ", id),
				AlbumArtist: "Various Artists", Album: "Hits", Track: track})}
	}
	heap, folders := map[works.Unit][]works.Item{}, map[works.Unit][]works.Item{}
	for id := int64(1); id <= many; id++ {
		all := works.Unit{Root: "music", Dir: "All"}
		heap[all] = append(heap[all], song(id, "All", int(id)))
		own := works.Unit{Root: "music", Dir: fmt.Sprint("Hits ", id)}
		folders[own] = append(folders[own], song(id, own.Dir, 1))
	}
	w := one(t, derive(heap), works.Album)
	if last := w.Members[len(w.Members)-1]; w.Items != many || last.Part != many {
		t.Errorf("one folder: an album of %d songs, the last of them %+v", w.Items, last)
	}
	if all := derive(folders); len(all) != many+1 || all[0].Kind != works.Artist {
		t.Errorf("a folder each: %d works, and not as many albums and their artist", len(all))
	}
	shelf := map[works.Unit][]works.Item{}
	for id := int64(1); id <= many; id += 2 {
		u := works.Unit{Root: "films"}
		name := fmt.Sprintf("Film %d (1994)", id)
		shelf[u] = append(shelf[u], works.Item{ID: id, Path: name + ".mkv", Kind: media.KindMovie,
			Said: works.Say(&media.Description{Title: fmt.Sprint("Film ", id), Year: 1994})},
			works.Item{ID: id + 1, Path: name + ".de.srt", Kind: media.KindSubtitle,
				Said: works.Say(new(media.Description))})
	}
	for _, w := range derive(shelf) {
		if len(w.Members) != 2 {
			t.Fatalf("%s has %d members, not itself and its subtitle", w.Title, len(w.Members))
		}
	}
}
