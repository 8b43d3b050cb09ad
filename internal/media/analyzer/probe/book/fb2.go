package book

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// FictionBook 2: XML whose description stands at its beginning.

// FB2Max is how much of a FictionBook is read for its description.
const FB2Max = 256 << 10 // the description ends long before

func matchFB2(head []byte, _ string) bool {
	head = head[:min(len(head), 1024)]
	if len(head) >= 2 && head[0]^head[1] == 1 && head[0]|head[1] == 0xFF { // a byte order mark of UTF-16
		head, _ = charset.Unicode(head)
	}
	return bytes.Contains(head, []byte("<FictionBook")) || bytes.Contains(head, []byte(":FictionBook"))
}

func probeFB2(w *window.Window, r *format.Result) error {
	b, err := w.Head()
	if err != nil {
		return err
	}
	if !bytes.Contains(b, FB2End) && w.Size() > window.HeadSize {
		if b, err = w.ReadFull(0, min(w.Size(), FB2Max)); err != nil {
			return err
		}
	}
	return DescribeFB2(r, b)
}

// FB2End ends the description, in whatever encoding: all that are used hold ASCII as it is.
var FB2End = []byte("</description>")

// DescribeFB2 reads the description of a FictionBook, of which data is the beginning.
func DescribeFB2(r *format.Result, data []byte) error {
	if i := bytes.Index(data, FB2End); i >= 0 {
		data = data[:i+len(FB2End)]
	}
	s := xmlscan.New(data)
	found := false
	for inDescription := true; inDescription && s.Next(); {
		if s.Kind != xmlscan.Start {
			continue
		}
		switch string(s.Name) {
		case "title-info":
			found = true
			fb2Title(s, &r.Description)
		case "publish-info":
			fb2Publisher(s, &r.Description)
		case "body":
			inDescription = false
		case "src-title-info", "document-info":
			s.Skip()
		}
	}
	if !found {
		return fmt.Errorf("%w: no title-info", window.ErrMalformed)
	}
	return nil
}

// fb2Children visits the elements inside the one at which s stands.
func fb2Children(s *xmlscan.Scanner, visit func(name string)) {
	for depth := s.Depth; s.Next(); {
		if s.Kind == xmlscan.End && s.Depth <= depth {
			return
		}
		if s.Kind == xmlscan.Start {
			visit(string(s.Name))
		}
	}
}

func fb2Title(s *xmlscan.Scanner, d *media.Description) {
	fb2Children(s, func(name string) {
		switch name {
		case "book-title":
			d.Title = text.Clean(s.Inner())
		case "author":
			if name := fb2Person(s); name != "" && len(d.Authors) < 100 {
				d.Authors = append(d.Authors, name)
			}
		case "translator":
			s.Skip()
		case "genre":
			if g := text.Clean(s.Inner()); g != "" && len(d.Genres) < 100 {
				d.Genres = append(d.Genres, g)
			}
		case "annotation":
			d.Plot = text.Clean(s.Inner())
		case "date":
			fb2Date(d, cmp.Or(s.Attr("value"), s.Inner()))
		case "lang":
			if l := language.Tag(s.Inner()); l != "" {
				d.Languages = []string{l}
			}
		case "sequence":
			if d.Series == "" {
				d.Series = text.Clean(s.Attr("name"))
				d.SeriesIndex = fb2Index(s.Attr("number"))
			}
		}
	})
}

func fb2Person(s *xmlscan.Scanner) string {
	var given, middle, family, nick string
	fb2Children(s, func(name string) {
		switch name {
		case "first-name":
			given = text.Clean(s.Inner())
		case "middle-name":
			middle = text.Clean(s.Inner())
		case "last-name":
			family = text.Clean(s.Inner())
		case "nickname":
			nick = text.Clean(s.Inner())
		}
	})
	return cmp.Or(strings.Join(strings.Fields(given+" "+middle+" "+family), " "), nick)
}

func fb2Publisher(s *xmlscan.Scanner, d *media.Description) {
	fb2Children(s, func(name string) {
		switch name {
		case "publisher":
			d.Publisher = text.Clean(s.Inner())
		case "year":
			fb2Date(d, s.Inner())
		case "isbn":
			if isbn := sidecar.ISBN(strings.TrimSpace(s.Inner())); isbn != "" {
				d.IDs = map[string]string{"isbn": isbn}
			}
		}
	})
}

func fb2Date(d *media.Description, text string) {
	if date := photo.Date(text); date != "" && d.Date == "" {
		d.Date = date
		d.Year, _ = strconv.Atoi(date[:4])
	}
}

func fb2Index(s string) *float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e6 {
		return nil
	}
	return &f
}
