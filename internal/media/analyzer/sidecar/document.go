// Package sidecar reads the files that describe other files (Kodi's NFO, ComicInfo.xml, OPF, XMP, LRC)
// and knows the field's rules of which describes which. It works on bytes and names alone, holds no
// state and is safe for concurrent use.
//
// Where several sources know of one item, a sidecar has the word before the tags embedded in the file,
// and those before the file's name: a person wrote the sidecar last. See [Document.Apply].
package sidecar

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/bound"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// MaxSize is the size in bytes of the largest sidecar worth reading.
const MaxSize = 1 << 20

// ErrUnknown says that the bytes are no description in a known form.
var ErrUnknown = errors.New("sidecar not recognised")

// Form says what a sidecar describes.
type Form string

// The forms of sidecars. The first six are the root elements of Kodi's NFO files.
const (
	Movie      Form = "movie"
	Show       Form = "tvshow"
	Episode    Form = "episodedetails"
	MusicVideo Form = "musicvideo"
	Album      Form = "album"
	Artist     Form = "artist"
	Link       Form = "link" // an NFO that only links to a database
	Comic      Form = "comic"
	Book       Form = "book"
	Picture    Form = "picture"
	Lyrics     Form = "lyrics"
)

// Document is what a sidecar says. Its description is that of the form's own thing: of a Show, Title
// and IDs are the show's, not an episode's.
type Document struct {
	Form        Form
	Description media.Description
}

// Parse reads the sidecar of that name: its extension tells NFO, OPF, XMP and LRC, the name itself
// ComicInfo.xml. Errors wrap ErrUnknown. Texts and lists are within the bounds of what probers give back.
func Parse(name string, data []byte) (Document, error) {
	doc, err := parse(name, data)
	language.Describe(&doc.Description)
	doc.Description = *bound.Probed(&doc.Description)
	return doc, err
}

func parse(name string, data []byte) (Document, error) {
	if len(data) > MaxSize {
		return Document{}, fmt.Errorf("%w: %d bytes", ErrUnknown, len(data))
	}
	lower := strings.ToLower(name)
	switch {
	case strings.HasSuffix(lower, ".nfo"):
		return NFO(data)
	case strings.HasSuffix(lower, ".opf"):
		p, err := OPF(data)
		return Document{Book, p.Description}, err
	case strings.HasSuffix(lower, "comicinfo.xml"):
		d, err := ComicInfo(data)
		return Document{Comic, d}, err
	case strings.HasSuffix(lower, ".xmp"):
		if !bytes.Contains(data, []byte("RDF")) {
			return Document{}, fmt.Errorf("%w: no XMP", ErrUnknown)
		}
		d := media.Description{Media: new(media.Media)}
		m := photo.XMP(data)
		m.Describe(&d)
		if d.Media.Orientation == 0 {
			d.Media = nil
		}
		return Document{Picture, d}, nil
	case strings.HasSuffix(lower, ".lrc"):
		d, err := LRC(data)
		return Document{Lyrics, d}, err
	}
	return Document{}, fmt.Errorf("%w: %s", ErrUnknown, name)
}

// Apply writes into d, which describes an item that doc's file goes with, what doc says of that item.
// What doc does not know stays as it is.
func (doc Document) Apply(d *media.Description) {
	switch s := doc.Description; doc.Form {
	case Show:
		override(d, media.Description{Series: s.Title, Genres: s.Genres, Publisher: s.Publisher})
	case Album:
		override(d, media.Description{
			Album: s.Album, AlbumArtist: s.AlbumArtist, Year: s.Year, Date: s.Date, Genres: s.Genres,
			Publisher: s.Publisher, Compilation: s.Compilation, IDs: s.IDs,
		})
	case Artist: // of an artist's whole folder: what it says is not the single track's
	case Lyrics:
		if d.Media == nil {
			d.Media = new(media.Media)
		}
		d.Media.Lyrics = true
	default:
		override(d, s)
	}
}

// override replaces the fields of d that s knows. Of what s says of the media only how a picture lies is a person's
// word.
func override(d *media.Description, s media.Description) {
	was := *d
	d.Take(&s)
	d.Media, d.IDs, d.Warnings = was.Media, was.IDs, was.Warnings
	if s.Media != nil && s.Media.Orientation != 0 && d.Media != nil {
		d.Media.Orientation = s.Media.Orientation
	}
	for k, v := range s.IDs {
		setID(d, k, v)
	}
	if len(s.Warnings) > 0 {
		d.Warnings = slices.Concat(d.Warnings, s.Warnings)
	}
}

func setID(d *media.Description, name, value string) {
	value = strings.TrimSpace(value)
	if name == "" || value == "" || value == "0" || value == "-1" || len(value) > 200 {
		return
	}
	if d.IDs == nil {
		d.IDs = make(map[string]string)
	}
	d.IDs[name] = value
}

// setDate sets date and year. Years before printing are placeholders of library software.
func setDate(d *media.Description, written string) {
	date := photo.Date(written)
	if len(date) < 4 || date < "1400" {
		return
	}
	d.Date = date
	d.Year, _ = strconv.Atoi(date[:4])
}

// PlainText takes HTML's tags out of a description; paragraphs and breaks become line ends.
func PlainText(s string) string {
	if !strings.Contains(s, "<") {
		return text.Printable(html.UnescapeString(s))
	}
	var b strings.Builder
	for s != "" {
		before, rest, _ := strings.Cut(s, "<")
		b.WriteString(before)
		tag, after, ok := strings.Cut(rest, ">")
		if !ok {
			break
		}
		switch strings.ToLower(strings.Trim(tag, "/ ")) {
		case "br", "p", "div", "li":
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
				b.WriteByte('\n')
			}
		}
		s = after
	}
	return text.Printable(html.UnescapeString(b.String()))
}

// maxNames is how many genres, artists or authors are kept of one sidecar.
const maxNames = 100

// withOnce adds a name that is not among names yet.
func withOnce(names []string, name string) []string {
	if name == "" || slices.Contains(names, name) || len(names) >= maxNames {
		return names
	}
	return append(names, name)
}

// list splits an enumeration of names.
func list(s, separators string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if f = text.Printable(f); f != "" {
			out = append(out, f)
		}
	}
	return out
}
