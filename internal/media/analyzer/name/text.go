package name

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

func itoa(n int) string { return strconv.Itoa(n) }

// phrase returns the words w as a person would write them: spaces for the dots and underscores that
// stand for them, without what separates them from the rest of the name.
func (s *segment) phrase(w words) string {
	if w.empty() {
		return ""
	}
	from, to := s.tok[w.from].start, s.tok[w.to-1].end
	from = s.openingOf(w, from)
	to = s.closingOf(w, to)
	raw := s.text[from:to]
	spaces := strings.IndexByte(raw, ' ') >= 0
	if !needsCleaning(raw, spaces) {
		return valid(raw)
	}
	b := make([]byte, 0, len(raw)+4)
	for i := range len(raw) {
		c := raw[i]
		switch {
		case c == '_':
			c = ' '
		case c == '.' && !keepsDot(raw, i, spaces):
			c = ' '
		}
		if c == ' ' && (len(b) == 0 || b[len(b)-1] == ' ') {
			continue
		}
		b = append(b, c)
	}
	return valid(strings.TrimRight(string(b), " "))
}

func needsCleaning(raw string, spaces bool) bool {
	return strings.IndexByte(raw, '_') >= 0 || strings.IndexByte(raw, '.') >= 0 || spaces && strings.Contains(raw, "  ")
}

// keepsDot reports whether the dot at i is part of an abbreviation, or of a name written with spaces.
func keepsDot(raw string, i int, spaces bool) bool {
	before, after := byteAt(raw, i-1), byteAt(raw, i+1)
	switch {
	case i+1 >= len(raw):
		return byteAt(raw, i-2) == '.' && before|0x20 >= 'a'
	case after == ' ':
		return true
	case after == '.' || before == '.': // three of them
		return after == '.' && byteAt(raw, i+2) == '.' || before == '.' && byteAt(raw, i-2) == '.'
	case initial(raw, i-1):
		return initial(raw, i+1) || initial(raw, i-3)
	}
	return spaces && i > 0 && strings.Count(raw, " ") >= strings.Count(raw, ".")
}

// byteAt returns byte i of text, 0 if there is none.
func byteAt(text string, i int) byte {
	if uint(i) < uint(len(text)) {
		return text[i]
	}
	return 0
}

// initial reports whether byte i of raw is a letter by itself.
func initial(raw string, i int) bool {
	const around = "\x00._ "
	return isLetter(byteAt(raw, i)) && strings.IndexByte(around, byteAt(raw, i-1)) >= 0 &&
		strings.IndexByte(around, byteAt(raw, i+1)) >= 0
}

// openingOf moves from back over what opens the first word: a bracket that closes within w, a hash,
// a mark of exclamation.
func (s *segment) openingOf(w words, from int) int {
	if b := s.tok[w.from].bracket; b >= 0 && s.br[b].first == w.from && s.br[b].closed &&
		s.br[b].last < w.to {
		return s.br[b].open
	}
	if from > 0 {
		switch s.text[from-1] {
		case '#', '$':
			return from - 1
		case '\'':
			if end := s.tok[w.to-1].end; end >= len(s.text) || s.text[end] != '\'' { // 'Til, but not a quotation
				return from - 1
			}
		}
	}
	return from
}

// closingOf moves to behind the last word over what belongs to it: marks, dots of abbreviations, and
// the bracket that opened within w.
func (s *segment) closingOf(w words, to int) int {
	if b := s.tok[w.to-1].bracket; b >= 0 && s.br[b].last == w.to && s.br[b].closed &&
		s.br[b].first >= w.from && !(s.br[b].first == w.from && s.br[b].last >= w.to) {
		return s.br[b].close
	}
	for to < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[to:])
		switch r {
		case '!', '?', '！', '？', '%', '～':
			to += n
			continue
		case '~':
			if strings.Count(s.text[s.tok[w.from].start:to], "~") == 1 { // "Title ~Subtitle~"
				return to + n
			}
		case '.':
			if to >= 3 && s.text[to-2] == '.' && s.text[to-1]|0x20 >= 'a' &&
				(to == 3 || !startsWord(s.text[to-4:to-3])) {
				to++
			}
		}
		break
	}
	return to
}

// valid returns s with what is no UTF-8 replaced.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
