package probe

import (
	"path"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
)

// Comics are archives of pictures, in the order of their names, with perhaps a ComicInfo.xml.

const comicInfoMax = 256 << 10

// comicListing is what an archive's list of entries says of it as a comic.
type comicListing struct {
	entries  int
	pages    int
	cover    string // the name of the first page
	coverAt  media.Artwork
	hasInfo  bool
	infoSize int64
}

// add takes one entry that is no folder. It reports whether the entry is the comic's description.
// artwork is called for the page that comes first so far.
func (c *comicListing) add(name string, artwork func() media.Artwork) (isInfo bool) {
	c.entries++
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	if strings.HasPrefix(base, ".") || strings.Contains(name, "__MACOSX/") {
		return false
	}
	if strings.EqualFold(base, "ComicInfo.xml") {
		c.hasInfo = true
		return true
	}
	if comicMIME(base) == "" {
		return false
	}
	c.pages++
	if c.cover == "" || naturalLess(name, c.cover) {
		c.cover = name
		c.coverAt = artwork()
		c.coverAt.MIME = comicMIME(base)
	}
	return false
}

// describe writes the comic into r. info is the ComicInfo.xml, if any.
func (c *comicListing) describe(r *Result, info []byte) {
	m := r.Description.Media
	r.Kind = media.KindComic
	if len(info) > 0 {
		if d, err := sidecar.ComicInfo(info); err == nil {
			d.Media = m // its page count is only somebody's word
			r.Description = d
		}
	}
	m.Pages, m.Entries = c.pages, 0
	if c.cover != "" {
		cover := c.coverAt
		m.Artwork = &cover
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
