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
	if i+1 >= len(raw) {
		return i >= 2 && raw[i-2] == '.' && raw[i-1]|0x20 >= 'a'
	}
	if raw[i+1] == ' ' {
		return true
	}
	if i+1 < len(raw) && raw[i+1] == '.' || i > 0 && raw[i-1] == '.' {
		return i+2 < len(raw) && raw[i+1] == '.' && raw[i+2] == '.' || i > 1 && raw[i-1] == '.' && raw[i-2] == '.'
	}
	single := func(at int) bool { // a single letter stands at at
		if at < 0 || at >= len(raw) || raw[at]|0x20 < 'a' || raw[at]|0x20 > 'z' {
			return false
		}
		left := at == 0 || raw[at-1] == '.' || raw[at-1] == ' ' || raw[at-1] == '_'
		right := at+1 == len(raw) || raw[at+1] == '.' || raw[at+1] == ' ' || raw[at+1] == '_'
		return left && right
	}
	if single(i-1) && (single(i+1) || i >= 3 && single(i-3)) {
		return true
	}
	return spaces && !single(i-1) && i > 0 && raw[i+1] != ' ' && strings.Count(raw, " ") >= strings.Count(raw, ".")
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
