package name

// findFansub claims the group in brackets that opens the names of anime releases.
func (s *segment) findFansub() {
	i := s.lead()
	if i+1 < len(s.tok) && s.listNumber(i) { // "37 [Group]_Title_-_37v2"
		s.add(claim{prop: propIgnored, from: i, to: i + 1})
		i++
	}
	if !s.opensBracket(i) {
		return
	}
	b := &s.br[s.tok[i].bracket]
	if b.kind == '(' || b.kind == '{' || !b.closed || b.last >= len(s.tok) || b.parent >= 0 ||
		!s.free(b.first, b.last) || s.numbersOnly(b) {
		return
	}
	c := claim{prop: propIgnored, from: b.first, to: b.last}
	for j := b.first; j < b.last && c.prop == propIgnored; j++ {
		if s.lookup(j).tag == nil { // tags alone are no group
			s.fansub = true
			c.prop, c.text = propGroup, s.bracketText(s.tok[i].bracket)
		}
	}
	s.add(c)
}

// numbersOnly reports a bracket in front of a title that holds its season or the number of an episode.
func (s *segment) numbersOnly(b *bracket) bool {
	i := b.first
	if c, ok := s.markerAt(i); ok && c.seasonWord && c.to == b.last { // "[Season 2] Title - 01"
		return true
	}
	return s.pairAt(i) || b.last-i == 1 && s.tok[i].num >= 0 && s.tok[i].num < 100 && len(s.tok) > 1 &&
		s.sepAfter(i)&sepSpace == 0
}

// listNumber reports a number in front of the group's bracket that the name says again behind it, as numbered lists
// of files have it.
func (s *segment) listNumber(i int) bool {
	if s.tok[i].bracket >= 0 || s.tok[i].num < 0 || !s.entersBracket(i+1) || s.kind(i+1) != '[' {
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
	return valid(s.text[s.tok[g.first].start:s.endIn(g.last-1, b)])
}

// endIn returns where token i ends, with the marks behind it that are still in bracket b.
func (s *segment) endIn(i int, b int16) int {
	end := s.tok[i].end
	for end < s.br[b].close-1 && (s.text[end] == '!' || s.text[end] == '?') {
		end++
	}
	return end
}
