package name

import "strings"

// cutSubtitle reads what names of subtitle files add to that of their film into g, and returns what is before it:
// nothing where the name is only a language.
func cutSubtitle(g *Guess, p *pathParts) string {
	text := cutSubtitleBracket(g, cutSubtitleParts(g, p.file))
	if lang := soleLanguage(g, text, p); lang != "" {
		g.SubtitleLanguage.add(lang)
		return ""
	}
	return text
}

// soleLanguage is the language that is all of a name: "2_English", as releases number the files of their folder of
// subtitles; without a number only in such a folder, since a film may be called so.
func soleLanguage(g *Guess, text string, p *pathParts) string {
	word := strings.TrimLeft(text, "0123456789")
	numbered := len(word) < len(text) && strings.TrimLeft(word, "_ .-") != word
	if !numbered && !p.inSubtitles() {
		return ""
	}
	word = strings.TrimLeft(word, "_ .-")
	if lang := subtitleLanguage(foldWord(word)); lang != "" {
		return lang
	}
	if g.subtitleWords(foldWord(word)) && len(g.SubtitleLanguage) > 0 {
		return g.SubtitleLanguage[0]
	}
	return ""
}

// inSubtitles reports whether the file lies in a folder of subtitles.
func (p *pathParts) inSubtitles() bool {
	if p.n == 0 {
		return false
	}
	switch foldWord(p.dirs[0]) {
	case "subs", "sub", "subtitles", "subtitle":
		return true
	}
	return false
}

// cutSubtitleParts reads the parts that are added behind dots (language, flags, a title). Their order is free: media
// servers accept all.
func cutSubtitleParts(g *Guess, text string) string {
	end := len(text)
	titleAt, found := "", false
	for range 6 {
		dot := strings.LastIndexByte(text[:end], '.')
		if dot <= 0 {
			break
		}
		part := text[dot+1 : end]
		if !g.subtitlePart(part) {
			before := text[dot-1]
			bracketed := before == ']' || before == ')'
			if titleAt != "" || !bracketed && (found || !metaBefore(text[:dot])) || part == "" {
				break
			}
			if !bracketed && wordOfTitle(text[:dot]) {
				break
			}
			titleAt = part
			end = dot
			continue
		}
		found = true
		end = dot
	}
	if !found {
		return text
	}
	if titleAt != "" {
		set(&g.SubtitleTitle, valid(titleAt))
	}
	return text[:end]
}

// cutSubtitleBracket reads languages and flags in brackets at the end of a name, or a language's code behind an
// underscore there, where no dot set one off: "Title (2020) [en]", "Title (2020)_en".
func cutSubtitleBracket(g *Guess, text string) string {
	if len(g.SubtitleLanguage) > 0 || text == "" {
		return text
	}
	switch last := text[len(text)-1]; {
	case last == ']' || last == ')':
		i := strings.LastIndexAny(text, "[(")
		if i > 0 && len(text)-i < 30 && g.subtitlePart(text[i+1:len(text)-1]) {
			return strings.TrimRight(text[:i], " ._-")
		}
	case len(text) > 4:
		i := strings.LastIndexByte(text, '_')
		if n := len(text) - i - 1; i > 0 && (n == 2 || n == 3) && strings.IndexByte("0123456789)]", text[i-1]) >= 0 &&
			g.subtitlePart(text[i+1:]) {
			return text[:i]
		}
	}
	return text
}

// wordOfTitle reports that the last part of text, which is a language or a flag, may as well be a word of the title:
// "The.Italian" before "Job". Codes are none, and nothing is behind a year or an episode.
func wordOfTitle(text string) bool {
	dot := strings.LastIndexByte(text, '.')
	return len(text)-dot > 4 && !strings.ContainsAny(text, "0123456789)]")
}

// metaBefore reports whether the last part of text is a language or a flag.
func metaBefore(text string) bool {
	var g Guess
	return g.subtitlePart(text[strings.LastIndexByte(text, '.')+1:])
}

// subtitlePart reads one part: a flag, a language, or a language and a title joined by a dash.
func (g *Guess) subtitlePart(part string) bool {
	key := foldWord(part)
	switch key {
	case "default", "forced":
		prepend(&g.SubtitleFlags, key)
		return true
	case "foreign":
		prepend(&g.SubtitleFlags, "forced")
		return true
	case "sdh", "hi", "cc", "hearing impaired", "hearing":
		prepend(&g.SubtitleFlags, "hearing_impaired")
		return true
	}
	if lang := subtitleLanguage(key); lang != "" {
		g.SubtitleLanguage.add(lang)
		return true
	}
	if g.subtitleWords(key) {
		return true
	}
	lang, title, ok := strings.Cut(part, "-")
	if ok && len(lang) >= 2 && len(lang) <= 3 {
		if code := subtitleLanguage(foldWord(lang)); code != "" {
			g.SubtitleLanguage.add(code)
			set(&g.SubtitleTitle, valid(title))
			return true
		}
	}
	return false
}

// subtitleWords reads a folded part of several words that are all languages and flags: "English - SDH", "eng,English
// (SDH)", "chi_sim".
func (g *Guess) subtitleWords(key string) bool {
	if len(key) > 40 || !strings.ContainsAny(key, " ,-_([;") {
		return false
	}
	words := strings.FieldsFunc(key, func(r rune) bool { return strings.ContainsRune(" ,-_()[];", r) })
	if len(words) < 2 || len(words) > 4 {
		return false
	}
	for i, w := range words {
		switch {
		case w == "sim" || w == "simp" || w == "tra" || w == "trad":
			if i == 0 || subtitleLanguage(words[i-1]) != "zh" {
				return false
			}
		case !isSubtitleFlag(w) && subtitleLanguage(w) == "":
			return false
		}
	}
	for i, w := range words {
		next := ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch lang := subtitleLanguage(w); {
		case isSubtitleFlag(w):
			g.subtitlePart(w)
		case lang == "zh" && strings.HasPrefix(next, "sim"):
			g.SubtitleLanguage.add("zh-Hans")
		case lang == "zh" && strings.HasPrefix(next, "tra"):
			g.SubtitleLanguage.add("zh-Hant")
		case lang != "":
			g.SubtitleLanguage.add(lang)
		}
	}
	return true
}

func isSubtitleFlag(word string) bool {
	return oneOf([]byte(word), "default", "forced", "foreign", "sdh", "hi", "cc", "hearing")
}

func prepend(at *Strings, v string) {
	if !at.Has(v) {
		*at = append(Strings{v}, *at...)
	}
}

// subtitleLanguage returns the code of the language that key names, in words or as a code with or without a region.
func subtitleLanguage(key string) string {
	if key == "br" {
		return "pt-BR"
	}
	if len(key) > 9 {
		if lang, ok := regionalLanguages[strings.NewReplacer("(", "", ")", "", "[", "", "]", "").Replace(key)]; ok {
			return lang
		}
	}
	if len(key) == 10 && strings.HasPrefix(key, "zh han") { // zh-Hant-TW
		return "zh-" + subtag(key[3:7])
	}
	if e := lookupWord(key); e != nil && e.tag != nil {
		switch e.tag.prop {
		case propLanguage:
			if e.tag.value != "mul" || key == "mul" {
				return e.tag.value
			}
		case propSubtitle:
			if e.tag.value != "und" {
				return e.tag.value
			}
		}
	}
	if lang, region, ok := strings.Cut(key, " "); ok && len(lang) == 2 &&
		(len(region) == 2 || len(region) == 4 || len(region) == 3 && allDigits(region)) {
		if e := lookupWord(lang); e != nil && e.tag != nil && e.tag.prop == propLanguage {
			return e.tag.value + "-" + subtag(region)
		}
	}
	return ""
}

// regionalLanguages are names of languages as they are spoken or written somewhere, folded and without brackets.
var regionalLanguages = map[string]string{
	"brazilian portuguese": "pt-BR", "portuguese brazil": "pt-BR", "portuguese brazilian": "pt-BR",
	"latin american spanish": "es-419", "spanish latin america": "es-419", "spanish latin american": "es-419",
	"latin spanish": "es-419", "spanish latino": "es-419", "european spanish": "es-ES", "spanish spain": "es-ES",
	"simplified chinese": "zh-Hans", "chinese simplified": "zh-Hans", "traditional chinese": "zh-Hant",
	"chinese traditional": "zh-Hant", "canadian french": "fr-CA", "french canada": "fr-CA", "french canadian": "fr-CA",
}

// subtag returns the second part of a language's tag as BCP 47 writes it: a region in capitals, a script with one:
// pt-BR, zh-Hant.
func subtag(text string) string {
	if len(text) == 4 {
		return strings.ToUpper(text[:1]) + strings.ToLower(text[1:])
	}
	return strings.ToUpper(text)
}
