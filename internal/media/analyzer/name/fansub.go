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
	if b.kind == '(' || b.kind == '{' || b.first != i || !b.closed || b.last >= len(s.tok) || b.parent >= 0 {
		return
	}
	for j := b.first; j < b.last; j++ {
		if s.tok[j].prop != propNone {
			return
		}
	}
	if c, ok := s.markerAt(i); ok && c.seasonWord && c.to == b.last { // "[Season 2] Title - 01"
		return
	}
	if s.pairAt(i) || b.last-b.first == 1 && s.tok[i].num >= 0 && s.tok[i].num < 100 && len(s.tok) > 1 &&
		s.sepAfter(i)&sepSpace == 0 {
		return
	}
	tags := true
	for j := b.first; j < b.last; j++ {
		tags = tags && s.lookup(j).tag != nil
	}
	if tags {
		s.add(claim{prop: propIgnored, from: b.first, to: b.last})
		return
	}
	s.fansub = true
	s.add(claim{prop: propGroup, from: b.first, to: b.last, text: s.bracketText(s.tok[i].bracket)})
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
