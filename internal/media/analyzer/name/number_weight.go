package name

// figure is a number at token at, with what surrounds it.
type figure struct {
	at, next    int
	n           int
	digits      int  // of the number, without what its word has behind it
	zero        bool // it has a leading zero
	before      separators
	spaced      bool // a dash with room stands in front
	spacedAfter bool // and behind
	ends        bool // a tag, a bracket or the end follows
	ranges      bool // it begins a range
	versioned   bool // the next word is its version, v2
	season      int  // the claim of a season without episode, -1 for none
	context
}

// video reports a single video, which does not lie among films.
func (c *context) video() bool { return c.medium == mediumVideo && !c.films }

func (s *segment) figureAt(i int, c context, season int) figure {
	k := s.word(i)
	f := figure{at: i, next: i + 1, digits: digits(k, 0), before: s.tok[i].sep, season: season, context: c}
	f.n = number(k[:f.digits])
	f.zero = k[0] == '0' && f.digits > 1
	f.ranges = s.rangeEnd(i) > 0
	f.spaced = f.before.spacedDash() &&
		f.before.only(sepDash|sepSpace|sepUnderscore|sepDot|sepClose|sepMark|sepQuote|sepOther)
	f.versioned = f.digits == len(k) && s.correctedAt(f.next)
	if f.versioned {
		f.next++
	}
	after := s.at(f.next).sep
	f.spacedAfter = after.spacedDash() && after.only(sepDash|sepSpace|sepUnderscore|sepDot)
	f.ends = s.bracketOrEnd(f.next) || s.listsNext(&f) || !s.freeWord(f.next) || s.is(f.next, "end") ||
		s.is(f.next, "fin") || s.onlyTagsFrom(f.next)
	return f
}

// listsNext reports whether the next number follows as in a list: "101.102", "05 + 06".
func (s *segment) listsNext(f *figure) bool {
	t := s.at(f.next)
	switch {
	case t.num != f.n+1:
		return false
	case f.digits >= 3 && f.digits == len(s.word(f.at)) && t.sep.only(sepDot|sepSpace|sepUnderscore):
		return true
	}
	return f.digits <= 3 && t.sep.lists()
}

// lists reports an ampersand or a plus sign, with room around it or without.
func (s separators) lists() bool {
	return s&(sepPlus|sepAmpersand) != 0 && s.only(sepSpace|sepPlus|sepAmpersand)
}

// correctedAt reports whether token i is the mark of a corrected file.
func (s *segment) correctedAt(i int) bool {
	k := s.word(i)
	return s.freeWord(i) && !s.bracketOrEnd(i) && len(k) == 2 && k[0] == 'v' && isDigit(k[1])
}

// behindTag reports whether a technical tag directly follows.
func (s *segment) behindTag(f *figure) bool { return s.at(f.next).prop.technical() }

// weigh says how much speaks for the number at token i to be an episode.
func (s *segment) weigh(i int, c context, season int) candidate {
	if s.pairAt(i) {
		return candidate{weight: weightNumber + 30, pair: true}
	}
	k := s.word(i)
	if d := digits(k, 0); d > 5 || !s.episodeSuffix(k[d:]) || s.boundBefore(i) || s.boundBehind(i) || s.shielded(i) {
		return candidate{}
	}
	if before := s.at(i - 1); s.halfWord(i) && before.num >= 0 && before.sep&(sepDot|sepClose) == 0 {
		return candidate{} // of "12.5"
	}
	f := s.figureAt(i, c, season)
	if t := s.at(f.next); t.prop == propMarker && t.sep.only(sepSpace|sepDot|sepUnderscore|sepMark) {
		return candidate{} // "Series 00 S1"
	}
	switch {
	case s.leading(i) && !s.has(propMarker):
		return s.weighLeading(&f)
	case s.alone(i), s.tok[i].bracket >= 0 && !s.wholeInBracket(i):
		return s.weighBracketed(&f)
	case !f.ends && !f.spacedAfter && !f.ranges:
		return s.weighInside(&f)
	}
	w, ok := s.evidence(&f)
	switch {
	case !ok:
		return candidate{}
	case f.digits < 3:
		return candidate{weight: s.doubts(&f, w+s.shortWeight(&f))}
	}
	return s.weighLong(&f, w+10)
}

// weighInside weighs a number with words behind it: only a leading zero, a year in front, or a dash
// in the name of an anime release makes it an episode.
func (s *segment) weighInside(f *figure) candidate {
	afterYear := s.afterYear(f.at) && f.digits == 3
	switch {
	case f.zero && f.digits == 4 && f.n > 100 && f.n%100 > 0 && f.at <= s.anchor:
		return candidate{weight: weightBare + 2, split: true}
	case f.zero && f.digits <= 3 && f.at <= s.anchor, afterYear:
		return candidate{weight: weightBare + 2, split: afterYear && !f.zero}
	case !s.fansub || f.at >= s.anchor:
	case f.spaced && f.digits <= 3:
		return candidate{weight: weightBare + 1}
	case f.digits == 2 && f.video() && !s.has(propYear) && s.wordsBefore(f.at) && !s.afterFilm(f.at) &&
		(f.before | s.tok[f.next].sep).only(sepSpace|sepUnderscore): // "[Group] Title 14 Name of the Episode"
		return candidate{weight: weightBare}
	}
	return candidate{}
}

// evidence adds up what speaks for the number, whatever its length. It reports false where something
// rules an episode out.
func (s *segment) evidence(f *figure) (w int, ok bool) {
	for _, sign := range [...]struct {
		holds  bool
		weight int
	}{
		{f.spaced, 25},
		{s.fansub, 20},
		{f.zero, 20},
		{f.versioned || len(s.word(f.at)) > f.digits, 20}, // 09v2, 09_v2
		{s.has(propCRC), 10},
		{f.season >= 0 || f.context.season != nil, 20},
		{f.ranges, 50},
		{s.onlySubtitled(), 15},
		{f.digits == 2 && f.next >= len(s.tok) && s.at(f.at-1).cjk && f.before == sepSpace && f.video(), 20},
		{f.before&sepHash != 0, 30},
		{f.digits == 4 && yearLike(f.n) && !f.spaced, -40},
	} {
		if sign.holds {
			w += sign.weight
		}
	}
	switch weak := s.has(propYear) && !f.spaced && w < 20; {
	case s.ruledOut(f):
		return 0, false
	case weak && s.afterYear(f.at) && (f.digits == 2 || f.digits == 3):
		w += 20
	case weak:
		return 0, false
	}
	return w, f.spaced || s.wordsBefore(f.at)
}

// ruledOut reports what no episode has: a range of films, extras of a season, a day beside the number.
func (s *segment) ruledOut(f *figure) bool {
	switch {
	case f.ranges && s.has(propYear) && !s.fansub && !f.spaced: // "Rocky 1-5 (1976)"
		return true
	case f.season >= 0 && isExtras(s.word(f.at-1)):
		return true
	}
	return s.has(propDate) && !f.spaced && f.before&sepHash == 0
}

// shortWeight is what one or two digits add.
func (s *segment) shortWeight(f *figure) int {
	switch {
	case f.digits == 1 && s.at(f.next).prop == propCRC:
		if s.fansub {
			return 0
		}
		return 20
	case f.digits == 1:
		return -15
	case s.behindTag(f) || f.inSeries:
		return 30
	}
	return 10
}

// weighLong weighs three digits and more, which may be a season and an episode in one.
func (s *segment) weighLong(f *figure, w int) candidate {
	subtitled := f.next < len(s.tok) && s.lookupProp(f.next) == propSubtitle
	if subtitled {
		w += 20
	}
	plain := !subtitled && s.unmarked(f)
	framed := !f.spaced && s.behindTag(f) || f.spaced && f.spacedAfter
	switch {
	case framed && !s.fansub && s.ofSeason(f):
		return candidate{weight: weightNumber, split: true}
	case plain && f.digits == 3 && f.spacedAfter && s.freeWord(f.next) && !s.has(propYear):
		return candidate{weight: weightBare + 2, split: s.splitConfirmed(f)}
	case plain && f.context.season == nil && (f.digits > 3 || !f.zero):
		return s.weighSplit(f, w)
	}
	return candidate{weight: s.doubts(f, w), split: s.splitConfirmed(f)}
}

// unmarked reports that no dash, range, hash or season marks the number, nor an anime release the name.
func (s *segment) unmarked(f *figure) bool {
	return !f.spaced && !f.ranges && f.season < 0 && f.before&sepHash == 0 && !s.fansubLike() && !s.onlySubtitled()
}

// doubts takes off for a number behind where titles end, and for one that counts films.
func (s *segment) doubts(f *figure, w int) int {
	if f.at > s.anchor && !s.afterYear(f.at) && s.anchor < len(s.tok) && f.season < 0 && !s.leading(s.anchor) {
		w -= 20
	}
	if s.afterFilm(f.at) {
		w -= 40
	}
	return w
}
