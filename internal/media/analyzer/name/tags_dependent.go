package name

// findDependentTags claims weak tags and codes. From the first technical tag on, or behind a year of
// a film, words are tags; before it only an unbroken run that leads up to it is.
func (s *segment) findDependentTags() {
	s.wordsEnd = s.findWordsEnd()
	for i := s.wordsEnd; i < len(s.tok); {
		if s.bareChannels(i) {
			i += 2
			continue
		}
		i = s.tryTag(i, code)
	}
	s.claimRun(s.wordsEnd)
	if s.anchor < s.wordsEnd && !s.leading(s.anchor) {
		for i := s.anchor; i < s.wordsEnd && s.tok[i].prop != propNone; {
			i++
			for i < s.wordsEnd && s.tok[i].prop == propNone && s.tok[i].sep&sepSlash == 0 {
				next := s.tryTag(i, weak)
				if s.tok[i].prop == propNone {
					break
				}
				i = next
			}
		}
		s.claimEdition(s.anchor)
	}
	s.claimBrackets()
}

// bareChannels claims a layout of channels that no codec precedes: "x264.5.1".
func (s *segment) bareChannels(i int) bool {
	if i+1 >= len(s.tok) || !s.free(i, i+2) || len(s.word(i)) != 1 || len(s.word(i+1)) != 1 ||
		s.tok[i+1].sep != sepDot {
		return false
	}
	layout := channels(s.tok[i].num, s.tok[i+1].num)
	if layout == "" {
		return false
	}
	s.add(claim{prop: propAudioChannels, from: i, to: i + 2, text: layout})
	return true
}

// serviceBefore reports whether tag is a service in capitals right before a source from the web, as in NF.WEB-DL.
func (s *segment) serviceBefore(from int, t *tag, end int) bool {
	if t.prop != propService || end >= len(s.tok) || s.tok[end].prop != propSource ||
		s.claims[s.tok[end].claim].tag.value != "Web" {
		return false
	}
	for _, c := range []byte(s.span(from, end)) {
		if c >= 'a' && c <= 'z' {
			return false
		}
	}
	return from > 1
}

// tryTag claims the tag at token i if it is at least as strong as least, and returns where to go on.
func (s *segment) tryTag(i int, least strength) int {
	if s.tok[i].prop != propNone {
		return i + 1
	}
	m := s.lookup(i)
	if m.tag == nil || m.tag.strength < least || !s.free(i, m.to) {
		return i + 1
	}
	if m.tag.strength == code && !s.codeFits(i, m.to) {
		return i + 1
	}
	s.claimTag(m, i)
	return m.to
}

// codeFits reports whether a short word stands directly between tags, or between one and an end.
func (s *segment) codeFits(from, to int) bool {
	before := from > 0 && s.tok[from-1].prop != propNone
	after := !s.freeWord(to)
	if !after {
		m := s.lookup(to)
		after = m.tag != nil
	}
	group := s.tok[from].sep.tightDash() && to >= len(s.tok) // the group at the end
	return before && after && !group
}

// findWordsEnd returns from where on all words are tags: from the first technical tag, or from a year
// that nothing but tags follows.
func (s *segment) findWordsEnd() int {
	marker := s.has(propMarker) || s.has(propDate)
	lead := s.lead()
	for i := lead; i < len(s.tok); i++ {
		p := s.tok[i].prop
		if p.technical() {
			return i
		}
		if p == propYear && i > 0 && !marker {
			return i
		}
	}
	return len(s.tok)
}

// claimRun claims weak tags that lead up to token end without a gap. At least one word of the name is
// left to be its title.
func (s *segment) claimRun(end int) {
	if end < len(s.tok) && s.tok[end].prop == propYear {
		s.claimEdition(end)
		return
	}
	for end > 0 {
		from, m := s.matchBefore(end)
		if m.tag != nil && m.tag.strength == code && m.tag.prop == propOther && end < len(s.tok) {
			if at, before := s.matchBefore(from); before.tag != nil && before.tag.strength >= weak && !s.leading(at) {
				s.claimTag(m, from) // "IMAX.EDITION.HQ.BluRay"
				end = from
				continue
			}
		}
		if m.tag == nil || m.tag.strength < weak && s.sepAfter(end-1) != sepPlus &&
			!s.serviceBefore(from, m.tag, end) || s.leading(from) || s.joined(from) || s.titleNoun(from, m) {
			return
		}
		s.claimTag(m, from)
		end = from
	}
}

// titleNoun reports a word for an edition that ends titles as well, "The Bone Collector", where nothing else in the
// name has told that tags began: only capitals, which the title does not have, make it a tag then.
func (s *segment) titleNoun(from int, m match) bool {
	if m.to != from+1 || m.tag.prop != propEdition || s.is(from-1, "edition") ||
		!oneOf(s.word(from), "collector", "limited", "festival", "deluxe") {
		return false
	}
	if shouted(s.raw(from)) && !(shouted(s.raw(from-1)) && from > 1 && shouted(s.raw(from-2))) {
		return false
	}
	s.note(from, m.to, "no edition", "a noun that ends titles as well, and is not written as a tag")
	return true
}

// shouted reports a word that releases write for a tag: in capitals, all or most of them, as LiMiTED.
func shouted(text string) bool {
	n := 0
	for i := range len(text) {
		if text[i] >= 'A' && text[i] <= 'Z' {
			n++
		}
	}
	return n > 1
}

// matchBefore returns the longest phrase that ends before token end.
func (s *segment) matchBefore(end int) (int, match) {
	best, at := match{}, 0
	for from := end - 1; from >= 0 && from >= end-4; from-- {
		if s.tok[from].prop != propNone {
			break
		}
		if m := s.lookup(from); m.tag != nil && m.to == end {
			best, at = m, from
		}
	}
	return at, best
}

// claimEdition claims the editions, and what else is said of a whole, that directly precede token
// end: "Extended 2012", "3D 2013", "The Complete Season 3".
func (s *segment) claimEdition(end int) {
	for end > 0 {
		from, m := s.matchBefore(end)
		if m.tag == nil || s.leading(from) || s.joined(from) {
			return
		}
		if m.tag.prop == propLanguage && m.tag.strength >= weak {
			if _, e := s.matchBefore(from); e.tag != nil && e.tag.prop == propEdition {
				s.claimTag(m, from)
				end = from
				continue
			}
		}
		said := m.tag.prop == propEdition || m.tag.prop == propOther &&
			(m.tag.value == "3D" || m.tag.value == "Complete" || m.tag.value == "Internal" && !s.spaces)
		if !said || m.tag.strength < weak && s.raw(from) != "DC" || s.titleNoun(from, m) {
			return
		}
		s.claimTag(m, from)
		end = from
	}
}

// joined reports whether a conjunction or an article ties token i to the title: "Longer and Uncut".
func (s *segment) joined(i int) bool {
	return oneOf(s.word(i-1), "and", "the", "of", "a", "or", "in", "for", "my", "is", "und", "et")
}

// claimBrackets claims the weak words in brackets that hold a tag already, or nothing but tags.
func (s *segment) claimBrackets() {
	for b := range s.br {
		g := &s.br[b]
		least, ok := s.bracketStrength(g)
		if !ok || g.first == 0 && g.last == len(s.tok) { // all that the name has for a title
			continue
		}
		for i := g.first; i < g.last; {
			m := s.lookup(i)
			if m.tag != nil && m.tag.strength >= least && m.to <= g.last && s.free(i, m.to) {
				s.claimTag(m, i)
				i = m.to
			} else {
				i++
			}
		}
	}
}

// bracketStrength returns how strong the tags must be that count in a bracket. It reports false if none do.
func (s *segment) bracketStrength(b *bracket) (strength, bool) {
	if b.first == b.last || b.last-b.first > 24 {
		return 0, false
	}
	tagged, all := false, true
	for i := b.first; i < b.last; {
		if !s.freeWord(i) {
			tagged = tagged || s.tok[i].prop.descriptive()
			i++
			continue
		}
		m := s.lookup(i)
		if m.tag == nil || m.to > b.last {
			all = false
			i++
			continue
		}
		all = all && (m.tag.strength >= weak || len(s.raw(i)) >= 3 || b.first > 0)
		i = m.to
	}
	if all {
		return code, true
	}
	return weak, tagged
}
