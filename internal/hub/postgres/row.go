package postgres

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// stagedColumns are those of items that a source's change says.
var stagedColumns = []string{"id", "root", "path", "kind", "state", "analysis", "size", "modified", "added", "error",
	"fingerprint", "doc", "digest", "title", "year", "duration", "taken", "track", "episode", "height", "latitude",
	"longitude", "facts", "facets"}

// IsName reports whether a text can be the name of a root or kind.
func IsName(text string) bool {
	return text != "" && len(text) <= 255 && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// describer makes rows of items. It belongs to one goroutine.
type describer struct {
	keys   *store.Sorter
	facts  filter.Facts
	values facetValues
}

func newDescriber() *describer {
	return &describer{keys: store.NewSorter(), values: facetValues{of: map[int64]string{}}}
}

// row makes the row of an item of a catalog.
func (d *describer) row(c *Catalog, item []byte) (row []any, err error) {
	v, err := store.ParseView(item, c.HubID)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{v.Root, string(v.Kind)} {
		if !IsName(text) {
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
		keys.Episode, height, latitude, longitude, factIDs(&d.facts), d.values.take(&v, &d.facts)}, nil
}
