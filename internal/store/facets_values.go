package store

import (
	"strconv"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

const jsonNull = "null"

// values appends the values of a facet that something has; v is nil of works. Texts are one value where a filter takes
// them for one.
func (f *facets) values(out []facetKey, name string, facts *filter.Facts, v *View) []facetKey {
	switch name {
	case "year", "height":
		if n, known := facts.Number(facetFields[name]); known {
			out = append(out, numberKey(n))
		}
	case "decade":
		if n, known := facts.Number(filter.Year); known {
			out = append(out, numberKey(n-n%10))
		}
	case "added_month":
		if n, known := facts.Number(filter.Added); known {
			out = append(out, monthKey(n))
		}
	case "taken_month":
		if n, known := facts.Number(filter.Taken); known {
			out = append(out, monthKey(n))
		}
	case "folder":
		if child := childOf(f.under, tree.Parent(v.Path)); child != "" {
			out = append(out, facetKey{child, quoted(child)})
		}
	case "album_artist":
		eachMember(v.Doc, func(member, value []byte) {
			if string(member) == "album_artist" {
				out = appendText(out, textOf(value))
			}
		})
	case "artist":
		for _, text := range artistsOf(facts, v) {
			out = appendText(out, text)
		}
	case "audio", "subtitles":
		for _, tag := range facts.Texts(facetFields[name]) {
			if tag == unknownLanguage {
				out = append(out, facetKey{"", jsonNull})
			} else {
				out = append(out, facetKey{tag, quoted(tag)})
			}
		}
	case "extension":
		for _, text := range facts.Texts(filter.Extension) {
			out = append(out, facetKey{filter.Fold(text), quoted(strings.ToLower(text))})
		}
	default:
		for _, text := range facts.Texts(facetFields[name]) {
			out = appendText(out, text)
		}
	}
	return out
}

// artistsOf are those that are named singly: a name that joins several of them is none.
func artistsOf(facts *filter.Facts, v *View) []string {
	var single filter.Facts
	if v != nil {
		eachMember(v.Doc, func(member, value []byte) {
			if string(member) == "artists" {
				addTexts(&single, filter.Artist, value)
			}
		})
	}
	if names := single.Texts(filter.Artist); len(names) > 0 {
		return names
	}
	return facts.Texts(filter.Artist)
}

func appendText(out []facetKey, text string) []facetKey {
	if text == "" {
		return out
	}
	return append(out, facetKey{filter.Fold(text), quoted(text)})
}

func quoted(text string) string { return string(AppendString(nil, text)) }

func numberKey(n int64) facetKey {
	text := strconv.FormatInt(n, 10)
	return facetKey{text, text}
}

func monthKey(ns int64) facetKey {
	text := time.Unix(0, ns).UTC().Format("2006-01")
	return facetKey{text, quoted(text)}
}

// childOf is the directory in another that holds a third, or is it; "": none does.
func childOf(under, dir string) string {
	rest := dir
	if under != "" {
		if dir == under {
			return ""
		}
		rest = dir[len(under)+1:]
	}
	child, _, _ := strings.Cut(rest, "/")
	if child == "" {
		return ""
	}
	return tree.Join(under, child)
}
