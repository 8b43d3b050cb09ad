package name

// findYear claims the year of release: the last year before the tags, one in brackets before all
// others. A year that opens the name is its title, unless it is the only one and tags follow.
func (s *segment) findYear() {
	best, rank := -1, 0
	tags, lead := s.anchorTag(), s.lead()
	for i := range s.tok {
		t := &s.tok[i]
		if t.prop != propNone || !yearLike(s.yearIn(i)) {
			continue
		}
		if s.unitOfYear(i) || s.inEpisodeTitle(i, tags) {
			continue
		}
		r := 10
		b := t.bracket
		inBracket := b >= 0 && s.br[b].first == i && s.br[b].open < t.start
		closes := b >= 0 && i+1 == s.br[b].last && (s.br[b].kind == '(' || s.br[b].last-s.br[b].first > 1)
		switch {
		case i == 0:
			r = 1
		case b >= 0 && s.alone(i):
			r = 40
		case (inBracket || closes) && i > 0:
			r = 30
		case i == 0 || i <= lead && s.tok[i].sep&sepOpen == 0:
			r = 1
		case i < s.anchor || s.anchor == 0:
			r = 20
		}
		if b >= 0 && s.br[b].kind != '(' && s.alone(i) && s.fansub && i < len(s.tok)-1 && i <= s.br[0].last {
			r = 5
		}
		if r > rank || r == rank && r == 20 {
			best, rank = i, r
		}
	}
	if best < 0 || rank == 1 && !s.yearOpens() {
		return
	}
	s.add(claim{prop: propYear, from: best, to: best + 1, num: s.yearIn(best)})
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
	if b := s.tok[i].bracket; b >= 0 && s.br[b].first == i {
		return false
	}
	if m < 0 || i < s.claims[m].to || s.alone(i) {
		return false
	}
	if s.claims[m].episodes.empty() || i > tags {
		return false
	}
	if s.tok[i].sep.spacedDash() && s.tok[i].sep&sepSpace != 0 {
		return true
	}
	next := !s.freeWord(i+1) || s.lookup(i+1).tag != nil
	prev := s.tok[i-1].prop != propNone || s.lookup(i-1).tag != nil
	return !next || !prev
}

// anchorTag returns the first technical tag that is not in front of the title, len(tok) if there is
// none.
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
	if i > 0 && s.tok[i].sep.tightDash() && s.isYear(i-1) &&
		s.tok[i].num > s.tok[i-1].num {
		return true
	}
	if i+1 < len(s.tok) && s.tok[i+1].sep.only(sepSpace) {
		switch string(s.word(i + 1)) {
		case "mb", "gb", "kbps":
			return true
		}
	}
	return false
}

// yearOpens reports whether a year at the very beginning is that of the work rather than its title:
// it stands alone, or words and then tags follow, with dots between them as releases have it.
func (s *segment) yearOpens() bool {
	if len(s.tok) == 1 {
		return true
	}
	if s.alone(0) && s.br[0].kind == '(' || s.tok[1].sep.spacedDash() && s.tok[1].num < 0 &&
		s.tok[1].sep&sepSpace != 0 && !s.has(propMarker) && s.nextDash(2) == 0 {
		return true
	}
	return s.tok[1].sep == sepDot && s.tok[1].prop == propNone && s.anchor < len(s.tok) && !s.has(propMarker) &&
		!s.has(propDate)
}
