// Package language writes languages in the one way in which the catalog has them: as BCP 47 tags in their shortest form,
// "de", "pt-BR", "zh-Hant", whatever a name, a tag, a stream or a sidecar calls them.
package language

import (
	"strings"

	"golang.org/x/text/language"
)

// maxText bounds what is read as a language, in bytes.
const maxText = 64

// rules replace what BCP 47 has given up, and leave out a script that goes without saying.
const rules = language.DeprecatedBase | language.DeprecatedScript | language.DeprecatedRegion | language.SuppressScript |
	language.Legacy | language.Macro

// Tag returns the shortest BCP 47 tag of the language that text names: by a tag of BCP 47, a code of ISO 639 of two or
// three letters (of terminology or bibliography), or its English or own name. Empty: text says that it does not know, that
// there is no language, or names none.
func Tag(text string) string {
	text = strings.TrimSpace(strings.TrimRight(text, "\x00"))
	if len(text) < 2 || len(text) > maxText {
		return ""
	}
	key := strings.ReplaceAll(strings.ToLower(text), "_", "-")
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

// Tags returns the tags of texts, each once, without those that name no language. It is nil where none does.
func Tags(texts []string) []string {
	var out []string
	seen := make(map[string]bool, len(texts))
	for _, text := range texts {
		if tag := Tag(text); tag != "" && !seen[tag] {
			seen[tag] = true
			out = append(out, tag)
		}
	}
	return out
}
