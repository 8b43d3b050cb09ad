package probe

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/google/go-cmp/cmp"
)

func pdfDescription(encrypted bool) media.Description {
	return media.Description{
		Title: "Tïtle", Authors: []string{"Ann (A.) Author", "Bo"}, Plot: "On things", Languages: []string{"en-GB"},
		Media: &media.Media{Container: "pdf", Pages: 3, Encrypted: encrypted},
	}
}

func comicDescription(container string, cover *media.Artwork) media.Description {
	return media.Description{
		Title: "Issue Four", Series: "Hero", SeriesIndex: new(4.0), Authors: []string{"W Riter"}, Year: 2016, Date: "2016",
		Media: &media.Media{Container: container, Pages: 3, Artwork: cover},
	}
}

func archiveOf(container string, entries int) media.Description {
	return media.Description{Media: &media.Media{Container: container, Entries: entries}}
}

func TestDocumentsSayWhatStandsInThem(t *testing.T) {
	novel := media.Description{
		Title: "Növel", Authors: []string{"Jane Author"}, Languages: []string{"en"}, Year: 2011, Date: "2011-03-01", Series: "Saga", SeriesIndex: new(2.0),
		Media: &media.Media{Container: "epub", Artwork: &media.Artwork{Offset: 736, Length: 9, MIME: "image/jpeg", Encoding: "entry:OEBPS/img/the cover.jpg"}},
	}
	jpeg := func(offset int64) *media.Artwork {
		return &media.Artwork{Offset: offset, Length: 10, MIME: "image/jpeg"}
	}
	for name, want := range map[string]struct {
		kind media.Kind
		d    media.Description
	}{
		"novel.epub":     {media.KindBook, novel},
		"locked.epub":    {media.KindBook, probetest.Altered(novel, func(d *media.Description) { m := *d.Media; m.Encrypted = true; d.Media = &m })},
		"plain.pdf":      {media.KindBook, pdfDescription(false)},
		"broken.pdf":     {media.KindBook, pdfDescription(false)},
		"shifted.pdf":    {media.KindBook, pdfDescription(false)},
		"linear.pdf":     {media.KindBook, pdfDescription(false)},
		"objects.pdf":    {media.KindBook, pdfDescription(false)},
		"rc4-40.pdf":     {media.KindBook, pdfDescription(true)},
		"rc4-128.pdf":    {media.KindBook, pdfDescription(true)},
		"aes-128.pdf":    {media.KindBook, pdfDescription(true)},
		"aes-256-r5.pdf": {media.KindBook, pdfDescription(true)},
		"aes-256.pdf":    {media.KindBook, pdfDescription(true)},
		"locked.pdf":     {media.KindBook, media.Description{Media: &media.Media{Container: "pdf", Pages: 3, Encrypted: true}}},
		"comic.cbz":      {media.KindComic, comicDescription("cbz", jpeg(127))},
		"packed.cbz":     {media.KindComic, comicDescription("cbz", jpeg(127))},
		"comic.cbt":      {media.KindComic, comicDescription("cbt", jpeg(512))},
		"comic.cb7":      {media.KindComic, comicDescription("cb7", nil)},
		"lzma2.7z":       {media.KindComic, comicDescription("cb7", nil)},
		"plain.7z":       {media.KindComic, comicDescription("cb7", nil)},
		"locked.7z":      {media.KindArchive, media.Description{Media: &media.Media{Container: "7z", Encrypted: true}}},
		"pages.zip":      {media.KindArchive, archiveOf("zip", 3)},
		"stub.zip":       {media.KindSoftware, archiveOf("elf", 0)},
		"secret.zip":     {media.KindArchive, media.Description{Media: &media.Media{Container: "zip", Entries: 1, Encrypted: true}}},
		"pax.tar.gz":     {media.KindArchive, archiveOf("tar.gz", 4)},
		"gnu.tar.xz":     {media.KindArchive, archiveOf("tar.xz", 4)},
		"text.gz":        {media.KindArchive, archiveOf("gz", 0)},
	} {
		got, err := probeFile(t, filepath.Join("testdata/document", name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(want.d, got.Description); d != "" || got.Kind != want.kind {
			t.Errorf("%s: kind %s (-want +got):\n%s", name, got.Kind, d)
		}
	}
}

func TestTheCoverLiesWhereItIsSaidTo(t *testing.T) {
	for _, name := range []string{"comic.cbz", "comic.cbt"} {
		data, err := os.ReadFile(filepath.Join("testdata/document", name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := probeBytes(data, filepath.Ext(name))
		if err != nil {
			t.Fatal(err)
		}
		a := r.Description.Media.Artwork
		if got := data[a.Offset : a.Offset+a.Length]; !bytes.HasSuffix(got, []byte(" page 1")) {
			t.Errorf("%s: cover is %q", name, got)
		}
	}
}

func TestDocumentsNeedFewReads(t *testing.T) {
	for _, name := range samples(t, "document/*", "book/*", "sub/*", "playlist/*", "archive/*", "disc/*", "rom/*", "software/*", "sidecar/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w := window.New(context.Background(), bytes.NewReader(data), int64(len(data)))
		if _, err := probeWindow(w, strings.ToLower(filepath.Ext(name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if reads, n := w.Spent(); reads > 9 || n > 160_000 {
			t.Errorf("%s: %d reads of %d bytes", name, reads, n)
		}
		w.Release()
	}
}

func TestTheKindOfEverySampleIsSeen(t *testing.T) {
	kinds := map[string]media.Kind{"disc": media.KindDisc, "rom": media.KindGame, "software": media.KindSoftware, "archive": media.KindArchive, "sub": media.KindSubtitle, "playlist": media.KindPlaylist}
	for folder, kind := range kinds {
		for _, name := range samples(t, folder+"/*") {
			if r, err := probeFile(t, name); err != nil || r.Kind != kind {
				t.Errorf("%s: %s, %v", name, r.Kind, err)
			}
		}
	}
}

func TestMutatedDocumentsAreHarmless(t *testing.T) {
	for _, name := range samples(t, "document/*", "book/*", "archive/*", "sub/*", "playlist/*", "sidecar/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		mutate(t, name, data, 60)
	}
	mutate(t, "x.mobi", probetest.MOBIOf(6, "Name", map[uint32]string{exthAuthor: "Ann", exthCoverOffset: "\x00\x00\x00\x00"}), 200)
	mutate(t, "x.cbr", probetest.RAR4Of(0, "1.jpg=x", "ComicInfo.xml=<ComicInfo/>"), 200)
	mutate(t, "x.cbr", probetest.RAR5Of("1.jpg=x", "ComicInfo.xml=<ComicInfo/>"), 200)
	mutate(t, "x.iso", probetest.UDFOf("My Film", "BDMV", true), 100)
	mutate(t, "x.iso", probetest.ISOSample(t), 100)
}

func FuzzText(f *testing.F) {
	f.Add([]byte(`<FictionBook><description><title-info><book-title>T</book-title></title-info></description></FictionBook>`))
	fuzzProbe(f, ".xml", "sub/*", "playlist/*", "sidecar/*.nfo", "book/*.fb2")
}

func BenchmarkPDF(b *testing.B)     { benchmarkProbe(b, "testdata/document/plain.pdf") }
func BenchmarkPDFAES(b *testing.B)  { benchmarkProbe(b, "testdata/document/aes-256.pdf") }
func BenchmarkPDFObjs(b *testing.B) { benchmarkProbe(b, "testdata/document/objects.pdf") }
func BenchmarkEPUB(b *testing.B)    { benchmarkProbe(b, "testdata/document/novel.epub") }
func BenchmarkCBZ(b *testing.B)     { benchmarkProbe(b, "testdata/document/comic.cbz") }
func BenchmarkCB7(b *testing.B)     { benchmarkProbe(b, "testdata/document/comic.cb7") }
