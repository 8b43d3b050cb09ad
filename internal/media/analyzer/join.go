package analyzer

import (
	"maps"
	"reflect"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// join adds to d everything that a surer source says: what it knows replaces what d had, what it does
// not know stays. The order of sources, from the least to the most sure, is the name, the tags in the
// file, and the sidecars beside it.
func join(d, surer *media.Description) {
	ids := d.IDs
	to, from := reflect.ValueOf(d).Elem(), reflect.ValueOf(surer).Elem()
	for i := range to.NumField() {
		if f := from.Field(i); !f.IsZero() {
			to.Field(i).Set(f)
		}
	}
	if len(ids) > 0 && len(surer.IDs) > 0 {
		d.IDs = maps.Clone(ids)
		maps.Copy(d.IDs, surer.IDs)
	}
	d.Languages = languages(d)
}

// languages are those that are known, else those of the sound.
func languages(d *media.Description) []string {
	if len(d.Languages) > 0 || d.Media == nil {
		return d.Languages
	}
	var out []string
	seen := map[string]bool{"": true}
	for _, a := range d.Media.Audio {
		if !seen[a.Language] {
			seen[a.Language] = true
			out = append(out, a.Language)
		}
	}
	return out
}
