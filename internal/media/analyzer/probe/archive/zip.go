package archive

import (
	"bytes"
	"errors"
	"path"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/book"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/zipfile"
)

// What a ZIP is, by its entries: a comic, a book, a package of software, an office document, an archive.

// zipListing is what one walk over the directory tells.
type zipListing struct {
	comicListing
	info      zipfile.Entry
	first     zipfile.Entry // the cover
	book      zipfile.Entry // the only FictionBook
	bookName  string
	others    int // entries that are no picture, description or FictionBook
	encrypted bool
	format    string // by an entry that tells it
}

func probeZIP(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	z, err := zipfile.Open(w)
	if err != nil {
		return err
	}
	var l zipListing
	err = z.Walk(func(e zipfile.Entry) bool {
		l.add(z, e)
		return true
	})
	m := r.Description.Media
	if errors.Is(err, zipfile.ErrTooLarge) {
		m.Entries = int(min(z.Count, 1<<31-1))
		return nil
	}
	if err != nil {
		return err
	}
	m.Encrypted = l.encrypted
	if err := l.classify(z, r, zipMIME(head)); err != nil {
		return err
	}
	return w.Err()
}

func (l *zipListing) add(z *zipfile.File, e zipfile.Entry) {
	if e.IsDir() {
		return
	}
	l.encrypted = l.encrypted || e.Flags&zipfile.FlagEncrypted != 0
	if zipTellsNothing(e.Name) { // its name is not worth the memory of a string: there may be thousands
		l.entries++
		l.others++
		return
	}
	name := e.Text()
	e.Name = nil
	switch l.comicListing.add(name) {
	case comicInfo:
		l.info = e
		return
	case comicCover:
		l.first = e
		return
	case comicPage:
		return
	}
	if strings.EqualFold(path.Ext(name), ".fb2") && l.bookName == "" {
		l.bookName, l.book = name, e
		return
	}
	l.others++
	switch {
	case name == "[Content_Types].xml":
		l.format = "ooxml"
	case name == "META-INF/MANIFEST.MF" && l.format == "":
		l.format = "jar"
	case name == "AndroidManifest.xml":
		l.format = "apk"
	case strings.HasPrefix(name, "Payload/") && strings.Contains(name, ".app/"):
		l.format = "ipa"
	}
}

// zipTellsNothing reports whether an entry's name is none of those that tell what the archive is.
func zipTellsNothing(name []byte) bool {
	dot := bytes.LastIndexByte(name, '.')
	if bytes.HasPrefix(name, []byte("Payload/")) {
		return false
	}
	var buf [5]byte
	ext := name[dot+1:]
	if dot < 0 || len(ext) > len(buf) {
		return true
	}
	for i, c := range ext {
		buf[i] = foldByte(c)
	}
	switch string(buf[:len(ext)]) {
	case "jpg", "jpeg", "jpe", "png", "webp", "gif", "avif", "jxl", "bmp", "tif", "tiff", "heic", "xml", "fb2", "mf":
		return false
	}
	return true
}

// classify sets kind and container, and reads what describes the content.
func (l *zipListing) classify(z *zipfile.File, r *format.Result, mime string) error {
	m := r.Description.Media
	switch {
	case l.asComic(r, "cbz", "zip"):
		var info []byte
		if l.hasInfo {
			var err error
			if info, err = z.Read(l.info, comicInfoMax); err != nil && z.W.Err() != nil {
				return err
			}
		}
		cover := z.Artwork(l.cover, l.first)
		l.describe(r, info, &cover)
	case l.bookName != "" && l.others == 0 && l.entries == 1:
		b, err := z.Read(l.book, window.HeadSize)
		if err == nil && !bytes.Contains(b, book.FB2End) {
			b, err = z.Read(l.book, book.FB2Max)
		}
		if err != nil {
			return err
		}
		m.Container, m.Entries = "fb2.zip", 0
		r.Kind = media.KindBook
		return book.DescribeFB2(r, b)
	case strings.HasPrefix(mime, "application/vnd.oasis.opendocument"):
		m.Container, r.Kind = "opendocument", media.KindOther
	case l.format == "ooxml":
		m.Container, r.Kind = l.format, media.KindOther
	case l.format != "":
		m.Container, r.Kind = l.format, media.KindSoftware
	}
	return nil
}

// zipMIME returns the type that OpenDocument and EPUB store in a first entry "mimetype".
func zipMIME(head []byte) string {
	if len(head) < 38 || string(head[30:38]) != "mimetype" {
		return ""
	}
	start := 38 + int(window.LE16(head[28:]))
	end := start + int(window.LE32(head[18:]))
	if start > end || end > min(len(head), start+256) {
		return ""
	}
	return string(head[start:end])
}
