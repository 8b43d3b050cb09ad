package name

// findYear claims the year of release: the last year before the tags, one in brackets before all
// others. A year that opens the name is its title, unless it is the only one and tags follow.
func (s *segment) findYear() {
	best, rank := -1, 0
	tags, lead := s.anchorTag(), s.lead()
	for i := range s.tok {
		if !s.freeWord(i) || !yearLike(s.yearIn(i)) || s.unitOfYear(i) || s.inEpisodeTitle(i, tags) {
			continue
		}
		if r := s.rankYear(i, lead); r > rank || r == rank && r == rankInTitle {
			best, rank = i, r
		}
	}
	if best >= 0 && (rank > rankOpening || s.yearOpens()) {
		s.add(claim{prop: propYear, from: best, to: best + 1, num: s.yearIn(best)})
	}
}

// Ranks of years: the highest is that of release; of several in the title, the last.
const (
	rankOpening     = 1 // it opens the name
	rankBesideGroup = 5 // in brackets of its own, directly behind the group
	rankBehindTitle = 10
	rankInTitle     = 20
	rankInBracket   = 30 // at the beginning or the end of a bracket
	rankAlone       = 40 // with brackets to itself
)

func (s *segment) rankYear(i, lead int) int {
	switch b := s.tok[i].bracket; {
	case s.fansub && s.alone(i) && s.kind(i) != '(' && i < len(s.tok)-1 && i <= s.br[0].last:
		return rankBesideGroup
	case i == 0:
		return rankOpening
	case s.alone(i):
		return rankAlone
	case b >= 0 && (s.br[b].first == i || s.br[b].last == i+1):
		return rankInBracket
	case i <= lead && s.tok[i].sep&sepOpen == 0:
		return rankOpening
	case i < s.anchor || s.anchor == 0:
		return rankInTitle
	}
	return rankBehindTitle
}

// yearIn returns the year that token i is: four digits, or four with the Russian abbreviation for it.
func (s *segment) yearIn(i int) int {
	k := s.word(i)
	if len(k) == 4 {
		return s.tok[i].num
	}
	if len(k) > 5 && s.tok[i].other && (string(k[4:]) == "г" || string(k[4:]) == "год") {
		return number(k[:4])
	}
	return -1
}

// inEpisodeTitle reports whether the number at token i is among the words behind a marker: a year
// there has brackets to itself, or tags on both sides.
func (s *segment) inEpisodeTitle(i, tags int) bool {
	m := s.first(propMarker)
	if m < 0 || i < s.claims[m].to || i > tags || s.claims[m].episodes.empty() || s.opensBracket(i) {
		return false
	}
	if s.tok[i].sep.has(sepDash | sepSpace) {
		return true
	}
	return s.freeWord(i+1) && s.lookup(i+1).tag == nil || s.freeWord(i-1) && s.lookup(i-1).tag == nil
}

// anchorTag returns the first technical tag that is not in front of the title, len(tok) if there is none.
func (s *segment) anchorTag() int {
	for i := s.lead(); i < len(s.tok); i++ {
		if s.tok[i].prop.technical() {
			return i
		}
	}
	return len(s.tok)
}

// unitOfYear reports whether a number like a year is part of something else: 1999-2001 keeps its
// first year, "2012MB" and "1920x" are no years.
func (s *segment) unitOfYear(i int) bool {
	if s.tok[i].sep.tightDash() && s.isYear(i-1) && s.tok[i].num > s.tok[i-1].num {
		return true
	}
	return s.at(i+1).sep.only(sepSpace) && oneOf(s.word(i+1), "mb", "gb", "kbps")
}

// yearOpens reports whether a year at the very beginning is that of the work rather than its title:
// it stands alone, or words and then tags follow, with dots between them as releases have it.
func (s *segment) yearOpens() bool {
	if len(s.tok) == 1 {
		return true
	}
	if s.alone(0) && s.br[0].kind == '(' || s.tok[1].sep.spacedDash() && s.tok[1].num < 0 &&
		s.tok[1].sep&sepSpace != 0 && !s.has(propMarker) && (s.nextDash(2) == 0 || s.colonDashes()) {
		return true
	}
	return s.tok[1].sep == sepDot && s.tok[1].prop == propNone && s.anchor < len(s.tok) && !s.has(propMarker) &&
		!s.has(propDate)
}

// colonDashes reports a name whose dashes all stand right behind a word, as those do that were colons before a file was
// named: "1997- The Valley- A Tale". A dash with room on both sides separates more than that.
func (s *segment) colonDashes() bool {
	for i := 1; i < len(s.tok); i++ {
		if s.tok[i].sep.spacedDash() && !s.dashTouches(i-1) {
			return false
		}
	}
	return true
}

// dashTouches reports a dash right behind token i.
func (s *segment) dashTouches(i int) bool { return byteAt(s.text, s.tok[i].end) == '-' }
