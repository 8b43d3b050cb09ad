package archive

import (
	"path"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
)

// Comics are archives of pictures, in the order of their names, with perhaps a ComicInfo.xml.

const comicInfoMax = 256 << 10

// comicListing is what an archive's list of entries says of it as a comic.
type comicListing struct {
	entries int
	pages   int
	cover   string // the name of the first page
	hasInfo bool
}

// comicPart says what an entry is to a comic.
type comicPart uint8

const (
	comicOther comicPart = iota
	comicPage
	comicCover // the first page of those seen so far
	comicInfo
)

// add takes one entry that is no folder.
func (c *comicListing) add(name string) comicPart {
	c.entries++
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	switch {
	case strings.HasPrefix(base, ".") || strings.Contains(name, "__MACOSX/"):
		return comicOther
	case strings.EqualFold(base, "ComicInfo.xml"):
		c.hasInfo = true
		return comicInfo
	case comicMIME(base) == "":
		return comicOther
	}
	c.pages++
	if c.cover == "" || naturalLess(name, c.cover) {
		c.cover = name
		return comicCover
	}
	return comicPage
}

// isComic reports whether an archive that its name calls a comic, or not, is one: by its description or
// by its pages.
func (c *comicListing) isComic(named bool) bool { return c.hasInfo || named && c.pages > 0 }

// asComic notes what the archive holds, and whether it is a comic: its container is the comic's then, and else,
// whatever its name says, the archive's.
func (c *comicListing) asComic(r *format.Result, comic, archive string) bool {
	m := r.Description.Media
	m.Entries = c.entries
	if c.isComic(m.Container == comic) {
		m.Container = comic
		return true
	}
	r.Kind, m.Container = media.KindArchive, archive
	return false
}

// describe writes the comic into r. info is the ComicInfo.xml, cover tells where the first page lies;
// either may be nil.
func (c *comicListing) describe(r *format.Result, info []byte, cover *media.Artwork) {
	m := r.Description.Media
	r.Kind = media.KindComic
	if len(info) > 0 {
		if d, err := sidecar.ComicInfo(info); err == nil {
			d.Media = m // its page count is only somebody's word
			r.Description = d
		}
	}
	m.Pages, m.Entries = c.pages, 0
	if cover != nil && c.cover != "" {
		cover.MIME = comicMIME(c.cover)
		m.Artwork = cover
	}
}

func comicMIME(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".jpe":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".webp":
		return "image/webp"
	case ".gif":
		return "image/gif"
	case ".avif":
		return "image/avif"
	case ".jxl":
		return "image/jxl"
	case ".bmp":
		return "image/bmp"
	case ".tif", ".tiff":
		return "image/tiff"
	case ".heic":
		return "image/heic"
	}
	return ""
}

// naturalLess compares names as people number them: "2.jpg" before "10.jpg", without regard to case.
func naturalLess(a, b string) bool {
	for a != "" && b != "" {
		da, db := digitRun(a), digitRun(b)
		if da > 0 && db > 0 {
			na, nb := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if len(na) != len(nb) {
				return len(na) < len(nb)
			}
			if na != nb {
				return na < nb
			}
			a, b = a[da:], b[db:]
			continue
		}
		ca, cb := foldByte(a[0]), foldByte(b[0])
		if ca != cb {
			return ca < cb
		}
		a, b = a[1:], b[1:]
	}
	return len(a) < len(b)
}

func digitRun(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

func foldByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
