package subtitle

import (
	"bytes"
	"unicode/utf8"
)

// spokenLines appends the lines of SubRip, WebVTT, MicroDVD and the like that are spoken: no numbers,
// times, settings or tags.
func spokenLines(to, text []byte) []byte {
	for line := range bytes.Lines(text) {
		if len(to) > languageMaxRunes {
			break
		}
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0, bytes.Contains(line, []byte("-->")), bytes.HasPrefix(line, []byte("WEBVTT")),
			bytes.HasPrefix(line, []byte("NOTE")), bytes.HasPrefix(line, []byte("STYLE")):
			continue
		}
		to = appendSpoken(to, line)
	}
	return to
}

// spokenASS appends the text of Dialogue lines, which is their tenth field.
func spokenASS(to, text []byte) []byte {
	for line := range bytes.Lines(text) {
		rest, ok := bytes.CutPrefix(line, []byte("Dialogue:"))
		if !ok {
			continue
		}
		if len(to) > languageMaxRunes {
			break
		}
		for range 9 {
			_, rest, _ = bytes.Cut(rest, []byte(","))
		}
		to = appendSpoken(to, rest)
	}
	return to
}

// spokenMarkup appends the text of a document between its tags.
func spokenMarkup(to, text []byte) []byte { return appendSpoken(to, text) }

// appendSpoken appends a line without what stands in tags, braces and brackets, with blanks for the line
// breaks of ASS.
func appendSpoken(to, line []byte) []byte {
	depth, most := 0, len(to)+2*languageMaxRunes
	for i := 0; i < len(line) && len(to) <= most; {
		r, n := utf8.DecodeRune(line[i:])
		switch {
		case r == '<' || r == '{' || r == '[':
			depth++
		case (r == '>' || r == '}' || r == ']') && depth > 0:
			depth--
			to = append(to, ' ')
		case r == '\\' && i+1 < len(line) && (line[i+1] == 'N' || line[i+1] == 'n'):
			to = append(to, ' ')
			n = 2
		case depth == 0:
			to = utf8.AppendRune(to, r)
		}
		i += n
	}
	return append(to, '\n')
}
