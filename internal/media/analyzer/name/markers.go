package name

// Weights of markers against each other: what names an episode most surely wins.
const (
	weightBare    = 30 // a number that could be anything
	weightNumber  = 50 // a number where episode numbers stand
	weightSeason  = 60 // a season alone
	weightWord    = 70 // "Episode 5"
	weightCrossed = 90 // 1x05
	weightFull    = 100
)

// findMarkers claims what numbers seasons and episodes with letters or words of its own. Plain numbers
// are weighed later, once everything else is known.
func (s *segment) findMarkers() {
	for i := 0; i < len(s.tok); {
		if s.tok[i].prop != propNone {
			i++
			continue
		}
		if s.tok[i].cjk && s.listingWord(i) {
			s.add(claim{prop: propIgnored, from: i, to: i + 1})
			i++
			continue
		}
		c, ok := s.markerAt(i)
		if !ok || !s.free(c.from, c.to) {
			i++
			continue
		}
		c.prop = propMarker
		s.add(c)
		i = max(c.to, i+1)
	}
}

func (s *segment) markerAt(i int) (claim, bool) {
	k, t := s.word(i), &s.tok[i]
	if t.cjk && t.entry == nil {
		return s.cjkMarker(i)
	}
	switch k[0] {
	case 'n', 'o', 'e', 'p', 'c', 's', 'm', 't':
		if c, ok := s.specialMark(i); ok {
			return c, true
		}
	}
	if isDigit(k[0]) {
		if c, ok := s.crossed(i); ok {
			return c, true
		}
		return s.countMark(i)
	}
	if t.plain && t.entry == nil && len(k) > 1 {
		return claim{}, false
	}
	return s.letterMark(i)
}

// letterMark reads a mark that a letter opens: S01, T01, SE01, E01, EP01; or a word that numbers stand beside.
func (s *segment) letterMark(i int) (claim, bool) {
	k := s.word(i)
	switch c := k[0]; {
	case len(k) < 2:
	case (c == 's' || c == 't') && isDigit(k[1]):
		return s.seasonMark(i, 1)
	case c == 'e' && isDigit(k[1]):
		return s.episodeMark(i, 1)
	case len(k) < 3 || !isDigit(k[2]):
	case c == 's' && (k[1] == 'e' || k[1] == 'n'):
		return s.seasonMark(i, 2)
	case c == 'e' && k[1] == 'p':
		return s.episodeMark(i, 2)
	}
	return s.wordMark(i)
}

// seasonMark reads S01, S01E02, S2009x03, S01E02E03 and what may follow in further words.
func (s *segment) seasonMark(i, prefix int) (claim, bool) {
	k := s.word(i)
	p := digits(k, prefix)
	n := p - prefix
	season := number(k[prefix:p])
	if n > 4 || n == 4 && !yearLike(season) {
		return claim{}, false
	}
	c := claim{from: i, to: i + 1, seasons: s.number(season), weight: weightFull}
	rest := k[p:]
	q := episodePrefix(rest)
	switch {
	case q > 0:
		if !s.episodesIn(&c, rest, q) {
			return claim{}, false
		}
	case len(rest) > 0:
		return s.seasonTail(c, rest)
	case k[0] == 't' && i > 0: // T01 alone is a title more often than a season
		return claim{}, false
	case !s.episodeBehindSeason(&c):
		c.weight = weightSeason
		s.continueSeasons(&c)
		return c, true
	}
	s.continueEpisodes(&c)
	s.countBehind(&c)
	return c, true
}

// seasonTail reads the rest of a word behind its season: further seasons, or discs.
func (s *segment) seasonTail(c claim, rest []byte) (claim, bool) {
	c.weight = weightSeason
	switch {
	case isExtras(rest), string(rest) == "complete", string(rest) == "specials":
		return c, true
	case rest[0] == 's' && len(rest) > 1 && isDigit(rest[1]): // S01S02S03
		for len(rest) > 1 && rest[0] == 's' && isDigit(rest[1]) {
			p := digits(rest, 1)
			s.append(&c.seasons, number(rest[1:p]))
			rest = rest[p:]
		}
		return c, len(rest) == 0
	case rest[0] == 'd' && len(rest) > 1: // S01D02, S04DVD7
		p := 1
		if len(rest) > 3 && rest[1] == 'v' && rest[2] == 'd' {
			p = 3
		}
		if digits(rest, p) != len(rest) || p == len(rest) {
			return claim{}, false
		}
		c.num = number(rest[p:]) // the disc
		for t := s.at(c.to); t.num >= 0 && t.sep.only(sepDash|sepAmpersand); t = s.at(c.to) {
			c.to++ // "-3&5" behind it
		}
		return c, true
	}
	c.weight = weightFull
	return s.specialOfSeason(c, rest)
}

// episodePrefix returns the length of what leads an episode's digits in k: e, ep, x, xe, ex; 0 if
// no digits follow it.
func episodePrefix(k []byte) int {
	p := 0
	for p < len(k) && p < 2 && (k[p] == 'e' || k[p] == 'x' || k[p] == 'p' && p == 1 && k[0] == 'e') {
		p++
	}
	if p == 0 && len(k) > 2 && k[0] == 0xD1 && k[1] == 0x85 { // Cyrillic х
		p = 2
	}
	if p > 0 && p < len(k) && isDigit(k[p]) {
		return p
	}
	return 0
}

// episodesIn reads the episodes of one word from its digits at p on: 01, 01e02, 03x04x15, 05v2, 01a.
// It reports whether what is left of the word can stand behind an episode: a version, or letters of a
// title that nothing separates from it, but no further digits, as the names of hidden files have.
func (s *segment) episodesIn(c *claim, k []byte, p int) bool {
	start, list := len(s.nums), false
	for p < len(k) && isDigit(k[p]) {
		q := digits(k, p)
		if q-p > 5 {
			break
		}
		s.nums = append(s.nums, number(k[p:q]))
		p = q
		rest := k[p:]
		d := episodePrefix(rest)
		if len(rest) > 3 && string(rest[:3]) == "and" && isDigit(rest[3]) { // 02and03
			d, list = 3, true
		}
		if d == 0 {
			break
		}
		p += d
	}
	if len(s.nums) == start {
		return false
	}
	if c.episodes.empty() {
		c.episodes = span{start, len(s.nums)}
		if first, last := s.nums[start], s.last(c.episodes); len(s.nums) == start+2 && last > first+1 &&
			last-first < maxRun && !list {
			c.episodes.to = start + 1 // E1E3 is from 1 to 3
			s.nums = s.nums[:start+1]
			s.runTo(&c.episodes, last)
		}
	} else {
		c.episodes.to = len(s.nums)
	}
	rest := k[p:]
	if len(rest) > 1 && rest[0] == 'v' {
		rest = rest[2:]
	}
	return firstDigit(rest) == len(rest)
}

// crossed reads 1x02, 2009x03, 02x03x04, 06х01.
func (s *segment) crossed(i int) (claim, bool) {
	k := s.word(i)
	p := digits(k, 0)
	if p == len(k) || p > 4 || p == 3 || p == 4 && !yearLike(number(k[:p])) {
		return claim{}, false
	}
	d := episodePrefix(k[p:])
	n := digits(k, p+d) - p - d
	if d == 0 || n > 4 || k[p] == 'e' && p != 2 {
		return claim{}, false
	}
	if before := s.at(i - 1).num; p == 1 && (k[0] == '0' || n == 1) && s.tok[i].sep == sepDot && before >= 0 &&
		before < 10 {
		return claim{}, false // "2.0x3"
	}
	c := claim{from: i, to: i + 1, seasons: s.number(number(k[:p])), weight: weightCrossed}
	if !s.episodesIn(&c, k[p:], d) {
		return claim{}, false
	}
	s.continueEpisodes(&c)
	return c, true
}

// episodeMark reads E12, EP12, E01-E16, E08v2.
func (s *segment) episodeMark(i, prefix int) (claim, bool) {
	k := s.word(i)
	p := digits(k, prefix)
	if p-prefix > 5 {
		return claim{}, false
	}
	if rest := k[p:]; len(rest) > 0 && episodePrefix(rest) == 0 && rest[0] != 'v' &&
		!(len(rest) == 1 && rest[0] <= 'c') && string(rest) != "end" {
		return claim{}, false
	}
	c := claim{from: i, to: i + 1, weight: weightWord}
	if !s.episodesIn(&c, k, prefix) {
		return claim{}, false
	}
	s.continueEpisodes(&c)
	s.countBehind(&c)
	return c, true
}

// yearLike reports whether n could be a year of release.
func yearLike(n int) bool { return n >= 1890 && n <= 2050 }
