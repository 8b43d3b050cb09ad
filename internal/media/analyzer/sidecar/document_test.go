package sidecar

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media"
)

const movieNFO = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie><title>Big Buck</title><originaltitle>BB</originaltitle><sorttitle>Buck, Big</sorttitle><year>2008</year><premiered>2008-05-20</premiered>
<uniqueid type="imdb" default="true">tt1254207</uniqueid><genre>Animation / Comedy</genre><genre>Short</genre><studio>Blender</studio>
<outline>Short.</outline><plot>A rabbit &amp; friends.</plot><actor><name>A</name><role>R</role></actor>
<set><name>Buck Collection</name></set><edition>Extended</edition>
<fileinfo><streamdetails><video><codec>h264</codec></video></streamdetails></fileinfo></movie>
https://www.themoviedb.org/movie/10378-big-buck-bunny
`

const twoEpisodesNFO = `<episodedetails><title>One</title><showtitle>Show</showtitle><season>0</season><episode>1</episode><aired>2010-02-03</aired></episodedetails>
<episodedetails><title>Two</title><showtitle>Show</showtitle><season>0</season><episode>2</episode></episodedetails>`

const epub2OPF = `<?xml version="1.0"?><package version="2.0" xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
<dc:title>The Novel</dc:title><dc:creator opf:role="ill">Artist</dc:creator><dc:creator opf:role="aut" opf:file-as="Writer, A">A Writer</dc:creator>
<dc:contributor opf:role="nrt">N Arrator</dc:contributor>
<dc:identifier opf:scheme="ISBN">978-0-306-40615-7</dc:identifier><dc:identifier opf:scheme="MOBI-ASIN">B00TEST</dc:identifier>
<dc:date opf:event="modification">2020-01-01</dc:date><dc:date opf:event="publication">1999-04</dc:date>
<dc:description>&lt;p&gt;First&lt;/p&gt;&lt;p&gt;Second &amp;amp; last&lt;/p&gt;</dc:description>
<dc:language>en</dc:language><dc:subject>Fiction</dc:subject><dc:publisher>House</dc:publisher>
<meta name="calibre:series" content="Saga"/><meta name="calibre:series_index" content="2.5"/><meta name="calibre:title_sort" content="Novel, The"/>
<meta name="cover" content="c1"/></metadata>
<manifest><item id="x" href="x.xhtml" media-type="application/xhtml+xml"/><item id="c1" href="img/cover.jpg" media-type="image/jpeg"/></manifest></package>`

const epub3OPF = `<package version="3.0" xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title id="s">A Subtitle</dc:title><dc:title id="t">Main Title</dc:title><meta refines="#t" property="title-type">main</meta><meta refines="#t" property="file-as">Title, Main</meta>
<dc:creator id="a">One; Other</dc:creator><dc:creator id="b">Two; Three</dc:creator><meta refines="#a" property="role" scheme="marc:relators">aut</meta><meta refines="#b" property="role">trl</meta>
<dc:identifier>urn:isbn:9780306406157</dc:identifier><dc:date>0101-01-01T00:00:00+00:00</dc:date>
<meta property="belongs-to-collection" id="k">A Set</meta><meta refines="#k" property="collection-type">set</meta>
<meta property="belongs-to-collection" id="c">The Series</meta><meta refines="#c" property="collection-type">series</meta><meta refines="#c" property="group-position">4</meta>
</metadata><manifest><item id="i" href="c.png" media-type="image/png" properties="cover-image"/></manifest></package>`

const comicInfo = `<?xml version="1.0"?><ComicInfo><Title>Issue</Title><Series>Comic</Series><Number>7</Number><Year>1999</Year><Month>3</Month>
<Writer>W One, W Two</Writer><Penciller>P</Penciller><Publisher>Pub</Publisher><Genre>Action, Drama</Genre><PageCount>22</PageCount><LanguageISO>en</LanguageISO>
<Summary>S</Summary><Web>https://comicvine.gamespot.com/comic-7/4000-12345/</Web><Pages><Page Image="0"/><Page Image="1"/></Pages></ComicInfo>`

func zero() *int { return new(int) }

func TestASidecarSaysWhatStandsInIt(t *testing.T) {
	for _, c := range []struct {
		what, name, data string
		want             Document
	}{
		{"film with a link after the element", "movie.nfo", movieNFO, Document{Movie, media.Description{
			Title: "Big Buck", SortTitle: "Buck, Big", Year: 2008, Date: "2008-05-20", Genres: []string{"Animation", "Comedy", "Short"},
			Publisher: "Blender", Plot: "A rabbit & friends.", Edition: "Extended", Set: "Buck Collection", IDs: map[string]string{"imdb": "tt1254207", "tmdb": "10378"},
		}}},
		{"file of two episodes", "e.nfo", twoEpisodesNFO, Document{Episode, media.Description{
			Series: "Show", EpisodeTitle: "One / Two", Season: zero(), Episodes: []int{1, 2}, Year: 2010, Date: "2010-02-03",
		}}},
		{"file of three episodes by its first and last", "e.nfo", `<episodedetails><title>Long</title><season>2</season><episode>3</episode><episodenumberend>5</episodenumberend></episodedetails>`, Document{Episode, media.Description{
			EpisodeTitle: "Long", Season: new(2), Episodes: []int{3, 4, 5},
		}}},
		{"show", "tvshow.nfo", `<tvshow><title>Show</title><year>1999</year><uniqueid type="tvdb">77</uniqueid></tvshow>`, Document{Show, media.Description{
			Title: "Show", Year: 1999, Date: "1999", IDs: map[string]string{"tvdb": "77"},
		}}},
		{"album", "album.nfo", `<album><title>Al</title><artist>A</artist><artist>B</artist><year>1999</year><compilation>true</compilation><track><position>1</position><title>No</title></track><musicbrainzalbumid>m</musicbrainzalbumid></album>`, Document{Album, media.Description{
			Album: "Al", AlbumArtist: "A; B", Year: 1999, Date: "1999", Compilation: true, IDs: map[string]string{"musicbrainz_album": "m"},
		}}},
		{"music video", "v.nfo", `<musicvideo><title>Song</title><artist>A</artist><album>Al</album><track>3</track></musicvideo>`, Document{MusicVideo, media.Description{
			Title: "Song", Artist: "A", Album: "Al", Track: 3,
		}}},
		{"scene release with a link", "scene.nfo", "Some \xb0\xb1 scene release\nhttps://www.imdb.com/title/tt0133093/\n", Document{Link, media.Description{
			IDs: map[string]string{"imdb": "tt0133093"},
		}}},
		{"bare links", "x.nfo", "https://www.thetvdb.com/?tab=series&id=81189\nhttps://www.themoviedb.org/tv/1396", Document{Link, media.Description{
			IDs: map[string]string{"tvdb": "81189", "tmdb": "1396"},
		}}},
		{"comic", "ComicInfo.xml", comicInfo, Document{Comic, media.Description{
			Title: "Issue", Series: "Comic", SeriesIndex: new(7.0), Year: 1999, Date: "1999-03", Authors: []string{"W One", "W Two"}, Publisher: "Pub",
			Genres: []string{"Action", "Drama"}, Languages: []string{"en"}, Plot: "S", IDs: map[string]string{"comicvine": "12345"}, Media: &media.Media{Pages: 22},
		}}},
		{"OPF 2 with calibre's additions", "metadata.opf", epub2OPF, Document{Book, media.Description{
			Title: "The Novel", SortTitle: "Novel, The", Authors: []string{"A Writer"}, Narrator: "N Arrator", Publisher: "House", Year: 1999, Date: "1999-04",
			Plot: "First\nSecond & last", Languages: []string{"en"}, Genres: []string{"Fiction"}, Series: "Saga", SeriesIndex: new(2.5),
			IDs: map[string]string{"isbn": "9780306406157", "asin": "B00TEST"},
		}}},
		{"OPF of a prequel", "metadata.opf", `<package><metadata><dc:title>Before</dc:title><dc:identifier opf:scheme="ISBN-13">978-3-16-148410-0</dc:identifier><meta name="calibre:series" content="Saga"/><meta name="calibre:series_index" content="0.0"/></metadata></package>`, Document{Book, media.Description{
			Title: "Before", Series: "Saga", SeriesIndex: new(0.0), IDs: map[string]string{"isbn": "9783161484100"},
		}}},
		{"OPF 3 with refinements", "metadata.opf", epub3OPF, Document{Book, media.Description{
			Title: "Main Title", SortTitle: "Title, Main", Authors: []string{"One", "Other"}, Series: "The Series", SeriesIndex: new(4.0), IDs: map[string]string{"isbn": "9780306406157"},
		}}},
		{"XMP", "i.xmp", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Model="X-T3" tiff:Orientation="8"/></rdf:RDF>`, Document{Picture, media.Description{
			Camera: "X-T3", Media: &media.Media{Orientation: 8},
		}}},
		{"lyrics", "s.lrc", "\xef\xbb\xbf[ti:Song]\r\n[ar:Band]\r\n[00:12.00]La\r\n[ti:not this]", Document{Lyrics, media.Description{
			Title: "Song", Artist: "Band", Media: &media.Media{Lyrics: true},
		}}},
	} {
		got, err := Parse(c.name, []byte(c.data))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, d)
		}
	}
}

func TestTheCoverOfAPackageIsFoundInBothVersions(t *testing.T) {
	for doc, want := range map[string][2]string{epub2OPF: {"img/cover.jpg", "image/jpeg"}, epub3OPF: {"c.png", "image/png"}} {
		p, err := OPF([]byte(doc))
		if err != nil || p.CoverHref != want[0] || p.CoverType != want[1] {
			t.Errorf("got %q of type %q, %v, want %q", p.CoverHref, p.CoverType, err, want)
		}
	}
}

func TestWhatIsNoSidecarIsSaidSo(t *testing.T) {
	for name, data := range map[string]string{
		"a.nfo": "just words", "b.nfo": "<html><title>no</title></html>", "ComicInfo.xml": "<Other/>", "c.opf": "<html/>",
		"d.lrc": "no time at all", "e.xmp": "nothing", "f.txt": movieNFO, "g.nfo": "", "h.nfo": strings.Repeat("x", MaxSize+1),
	} {
		if doc, err := Parse(name, []byte(data)); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: got %+v, %v", name, doc, err)
		}
	}
}

func TestAShowsSidecarNamesTheSeriesButGivesAnEpisodeNoIDs(t *testing.T) {
	d := media.Description{Title: "from the name", EpisodeTitle: "E", Season: zero()}
	Document{Show, media.Description{Title: "Show", Year: 1999, IDs: map[string]string{"tvdb": "77"}}}.Apply(&d)
	want := media.Description{Title: "from the name", EpisodeTitle: "E", Season: zero(), Series: "Show"}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
}

func TestASidecarReplacesOnlyWhatItKnows(t *testing.T) {
	d := media.Description{Title: "tag", Artist: "A", Year: 1990, IDs: map[string]string{"tmdb": "1"}, Media: &media.Media{Width: 5}}
	Document{Movie, media.Description{Title: "NFO", IDs: map[string]string{"imdb": "tt1"}}}.Apply(&d)
	want := media.Description{Title: "NFO", Artist: "A", Year: 1990, IDs: map[string]string{"tmdb": "1", "imdb": "tt1"}, Media: &media.Media{Width: 5}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
}

func TestASidecarsPlaceInASeriesCountsWhenItIsZero(t *testing.T) {
	d := media.Description{Series: "Other", SeriesIndex: new(3.0)}
	Document{Book, media.Description{Series: "Saga", SeriesIndex: new(0.0)}}.Apply(&d)
	if d.Series != "Saga" || d.SeriesIndex == nil || *d.SeriesIndex != 0 {
		t.Errorf("%+v", d)
	}
}

func TestISBNIsTakenOnlyWithItsCheckDigit(t *testing.T) {
	for in, want := range map[string]string{
		"978-0-306-40615-7": "9780306406157", "0-306-40615-2": "0306406152", "080442957X": "080442957X",
		"9780306406158": "", "0306406153": "", "12345": "", "not one": "", "": "",
	} {
		if got := ISBN(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestTheSamplesSidecarsAreRead(t *testing.T) {
	files, _ := filepath.Glob("../../../../../shared/media/samples/sidecar/*.nfo")
	if len(files) == 0 {
		t.Skip("the samples are not here")
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if doc, err := Parse(f, data); err != nil || len(doc.Description.IDs) == 0 {
			t.Errorf("%s: %+v, %v", f, doc, err)
		}
	}
}

func TestHostileSidecarsEndSoon(t *testing.T) {
	for what, data := range map[string]string{
		"nested":   strings.Repeat("<movie><title>", 60000),
		"metas":    "<package><metadata>" + strings.Repeat(`<meta refines="#a" property="p">x</meta>`, 20000),
		"creators": "<package><metadata>" + strings.Repeat(`<creator>x</creator>`, 40000),
		"genres":   "<movie>" + strings.Repeat(`<genre>a/b/c/d</genre>`, 40000),
		"episodes": strings.Repeat(`<episodedetails><title>t</title><episode>1</episode></episodedetails>`, 14000),
		"brackets": strings.Repeat("<", 1<<20),
		"digits":   strings.Repeat("tt1234567 ", 100000),
	} {
		begin := time.Now()
		for _, name := range []string{"a.nfo", "a.opf", "ComicInfo.xml", "a.xmp", "a.lrc"} {
			_, _ = Parse(name, []byte(data))
		}
		if d := time.Since(begin); d > time.Minute { // quadratic time would take many
			t.Errorf("%s took %v", what, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	for name, data := range map[string]string{
		"a.nfo": movieNFO, "b.nfo": twoEpisodesNFO, "a.opf": epub2OPF, "b.opf": epub3OPF, "ComicInfo.xml": comicInfo, "a.lrc": "[ti:x]\n[00:01.00]y",
	} {
		f.Add(name, []byte(data))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		doc, err := Parse(name, data)
		if err != nil {
			return
		}
		var d media.Description
		doc.Apply(&d)
		for _, k := range slices.Sorted(maps.Keys(d.IDs)) {
			if d.IDs[k] == "" {
				t.Errorf("empty id %q", k)
			}
		}
	})
}

func BenchmarkNFO(b *testing.B) {
	data := []byte(movieNFO)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NFO(data); err != nil {
			b.Fatal(err)
		}
	}
}

func TestASidecarSaysWhatWorksNeed(t *testing.T) {
	for name, c := range map[string]struct {
		file, data string
		want       media.Description
	}{
		"a set with a name":          {"a.nfo", "<movie><title>T</title><set><name>The Set</name><overview>What it is</overview></set></movie>", media.Description{Title: "T", Set: "The Set"}},
		"a set as it was until 2017": {"a.nfo", "<movie><set> Old Set </set><title>T</title></movie>", media.Description{Title: "T", Set: "Old Set"}},
		"an empty set":               {"a.nfo", "<movie><set/><title>T</title><set></set></movie>", media.Description{Title: "T"}},
		"a comic": {
			"ComicInfo.xml", "<ComicInfo><Series>S</Series><LocalizedSeries>L</LocalizedSeries><Number>3</Number><Volume>2</Volume><Format>Annual</Format></ComicInfo>",
			media.Description{Series: "S", LocalizedSeries: "L", SeriesIndex: new(3.0), Volume: new(2.0), Format: "Annual"},
		},
		"a comic without a volume": {"ComicInfo.xml", "<ComicInfo><Series>S</Series><Volume>-1</Volume></ComicInfo>", media.Description{Series: "S"}},
	} {
		doc, err := Parse(c.file, []byte(c.data))
		if err != nil {
			t.Fatal(err)
		}
		var d media.Description
		doc.Apply(&d)
		for what, got := range map[string]media.Description{"it says": doc.Description, "what it describes is": d} {
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: %s\n%s", name, what, diff)
			}
		}
	}
}
