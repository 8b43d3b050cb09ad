package analyzer

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/fingerprint"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/bound"
)

func TestSidecarsAreSurerThanBytesAndBytesThanNames(t *testing.T) {
	f := &findings{Kind: media.KindVideo, Description: media.Description{
		Title: "In the bytes", Genres: []string{"Drama"}, Media: &media.Media{Container: "matroska"},
	}}
	docs := []sidecar.Document{
		{Form: sidecar.Movie, Description: media.Description{Title: "Of the folder", Plot: "Far"}},
		{Form: sidecar.Movie, Description: media.Description{Title: "Of the file"}},
	}
	read := func(kind media.Kind, doc []byte) (d media.Description) {
		t.Helper()
		if kind != media.KindMovie {
			t.Errorf("kind %s", kind)
		}
		if err := json.Unmarshal(slices.Concat([]byte("{"), doc, []byte("}")), &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	const path = "Films/In the Name (1999).mkv"
	if d := read(describe(path, &findings{}, &companions{})); d.Title != "In the Name" || d.Year != 1999 {
		t.Errorf("the name: %+v", d)
	}
	if d := read(describe(path, f, &companions{})); d.Title != "In the bytes" || d.Year != 1999 ||
		d.Media.Container != "matroska" {
		t.Errorf("the bytes: %+v", d)
	}
	if d := read(describe(path, f, &companions{docs: docs})); d.Title != "Of the file" || d.Plot != "Far" ||
		d.Year != 1999 || d.Genres[0] != "Drama" {
		t.Errorf("the sidecars: %+v", d)
	}
}

func TestWhatTheBytesSaidOutlivesItsEncoding(t *testing.T) {
	f := &findings{Kind: media.KindTrack, Description: media.Description{
		Title: "A & B <c>", Media: &media.Media{Container: "flac", DurationSeconds: 1.5},
	}}
	kind, doc := Describe("x.flac", encodeFindings(f))
	want, wantDoc := describe("x.flac", f, &companions{})
	if kind != want || !bytes.Equal(doc, wantDoc) || !bytes.Contains(doc, []byte("A & B <c>")) {
		t.Errorf("%s %s", kind, doc)
	}
	if encodeFindings(&findings{}) != nil {
		t.Error("nothing is something")
	}
	if kind, _ := Describe("x.flac", []byte("{not JSON")); kind != media.KindTrack {
		t.Errorf("of what another version wrote: %s", kind)
	}
}

func TestBytesTellTheFamilyAndNamesWhatItIsWithinIt(t *testing.T) {
	for _, c := range []struct{ name, bytes, want media.Kind }{
		{media.KindMovie, "", media.KindMovie},
		{media.KindMovie, media.KindVideo, media.KindMovie},
		{media.KindEpisode, media.KindVideo, media.KindEpisode},
		{media.KindMovie, media.KindTrack, media.KindTrack},
		{media.KindOther, media.KindImage, media.KindImage},
		{media.KindArtwork, media.KindImage, media.KindArtwork},
		{media.KindArtwork, media.KindPhoto, media.KindArtwork},
		{media.KindImage, media.KindPhoto, media.KindPhoto},
		{media.KindAudiobook, media.KindTrack, media.KindAudiobook},
		{media.KindComic, media.KindArchive, media.KindComic},
		{media.KindArchive, media.KindBook, media.KindBook},
		{media.KindComic, media.KindBook, media.KindComic}, // a PDF
		{media.KindTrack, media.KindVideo, media.KindVideo},
	} {
		if got := joinKinds(c.name, c.bytes); got != c.want {
			t.Errorf("name %s, bytes %q: %s, want %s", c.name, c.bytes, got, c.want)
		}
	}
}

func TestAPDFOnAShelfOfComicsIsAComicByItsBytesToo(t *testing.T) {
	found := &findings{
		Kind: media.KindBook, Description: media.Description{Media: &media.Media{Container: "pdf"}},
	}
	kind, doc := Describe("Comics/Moonrail/Moonrail 001 (2018).pdf", encodeFindings(found))
	if d := decoded(t, doc); kind != media.KindComic || d.Series != "Moonrail" || d.Media.Container != "pdf" {
		t.Errorf("%s, %+v", kind, d)
	}
}

func TestNamesPromiseKinds(t *testing.T) {
	for path, want := range map[string]media.Kind{
		"Films/The Wall (1982).mkv":       media.KindMovie,
		"TV/Show/Show.S01E02.mkv":         media.KindEpisode,
		"clips/IMG_0001.MOV":              media.KindVideo,
		"Music/Band/Album/01 - Song.flac": media.KindTrack,
		"x.mid":                           media.KindAudio,
		"Books/Author - Book.m4b":         media.KindAudiobook,
		"x.cr2":                           media.KindPhoto,
		"x.gif":                           media.KindImage,
		"Music/Band/Album/cover.jpg":      media.KindArtwork,
		"Film (2001)-poster.png":          media.KindArtwork,
		"season01-poster.jpg":             media.KindArtwork,
		"fanart3.jpg":                     media.KindArtwork,
		"Film (2001)-disc.png":            media.KindArtwork,
		"characterart.png":                media.KindArtwork,
		"Music/A/AlbumArtSmall.jpg":       media.KindArtwork,
		"Music/A/AlbumArt_{7D}_Large.jpg": media.KindArtwork,
		"discovery.jpg":                   media.KindImage,
		"Moonrail v01 c002.zip":           media.KindComic,
		"Lantern Quest (USA) (Rev 1).zip": media.KindGame,
		"letters.zip":                     media.KindArchive,
		"street-art.jpg":                  media.KindImage,
		"x.epub":                          media.KindBook,
		"x.cbz":                           media.KindComic,
		"Film.en.srt":                     media.KindSubtitle,
		"x.m3u8":                          media.KindPlaylist,
		"movie.nfo":                       media.KindMetadata,
		"x.lrc":                           media.KindMetadata,
		"x.nes":                           media.KindGame,
		"x.deb":                           media.KindSoftware,
		"x.dmg":                           media.KindSoftware,
		"x.tar":                           media.KindArchive,
		"x.iso":                           media.KindDisc,
		"README":                          media.KindOther,
		"x.unheard-of":                    media.KindOther,
		"dir.mkv/README":                  media.KindOther,
	} {
		if got, _ := Describe(path, nil); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestEveryKindOfAnExtensionIsAKind(t *testing.T) {
	for ext, kind := range extensions {
		if !kind.Valid() {
			t.Errorf("%s: %q", ext, kind)
		}
	}
}

func TestExtensionsAreLowerCaseAndOfNamesOnly(t *testing.T) {
	for path, want := range map[string]string{"a/b.MKV": ".mkv", "a.b/c": "", ".hidden": "", "x.": ".", "a.tar.gz": ".gz"} {
		if got := Ext(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestIdentifiersOfAllSourcesAreKept(t *testing.T) {
	name := media.Description{IDs: map[string]string{"imdb": "tt1", "tmdb": "1"}}
	sure := media.Description{IDs: map[string]string{"imdb": "tt2", "tvdb": "3"}}
	mine := maps.Clone(name.IDs)
	join(&name, &sure)
	if want := map[string]string{"imdb": "tt2", "tmdb": "1", "tvdb": "3"}; !maps.Equal(name.IDs, want) {
		t.Errorf("%v", name.IDs)
	}
	if !maps.Equal(mine, map[string]string{"imdb": "tt1", "tmdb": "1"}) || len(sure.IDs) != 2 {
		t.Error("a source was changed")
	}
}

func TestLanguagesAreThoseOfTheSoundUnlessTheyAreKnown(t *testing.T) {
	sound := media.Description{Media: &media.Media{Audio: []media.Audio{{Language: "de"}, {}, {Language: "en"}, {Language: "de"}}}}
	d := media.Description{}
	join(&d, &sound)
	if !slices.Equal(d.Languages, []string{"de", "en"}) {
		t.Errorf("%q", d.Languages)
	}
	d = media.Description{Languages: []string{"fr"}}
	join(&d, &sound)
	if !slices.Equal(d.Languages, []string{"fr"}) {
		t.Errorf("%q", d.Languages)
	}
}

// FuzzDescribe describes any path and any bytes that stand where findings should: what comes is always members of a
// JSON object and a kind that there is, and the same twice.
func FuzzDescribe(f *testing.F) {
	f.Add("Films/The Wall (1982) [1080p].mkv", []byte(`{"kind":"video","title":"x"}`))
	f.Add("\xff/\x00.S01E\n01.mp3", []byte(`{"kind":7}`))
	f.Add("", []byte(`{"season":0,"ids":{"a":"<b>"}}`))
	f.Fuzz(func(t *testing.T, path string, probed []byte) {
		kind, doc := Describe(path, probed)
		object := slices.Concat([]byte("{"), doc, []byte("}"))
		var d media.Description
		if err := json.Unmarshal(object, &d); err != nil {
			t.Fatalf("%q: %v in %s", path, err, object)
		}
		if again, twice := Describe(path, probed); again != kind || !bytes.Equal(doc, twice) {
			t.Fatalf("%q: %s %s, then %s %s", path, kind, doc, again, twice)
		}
		if len(probed) == 0 && !kind.Valid() {
			t.Fatalf("%q: kind %q", path, kind)
		}
	})
}

// FuzzEdges reads anywhere in a file of any size: what comes is what the file holds, and the fingerprint is its own.
func FuzzEdges(f *testing.F) {
	for _, size := range []int{0, 1, edge - 1, edge, edge + 1, 2*edge - 1, 2 * edge, 2*edge + 1, 3 * edge} {
		f.Add(size, int64(size/2), 100)
		f.Add(size, int64(size-10), 10)
		f.Add(size, int64(edge-5), 10)
	}
	f.Fuzz(func(t *testing.T, size int, off int64, n int) {
		if size < 0 || size > 4*edge || n < 0 || n > 4*edge || off < 0 || off > 5*edge {
			return
		}
		content := make([]byte, size)
		for i := range content {
			content[i] = byte(i>>8) ^ byte(i*7)
		}
		e, err := readEdges(bytes.NewReader(content), int64(size))
		if err != nil {
			t.Fatal(err)
		}
		defer e.release()
		end := fingerprint.End(int64(size))
		if got, want := e.fingerprint(), fingerprint.Of(int64(size), content[:end], content[size-end:]); got != want {
			t.Fatalf("fingerprint %v of %d bytes, want %v", got, size, want)
		}
		got, want := make([]byte, n), make([]byte, n)
		gotN, gotErr := e.ReadAt(got, off)
		wantN, wantErr := bytes.NewReader(content).ReadAt(want, off)
		if gotN != wantN || (gotErr == nil) != (wantErr == nil) || !bytes.Equal(got[:gotN], want[:wantN]) {
			t.Fatalf("%d bytes at %d of %d: %d, %v; want %d, %v", n, off, size, gotN, gotErr, wantN, wantErr)
		}
	})
}

func TestAPlaceInASeriesIsShownWhenItIsZero(t *testing.T) {
	for path, want := range map[string]string{
		"Comics/Hero #000 (2011).cbz": `"series_index":0`,
		"Comics/Hero #004 (2011).cbz": `"series_index":4`,
		"Books/Author - Book.epub":    ``,
	} {
		_, doc := Describe(path, nil)
		if got := bytes.Contains(doc, []byte("series_index")); got != (want != "") || !bytes.Contains(doc, []byte(want)) {
			t.Errorf("%s: %s, want %s", path, doc, want)
		}
	}
}

func TestWhoReadsAnAudiobookIsAListBesideTheText(t *testing.T) {
	_, doc := Describe("Audiobooks/Ann Writer & Bea Author/Night - A Tale {Bob Reader, Eve Voice}/01.mp3", nil)
	for _, want := range []string{`"narrator":"Bob Reader; Eve Voice"`, `"narrators":["Bob Reader","Eve Voice"]`, `"authors":["Ann Writer","Bea Author"]`, `"subtitle":"A Tale"`} {
		if !bytes.Contains(doc, []byte(want)) {
			t.Errorf("%s lacks %s", doc, want)
		}
	}
}

func TestSpecialsAndRecapsTakeNoEpisodesPlace(t *testing.T) {
	for path, wants := range map[string][]string{
		"tv/Sora no Uta/[Group] Sora no Uta - S01OVA02.mkv":         {`"season":0`, `"episodes":[2]`},
		"tv/Sora no Uta/[Group] Sora no Uta S01 - 07.5 [1080p].mkv": {`"season":1`, `"series_index":7.5`},
		"tv/Sora no Uta/[Group] Sora no Uta S01 - 07 [1080p].mkv":   {`"season":1`, `"episodes":[7]`},
		"tv/Sora no Uta/[Group] Sora no Uta NCOP1 [1080p].mkv":      {`"extra":"opening"`},
	} {
		_, doc := Describe(path, nil)
		for _, want := range wants {
			if !bytes.Contains(doc, []byte(want)) {
				t.Errorf("%s: %s lacks %s", path, doc, want)
			}
		}
		if bytes.Contains(doc, []byte("series_index")) && bytes.Contains(doc, []byte(`"episodes"`)) {
			t.Errorf("%s: a recap is an episode: %s", path, doc)
		}
	}
}

// What is encoded quickly is what is encoded at leisure.
func TestAnEncodingIsTheSameHoweverItIsMade(t *testing.T) {
	track := func(d media.Description) findings { return findings{Kind: media.KindTrack, Description: d} }
	long := strings.Repeat("\x01", media.MaxText) // sixfold as JSON
	quick := 0
	for _, f := range []findings{
		{Kind: media.KindTrack},
		{Kind: media.KindMetadata, Form: "movie", Description: media.Description{Title: `The "<Lantern>" & the River`}},
		{Form: "movie"},
		{Description: media.Description{Media: &media.Media{}}},
		track(media.Description{Artist: "\xff\u2028\x00", Media: &media.Media{Container: "flac"}}),
		track(media.Description{Title: strings.Repeat("a", media.MaxText+1)}),
		track(media.Description{Plot: long, Lens: long, Camera: long, Exposure: long}),
		track(media.Description{Title: "A", Warnings: []string{"b", "b"}}),
	} {
		atLeisure := f
		d, slow := bound.Fit(&f.Description, func(d *media.Description) []byte {
			return encode(&findings{Kind: f.Kind, Form: f.Form, Description: *d})
		})
		if b, whole := f.quickly(nil); whole {
			quick++
			if string(b) != string(slow) {
				t.Errorf("quickly\n%.200s\nand at leisure\n%.200s", b, slow)
			}
		}
		if b := encodeFindings(&atLeisure); string(b) != string(slow) {
			t.Errorf("findings are\n%.200s\nwant\n%.200s", b, slow)
		}
		if got, want := encodeMembers(&f.Description), members(d); string(got) != string(want) {
			t.Errorf("members are\n%.200s\nwant\n%.200s", got, want)
		}
	}
	if quick != 5 {
		t.Errorf("%d were encoded quickly, want 5", quick)
	}
}
