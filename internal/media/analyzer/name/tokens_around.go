package name

// nowhere stands for the words before the first and behind the last: it is no number and no free word, and nothing
// separates it from others.
var nowhere = token{num: -1, bracket: -1, claim: -1, prop: propIgnored}

// at returns token i, nowhere if there is none.
func (s *segment) at(i int) *token {
	if uint(i) < uint(len(s.tok)) {
		return &s.tok[i]
	}
	return &nowhere
}

// word returns the folded text of token i, nothing if there is none. It is only valid until the segment is reset.
func (s *segment) word(i int) []byte {
	t := s.at(i)
	return s.key[t.k0:t.k1]
}

// is reports whether token i is the folded word.
func (s *segment) is(i int, word string) bool { return string(s.word(i)) == word }

// raw returns the text of token i as the name spells it.
func (s *segment) raw(i int) string { return s.text[s.tok[i].start:s.tok[i].end] }

// span returns the text of tokens [from, to).
func (s *segment) span(from, to int) string { return s.text[s.tok[from].start:s.tok[to-1].end] }

// sepAfter returns what stands behind token i.
func (s *segment) sepAfter(i int) separators {
	if i+1 < len(s.tok) {
		return s.tok[i+1].sep
	}
	return s.tail
}

// freeWord reports that token i is there, and no claim holds it.
func (s *segment) freeWord(i int) bool { return s.at(i).prop == propNone }

// isYear reports whether token i is four digits that could be a year of release.
func (s *segment) isYear(i int) bool { t := s.at(i); return t.k1-t.k0 == 4 && yearLike(t.num) }

// plays reports whether token i has one of the roles.
func (s *segment) plays(i int, roles wordRole) bool { return s.at(i).entry.plays(roles) }

// alone reports whether token i has its bracket to itself.
func (s *segment) alone(i int) bool {
	b := s.at(i).bracket
	return b >= 0 && s.br[b].last-s.br[b].first == 1
}

// kind returns the kind of the innermost bracket around token i, 0 if there is none.
func (s *segment) kind(i int) byte {
	if b := s.at(i).bracket; b >= 0 {
		return s.br[b].kind
	}
	return 0
}

// opensBracket reports whether token i is the first in its bracket.
func (s *segment) opensBracket(i int) bool { b := s.at(i).bracket; return b >= 0 && s.br[b].first == i }

// entersBracket reports whether a bracket opens between token i-1 and token i.
func (s *segment) entersBracket(i int) bool {
	t := s.at(i)
	return t.sep&sepOpen != 0 && t.bracket >= 0
}

// bracketOrEnd reports whether a bracket opens or closes before token i, or the name ends there.
func (s *segment) bracketOrEnd(i int) bool {
	return i >= len(s.tok) || s.tok[i].sep&(sepOpen|sepClose) != 0
}

// strongTag returns the tag at token i that counts wherever it stands, nil if there is none.
func (s *segment) strongTag(i int) *tag {
	if m := s.lookup(i); m.tag != nil && m.tag.strength == strong {
		return m.tag
	}
	return nil
}
