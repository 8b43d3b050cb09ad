package name

import "strings"

// cutSubtitle reads what names of subtitle files add to that of their film into g, and returns what is before it:
// nothing where the name is only a language.
func cutSubtitle(g *Guess, p *pathParts) string {
	text := cutSubtitleParts(g, p.file)
	if lang := soleLanguage(text, p); lang != "" {
		g.SubtitleLanguage.add(lang)
		return ""
	}
	return text
}

// soleLanguage is the language that is all of a name: "2_English", as releases number the files of their folder of
// subtitles; without a number only in such a folder, since a film may be called so.
func soleLanguage(text string, p *pathParts) string {
	word := strings.TrimLeft(text, "0123456789")
	numbered := len(word) < len(text) && strings.TrimLeft(word, "_ .-") != word
	if !numbered && !p.inSubtitles() {
		return ""
	}
	word = strings.TrimLeft(word, "_ .-")
	if lang := subtitleLanguage(foldWord(word)); lang != "" {
		return lang
	}
	if foldWord(word) == "portuguese (brazil)" || foldWord(word) == "portuguese brazil" {
		return "pt-BR"
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
	if lang, region, ok := strings.Cut(key, " "); ok && len(lang) == 2 && (len(region) == 2 || len(region) == 4) {
		if e := lookupWord(lang); e != nil && e.tag != nil && e.tag.prop == propLanguage {
			return e.tag.value + "-" + subtag(region)
		}
	}
	return ""
}

// subtag returns the second part of a language's tag as BCP 47 writes it: a region in capitals, a script with one:
// pt-BR, zh-Hant.
func subtag(text string) string {
	if len(text) == 4 {
		return strings.ToUpper(text[:1]) + strings.ToLower(text[1:])
	}
	return strings.ToUpper(text)
}
