package postgres

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// stagedColumns are those of items that a source's change says.
var stagedColumns = []string{"id", "root", "path", "kind", "state", "analysis", "size", "modified", "added", "error",
	"fingerprint", "doc", "digest", "title", "year", "duration", "taken", "track", "episode", "height", "latitude",
	"longitude", "facts"}

// describer makes rows of items. It belongs to one goroutine.
type describer struct {
	keys  *store.Sorter
	facts filter.Facts
}

func newDescriber() *describer { return &describer{keys: store.NewSorter()} }

// row makes the row of an item of a catalog.
func (d *describer) row(c *Catalog, item []byte) (row []any, err error) {
	v, err := store.ParseView(item, c.HubID)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{v.Root, string(v.Kind)} {
		if strings.ContainsRune(text, 0) || !utf8.ValidString(text) || len(text) > 255 {
			return nil, fmt.Errorf("%.80q cannot be the name of a root or kind", text)
		}
	}
	v.Root = RootName(c.Source, v.Root)
	d.facts.Clear()
	v.Facts(&d.facts)
	keys := d.keys.Keys(&v)
	var fingerprint, height *int64
	if v.HasFingerprint {
		fingerprint = &v.Fingerprint
	}
	if n, known := d.facts.Number(filter.Height); known {
		height = &n
	}
	var latitude, longitude *float64
	if n, e, known := d.facts.Located(); known {
		latitude, longitude = &n, &e
	}
	var failed []byte
	if v.Error != "" {
		failed = []byte(v.Error)
	}
	return []any{v.ID, v.Root, []byte(v.Path), string(v.Kind), int16(v.State), int16(v.Analysis), v.Size, v.MTime,
		v.Added, failed, fingerprint, v.Doc, v.Digest(), keys.Title, keys.Year, keys.Duration, keys.Taken, keys.Track,
		keys.Episode, height, latitude, longitude, factTexts(&d.facts)}, nil
}

// ofColumns are the fields that columns of their own tell.
var ofColumns = map[filter.Field]bool{filter.Root: true, filter.Kind: true, filter.State: true, filter.Analysis: true,
	filter.Fingerprint: true, filter.Held: true, filter.Work: true, filter.Parent: true, filter.Gaps: true}

var factFields = func() (out []filter.Field) {
	for _, f := range filter.TextFields() {
		if !ofColumns[f] {
			out = append(out, f)
		}
	}
	return out
}()

// factTexts are the values by which an item is found, in all spellings that filters may ask for, and that it has any.
func factTexts(f *filter.Facts) []string {
	out := []string{}
	for _, field := range factFields {
		values := f.Texts(field)
		if len(values) > 0 {
			out = append(out, factText(field, ""))
		}
		for _, v := range values {
			for _, spelled := range field.Spelled(v) {
				out = append(out, factText(field, spelled))
			}
		}
	}
	return out
}

// maxFact is how long a value may be that stands in an index as it is, in bytes.
const maxFact = 200

// factText is how a value of a field stands in facts: an empty value stands for any.
func factText(field filter.Field, value string) string {
	value = storable(value)
	if len(value) > maxFact {
		value = fmt.Sprintf("\x01%x", xxh3.HashString128(value).Bytes())
	}
	return field.Name() + "=" + value
}
