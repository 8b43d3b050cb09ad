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

func (s *segment) figureAt(i int, c context, season int) figure {
	k := s.word(i)
	f := figure{at: i, next: i + 1, digits: digits(k, 0), before: s.tok[i].sep, season: season, context: c}
	f.n = number(k[:f.digits])
	f.zero = k[0] == '0' && f.digits > 1
	f.ranges = s.rangeBehind(i)
	f.spaced = f.before.spacedDash() &&
		f.before.only(sepDash|sepSpace|sepUnderscore|sepDot|sepClose|sepMark|sepQuote|sepOther)
	f.versioned = f.digits == len(k) && s.correctedAt(f.next)
	if f.versioned {
		f.next++
	}
	if f.next >= len(s.tok) {
		f.ends = true
		return f
	}
	after, t := s.tok[f.next].sep, &s.tok[f.next]
	f.spacedAfter = after.spacedDash() && after.only(sepDash|sepSpace|sepUnderscore|sepDot)
	// 101.102
	list := f.digits >= 3 && f.digits == len(k) && t.num == f.n+1 && t.sep.only(sepDot|sepSpace|sepUnderscore)
	// 05 + 06
	list = list || t.num == f.n+1 && f.digits <= 3 && t.sep.only(sepSpace|sepPlus|sepAmpersand) &&
		t.sep&(sepPlus|sepAmpersand) != 0
	f.ends = list || s.is(f.next, "end") || s.is(f.next, "fin") || t.prop != propNone ||
		after&(sepOpen|sepClose) != 0 || s.onlyTagsFrom(f.next)
	return f
}

// correctedAt reports whether token i is the mark of a corrected file.
func (s *segment) correctedAt(i int) bool {
	if !s.freeWord(i) || s.tok[i].sep&(sepOpen|sepClose) != 0 {
		return false
	}
	k := s.word(i)
	return len(k) == 2 && k[0] == 'v' && isDigit(k[1])
}

// behindTag reports whether a technical tag directly follows.
func (s *segment) behindTag(f *figure) bool {
	return s.at(f.next).prop.technical()
}

// weigh says how much speaks for the number at token i to be an episode.
func (s *segment) weigh(i int, c context, season int) candidate {
	no := candidate{at: i}
	if s.pairAt(i) {
		return candidate{at: i, weight: weightNumber + 30, pair: true}
	}
	k := s.word(i)
	if d := digits(k, 0); d > 5 || !s.episodeSuffix(k[d:]) || s.boundBefore(i) || s.boundBehind(i) || s.shielded(i) {
		return no
	}
	if i > 0 && s.halfWord(i) && s.tok[i-1].num >= 0 && s.tok[i-1].sep&(sepDot|sepClose) == 0 {
		return no // of "12.5"
	}
	f := s.figureAt(i, c, season)
	if f.next < len(s.tok) && s.tok[f.next].prop == propMarker &&
		s.tok[f.next].sep.only(sepSpace|sepDot|sepUnderscore|sepMark) {
		return no // "Series 00 S1"
	}
	switch {
	case s.leading(i) && !s.has(propMarker):
		return s.weighLeading(i, f.n, f.digits, c)
	case s.alone(i):
		return s.weighBracketed(i, f.n, f.digits, c, season)
	case s.tok[i].bracket >= 0 && !s.wholeInBracket(i):
		// "[01 1080p HEVC]"
		if b := s.br[s.tok[i].bracket]; s.fansub && b.first == i && b.kind == '[' && f.zero && s.behindTag(&f) {
			return candidate{at: i, weight: weightBare + 5}
		}
		return no
	case !f.ends && !f.spacedAfter && !f.ranges:
		return s.weighInside(&f)
	}
	w, ok := s.evidence(&f)
	if !ok {
		return no
	}
	if f.digits < 3 {
		return candidate{at: i, weight: s.doubts(&f, w+s.shortWeight(&f))}
	}
	return s.weighLong(&f, w+10)
}

// weighInside weighs a number with words behind it: only a leading zero, a year in front, or a dash
// in the name of an anime release makes it an episode.
func (s *segment) weighInside(f *figure) candidate {
	afterYear := s.afterYear(f.at) && f.digits == 3
	switch {
	case f.zero && f.digits == 4 && f.n > 100 && f.n%100 > 0 && f.at <= s.anchor:
		return candidate{at: f.at, weight: weightBare + 2, split: true}
	case f.zero && f.digits <= 3 && f.at <= s.anchor, afterYear:
		return candidate{at: f.at, weight: weightBare + 2, split: afterYear && !f.zero}
	case f.spaced && s.fansub && f.at < s.anchor && f.digits <= 3:
		return candidate{at: f.at, weight: weightBare + 1}
	case s.fansub && f.digits == 2 && f.medium == mediumVideo && f.at < s.anchor &&
		f.before.only(sepSpace|sepUnderscore) && s.wordsBefore(f.at) &&
		!f.films && !s.has(propYear) && !s.afterFilm(f.at) && s.tok[f.next].sep.only(sepSpace|sepUnderscore):
		return candidate{at: f.at, weight: weightBare} // "[Group] Title 14 Name of the Episode"
	}
	return candidate{at: f.at}
}

// evidence adds up what speaks for the number, whatever its length. It reports false where something
// rules an episode out.
func (s *segment) evidence(f *figure) (w int, ok bool) {
	add := func(holds bool, n int) {
		if holds {
			w += n
		}
	}
	year := s.has(propYear)
	add(f.spaced, 25)
	add(s.fansub, 20)
	add(f.zero, 20)
	add(f.versioned || len(s.word(f.at)) > f.digits, 20) // 09v2, 09_v2
	add(s.has(propCRC), 10)
	add(f.season >= 0 || f.context.season != nil, 20)
	add(f.ranges, 50)
	add(s.onlySubtitled(), 15)
	add(f.digits == 2 && f.next >= len(s.tok) && s.tok[f.at-1].cjk && f.before == sepSpace &&
		f.medium == mediumVideo && !f.films, 20)
	add(f.before&sepHash != 0, 30)
	add(f.digits == 4 && yearLike(f.n) && !f.spaced, -40)
	if f.ranges && year && !s.fansub && !f.spaced {
		return 0, false // "Rocky 1-5 (1976)"
	}
	if year && !f.spaced && w < 20 {
		if !s.afterYear(f.at) || f.digits != 2 && f.digits != 3 {
			return 0, false
		}
		w += 20
	}
	if f.season >= 0 && f.at > 0 && isExtras(s.word(f.at-1)) {
		return 0, false
	}
	if s.has(propDate) && !f.spaced && f.before&sepHash == 0 {
		return 0, false
	}
	return w, f.spaced || s.wordsBefore(f.at)
}

// shortWeight is what one or two digits add.
func (s *segment) shortWeight(f *figure) int {
	switch {
	case f.digits == 1 && f.next < len(s.tok) && s.tok[f.next].prop == propCRC && s.fansub:
		return 0
	case f.digits == 1 && f.next < len(s.tok) && s.tok[f.next].prop == propCRC:
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
	plain := !subtitled && !f.spaced && !s.fansubLike() && !s.onlySubtitled() && !f.ranges && f.before&sepHash == 0
	season := f.context.season
	switch {
	case season != nil && f.n/100 == season[0] && f.n%100 > 0 && !s.fansub &&
		(!f.spaced && s.behindTag(f) || f.spaced && f.spacedAfter):
		return candidate{at: f.at, weight: weightNumber, split: true}
	case plain && f.spacedAfter && f.digits == 3 && !s.has(propYear) && s.tok[f.next].prop == propNone && f.season < 0:
		return candidate{at: f.at, weight: weightBare + 2, split: s.splitConfirmed(f.at, f.n)}
	case plain && f.season < 0 && season == nil && (f.digits > 3 || !f.zero):
		return s.weighSplit(f.at, f.n, f.digits, w, f.context)
	}
	return candidate{at: f.at, weight: s.doubts(f, w), split: s.splitConfirmed(f.at, f.n)}
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
