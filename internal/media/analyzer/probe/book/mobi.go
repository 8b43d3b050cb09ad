package book

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/image"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// Mobipocket and Kindle books (MOBI, AZW, AZW3): a Palm database whose first record holds the header
// and, in an EXTH block, the metadata (wiki.mobileread.com/wiki/MOBI).

const (
	mobiRecordsAt    = 76 // in the database's header: their number, then offset and attributes of each
	mobiMaxRecord    = 64 << 10
	mobiMaxTags      = 512
	mobiUTF8         = 65001
	mobiNone         = 0xFFFFFFFF
	exthAuthor       = 100
	exthPublisher    = 101
	exthDescription  = 103
	exthISBN         = 104
	exthSubject      = 105
	exthPublished    = 106
	exthASIN         = 113
	exthCoverOffset  = 201
	exthUpdatedTitle = 503
	exthLanguage     = 524
)

func matchMOBI(head []byte, _ string) bool {
	if len(head) < mobiRecordsAt+10 {
		return false
	}
	return string(head[60:68]) == "BOOKMOBI" || string(head[60:68]) == "TEXtREAd"
}

// mobiFile is an open book.
type mobiFile struct {
	w       *window.Window
	records int
	utf8    bool
}

// record returns where a record lies.
func (f *mobiFile) record(i int) (at, length int64, err error) {
	if i < 0 || i >= f.records {
		return 0, 0, fmt.Errorf("%w: record %d of %d", window.ErrMalformed, i, f.records)
	}
	b, err := f.w.Bytes(mobiRecordsAt+2+8*int64(i), 8)
	if err != nil {
		return 0, 0, err
	}
	at, end := int64(window.BE32(b)), f.w.Size()
	if i+1 < f.records {
		if b, err = f.w.Bytes(mobiRecordsAt+2+8*int64(i+1), 8); err != nil {
			return 0, 0, err
		}
		end = int64(window.BE32(b))
	}
	if end < at {
		return 0, 0, fmt.Errorf("%w: record %d from %d to %d", window.ErrMalformed, i, at, end)
	}
	if at > f.w.Size() {
		return 0, 0, fmt.Errorf("%w: record %d", window.ErrTruncated, i)
	}
	return at, end - at, nil
}

func (f *mobiFile) text(b []byte) string {
	if !f.utf8 {
		b, _ = charset.Decode(b, "windows-1252")
	}
	return text.Clean(string(b))
}

func probeMOBI(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	f := &mobiFile{w: w, records: int(window.BE16(head[mobiRecordsAt:])), utf8: true}
	d := &r.Description
	d.Title = text.Clean(strings.ReplaceAll(text.Latin1([]byte(text.CString(head[:32]))), "_", " "))
	at, length, err := f.record(0)
	if err != nil {
		return err
	}
	b, err := w.Part(at, min(length, mobiMaxRecord, w.Size()-at))
	if err != nil {
		return err
	}
	if len(b) < 16 {
		return fmt.Errorf("%w: first record", window.ErrTruncated)
	}
	d.Media.Encrypted = window.BE16(b[12:]) != 0
	if len(b) < 132 || string(b[16:20]) != "MOBI" {
		d.Media.Container = "palmdoc"
		return nil
	}
	f.utf8 = window.BE32(b[28:]) == mobiUTF8
	if version := window.BE32(b[36:]); version >= 8 && version != mobiNone {
		d.Media.Container = "azw3"
	}
	// The full name is the book's name. EXTH has an "updated title" as well, which is the same but in
	// books whose store changed it.
	if n, l := int64(window.BE32(b[84:])), int64(window.BE32(b[88:])); l > 0 && l < 4096 && n+l <= int64(len(b)) {
		if name := f.text(b[n : n+l]); name != "" {
			d.Title = name
		}
	}
	if exth := 16 + int64(window.BE32(b[20:])); window.BE32(b[128:])&0x40 != 0 && exth+12 <= int64(len(b)) && string(b[exth:exth+4]) == "EXTH" {
		f.tags(b[exth:], r, int(window.BE32(b[108:])))
	}
	return w.Err()
}

// tags reads an EXTH block. firstImage is the record of the first picture.
func (f *mobiFile) tags(b []byte, r *format.Result, firstImage int) {
	d := &r.Description
	count := window.BE32(b[8:])
	b = b[12:]
	cover := uint32(mobiNone)
	for range min(count, mobiMaxTags) {
		if f.w.Element() != nil || len(b) < 8 {
			break
		}
		id, n := window.BE32(b), int64(window.BE32(b[4:]))
		if n < 8 || n > int64(len(b)) {
			break
		}
		value := b[8:n]
		b = b[n:]
		if id == exthCoverOffset && len(value) == 4 {
			cover = window.BE32(value)
			continue
		}
		f.tag(d, id, value)
	}
	if d.Title == "" {
		d.Title = d.SortTitle
	}
	d.SortTitle = ""
	if cover == mobiNone || cover > 1<<16 || firstImage <= 0 || firstImage > 1<<16 {
		return
	}
	if at, length, err := f.record(firstImage + int(cover)); err == nil && length > 16 {
		d.Media.Artwork = &media.Artwork{Offset: at, Length: length, MIME: f.mime(at)}
	}
}

func (f *mobiFile) tag(d *media.Description, id uint32, value []byte) {
	switch id {
	case exthAuthor:
		if a := f.text(value); a != "" && len(d.Authors) < 100 {
			d.Authors = append(d.Authors, a)
		}
	case exthPublisher:
		d.Publisher = f.text(value)
	case exthDescription:
		d.Plot = sidecar.PlainText(f.text(value))
	case exthISBN:
		f.id(d, "isbn", sidecar.ISBN(f.text(value)))
	case exthASIN:
		f.id(d, "asin", f.text(value))
	case exthSubject:
		if g := f.text(value); g != "" && len(d.Genres) < 100 {
			d.Genres = append(d.Genres, g)
		}
	case exthPublished:
		if date := photo.Date(f.text(value)); date != "" {
			d.Date = date
			d.Year, _ = strconv.Atoi(date[:4])
		}
	case exthUpdatedTitle:
		d.SortTitle = f.text(value) // kept for a book without a name
	case exthLanguage:
		if l := language.Tag(f.text(value)); l != "" {
			d.Languages = []string{l}
		}
	}
}

func (f *mobiFile) id(d *media.Description, name, value string) {
	if value == "" || len(value) > 64 {
		return
	}
	if d.IDs == nil {
		d.IDs = map[string]string{}
	}
	d.IDs[name] = value
}

func (f *mobiFile) mime(at int64) string {
	b, err := f.w.Bytes(at, 8)
	switch {
	case err != nil:
		return ""
	case image.MatchJPEG(b, ""):
		return "image/jpeg"
	case string(b) == image.PNGSignature:
		return "image/png"
	case string(b[:4]) == "GIF8":
		return "image/gif"
	}
	return ""
}
