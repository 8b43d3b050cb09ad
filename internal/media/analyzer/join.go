package analyzer

import (
	"maps"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// join adds to d everything that a surer source says: what it knows replaces what d had, what it does
// not know stays. The order of sources, from the least to the most sure, is the name, the tags in the
// file, and the sidecars beside it.
func join(d, surer *media.Description) {
	ids, named := d.IDs, d.Languages
	d.Take(surer)
	if len(ids) > 0 && len(surer.IDs) > 0 {
		d.IDs = maps.Clone(ids)
		maps.Copy(d.IDs, surer.IDs)
	}
	d.Languages = refined(languages(d), named)
}

// refined gives languages as exactly as less sure words have them that say the same: a text is Portuguese, and its name
// says that of Brazil.
func refined(languages, named []string) []string {
	exact := func(l string) string {
		for _, n := range named {
			if strings.HasPrefix(n, l+"-") {
				return n
			}
		}
		return l
	}
	for i, l := range languages {
		if e := exact(l); e != l {
			out := slices.Clone(languages)
			out[i] = e
			return refined(out, named)
		}
	}
	return languages
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
