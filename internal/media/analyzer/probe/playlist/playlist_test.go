package playlist

import (
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/google/go-cmp/cmp"
)

func TestPlaylistsSayTheirEntries(t *testing.T) {
	for _, c := range []struct {
		ext, data, container, title string
		entries                     int
	}{
		{".m3u8", "#EXTM3U\n#PLAYLIST:Mix\n#EXTINF:1,A - B\na.flac\nhttp://example.invalid/s\n", "m3u", "Mix", 2},
		{".m3u", "a.mp3\r\nb\\c.mp3\r\n\r\n", "m3u", "", 2},
		{".m3u8", "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:4,\n1.ts\n", "hls", "", 1},
		{".pls", "[playlist]\nFile1=a.mp3\nTitle1=A\nFile2=b.mp3\nNumberOfEntries=2\n", "pls", "", 2},
		{".xspf", `<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>X</title><trackList><track><title>T</title></track><track/></trackList></playlist>`, "xspf", "X", 2},
		{".wpl", `<?wpl version="1.0"?><smil><head><title>W</title></head><body><seq><media src="a"/><media src="b"/></seq></body></smil>`, "wpl", "W", 2},
		{".asx", `<asx version="3.0"><title>S</title><entry><title>T</title><ref href="a"/></entry></asx>`, "asx", "S", 1},
	} {
		r, err := probeBytes([]byte(c.data), c.ext)
		m := r.Description.Media
		if err != nil || r.Kind != media.KindPlaylist || m.Container != c.container || m.Entries != c.entries || r.Description.Title != c.title {
			t.Errorf("%s: %s %q %+v, %v", c.container, r.Kind, r.Description.Title, m, err)
		}
	}
}

func TestCueSheetsSayTheirDiscAndTracks(t *testing.T) {
	sheet := "REM GENRE \"Rock\"\r\nREM DATE 1998\r\nPERFORMER \"B\xe4nd\"\r\nTITLE \"Album\"\r\nFILE \"a.flac\" WAVE\r\n  TRACK 01 AUDIO\r\n    TITLE \"One\"\r\n    INDEX 01 00:00:00\r\n" +
		"  TRACK 02 AUDIO\r\n    TITLE \"Two\"\r\n    PERFORMER \"Guest\"\r\n    INDEX 00 03:10:00\r\n    INDEX 01 03:12:75\r\n"
	r, err := probeBytes([]byte(sheet), ".cue")
	want := media.Description{
		Title: "Album", Album: "Album", Artist: "Bänd", AlbumArtist: "Bänd", Year: 1998, Date: "1998", Genres: []string{"Rock"},
		Media: &media.Media{Container: "cue", Entries: 2, Chapters: []media.Chapter{{Title: "One"}, {StartSeconds: 193, Title: "Two"}}},
	}
	if d := cmp.Diff(want, r.Description); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	two := strings.Replace(sheet, "  TRACK 02", "FILE \"b.flac\" WAVE\r\n  TRACK 02", 1)
	if r, err := probeBytes([]byte(two), ".cue"); err != nil || r.Description.Media.Entries != 2 || r.Description.Media.Chapters != nil {
		t.Errorf("of two files: %+v, %v", r.Description.Media, err)
	}
}
