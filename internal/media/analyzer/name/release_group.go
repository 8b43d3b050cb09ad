package name

// releaseGroup returns who made the release: behind the last dash, in the last brackets, or in the
// brackets that open the name.
func (s *segment) releaseGroup() string {
	if g := s.dashGroup(); g != "" {
		return g
	}
	lead := s.first(propGroup)
	if lead >= 0 {
		return s.claims[lead].text
	}
	if g := s.bracketGroup(); g != "" {
		return g
	}
	return s.lastWordGroup()
}

// dashGroup reads "-GROUP" behind tags.
func (s *segment) dashGroup() string {
	for i := len(s.tok) - 1; i > 0 && i > len(s.tok)-12; i-- {
		t := &s.tok[i]
		switch t.prop {
		case propNone, propOther, propWebsite, propLanguage, propSubtitle:
		default:
			if i == len(s.tok)-1 && t.prop.descriptive() && t.sep.tightDash() && s.isCode(i) {
				return s.groupText(i)
			}
			return ""
		}
		if t.sep.spacedDash() {
			switch s.tok[i-1].prop {
			case propYear, propPart, propMarker, propDate: // it numbers the work
				return ""
			}
		}
		if t.prop != propNone {
			continue
		}
		if s.dashBefore(i) && s.described(i-1) {
			return s.groupText(i)
		}
		letter := s.freeWord(i-1) && len(s.raw(i-1)) == 1 && s.tok[i-1].sep == sepDot
		if i > 1 && t.sep.tightDash() && letter && s.described(i-2) {
			return s.groupText(i - 1) // "x264.D-Z0N3"
		}
	}
	return ""
}

// isCode reports whether what token i says is only believed between tags.
func (s *segment) isCode(i int) bool {
	c := s.tok[i].claim
	return c >= 0 && s.claims[c].tag != nil && s.claims[c].tag.strength == code
}

// dashBefore reports a dash before token i that a group may stand behind.
func (s *segment) dashBefore(i int) bool {
	sep := s.tok[i].sep
	return sep&sepDash != 0 && (sep.only(sepDash|sepSpace|sepDot) && s.tok[i].bracket < 0 ||
		sep.only(sepDash|sepOpen|sepClose|sepSpace|sepUnderscore))
}

// described reports whether token i says something about the release or numbers the work.
func (s *segment) described(i int) bool {
	p := s.tok[i].prop
	return p.descriptive() || p == propYear || p == propPart || p == propCD ||
		(p == propMarker || p == propDate) && !s.spaces
}

// groupText returns the name of the group that begins at token i: up to a space, or all of the bracket.
func (s *segment) groupText(i int) string {
	end := i + 1
	for s.freeWord(end) && s.tok[end].bracket == s.tok[i].bracket &&
		!(s.tok[end].sep&(sepSpace|sepOpen|sepClose) != 0) {
		if s.tok[end].sep.tightDash() && s.suffixOfRepost(end) {
			break
		}
		end++
	}
	return valid(s.span(i, end))
}

// suffixOfRepost reports what those add to a group who post a release again.
func (s *segment) suffixOfRepost(i int) bool {
	k := s.word(i)
	return len(k) <= 2 && isDigit(k[0]) || oneOf(k, "rp", "pre", "sample", "4p", "proof")
}

// bracketGroup reads a last bracket with one name in it.
func (s *segment) bracketGroup() string {
	for b := len(s.br) - 1; b >= 0; b-- {
		g := &s.br[b]
		n := g.last - g.first
		if n == 0 || n > 2 || g.first == 0 || g.kind == '(' || s.freeWord(g.last) || !s.free(g.first, g.last) {
			continue
		}
		if k := s.word(g.first); len(k) != 2 || k[0] != 'v' || !isDigit(k[1]) { // [v2]
			return s.bracketText(int16(b))
		}
	}
	return ""
}

// lastWordGroup reads a single word behind the tags: "x264 AOZ", "(1080p BluRay x265 Tigole)".
func (s *segment) lastWordGroup() string {
	i := len(s.tok) - 1
	for i > 0 && s.tok[i].prop == propWebsite {
		i--
	}
	if i <= 0 || s.tok[i].prop != propNone || i < s.wordsEnd || s.tok[i].num >= 0 {
		return ""
	}
	if p := s.tok[i-1].prop; !p.technical() && p != propLanguage || s.tok[i].sep&(sepOpen|sepClose) != 0 {
		return ""
	}
	if s.tok[i].bracket < 0 && !s.spaces {
		return ""
	}
	return valid(s.raw(i))
}
