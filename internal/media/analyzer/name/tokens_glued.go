package name

import (
	"slices"
	"unicode/utf8"
)

// addToken appends t, cut in two where a season and episode mark is glued to a title.
func (s *segment) addToken(t *token) {
	k := s.key[t.k0:t.k1]
	if t.latin && len(k) > 5 && firstDigit(k) < len(k) && t.end-t.start == len(k) {
		if at := gluedMark(k); at > 0 {
			s.pushHead(t, at)
		}
	}
	if t.latin && t.cjk {
		s.pushMixed(t)
		return
	}
	s.push(t)
}

// pushHead appends the first n bytes of t as a token of its own, and leaves the rest in t. The key of t has the length
// of its text.
func (s *segment) pushHead(t *token, n int) {
	head := *t
	head.end, head.k1 = t.start+n, t.k0+n
	s.push(&head)
	s.key = slices.Insert(s.key, head.k1, ' ')
	t.start, t.k0, t.k1, t.sep = head.end, head.k1+1, t.k1+1, 0
}

// pushMixed appends t, a word of two scripts, cut in two where it ends in the number of an episode: 风之谷EP05.
func (s *segment) pushMixed(t *token) {
	k := s.key[t.k0:t.k1]
	i := len(k)
	for i > 0 && isDigit(k[i-1]) {
		i--
	}
	n := len(k) - i
	cut := n >= 2 && n <= 4 && i >= 4 && t.end-t.start == len(k)
	switch {
	case cut && k[i-1] == 'p' && k[i-2] == 'e' && k[i-3] >= utf8.RuneSelf:
		i -= 2
	case cut && k[i-1] == 'e' && k[i-2] >= utf8.RuneSelf:
		i--
	default:
		s.push(t)
		return
	}
	t.latin = false
	for _, c := range k[:i] {
		t.latin = t.latin || c < utf8.RuneSelf && !isDigit(c)
	}
	s.pushHead(t, i)
	t.cjk, t.latin = false, true
	s.push(t)
}

func (s *segment) push(t *token) {
	k := s.key[t.k0:t.k1]
	t.num = number(k)
	if t.num < 0 || len(k) == 4 || len(k) == 1 {
		t.entry = lookupWord(k)
	}
	t.plain = t.num < 0 && firstDigit(k) == len(k)
	s.tok = append(s.tok, *t)
}

// gluedMark returns where in a word a mark such as s01e06 begins that title letters precede, or where
// letters follow a mark such as 3x11, 0 if there is none.
func gluedMark(k []byte) int {
	for i := 1; i+6 <= len(k); i++ {
		if k[i] == 's' && isDigit(k[i+1]) && isDigit(k[i+2]) && k[i+3] == 'e' && isDigit(k[i+4]) &&
			(!isDigit(k[i-1]) || digits(k, 0) == i) {
			return i
		}
	}
	if isDigit(k[0]) {
		return crossedInFront(k)
	}
	return crossedAtEnd(k)
}

// crossedAtEnd returns where the mark begins in "Castle1x01".
func crossedAtEnd(k []byte) int {
	i := len(k) - 4
	if !isDigit(k[i+3]) || !isDigit(k[i+2]) || k[i+1] != 'x' || !isDigit(k[i]) {
		return 0
	}
	if isDigit(k[i-1]) {
		i--
	}
	if i > 2 && !isDigit(k[i-1]) {
		return i
	}
	return 0
}

// crossedInFront returns where the title begins in "3x11Title".
func crossedInFront(k []byte) int {
	i := digits(k, 0)
	if i > 2 || i == len(k) || k[i] != 'x' {
		return 0
	}
	if j := digits(k, i+1); j >= i+3 && j < len(k)-2 && k[j] != 'x' && k[j] != 'e' && k[j] != 'v' {
		return j
	}
	return 0
}
