package probe

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"github.com/catalogizer/catalogizerd/internal/media"
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
		"locked.epub":    {media.KindBook, altered(novel, func(d *media.Description) { m := *d.Media; m.Encrypted = true; d.Media = &m })},
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

func TestPagesAreOrderedAsPeopleNumberThem(t *testing.T) {
	want := []string{"1.jpg", "2.jpg", "10.jpg", "a1.jpg", "A2.jpg", "a010.jpg", "b.jpg"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int {
		switch {
		case naturalLess(a, b):
			return -1
		case naturalLess(b, a):
			return 1
		}
		return 0
	})
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestAZIPsContentTellsWhatItIs(t *testing.T) {
	for _, c := range []struct {
		ext       string
		entries   []string
		kind      media.Kind
		container string
	}{
		{".cbz", []string{"1.jpg"}, media.KindComic, "cbz"},
		{".zip", []string{"1.jpg", "ComicInfo.xml=<ComicInfo><Title>T</Title></ComicInfo>"}, media.KindComic, "cbz"},
		{".zip", []string{"1.jpg"}, media.KindArchive, "zip"},
		{".cbz", []string{"read.txt"}, media.KindArchive, "zip"},
		{".docx", []string{"[Content_Types].xml", "word/document.xml"}, media.KindOther, "ooxml"},
		{".odt", []string{"mimetype=application/vnd.oasis.opendocument.text"}, media.KindOther, "opendocument"},
		{".jar", []string{"META-INF/MANIFEST.MF", "A.class"}, media.KindSoftware, "jar"},
		{".apk", []string{"META-INF/MANIFEST.MF", "AndroidManifest.xml"}, media.KindSoftware, "apk"},
		{".ipa", []string{"Payload/A.app/Info.plist"}, media.KindSoftware, "ipa"},
		{".zip", []string{"b.fb2=<FictionBook><description><title-info><book-title>T</book-title></title-info></description></FictionBook>"}, media.KindBook, "fb2.zip"},
	} {
		r, err := probeBytes(zipOf(c.entries), c.ext)
		if err != nil {
			t.Errorf("%v: %v", c.entries, err)
			continue
		}
		if r.Kind != c.kind || r.Description.Media.Container != c.container {
			t.Errorf("%s with %v is %s %q, want %s %q", c.ext, c.entries, r.Kind, r.Description.Media.Container, c.kind, c.container)
		}
	}
}

// zipOf lays out a ZIP of stored entries, "name=content", as the specification has it.
func zipOf(entries []string) []byte {
	var out, dir []byte
	u := binary.LittleEndian
	for _, e := range entries {
		name, content, _ := strings.Cut(e, "=")
		at := uint32(len(out))
		fields := u.AppendUint32(nil, crc32.ChecksumIEEE([]byte(content)))
		fields = u.AppendUint32(fields, uint32(len(content)))
		fields = u.AppendUint32(fields, uint32(len(content)))
		fields = u.AppendUint16(fields, uint16(len(name)))
		fields = u.AppendUint16(fields, 0)
		out = append(append(append(append(out, "PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), fields...), name...), content...)
		dir = append(append(append(dir, "PK\x01\x02\x14\x00\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), fields...), make([]byte, 10)...)
		dir = append(u.AppendUint32(dir, at), name...)
	}
	end := append([]byte("PK\x05\x06\x00\x00\x00\x00"), byte(len(entries)), 0, byte(len(entries)), 0)
	end = u.AppendUint32(u.AppendUint32(end, uint32(len(dir))), uint32(len(out)))
	return append(append(append(out, dir...), end...), 0, 0)
}

func TestZIPsThatLieEnd(t *testing.T) {
	whole := zipOf([]string{"1.jpg=x", "2.jpg=y"})
	end := len(whole) - zipEndLength
	lie := func(at int, b ...byte) []byte {
		m := bytes.Clone(whole)
		copy(m[at:], b)
		return m
	}
	dir := bytes.Index(whole, []byte("PK\x01\x02"))
	for name, data := range map[string][]byte{
		"directory beyond the file": lie(end+16, 0xFF, 0xFF, 0xFF, 0x7F),
		"directory of 4 GB":         lie(end+12, 0xFE, 0xFF, 0xFF, 0xFF),
		"ZIP64 without its record":  lie(end+10, 0xFF, 0xFF),
		"name beyond the directory": lie(dir+28, 0xFF, 0xFF),
		"no end":                    whole[:end],
	} {
		r, err := probeBytes(data, ".cbz")
		if err == nil && r.Description.Media.Pages > 2 {
			t.Errorf("%s: %+v", name, r.Description.Media)
		}
		if err != nil && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTruncated) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABombIsNotInflated(t *testing.T) {
	var bomb bytes.Buffer
	z, _ := gzip.NewWriterLevel(&bomb, 9)
	for range 256 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	packed := bomb.Bytes()
	copy(packed[len(packed)-4:], "\x00\x10\x00\x00") // 256 MiB that claim to be 4 KiB
	allocated, took, err := measureProbe(packed, ".gz")
	if err != nil || allocated > mutationAlloc || took > 2*mutationTime {
		t.Errorf("%d bytes in %v: %v", allocated, took, err)
	}
}

// rar4Of and rar5Of lay out archives of stored entries, "name=content".
func rar4Of(mainFlags uint16, entries ...string) []byte {
	u := binary.LittleEndian
	out := []byte(rar4Magic)
	block := func(kind byte, flags uint16, fields []byte) {
		b := append([]byte{kind}, u.AppendUint16(nil, flags)...)
		b = append(u.AppendUint16(b, uint16(7+len(fields))), fields...)
		out = append(append(u.AppendUint16(out, uint16(crc32.ChecksumIEEE(b))), b...), []byte{}...)
	}
	block(0x73, mainFlags, make([]byte, 6))
	for _, e := range entries {
		name, content, _ := strings.Cut(e, "=")
		f := u.AppendUint32(u.AppendUint32(nil, uint32(len(content))), uint32(len(content)))
		f = append(f, 3)
		f = u.AppendUint32(u.AppendUint32(f, crc32.ChecksumIEEE([]byte(content))), 0)
		f = append(f, 20, 0x30)
		f = u.AppendUint32(u.AppendUint16(f, uint16(len(name))), 0)
		block(0x74, 0x8000, append(f, name...))
		out = append(out, content...)
	}
	block(0x7B, 0, nil)
	return out
}

func rar5Of(entries ...string) []byte {
	out := []byte(rar5Magic)
	block := func(fields []uint64, rest string) {
		var h []byte
		for _, f := range fields {
			h = binary.AppendUvarint(h, f)
		}
		h = append(h, rest...)
		sized := append(binary.AppendUvarint(nil, uint64(len(h))), h...)
		out = append(binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(sized)), sized...)
	}
	block([]uint64{1, 0, 0}, "")
	for _, e := range entries {
		name, content, _ := strings.Cut(e, "=")
		n := uint64(len(content))
		block([]uint64{2, 2, n, 0, n, 0, 0, 1, uint64(len(name))}, name)
		out = append(out, content...)
	}
	block([]uint64{5, 0, 0}, "")
	return out
}

func TestRARsAreListedByTheirHeaders(t *testing.T) {
	info := "ComicInfo.xml=<ComicInfo><Title>T</Title><Series>S</Series></ComicInfo>"
	for name, data := range map[string][]byte{"4": rar4Of(0, "10.jpg=ten", "2.jpg=two", info), "5": rar5Of("10.jpg=ten", "2.jpg=two", info)} {
		r, err := probeBytes(data, ".cbr")
		if err != nil {
			t.Errorf("RAR %s: %v", name, err)
			continue
		}
		d := r.Description
		if r.Kind != media.KindComic || d.Title != "T" || d.Series != "S" || d.Media.Pages != 2 || d.Media.Container != "cbr" {
			t.Errorf("RAR %s: %s %+v %+v", name, r.Kind, d, d.Media)
		}
		if a := d.Media.Artwork; a == nil || string(data[a.Offset:a.Offset+a.Length]) != "two" {
			t.Errorf("RAR %s: artwork %+v", name, a)
		}
		if r, err := probeBytes(data[:len(data)-8], ".cbr"); err == nil || r.Description.Media != nil && r.Description.Media.Pages != 0 {
			t.Errorf("RAR %s, cut off: %+v, %v", name, r.Description.Media, err)
		}
	}
	old := rar4Of(0, "x=y")
	if r, err := probeBytes(old[:len(old)-7], ".rar"); err != nil || r.Description.Media.Entries != 1 {
		t.Errorf("without an end: %+v, %v", r.Description.Media, err)
	}
	if r, err := probeBytes(rar4Of(0x80, "x=y"), ".rar"); err != nil || !r.Description.Media.Encrypted || r.Description.Media.Entries != 0 {
		t.Errorf("encrypted headers: %+v, %v", r.Description.Media, err)
	}
}

func TestAnEntryGivenToTheRARDecoderComesBack(t *testing.T) {
	content := strings.Repeat("<ComicInfo/>", 100)
	w := NewWindow(context.Background(), strings.NewReader(content), int64(len(content)))
	defer w.release()
	e := rarEntry{at: 0, packed: int64(len(content)), size: int64(len(content))}
	archive := rarAround(e, []byte(content))
	inner := NewWindow(context.Background(), bytes.NewReader(archive), int64(len(archive)))
	defer inner.release()
	var l rarListing
	if err := l.walk5(inner); err != nil || !l.complete || l.entries != 1 {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestLZMAStreamsThatLieEnd(t *testing.T) {
	w := NewWindow(context.Background(), strings.NewReader(""), 0)
	defer w.release()
	props := []byte{0x5D, 0, 0, 1, 0}
	for name, in := range map[string][]byte{"empty": nil, "zeros": make([]byte, 64), "ones": bytes.Repeat([]byte{0xFF}, 64)} {
		if out, err := decodeLZMA(w, props, in, 1<<16); err == nil && len(out) != 1<<16 {
			t.Errorf("%s: %d bytes without an error", name, len(out))
		}
	}
	if _, err := decodeLZMA(w, []byte{225, 0, 0, 0, 0}, nil, 10); !errors.Is(err, ErrMalformed) {
		t.Errorf("properties: %v", err)
	}
	if _, err := decodeLZMA(w, props, nil, 1<<30); !errors.Is(err, ErrBudget) {
		t.Errorf("a gigabyte: %v", err)
	}
}

func TestPDFsThatLieEnd(t *testing.T) {
	plain, err := os.ReadFile("testdata/document/plain.pdf")
	if err != nil {
		t.Fatal(err)
	}
	xref := bytes.LastIndex(plain, []byte("startxref"))
	replace := func(old, with string) []byte { return bytes.ReplaceAll(plain, []byte(old), []byte(with)) }
	for name, data := range map[string][]byte{
		"table that follows itself": replace("/Size", fmt.Sprintf("/Prev %d /Size", bytes.Index(plain, []byte("xref\n")))),
		"pages that are themselves": replace("/Count 3", "/Count 2 0 R"),
		"no end":                    plain[:xref],
		"half":                      plain[:len(plain)/2],
		"offset beyond":             append(bytes.Clone(plain[:xref]), "startxref\n99999999999999999999\n%%EOF"...),
		"nested":                    []byte("%PDF-1.4\n1 0 obj" + strings.Repeat("[", 100000)),
		"nested dictionaries":       []byte("%PDF-1.4\n1 0 obj" + strings.Repeat("<</A", 100000) + "/Catalog"),
		"only a header":             []byte("%PDF-1.7\n"),
		"huge object number":        replace("1 0 R", "99999999999999999 0 R"),
		"many objects":              append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("1 0 obj\n"), 100000)...),
	} {
		allocated, took, err := measureProbe(data, ".pdf")
		if took > mutationTime { // once may be the machine
			_, took, _ = measureProbe(data, ".pdf")
		}
		var p *PanicError
		if errors.As(err, &p) || allocated > mutationAlloc || took > mutationTime {
			t.Errorf("%s: %d bytes in %v, %v", name, allocated, took, err)
		}
	}
}

func TestPDFTextIsDecodedByItsMark(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "\xFE\xFF\x00T\x00\xEF": "Tï", "\xFF\xFET\x00": "T", "\xEF\xBB\xBFT\xC3\xAF": "Tï", "\x8D\x93\xA0": "“ﬁ€",
		"\xFE\xFF\x00\x1B\x00e\x00n\x00\x1B\x00T": "T",
	} {
		if got := pdfText([]byte(in)); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// mobiOf lays out a book of three records: header, text, cover.
func mobiOf(version uint32, name string, exth map[uint32]string) []byte {
	b := binary.BigEndian
	record := make([]byte, 248)
	copy(record[16:], "MOBI")
	b.PutUint32(record[20:], 232)
	b.PutUint32(record[28:], mobiUTF8)
	b.PutUint32(record[36:], version)
	b.PutUint32(record[108:], 2)
	b.PutUint32(record[128:], 0x40)
	var tags []byte
	for id, value := range exth {
		tags = append(b.AppendUint32(b.AppendUint32(tags, id), uint32(8+len(value))), value...)
	}
	record = append(record, "EXTH"...)
	record = append(b.AppendUint32(b.AppendUint32(record, uint32(12+len(tags))), uint32(len(exth))), tags...)
	b.PutUint32(record[84:], uint32(len(record)))
	b.PutUint32(record[88:], uint32(len(name)))
	record = append(record, name...)
	records := []string{string(record), "text", "\xFF\xD8\xFF\xE0 a cover of some length"}
	out := make([]byte, 78)
	copy(out, "Palm_Name")
	copy(out[60:], "BOOKMOBI")
	b.PutUint16(out[76:], uint16(len(records)))
	at := 78 + 8*len(records)
	for _, r := range records {
		out = append(b.AppendUint32(out, uint32(at)), 0, 0, 0, 0)[:len(out)+8]
		at += len(r)
	}
	return append(out, strings.Join(records, "")...)
}

func TestKindleBooksSayTheirEXTH(t *testing.T) {
	data := mobiOf(8, "Full Näme", map[uint32]string{
		exthAuthor: "Ann", exthPublisher: "House", exthDescription: "<p>One</p><p>Two</p>", exthISBN: "978-0-306-40615-7", exthASIN: "B00",
		exthPublished: "2012-05-06", exthUpdatedTitle: "Other", exthLanguage: "en", exthSubject: "Fiction", exthCoverOffset: "\x00\x00\x00\x00",
	})
	r, err := probeBytes(data, ".azw3")
	if err != nil {
		t.Fatal(err)
	}
	cover := int64(bytes.Index(data, []byte("\xFF\xD8\xFF\xE0")))
	want := media.Description{
		Title: "Full Näme", Authors: []string{"Ann"}, Publisher: "House", Plot: "One\nTwo", Year: 2012, Date: "2012-05-06", Languages: []string{"en"},
		Genres: []string{"Fiction"}, IDs: map[string]string{"isbn": "9780306406157", "asin": "B00"},
		Media: &media.Media{Container: "azw3", Artwork: &media.Artwork{Offset: cover, Length: int64(len(data)) - cover, MIME: "image/jpeg"}},
	}
	if d := cmp.Diff(want, r.Description); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if r, err := probeBytes(mobiOf(6, "", map[uint32]string{}), ".mobi"); err != nil || r.Description.Title != "Palm Name" || r.Description.Media.Container != "mobi" {
		t.Errorf("without names: %+v, %v", r.Description, err)
	}
}

func TestFictionBooksDescriptionIsReadInItsEncoding(t *testing.T) {
	in := "<?xml version=\"1.0\" encoding=\"windows-1251\"?><FictionBook><description><title-info><genre>sf</genre><author><first-name>\xc8\xe2\xe0\xed</first-name>" +
		"<last-name>\xcf</last-name></author><book-title>\xca\xed\xe8\xe3\xe0</book-title><annotation><p>A</p></annotation><date value=\"2001-02-03\">x</date><lang>ru</lang><sequence name=\"S\" number=\"3\"/></title-info>" +
		"<src-title-info><book-title>no</book-title></src-title-info><publish-info><publisher>P</publisher><isbn>978-0-306-40615-7</isbn></publish-info></description><body><title-info><book-title>no</book-title></title-info></body></FictionBook>"
	r, err := probeBytes([]byte(in), ".fb2")
	if err != nil {
		t.Fatal(err)
	}
	want := media.Description{
		Title: "Книга", Authors: []string{"Иван П"}, Genres: []string{"sf"}, Plot: "A", Year: 2001, Date: "2001-02-03", Languages: []string{"ru"},
		Series: "S", SeriesIndex: new(3.0), Publisher: "P", IDs: map[string]string{"isbn": "9780306406157"}, Media: &media.Media{Container: "fb2"},
	}
	if d := cmp.Diff(want, r.Description); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestFictionBooksInUTF16AreSeen(t *testing.T) {
	book := `<?xml version="1.0" encoding="UTF-16"?><FictionBook><description><title-info><book-title>Книга</book-title></title-info></description></FictionBook>`
	for _, order := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
		data, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(book)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := probeBytes([]byte(data), ".fb2"); err != nil || r.Description.Title != "Книга" {
			t.Errorf("%v: %+v, %v", order, r.Description, err)
		}
	}
}

func TestDjVuPagesAreCountedByTheirForms(t *testing.T) {
	b := binary.BigEndian
	form := func(kind string) string { return "FORM\x00\x00\x00\x04" + kind }
	files := []string{form("DJVI"), form("DJVU"), form("DJVU"), form("THUM")}
	head := append([]byte("AT&TFORM\x00\x00\x01\x00DJVMDIRM\x00\x00\x00\x20"), 0x81, 0, byte(len(files)))
	at := len(head) + 4*len(files)
	for _, f := range files {
		head = b.AppendUint32(head, uint32(at))
		at += len(f)
	}
	r, err := probeBytes(append(head, strings.Join(files, "")...), ".djvu")
	if err != nil || r.Description.Media.Pages != 2 || r.Kind != media.KindBook {
		t.Errorf("%+v, %v", r.Description.Media, err)
	}
}

func isoSample(t testing.TB) []byte {
	t.Helper()
	f, err := os.Open("testdata/document/joliet.iso.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDiscsSayTheirLabelAndKind(t *testing.T) {
	data := isoSample(t)
	check := func(what string, data []byte, ext string) {
		r, err := probeBytes(data, ext)
		if err != nil || r.Kind != media.KindDisc || r.Description.Title != "Some_Film_Disc" || r.Description.Source != "DVD" {
			t.Errorf("%s: %s %+v, %v", what, r.Kind, r.Description, err)
		}
	}
	check("sectors of 2048 bytes", data, ".iso")
	var raw []byte
	for ; len(data) >= isoSector; data = data[isoSector:] {
		raw = append(append(raw, isoRawSync+"\x00\x02\x00\x01"...), data[:isoSector]...)
		raw = append(raw, make([]byte, isoRawSector-16-isoSector)...)
	}
	check("raw sectors", raw, ".bin")
	if _, err := probeBytes(make([]byte, 100<<10), ".img"); !errors.Is(err, ErrUnknown) {
		t.Errorf("zeros: %v", err)
	}
}

// udfOf lays out an image whose root directory, in a metadata partition as on Blu-rays or not, holds name.
func udfOf(label, name string, metadata bool) []byte {
	u := binary.LittleEndian
	image := make([]byte, 300*isoSector)
	sector := func(n int) []byte { return image[n*isoSector : (n+1)*isoSector] }
	for i, id := range []string{"BEA01", "NSR03", "TEA01"} {
		copy(sector(16 + i)[1:], id)
	}
	anchor := sector(256)
	u.PutUint16(anchor, udfTagAnchor)
	u.PutUint32(anchor[16:], 3*isoSector)
	u.PutUint32(anchor[20:], 32)
	partition := sector(32)
	u.PutUint16(partition, udfTagPartition)
	u.PutUint32(partition[188:], 260)
	logical := sector(33)
	u.PutUint16(logical, udfTagLogical)
	copy(logical[84:], "\x08"+label)
	logical[211] = byte(1 + len(label))
	copy(logical[440:], "\x01\x06\x00\x00\x00\x00")
	u.PutUint32(logical[264:], 6)
	if metadata { // its file's entry is at block 20 of the partition, its content at block 4
		copy(logical[446:], "\x02\x40\x00\x00\x00*UDF Metadata Partition")
		u.PutUint32(logical[446+40:], 20)
		u.PutUint32(logical[264:], 6+64)
		u.PutUint16(logical[256:], 1)
		file := sector(280)
		u.PutUint16(file, udfTagExtendedFile)
		u.PutUint32(file[212:], 8)
		u.PutUint32(file[216:], 8*isoSector)
		u.PutUint32(file[220:], 4)
	}
	u.PutUint16(sector(34), udfTagTerminator)
	base, part := 260, uint16(0)
	if metadata {
		base, part = 264, 1
	}
	files := sector(base)
	u.PutUint16(files, udfTagFileSet)
	u.PutUint32(files[404:], 1)
	u.PutUint16(files[408:], part)
	root := sector(base + 1)
	u.PutUint16(root, udfTagFile)
	u.PutUint32(root[172:], 8)
	u.PutUint32(root[176:], isoSector)
	u.PutUint32(root[180:], 2)
	id := sector(base + 2)
	u.PutUint16(id, udfTagFileID)
	id[18] = 0x0A // the parent
	id = id[40:]
	u.PutUint16(id, udfTagFileID)
	id[18], id[19] = 2, byte(1+len(name))
	copy(id[38:], "\x08"+name)
	return image
}

func TestUDFDiscsSayTheirLabelAndKind(t *testing.T) {
	for _, metadata := range []bool{false, true} {
		r, err := probeBytes(udfOf("My Film", "BDMV", metadata), ".iso")
		if err != nil || r.Description.Title != "My Film" || r.Description.Source != "Blu-ray" || r.Description.Media.Container != "udf" {
			t.Errorf("metadata partition %v: %+v, %v", metadata, r.Description, err)
		}
	}
}

func TestDocumentsNeedFewReads(t *testing.T) {
	for _, name := range samples(t, "document/*", "book/*", "sub/*", "playlist/*", "archive/*", "disc/*", "rom/*", "software/*", "sidecar/*") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w := NewWindow(context.Background(), bytes.NewReader(data), int64(len(data)))
		if _, err := probeWindow(w, strings.ToLower(filepath.Ext(name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if reads, n := w.Spent(); reads > 9 || n > 160_000 {
			t.Errorf("%s: %d reads of %d bytes", name, reads, n)
		}
		w.release()
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
	mutate(t, "x.mobi", mobiOf(6, "Name", map[uint32]string{exthAuthor: "Ann", exthCoverOffset: "\x00\x00\x00\x00"}), 200)
	mutate(t, "x.cbr", rar4Of(0, "1.jpg=x", "ComicInfo.xml=<ComicInfo/>"), 200)
	mutate(t, "x.cbr", rar5Of("1.jpg=x", "ComicInfo.xml=<ComicInfo/>"), 200)
	mutate(t, "x.iso", udfOf("My Film", "BDMV", true), 100)
	mutate(t, "x.iso", isoSample(t), 100)
}

func FuzzPDF(f *testing.F)  { fuzzProbe(f, ".pdf", "document/*.pdf", "book/*.pdf") }
func FuzzZIP(f *testing.F)  { fuzzProbe(f, ".cbz", "document/*.cbz", "document/*.zip") }
func FuzzEPUB(f *testing.F) { fuzzProbe(f, ".epub", "document/*.epub", "book/*.epub") }
func Fuzz7z(f *testing.F)   { fuzzProbe(f, ".cb7", "document/*.7z", "document/*.cb7") }
func FuzzTar(f *testing.F)  { fuzzProbe(f, ".tar", "document/*.cbt", "document/*.gz", "document/*.xz") }
func FuzzText(f *testing.F) {
	f.Add([]byte(`<FictionBook><description><title-info><book-title>T</book-title></title-info></description></FictionBook>`))
	fuzzProbe(f, ".xml", "sub/*", "playlist/*", "sidecar/*.nfo", "book/*.fb2")
}

func FuzzMOBI(f *testing.F) {
	f.Add(mobiOf(6, "Name", map[uint32]string{exthAuthor: "Ann", exthCoverOffset: "\x00\x00\x00\x00"}))
	fuzzProbe(f, ".mobi", "book/*.mobi")
}

func FuzzRAR(f *testing.F) {
	f.Add(rar4Of(0, "1.jpg=x", "ComicInfo.xml=<ComicInfo/>"))
	f.Add(rar5Of("1.jpg=x", "ComicInfo.xml=<ComicInfo/>"))
	fuzzProbe(f, ".cbr", "book/*.cbr", "archive/*.rar")
}

// FuzzISO fuzzes the sectors from 16 on, behind the system area that no fuzzer should lose its time in.
func FuzzISO(f *testing.F) {
	f.Add(isoSample(f)[isoFirst*isoSector:][:24<<10])
	f.Fuzz(func(t *testing.T, data []byte) {
		image := append(make([]byte, isoFirst*isoSector), data...)
		_, err := probeBytes(image, ".iso")
		var p *PanicError
		if errors.As(err, &p) {
			t.Fatalf("%v\n%s", p, p.Stack)
		}
	})
}

// FuzzUDF fuzzes the descriptors and the root directory of an otherwise whole image.
func FuzzUDF(f *testing.F) {
	const from, to = 32 * isoSector, 35 * isoSector
	image := udfOf("My Film", "BDMV", true)
	f.Add(image[from:to], image[260*isoSector:284*isoSector])
	f.Fuzz(func(t *testing.T, descriptors, partition []byte) {
		m := udfOf("My Film", "BDMV", true)
		copy(m[from:to], descriptors)
		copy(m[260*isoSector:], partition)
		_, err := probeBytes(m, ".iso")
		var p *PanicError
		if errors.As(err, &p) {
			t.Fatalf("%v\n%s", p, p.Stack)
		}
	})
}

func BenchmarkPDF(b *testing.B)     { benchmarkProbe(b, "testdata/document/plain.pdf") }
func BenchmarkPDFAES(b *testing.B)  { benchmarkProbe(b, "testdata/document/aes-256.pdf") }
func BenchmarkPDFObjs(b *testing.B) { benchmarkProbe(b, "testdata/document/objects.pdf") }
func BenchmarkEPUB(b *testing.B)    { benchmarkProbe(b, "testdata/document/novel.epub") }
func BenchmarkCBZ(b *testing.B)     { benchmarkProbe(b, "testdata/document/comic.cbz") }
func BenchmarkCB7(b *testing.B)     { benchmarkProbe(b, "testdata/document/comic.cb7") }
