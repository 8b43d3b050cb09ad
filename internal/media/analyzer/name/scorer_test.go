package name_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The rules by which a guess is compared with a label: values as sets, texts by their letters and
// digits only, and the freedoms that parsers take with subtitles of titles.

// squeeze returns the letters, digits and marks of s, folded.
func squeeze(s string) string {
	s = strings.ReplaceAll(strings.ToLower(norm.NFKC.String(s)), "&", " and ")
	out := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, s)
	if out == "" {
		return strings.TrimSpace(s)
	}
	return out
}

// values returns v as a set of comparable texts, sorted.
func values(field string, v any) []string {
	var out []string
	switch v := v.(type) {
	case nil:
	case []any:
		for _, x := range v {
			out = append(out, values(field, x)...)
		}
	case bool:
		out = append(out, strconv.FormatBool(v))
	case float64:
		out = append(out, strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		if s := comparable(field, v); s != "" {
			out = append(out, s)
		}
	default:
		out = append(out, fmt.Sprint(v))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// comparable returns one text in the form in which it is compared.
func comparable(field, s string) string {
	switch field {
	case "date", "time", "audio_channels":
		return strings.ToLower(strings.TrimSpace(s))
	case "subtitle_language", "language":
		s = strings.ToLower(s)
		if len(s) == 3 {
			s = map[string]string{"eng": "en", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "spa": "es", "ita": "it"}[s]
		}
		return s
	case "episode", "season", "year", "track", "part", "series_index", "volume", "chapter":
		if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	return squeeze(s)
}

// verdict says how a value of the guess compares with the label.
type verdict int

const (
	right   verdict = iota
	wrong           // another value, or none where there should be one
	unasked         // a value where the label says that there is none
)

// compare compares one field.
func compare(field string, want, got, alternative any) verdict {
	if m, ok := want.(map[string]any); ok {
		return compareRule(field, m, got)
	}
	w, g := values(field, want), values(field, got)
	switch {
	case len(w) == 0 && len(g) > 0:
		return unasked
	case slices.Equal(w, g):
		return right
	}
	if field == "title" && alternative != nil && len(g) > 0 { // "Title" and "Subtitle" apart, and together in the label
		joined := fmt.Sprint(got)
		for _, a := range asList(alternative) {
			joined += " " + fmt.Sprint(a)
			if slices.Equal(w, values(field, joined)) {
				return right
			}
		}
	}
	return wrong
}

func asList(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// compareRule compares with a label that is a rule rather than a value.
func compareRule(field string, rule map[string]any, got any) verdict {
	g := values(field, got)
	if len(g) == 0 {
		return wrong
	}
	ok := false
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range g {
		if f, err := strconv.ParseFloat(x, 64); err == nil {
			low, high = min(low, f), max(high, f)
		}
	}
	switch {
	case rule["any"] != nil:
		for _, a := range asList(rule["any"]) {
			ok = ok || slices.Equal(g, values(field, a))
		}
	case rule["has"] != nil:
		ok = true
		for _, x := range values(field, rule["has"]) {
			ok = ok && slices.Contains(g, x)
		}
	case rule["first"] != nil:
		ok = low == rule["first"]
	case rule["span"] != nil:
		span := asList(rule["span"])
		ok = low == span[0] && high == span[1]
	}
	if ok {
		return right
	}
	return wrong
}

// core are the fields that must all be right for a name to count.
var core = []string{"type", "title", "year", "season", "episode", "date"}

// scoreCore compares the core fields, and returns how many the label has and which are wrong.
func scoreCore(want, got map[string]any) (labelled int, bad []string) {
	for _, f := range core {
		w, ok := want[f]
		if !ok {
			continue
		}
		labelled++
		v := got[f]
		if f == "episode" && v == nil {
			v = got["absolute_episode"]
		}
		c := compare(f, w, v, got["alternative_title"])
		if f == "title" && c == wrong && splitTitle(want, got) {
			c = right
		}
		if c != right {
			bad = append(bad, fmt.Sprintf("%s: want %v, got %v", f, w, v))
		}
	}
	return labelled, bad
}

// splitTitle reports whether the label splits off what the guess leaves in the title: an alternative
// title, a country, a part.
func splitTitle(want, got map[string]any) bool {
	w, ok := want["title"].(string)
	g, ok2 := got["title"].(string)
	if !ok || !ok2 {
		return false
	}
	base, title := squeeze(w), squeeze(g)
	for _, a := range append(asList(want["alternative_title"]), want["country"]) {
		if s, ok := a.(string); ok && title == base+squeeze(s) {
			return true
		}
	}
	rest, found := strings.CutPrefix(title, base+"part")
	return want["part"] != nil && found && len(rest) > 0 && len(rest) <= 5
}

// object decodes v into what encoding/json makes of objects.
func object(v any) map[string]any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		panic(err)
	}
	return m
}
