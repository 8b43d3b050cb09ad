package probe

import (
	"bytes"
	"errors"
	"path"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// What a ZIP is, by its entries: a comic, a book, a package of software, an office document, an archive.

// zipListing is what one walk over the directory tells.
type zipListing struct {
	comicListing
	info      zipEntry
	first     zipEntry // the cover
	book      zipEntry // the only FictionBook
	bookName  string
	others    int // entries that are no picture, description or FictionBook
	encrypted bool
	format    string // by an entry that tells it
}

func probeZIP(w *Window, r *Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	z, err := openZIP(w)
	if err != nil {
		return err
	}
	var l zipListing
	err = z.walk(func(e zipEntry) bool {
		l.add(z, e)
		return true
	})
	m := r.Description.Media
	if errors.Is(err, errZipTooLarge) {
		m.Entries = int(min(z.count, 1<<31-1))
		return nil
	}
	if err != nil {
		return err
	}
	m.Entries, m.Encrypted = l.entries, l.encrypted
	if err := l.classify(z, r, zipMIME(head)); err != nil {
		return err
	}
	return w.Err()
}

func (l *zipListing) add(z *zipFile, e zipEntry) {
	if e.isDir() {
		return
	}
	l.encrypted = l.encrypted || e.flags&zipFlagEncrypted != 0
	if zipTellsNothing(e.name) { // its name is not worth the memory of a string: there may be thousands
		l.entries++
		l.others++
		return
	}
	name := e.text()
	e.name = nil
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
func (l *zipListing) classify(z *zipFile, r *Result, mime string) error {
	m := r.Description.Media
	isComic := l.isComic(m.Container == "cbz")
	if !isComic {
		asArchive(r, "zip")
	}
	switch {
	case isComic:
		m.Container = "cbz"
		var info []byte
		if l.hasInfo {
			var err error
			if info, err = z.read(l.info, comicInfoMax); err != nil && z.w.Err() != nil {
				return err
			}
		}
		cover := z.artwork(l.cover, l.first)
		l.describe(r, info, &cover)
	case l.bookName != "" && l.others == 0 && l.entries == 1:
		b, err := z.read(l.book, HeadSize)
		if err == nil && !bytes.Contains(b, fb2End) {
			b, err = z.read(l.book, fb2Max)
		}
		if err != nil {
			return err
		}
		m.Container, m.Entries = "fb2.zip", 0
		r.Kind = media.KindBook
		return describeFB2(r, b)
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
	start := 38 + int(le16(head[28:]))
	end := start + int(le32(head[18:]))
	if start > end || end > min(len(head), start+256) {
		return ""
	}
	return string(head[start:end])
}

func matchCBZ(head []byte, ext string) bool { return ext == ".cbz" && matchZIP(head, ext) }
