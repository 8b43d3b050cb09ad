package name

// findFansub claims the group in brackets that opens the names of anime releases.
func (s *segment) findFansub() {
	i := 0
	for i < len(s.tok) && s.tok[i].prop != propNone {
		i++
	}
	if i+1 < len(s.tok) && s.listNumber(i) { // "37 [Group]_Title_-_37v2"
		s.add(claim{prop: propIgnored, from: i, to: i + 1})
		i++
	}
	if i >= len(s.tok) || s.tok[i].bracket < 0 {
		return
	}
	b := s.br[s.tok[i].bracket]
	if b.kind == '(' || b.kind == '{' || int(b.first) != i || !b.closed || int(b.last) >= len(s.tok) || b.parent >= 0 {
		return
	}
	for j := int(b.first); j < int(b.last); j++ {
		if s.tok[j].prop != propNone {
			return
		}
	}
	if c, ok := s.markerAt(i); ok && c.seasonWord && c.to == int(b.last) { // "[Season 2] Title - 01"
		return
	}
	if s.pairAt(i) || int(b.last-b.first) == 1 && s.tok[i].num >= 0 && s.tok[i].num < 100 && len(s.tok) > 1 && s.sepAfter(i)&sepSpace == 0 {
		return
	}
	tags := true
	for j := int(b.first); j < int(b.last); j++ {
		tags = tags && s.lookup(j).tag != nil
	}
	if tags {
		s.add(claim{prop: propIgnored, from: int(b.first), to: int(b.last)})
		return
	}
	s.fansub = true
	s.add(claim{prop: propGroup, from: int(b.first), to: int(b.last), text: s.bracketText(s.tok[i].bracket)})
}

// listNumber reports a number in front of the group's bracket that the name says again behind it, as numbered lists
// of files have it.
func (s *segment) listNumber(i int) bool {
	if s.tok[i].bracket >= 0 || s.tok[i].num < 0 || !s.entersBracket(i+1) || s.br[s.tok[i+1].bracket].kind != '[' {
		return false
	}
	for j := i + 2; j < len(s.tok); j++ {
		if s.tok[j].bracket < 0 && s.tok[j].sep.spacedDash() && s.versionedNumber(j) == s.tok[i].num {
			return true
		}
	}
	return false
}

// bracketText returns what stands in bracket b.
func (s *segment) bracketText(b int16) string {
	g := s.br[b]
	return valid(s.text[s.tok[g.first].start:s.endIn(int(g.last)-1, b)])
}

// endIn returns where token i ends, with the marks behind it that are still in bracket b.
func (s *segment) endIn(i int, b int16) int {
	end := int(s.tok[i].end)
	for end < int(s.br[b].close)-1 && (s.text[end] == '!' || s.text[end] == '?') {
		end++
	}
	return end
}

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
		if t.prop != propNone && t.prop != propOther && t.prop != propWebsite && t.prop != propLanguage && t.prop != propSubtitle {
			if t.prop.descriptive() && t.sep.tightDash() && i == len(s.tok)-1 && t.strengthIn(s) == code {
				return s.groupText(i)
			}
			return ""
		}
		if p := s.tok[i-1].prop; t.sep.spacedDash() && (p == propYear || p == propPart || p == propMarker || p == propDate) {
			return ""
		}
		if t.prop == propNone && t.sep&sepDash != 0 && t.sep.only(sepDash|sepSpace|sepDot) && t.bracket < 0 && s.described(i-1) {
			return s.groupText(i)
		}
		if t.prop == propNone && t.sep&sepDash != 0 && t.sep.only(sepDash|sepOpen|sepClose|sepSpace|sepUnderscore) && s.described(i-1) {
			return s.groupText(i)
		}
		if i > 1 && t.prop == propNone && t.sep.tightDash() && s.tok[i-1].prop == propNone && s.tok[i-1].end-s.tok[i-1].start == 1 && s.tok[i-1].sep == sepDot && s.described(i-2) {
			return s.groupText(i - 1) // "x264.D-Z0N3"
		}
	}
	return ""
}

func (t *token) strengthIn(s *segment) strength {
	if t.claim < 0 || s.claims[t.claim].tag == nil {
		return strong
	}
	return s.claims[t.claim].tag.strength
}

// described reports whether token i says something about the release or numbers the work.
func (s *segment) described(i int) bool {
	p := s.tok[i].prop
	return p.descriptive() || p == propYear || p == propPart || p == propCD || (p == propMarker || p == propDate) && !s.spaces
}

// groupText returns the name of the group that begins at token i: up to a space, or all of the bracket.
func (s *segment) groupText(i int) string {
	end := i + 1
	for end < len(s.tok) && s.tok[end].prop == propNone && s.tok[end].bracket == s.tok[i].bracket &&
		!(s.tok[end].sep&(sepSpace|sepOpen|sepClose) != 0) {
		if s.tok[end].sep.tightDash() && s.suffixOfRepost(end) {
			break
		}
		end++
	}
	return valid(s.text[s.tok[i].start:s.tok[end-1].end])
}

// suffixOfRepost reports what those add to a group who post a release again.
func (s *segment) suffixOfRepost(i int) bool {
	k := s.word(i)
	if len(k) <= 2 && isDigit(k[0]) {
		return true
	}
	switch string(k) {
	case "rp", "pre", "sample", "4p", "proof":
		return true
	}
	return false
}

// bracketGroup reads a last bracket with one name in it.
func (s *segment) bracketGroup() string {
	for b := len(s.br) - 1; b >= 0; b-- {
		g := s.br[b]
		n := g.last - g.first
		if n == 0 || int(g.first) == 0 || s.tok[g.first].prop == propWebsite || s.tok[g.first].prop == propCRC {
			continue
		}
		if int(g.last) < len(s.tok) && s.tok[g.last].prop == propNone {
			continue
		}
		if k := s.word(int(g.first)); len(k) == 2 && k[0] == 'v' && isDigit(k[1]) {
			continue // [v2]
		}
		if s.free(int(g.first), int(g.last)) && n <= 2 && g.kind != '(' {
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
