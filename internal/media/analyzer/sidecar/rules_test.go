package sidecar

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// kindOf is what the file's name says: enough of it for these folders.
func kindOf(name string) media.Kind {
	switch strings.ToLower(path.Ext(name)) {
	case ".mkv", ".mp4", ".avi":
		if strings.Contains(name, "S01E") {
			return media.KindEpisode
		}
		return media.KindMovie
	case ".iso":
		return media.KindDisc
	case ".flac", ".mp3":
		return media.KindTrack
	case ".m4b":
		return media.KindAudiobook
	case ".epub":
		return media.KindBook
	case ".cbz":
		return media.KindComic
	case ".cr2", ".nef":
		return media.KindPhoto
	case ".jpg":
		return media.KindImage
	}
	return media.KindOther
}

var folders = map[string][]string{
	"film": {
		"Film (2001).mkv", "Film (2001).nfo", "movie.nfo", "Film (2001).en.srt", "Film (2001).de.forced.ass", "Film (2001)-trailer.mkv",
		"Film (2001)-behindthescenes.mkv", "Film (2001)-deleted.mkv", "Film (2001)-featurette.mp4", "sample.mkv",
		"Film (2001)-poster.jpg", "Film (2001)-fanart1.jpg", "poster.jpg", "fanart.jpg", "Film (2001).jpg", "readme.txt",
	},
	"two films": {"Film.mkv", "Film 2.mkv", "Film.srt", "Film 2.en.srt", "Film 2.nfo", "Filmography.nfo"},
	"show":      {"Show S01E01.mkv", "Show S01E02.mkv", "tvshow.nfo", "Show S01E01.nfo", "Show S01E01-thumb.jpg", "season01-poster.jpg"},
	"album":     {"01 One.flac", "02 Two.flac", "01 One.lrc", "album.nfo", "cover.jpg", "AlbumArt_{x}_Large.jpg", "back.jpg"},
	"photos":    {"IMG_1.CR2", "IMG_1.jpg", "IMG_1.xmp", "IMG_2.NEF", "IMG_2.NEF.xmp"},
	"book":      {"Book.epub", "metadata.opf", "cover.jpg"},
	"comics":    {"1.cbz", "2.cbz", "ComicInfo.xml"},
	"rip":       {"Album.flac", "Album.cue", "Game.iso", "Game.cue"},
}

func TestASidecarDescribesWhatTheFieldsNamingRulesSay(t *testing.T) {
	for _, c := range []struct {
		folder, name string
		want         []string
	}{
		{"film", "Film (2001).nfo", []string{"Film (2001).mkv"}},
		{"film", "movie.nfo", []string{"Film (2001).mkv"}},
		{"film", "Film (2001).en.srt", []string{"Film (2001).mkv"}},
		{"film", "Film (2001).de.forced.ass", []string{"Film (2001).mkv"}},
		{"film", "Film (2001)-poster.jpg", []string{"Film (2001).mkv"}},
		{"film", "Film (2001)-fanart1.jpg", []string{"Film (2001).mkv"}},
		{"film", "poster.jpg", []string{"Film (2001).mkv"}},
		{"film", "Film (2001).jpg", []string{"Film (2001).mkv"}},
		{"film", "readme.txt", nil},
		{"film", "Film (2001).mkv", nil},
		{"two films", "Film.srt", []string{"Film.mkv"}},
		{"two films", "Film 2.en.srt", []string{"Film 2.mkv"}},
		{"two films", "Film 2.nfo", []string{"Film 2.mkv"}},
		{"two films", "Filmography.nfo", nil},
		{"show", "tvshow.nfo", []string{"Show S01E01.mkv", "Show S01E02.mkv"}},
		{"show", "Show S01E01.nfo", []string{"Show S01E01.mkv"}},
		{"show", "Show S01E01-thumb.jpg", []string{"Show S01E01.mkv"}},
		{"album", "01 One.lrc", []string{"01 One.flac"}},
		{"album", "album.nfo", []string{"01 One.flac", "02 Two.flac"}},
		{"album", "cover.jpg", []string{"01 One.flac", "02 Two.flac"}},
		{"photos", "IMG_1.xmp", []string{"IMG_1.CR2", "IMG_1.jpg"}},
		{"photos", "IMG_2.NEF.xmp", []string{"IMG_2.NEF"}},
		{"photos", "IMG_1.jpg", nil},
		{"book", "metadata.opf", []string{"Book.epub"}},
		{"book", "cover.jpg", []string{"Book.epub"}},
		{"comics", "ComicInfo.xml", []string{"1.cbz", "2.cbz"}},
		{"rip", "Album.cue", []string{"Album.flac"}},
		{"rip", "Game.cue", []string{"Game.iso"}},
	} {
		if got := NewFolder(folders[c.folder], kindOf).Describes(c.name); !slices.Equal(got, c.want) {
			t.Errorf("%s: %s describes %q, want %q", c.folder, c.name, got, c.want)
		}
	}
}

func TestAFilesSidecarsComeInTheOrderOfTheirWord(t *testing.T) {
	got := NewFolder(folders["film"], kindOf).For("Film (2001).mkv")
	want := []string{
		"Film (2001).nfo", "movie.nfo", "Film (2001).en.srt", "Film (2001).de.forced.ass", "Film (2001)-poster.jpg",
		"Film (2001).jpg", "poster.jpg", "Film (2001)-fanart1.jpg", "fanart.jpg",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestHowFarASidecarsWordGoes(t *testing.T) {
	for name, want := range map[string]struct {
		role  Role
		scope Scope
	}{
		"tvshow.nfo": {Description, InTree}, "movie.nfo": {Description, InFolder}, "x.nfo": {Description, OneFile},
		"Folder.jpg": {Cover, InFolder}, "backdrop2.png": {Artwork, InFolder}, "season01-poster.jpg": {Artwork, InTree},
		"x-clearlogo.png": {Artwork, OneFile}, "x.idx": {Subtitles, OneFile}, "x.txt": {NoRole, Nothing},
	} {
		if got := RuleOf(name); got.Role != want.role || got.Scope != want.scope {
			t.Errorf("%s: %q of scope %d, want %q of scope %d", name, got.Role, got.Scope, want.role, want.scope)
		}
	}
}

func TestEveryFileThatASidecarDescribesKnowsIt(t *testing.T) {
	for what, names := range folders {
		f := NewFolder(names, kindOf)
		for _, name := range names {
			for _, described := range f.Describes(name) {
				if !slices.Contains(f.For(described), name) {
					t.Errorf("%s: %s describes %s, which does not know it", what, name, described)
				}
			}
			for _, sidecar := range f.For(name) {
				if !slices.Contains(f.Describes(sidecar), name) {
					t.Errorf("%s: %s takes %s for its own", what, name, sidecar)
				}
			}
		}
	}
}

func TestALargeFolderTakesNoMoreThanItsSize(t *testing.T) {
	var names []string
	for i := range 20000 {
		base := fmt.Sprintf("IMG_%05d", i)
		names = append(names, base+".CR2", base+".xmp", base+".jpg")
	}
	begin := time.Now()
	f := NewFolder(names, kindOf)
	found := 0
	for _, name := range names {
		found += len(f.For(name))
	}
	if d := time.Since(begin); found != 40000 || d > time.Minute { // quadratic time would take many
		t.Errorf("%d found in %v", found, d)
	}
}
