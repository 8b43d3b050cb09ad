package store

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// What a work says of itself is kept as fields: a number of twice the field, of one more where what follows is a length
// and so many bytes, and a number where it is not. A field that is not known to a release is passed over.
const (
	docTitle = iota + 1
	docSortTitle
	docDate
	docEndYear
	docGroup
	docRoot
	docAuthor
	docNarrator
	docArtist
	docSeries
	docIDName
	docID
	docArtwork
	docGap
	docItems
	docChildren
	docVersions
	docMissing
	docGenre
	docLanguage
	docSubtitleLanguage
	docHeight
	docHDR
	docFilterSeq
	docBy
	docRootNumber // in a catalog: see works_roots.go
)

type workDoc []byte

func (d *workDoc) text(field uint64, texts ...string) {
	for _, s := range texts {
		*d = append(binary.AppendUvarint(binary.AppendUvarint(*d, field<<1|1), uint64(len(s))), s...)
	}
}

func (d *workDoc) known(field uint64, s string) {
	if s != "" {
		d.text(field, s)
	}
}

func (d *workDoc) number(field uint64, n int64) {
	if n != 0 {
		*d = binary.AppendVarint(binary.AppendUvarint(*d, field<<1), n)
	}
}

// doc encodes what has no column of its own. Roots are said by numbers where there are any.
func (w *WorkView) doc(roots map[string]int64) []byte {
	d := make(workDoc, 0, 64+len(w.Title))
	d.known(docTitle, w.Title)
	if w.SortTitle != w.Title {
		d.text(docSortTitle, w.SortTitle)
	}
	d.known(docDate, w.Date)
	d.known(docGroup, w.Group)
	d.known(docSeries, w.Series)
	d.known(docHDR, w.HDR)
	for _, name := range w.Roots {
		if number := roots[name]; number != 0 {
			d.number(docRootNumber, number)
		} else {
			d.text(docRoot, name)
		}
	}
	d.text(docAuthor, w.Authors...)
	d.text(docNarrator, w.Narrators...)
	d.text(docArtist, w.Artists...)
	d.text(docGenre, w.Genres...)
	d.text(docLanguage, w.Languages...)
	d.text(docSubtitleLanguage, w.SubtitleLanguages...)
	for _, name := range slices.Sorted(maps.Keys(w.IDs)) {
		d.text(docIDName, name)
		d.text(docID, w.IDs[name])
	}
	for _, g := range w.Gaps {
		d.text(docGap, string(binary.AppendVarint(binary.AppendVarint(nil, int64(g[0])), int64(g[1]))))
	}
	d.number(docEndYear, int64(w.EndYear))
	d.number(docArtwork, w.Artwork)
	d.number(docItems, int64(w.Items))
	d.number(docChildren, int64(w.Children))
	d.number(docVersions, int64(w.Versions))
	d.number(docMissing, int64(w.Missing))
	d.number(docHeight, int64(w.Height))
	d.number(docFilterSeq, w.FilterSeq)
	d.number(docBy, w.By)
	return d
}

// readDoc decodes what doc encoded; root gives the names of roots that are said by numbers.
func (w *WorkView) readDoc(b []byte, root func(number int64) (string, error)) error {
	sorted, idName := false, ""
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return w.unreadable()
		}
		b = b[n:]
		if tag&1 == 0 {
			v, n := binary.Varint(b)
			if n <= 0 {
				return w.unreadable()
			}
			b = b[n:]
			if tag>>1 != docRootNumber {
				w.setNumber(tag>>1, v)
			} else if err := w.addRoot(root(v)); err != nil {
				return err
			}
			continue
		}
		length, n := binary.Uvarint(b)
		if n <= 0 || length > uint64(len(b)-n) {
			return w.unreadable()
		}
		text := string(b[n : n+int(length)])
		b = b[n+int(length):]
		switch tag >> 1 {
		case docSortTitle:
			w.SortTitle, sorted = text, true
		case docIDName:
			idName = text
		case docID:
			if w.IDs == nil {
				w.IDs = make(map[string]string, 1)
			}
			w.IDs[idName] = text
		default:
			w.setText(tag>>1, text)
		}
	}
	if !sorted {
		w.SortTitle = w.Title
	}
	return nil
}

func (w *WorkView) addRoot(name string, err error) error {
	w.Roots = append(w.Roots, name)
	return err
}

func (w *WorkView) setNumber(field uint64, v int64) {
	n := int(max(math.MinInt32, min(math.MaxInt32, v)))
	switch field {
	case docEndYear:
		w.EndYear = n
	case docArtwork:
		w.Artwork = v
	case docItems:
		w.Items = n
	case docChildren:
		w.Children = n
	case docVersions:
		w.Versions = n
	case docMissing:
		w.Missing = n
	case docHeight:
		w.Height = n
	case docBy:
		w.By = v
	case docFilterSeq:
		w.FilterSeq = v
	}
}

func (w *WorkView) setText(field uint64, s string) {
	switch field {
	case docTitle:
		w.Title = s
	case docDate:
		w.Date = s
	case docGroup:
		w.Group = s
	case docSeries:
		w.Series = s
	case docHDR:
		w.HDR = s
	case docRoot:
		w.Roots = append(w.Roots, s)
	case docAuthor:
		w.Authors = append(w.Authors, s)
	case docNarrator:
		w.Narrators = append(w.Narrators, s)
	case docArtist:
		w.Artists = append(w.Artists, s)
	case docGenre:
		w.Genres = append(w.Genres, s)
	case docLanguage:
		w.Languages = append(w.Languages, s)
	case docSubtitleLanguage:
		w.SubtitleLanguages = append(w.SubtitleLanguages, s)
	case docGap:
		from, n := binary.Varint([]byte(s))
		if n <= 0 {
			return
		}
		to, _ := binary.Varint([]byte(s)[n:])
		w.Gaps = append(w.Gaps, [2]int{int(from), int(to)})
	}
}

func (w *WorkView) unreadable() error {
	return fmt.Errorf("%w: what work %d says cannot be read: %s", ErrCorrupt, w.ID, mendCatalog)
}

// Roles of members, by their numbers in the catalog, which stay.
var roles = [...]string{"main", "extra", "subtitle", "artwork", "lyrics", "index", "metadata"}

// Roles returns the roles of members.
func Roles() []string { return roles[:] }

// RoleMain is the role of what a work is made of.
const RoleMain = "main"

// how encodes what a member is; nil is what most are.
func (m *Member) how() []byte {
	if m.Role == RoleMain && m.Version == 0 && m.Part == 0 && m.Extra == "" && m.Language == "" {
		return nil
	}
	b := []byte{byte(max(0, slices.Index(roles[:], m.Role)))}
	b = binary.AppendUvarint(b, uint64(m.Version))
	b = binary.AppendUvarint(b, uint64(m.Part))
	if m.Extra != "" || m.Language != "" {
		b = append(append(binary.AppendUvarint(b, uint64(len(m.Extra))), m.Extra...), m.Language...)
	}
	for b[len(b)-1] == 0 && len(b) > 1 {
		b = b[:len(b)-1]
	}
	return b
}

// scanHow decodes what how encoded.
func scanHow(b []byte) (m Member, err error) {
	m.Role = RoleMain
	if len(b) == 0 {
		return m, nil
	}
	if int(b[0]) >= len(roles) {
		return m, fmt.Errorf("%w: a member of a work has role %d: %s", ErrCorrupt, b[0], mendCatalog)
	}
	m.Role = roles[b[0]]
	b = b[1:]
	var numbers [3]uint64
	for i := range numbers {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			break
		}
		numbers[i], b = v, b[n:]
	}
	m.Version, m.Part = int(numbers[0]), int(numbers[1])
	cut := min(numbers[2], uint64(len(b)))
	m.Extra, m.Language = string(b[:cut]), string(b[cut:])
	return m, nil
}
