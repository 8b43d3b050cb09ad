// Package language writes languages in the one way in which the catalog has them: as BCP 47 tags in their shortest
// form, "de", "pt-BR", "zh-Hant", whatever a name, a tag, a stream or a sidecar calls them.
package language

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// maxText bounds what is read as a language, in bytes.
const maxText = 64

// rules replace what BCP 47 has given up, and leave out a script that goes without saying.
const rules = language.DeprecatedBase | language.DeprecatedScript | language.DeprecatedRegion | language.SuppressScript |
	language.Legacy | language.Macro

// Tag returns the shortest BCP 47 tag of the language that text names: by a tag of BCP 47, a code of ISO 639 of two or
// three letters (of terminology or bibliography), or its English or own name. Empty: text says that it does not know,
// that there is no language, or names none.
func Tag(text string) string {
	if isPlain(text) {
		return text
	}
	return read(text)
}

func read(text string) string {
	text = strings.TrimSpace(strings.TrimRight(text, "\x00"))
	if len(text) < 2 || len(text) > maxText {
		return ""
	}
	key := strings.ReplaceAll(strings.ToLower(text), "_", "-")
	if i := strings.IndexAny(key, ".@"); i > 0 { // as locales have it: de_DE.UTF-8@euro
		key = key[:i]
	}
	if tag, ok := names[key]; ok {
		return tag
	}
	tag, err := language.Parse(key)
	if err != nil {
		return ""
	}
	if tag, err = rules.Canonicalize(tag); err != nil {
		return ""
	}
	base, script, region := tag.Raw()
	if unknown(base.String()) {
		return ""
	}
	return shortest(base, script, region)
}

// unknown reports codes that stand for no language.
func unknown(base string) bool {
	switch base {
	case "und", "zxx", "mis":
		return true
	}
	return len(base) == 3 && base >= "qaa" && base <= "qtz" // for private use
}

// shortest writes a tag without a script that its region tells, and without what is said beyond the region.
func shortest(base language.Base, script language.Script, region language.Region) string {
	const noScript, noRegion = "Zzzz", "ZZ"
	out := base.String()
	withRegion := region.String() != noRegion
	if script.String() != noScript {
		implied := false
		if withRegion {
			if bare, err := language.Compose(base, region); err == nil {
				likely, _ := bare.Script()
				implied = likely == script
			}
		}
		if !implied {
			out += "-" + script.String()
		}
	}
	if withRegion {
		out += "-" + region.String()
	}
	return out
}

// Tags returns the tags of texts, each once, without those that name no language. A text may name several: "eng/ger",
// or "engger" as ID3v2.3 has it (4.2.1, TLAN). It is nil where none does.
func Tags(texts []string) []string {
	var out []string
	for _, text := range texts {
		for _, tag := range several(text) {
			if tag != "" && !slices.Contains(out, tag) {
				out = append(out, tag)
			}
		}
	}
	return out
}

func several(text string) []string {
	if tag := Tag(text); tag != "" {
		return []string{tag}
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;/|&+\x00", r) })
	if len(parts) < 2 {
		return glued(text)
	}
	for i := range parts {
		parts[i] = Tag(parts[i])
	}
	return parts
}

// glued takes a text for codes of three letters, one behind the other, where it can be nothing else.
func glued(text string) (out []string) {
	if len(text)%3 != 0 || len(text) > maxText {
		return nil
	}
	for at := 0; at < len(text); at += 3 {
		code := text[at : at+3]
		tag := Tag(code)
		if tag == "" && !strings.EqualFold(code, "und") && !strings.EqualFold(code, "xxx") {
			return nil
		}
		out = append(out, tag)
	}
	return out
}

// Describe writes tags for all languages of what a prober or a sidecar said, so that none can forget one.
func Describe(d *media.Description) {
	if slices.ContainsFunc(d.Languages, func(l string) bool { return !isPlain(l) }) {
		d.Languages = Tags(d.Languages)
	}
	if d.Media == nil {
		return
	}
	for i := range d.Media.Video {
		set(&d.Media.Video[i].Language)
	}
	for i := range d.Media.Audio {
		set(&d.Media.Audio[i].Language)
	}
	for i := range d.Media.Subtitles {
		set(&d.Media.Subtitles[i].Language)
	}
}

func set(language *string) {
	if *language != "" {
		*language = Tag(*language)
	}
}
