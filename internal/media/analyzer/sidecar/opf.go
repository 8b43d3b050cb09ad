package sidecar

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// Package is an Open Packaging Format document: the one in an EPUB, or calibre's metadata.opf.
type Package struct {
	Description media.Description
	CoverHref   string // of the cover picture, relative to the document; empty where there is none
	CoverType   string // its media type
}

// opfReader gathers a package document. EPUB 3 refines elements by others that may come later, so the
// verdict falls at the end.
type opfReader struct {
	p           Package
	titles      []opfElement
	creators    []opfElement
	collections []opfElement
	refines     map[string]map[string]string // of an element's id: property -> value
	calibre     map[string]string            // <meta name content>
	items       map[string]opfItem           // of the manifest, pictures only
	coverImage  string                       // the item with the property cover-image
}

type opfElement struct{ id, text, role, fileAs string }

type opfItem struct{ href, mediaType string }

// opfMaxElements bounds what is kept of a hostile document.
const opfMaxElements = 4096

// OPF reads a package document of EPUB 2 (OPF 2.0.1) or 3, with calibre's additions. Errors wrap ErrUnknown.
func OPF(data []byte) (Package, error) {
	r := opfReader{refines: map[string]map[string]string{}, calibre: map[string]string{}, items: map[string]opfItem{}}
	s := xmlscan.New(data)
	isOPF := false
	for s.Next() {
		if s.Kind != xmlscan.Start {
			continue
		}
		switch string(s.Name) {
		case "package":
			isOPF = true
		case "metadata", "dc-metadata", "x-metadata":
			isOPF = true
		case "spine", "guide":
			s.Skip()
		case "item":
			r.item(s)
		default:
			if isOPF {
				r.element(s)
			}
		}
	}
	if !isOPF {
		return Package{}, fmt.Errorf("%w: no package document", ErrUnknown)
	}
	r.finish()
	return r.p, nil
}

func (r *opfReader) item(s *xmlscan.Scanner) {
	mediaType := s.Attr("media-type")
	if !strings.HasPrefix(mediaType, "image/") || len(r.items) >= opfMaxElements {
		return
	}
	id := s.Attr("id")
	r.items[id] = opfItem{s.Attr("href"), mediaType}
	if slices.Contains(strings.Fields(s.Attr("properties")), "cover-image") {
		r.coverImage = id
	}
}

func (r *opfReader) element(s *xmlscan.Scanner) {
	e := opfElement{id: s.Attr("id"), role: s.Attr("role"), fileAs: s.Attr("file-as")}
	d := &r.p.Description
	switch string(s.Name) {
	case "meta":
		r.meta(s)
	case "title":
		if e.text = text.Printable(s.Inner()); e.text != "" && len(r.titles) < opfMaxElements {
			r.titles = append(r.titles, e)
		}
	case "creator":
		for _, e.text = range list(s.Inner(), ";") { // several in one is the habit of office software
			if len(r.creators) < opfMaxElements {
				r.creators = append(r.creators, e)
			}
		}
	case "contributor":
		if name := text.Printable(s.Inner()); e.role == "nrt" {
			d.Narrator = name
		}
	case "date":
		if event := s.Attr("event"); d.Date == "" || event == "publication" || event == "original-publication" {
			setDate(d, s.Inner())
		}
	case "identifier":
		scheme := s.Attr("scheme")
		r.identifier(scheme, text.Printable(s.Inner()))
	default:
		r.subject(s, d)
	}
}

// subject takes an element that says of the book one thing by its text alone.
func (r *opfReader) subject(s *xmlscan.Scanner, d *media.Description) {
	switch string(s.Name) {
	case "publisher":
		d.Publisher = text.Printable(s.Inner())
	case "description":
		d.Plot = PlainText(s.Inner())
	case "language":
		if l := language.Tag(text.Printable(s.Inner())); l != "" && len(d.Languages) < opfMaxElements {
			d.Languages = append(d.Languages, l)
		}
	case "subject":
		if g := text.Printable(s.Inner()); g != "" && len(d.Genres) < maxNames {
			d.Genres = append(d.Genres, g)
		}
	}
}

func (r *opfReader) meta(s *xmlscan.Scanner) {
	if name := s.Attr("name"); name != "" {
		if len(r.calibre) < opfMaxElements {
			r.calibre[name] = s.Attr("content")
		}
		return
	}
	property, target, id := s.Attr("property"), strings.TrimPrefix(s.Attr("refines"), "#"), s.Attr("id")
	if property == "" {
		return
	}
	value := text.Printable(s.Inner())
	switch {
	case target != "" && len(r.refines) < opfMaxElements:
		if r.refines[target] == nil {
			r.refines[target] = map[string]string{}
		}
		if len(r.refines[target]) < 32 {
			r.refines[target][property] = value
		}
	case property == "belongs-to-collection" && len(r.collections) < opfMaxElements:
		r.collections = append(r.collections, opfElement{id: id, text: value})
	case len(r.calibre) < opfMaxElements:
		r.calibre[property] = value
	}
}

// identifier takes the identifiers of known databases.
func (r *opfReader) identifier(scheme, value string) {
	lower := strings.ToLower(value)
	for _, prefix := range []string{"urn:isbn:", "isbn:"} {
		if strings.HasPrefix(lower, prefix) {
			scheme, value = "isbn", value[len(prefix):]
		}
	}
	switch scheme = strings.ToLower(scheme); scheme {
	case "isbn", "isbn-13", "isbn-10", "isbn13", "isbn10":
		if isbn := ISBN(value); isbn != "" {
			setID(&r.p.Description, "isbn", isbn)
		}
	case "mobi-asin", "amazon", "asin":
		setID(&r.p.Description, "asin", value)
	case "goodreads", "google":
		setID(&r.p.Description, scheme, value)
	case "":
		if isbn := ISBN(value); len(isbn) == 13 && r.p.Description.IDs["isbn"] == "" {
			setID(&r.p.Description, "isbn", isbn)
		}
	}
}

// ISBN returns the digits of an ISBN-10 or ISBN-13 whose check digit is right, or "".
func ISBN(s string) string {
	var digits []byte
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case (c == 'x' || c == 'X') && len(digits) == 9:
			digits = append(digits, 'X')
		case c == '-' || c == ' ':
		default:
			return ""
		}
	}
	sum := 0
	switch len(digits) {
	case 10:
		for i, c := range digits {
			v := int(c - '0')
			if c == 'X' {
				v = 10
			}
			sum += (10 - i) * v
		}
		if sum%11 != 0 {
			return ""
		}
	case 13:
		for i, c := range digits {
			sum += int(c-'0') * (1 + 2*(i%2))
		}
		if sum%10 != 0 {
			return ""
		}
	default:
		return ""
	}
	return string(digits)
}

func (r *opfReader) finish() {
	d := &r.p.Description
	r.title()
	r.people()
	if r.calibre["calibre:title_sort"] != "" {
		d.SortTitle = text.Printable(r.calibre["calibre:title_sort"])
	}
	d.Series, d.SeriesIndex = r.series()
	cover, ok := r.items[r.coverImage]
	if !ok {
		cover = r.items[r.calibre["cover"]]
	}
	r.p.CoverHref, r.p.CoverType = cover.href, cover.mediaType
}

func (r *opfReader) title() {
	if len(r.titles) == 0 {
		return
	}
	main := r.titles[0]
	for _, t := range r.titles {
		if r.refines[t.id]["title-type"] == "main" {
			main = t
			break
		}
	}
	r.p.Description.Title = main.text
	r.p.Description.SortTitle = cmp.Or(main.fileAs, r.refines[main.id]["file-as"])
}

// people makes authors of the creators: those whose role says so or who have none; without any, all
// that have no other office in the catalog.
func (r *opfReader) people() {
	d := &r.p.Description
	var others []string
	for _, c := range r.creators {
		switch role := cmp.Or(c.role, r.refines[c.id]["role"]); role {
		case "", "aut":
			d.Authors = withOnce(d.Authors, c.text)
		case "nrt":
			d.Narrator = c.text
		default:
			others = append(others, c.text)
		}
	}
	if len(d.Authors) == 0 && len(others) > 0 {
		d.Authors = others[:min(len(others), maxNames)]
	}
}

func (r *opfReader) series() (string, *float64) {
	if name := text.Printable(r.calibre["calibre:series"]); name != "" {
		return name, number(r.calibre["calibre:series_index"])
	}
	for _, c := range r.collections {
		if kind := r.refines[c.id]["collection-type"]; kind == "series" || kind == "" {
			return c.text, number(r.refines[c.id]["group-position"])
		}
	}
	return "", nil
}

// number reads a series index; what is none gives nil.
func number(s string) *float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e6 {
		return nil
	}
	return &f
}
