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
		if s.tok[i].cjk && containsRunes(s.word(i), "新番") { // "new shows of October", of the listing
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
	k := s.word(i)
	if s.tok[i].cjk && s.tok[i].entry == nil {
		return s.cjkMarker(i)
	}
	if c := k[0]; len(k) > 1 {
		switch {
		case (c == 's' || c == 't') && isDigit(k[1]):
			return s.seasonMark(i, 1)
		case c == 's' && (k[1] == 'e' || k[1] == 'n') && len(k) > 2 && isDigit(k[2]):
			return s.seasonMark(i, 2)
		case c == 'e' && isDigit(k[1]):
			return s.episodeMark(i, 1)
		case c == 'e' && k[1] == 'p' && len(k) > 2 && isDigit(k[2]):
			return s.episodeMark(i, 2)
		}
	}
	if isDigit(k[0]) {
		if c, ok := s.crossed(i); ok {
			return c, true
		}
		return s.countMark(i)
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
	c := claim{from: i, to: i + 1, seasons: s.number(int(season)), weight: weightFull}
	rest := k[p:]
	if len(rest) > 0 {
		if q := episodePrefix(rest); q > 0 {
			if !s.episodesIn(&c, rest, q) {
				return claim{}, false
			}
			s.continueEpisodes(&c)
			return c, true
		}
		return s.seasonTail(c, rest)
	}
	if k[0] == 't' && i > 0 { // T01 alone is a title more often than a season
		return claim{}, false
	}
	c.weight = weightSeason
	if s.episodeBehindSeason(&c) {
		c.weight = weightFull
		s.continueEpisodes(&c)
		s.countBehind(&c)
		return c, true
	}
	s.continueSeasons(&c)
	return c, true
}

// seasonTail reads the rest of a word behind its season: further seasons, or discs.
func (s *segment) seasonTail(c claim, rest []byte) (claim, bool) {
	switch {
	case isExtras(rest), string(rest) == "complete", string(rest) == "specials":
		c.weight = weightSeason
		return c, true
	case rest[0] == 's' && len(rest) > 1 && isDigit(rest[1]): // S01S02S03
		for len(rest) > 1 && rest[0] == 's' && isDigit(rest[1]) {
			p := digits(rest, 1)
			s.nums = append(s.nums, int(number(rest[1:p])))
			rest = rest[p:]
		}
		c.seasons.to = len(s.nums)
		c.weight = weightSeason
		return c, len(rest) == 0
	case rest[0] == 'd' && len(rest) > 1: // S01D02, S04DVD7
		p := 1
		if len(rest) > 3 && rest[1] == 'v' && rest[2] == 'd' {
			p = 3
		}
		if digits(rest, p) != len(rest) || p == len(rest) {
			return claim{}, false
		}
		c.weight = weightSeason
		c.num = int(number(rest[p:])) // the disc
		c.to = s.skipNumbers(c.to)
		return c, true
	}
	return claim{}, false
}

// skipNumbers passes over "-3&5" behind a disc.
func (s *segment) skipNumbers(to int) int {
	for to < len(s.tok) && s.tok[to].num >= 0 && s.tok[to].sep.only(sepDash|sepAmpersand) {
		to++
	}
	return to
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
	start := len(s.nums)
	for p < len(k) && isDigit(k[p]) {
		q := digits(k, p)
		if q-p > 5 {
			break
		}
		s.nums = append(s.nums, int(number(k[p:q])))
		p = q
		rest := k[p:]
		if len(rest) > 1 && rest[0] == 'v' && isDigit(rest[1]) {
			break
		}
		d := episodePrefix(rest)
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
		if first, last := s.nums[start], s.nums[len(s.nums)-1]; len(s.nums) == start+2 && last > first+1 && last-first < maxRun {
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
	for _, b := range rest {
		if isDigit(b) {
			return false
		}
	}
	return true
}

// episodeBehindSeason reads the episode that stands in words of its own behind "S01" or "Season 1":
// "E02", "Ep. 2", "x02", "- 12", "02".
func (s *segment) episodeBehindSeason(c *claim) bool {
	j := c.to
	if j >= len(s.tok) || s.tok[j].prop != propNone {
		return false
	}
	k, t := s.word(j), &s.tok[j]
	if t.sep&(sepClose) != 0 && t.sep&sepOpen != 0 && t.sep&sepSlash == 0 && t.num >= 0 {
		return false
	}
	if p := episodePrefix(k); p > 0 && t.sep&sepAmpersand == 0 {
		if !s.episodesIn(c, k, p) {
			c.episodes = span{}
			return false
		}
		c.to = j + 1
		return true
	}
	if e := t.entry; (e != nil && e.roles&roleEpisode != 0 || string(k) == "e") && j+1 < len(s.tok) {
		n := s.tok[j+1].num
		if d := digits(s.word(j+1), 0); n >= 0 || d > 0 && d <= 4 {
			if !s.episodesIn(c, s.word(j+1), 0) {
				c.episodes = span{}
				return false
			}
			c.to = j + 2
			if j+2 < len(s.tok) && s.tok[j+2].sep == sepDot && s.tok[j+2].num > 0 && int(n) == s.nums[c.seasons.from] && len(s.word(j+2)) < 3 {
				c.episodes = s.number(int(s.tok[j+2].num)) // "S01 EP 1.2"
				c.to++
			}
			return true
		}
		return false
	}
	return s.plainEpisodeBehind(c, j)
}

// plainEpisodeBehind reads a number without letters behind a season, where its shape allows only an
// episode.
func (s *segment) plainEpisodeBehind(c *claim, j int) bool {
	k, t := s.word(j), &s.tok[j]
	d := digits(k, 0)
	if d == 0 || d > 4 || len(k) > d && k[d] != 'v' && string(k[d:]) != "end" || yearLike(t.num) && d == 4 {
		return false
	}
	spaced := t.sep.spacedDash() && t.sep.only(sepDash|sepSpace|sepUnderscore|sepDot)
	plain := t.sep.only(sepSpace|sepDot|sepUnderscore) && d >= 2
	slash := t.sep&sepOpen != 0 && t.sep&sepClose != 0 && s.alone(j) // [S02][01]
	if !spaced && !plain && !slash || d == 3 && screenHeight(t.num) && plain {
		return false
	}
	if spaced && s.rangeOfSeasons(c, j) {
		return false
	}
	if c.seasonWord && int(t.num) == s.nums[c.seasons.from]+1 && j+1 < len(s.tok) && s.tok[j+1].num == t.num+1 && s.tok[j+1].sep == t.sep {
		return false // "Season 20 21 22"
	}
	if !s.episodesIn(c, k, 0) {
		c.episodes = span{}
		return false
	}
	c.to = j + 1
	return true
}

// rangeOfSeasons reports whether "Season 1 - 4" means four seasons: said in the plural, or complete.
func (s *segment) rangeOfSeasons(c *claim, j int) bool {
	if k := s.word(c.from); len(k) > 2 && k[len(k)-1] == 's' && !isDigit(k[1]) {
		return true
	}
	return j+1 < len(s.tok) && string(s.word(j+1)) == "complete"
}

// continueEpisodes reads further episodes behind a marker: lists and ranges.
func (s *segment) continueEpisodes(c *claim) {
	for c.to < len(s.tok) {
		j := c.to
		join := s.tok[j].sep
		if e := s.tok[j].entry; e != nil && e.roles&(roleAnd|roleTo) != 0 && j+1 < len(s.tok) {
			if e.roles&roleTo != 0 {
				join |= sepDash
			} else {
				join |= sepAmpersand
			}
			j++
		}
		if s.tok[j].prop != propNone || join&(sepOpen|sepClose|sepColon) != 0 || join&sepSlash != 0 {
			return
		}
		n, ok := s.nextEpisode(c, j, join)
		if !ok {
			return
		}
		last := s.nums[c.episodes.to-1]
		if c.episodes.to != len(s.nums) { // seasons were read since
			return
		}
		if join&(sepDash|sepTilde) != 0 && n > last && n-last < maxRun {
			s.runTo(&c.episodes, n)
		} else if n != last {
			s.nums = append(s.nums, n)
			c.episodes.to++
		}
		c.to = j + 1
	}
}

// nextEpisode returns the number of the episode that token j names in continuation of c.
func (s *segment) nextEpisode(c *claim, j int, join separators) (int, bool) {
	k := s.word(j)
	if p := episodePrefix(k); p > 0 {
		q := digits(k, p)
		if e := s.tok[j].entry; e != nil && e.tag != nil || q < len(k) && k[q] != 'v' {
			return 0, false // x265
		}
		return int(number(k[p:q])), true
	}
	if season, n, ok := fullMark(k); ok && (c.seasons.empty() || season == s.nums[c.seasons.from]) {
		return n, true
	}
	n, last := s.tok[j].num, s.nums[c.episodes.to-1]
	if n < 0 || len(k) > 5 || int(n) <= last || int(n)-last > 250 || len(k) == 4 && yearLike(n) {
		return 0, false
	}
	if join.tightDash() && len(k) == 1 && last >= 10 {
		return 0, false
	}
	switch {
	case (join == sepUnderscore || join == sepDot) && int(n) == last+1 && len(k) >= 2 && c.weight == weightCrossed:
		return int(n), true
	case join.tightDash(), join.only(sepTilde|sepSpace) && join&sepTilde != 0, join.only(sepPlus), join.only(sepAmpersand):
		return int(n), true
	case join&sepAmpersand != 0, join&sepDash != 0 && join&(sepUnderscore|sepDot) == 0 && s.tok[j].sep&sepDash == 0:
		return int(n), true // behind a word: "3 en 4", "1 to 5"
	}
	return 0, false
}

// fullMark reads a word that is season and episode and nothing else: s01e02, 1x02.
func fullMark(k []byte) (season, episode int, ok bool) {
	p := 0
	if len(k) > 0 && k[0] == 's' {
		p = 1
	}
	q := digits(k, p)
	if q == p || q == len(k) || q-p > 4 {
		return 0, 0, false
	}
	d := episodePrefix(k[q:])
	if d == 0 || digits(k, q+d) != len(k) || len(k)-q-d > 5 {
		return 0, 0, false
	}
	return int(number(k[p:q])), int(number(k[q+d:])), true
}

// crossed reads 1x02, 2009x03, 02x03x04, 06х01.
func (s *segment) crossed(i int) (claim, bool) {
	k := s.word(i)
	p := digits(k, 0)
	if p == len(k) || p > 4 || p == 3 || p == 4 && !yearLike(number(k[:p])) {
		return claim{}, false
	}
	d := episodePrefix(k[p:])
	if k[p] == 'e' && p != 2 || d == 0 {
		return claim{}, false
	}
	q := digits(k, p+d)
	if q-p-d > 4 || p == 1 && s.tok[i].sep == sepDot && i > 0 && s.tok[i-1].num >= 0 && s.tok[i-1].num < 10 {
		return claim{}, false
	}
	c := claim{from: i, to: i + 1, seasons: s.number(int(number(k[:p]))), weight: weightCrossed}
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
	if rest := k[p:]; len(rest) > 0 && episodePrefix(rest) == 0 && rest[0] != 'v' && !(len(rest) == 1 && rest[0] <= 'c') && string(rest) != "end" {
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

// countMark reads "3of12", "14 of 21".
func (s *segment) countMark(i int) (claim, bool) {
	k := s.word(i)
	if p := digits(k, 0); p < len(k) {
		if len(k) > p+2 && p <= 3 && k[p] == 'o' && k[p+1] == 'f' && digits(k, p+2) == len(k) && len(k)-p <= 5 {
			return claim{from: i, to: i + 1, episodes: s.number(int(number(k[:p]))), count: int(number(k[p+2:])), weight: weightWord}, true
		}
		return claim{}, false
	}
	if n := s.tok[i].num; len(k) <= 3 && i+2 < len(s.tok) && s.tok[i+2].num >= n && s.tok[i+2].num < 1000 {
		if e := s.tok[i+1].entry; e != nil && e.roles&roleOf != 0 && string(s.word(i+1)) != "de" && string(s.word(i+1)) != "sur" {
			c := claim{from: i, to: i + 3, episodes: s.number(int(n)), count: int(s.tok[i+2].num), weight: weightNumber + 5}
			if p := s.tok[max(i-1, 0)].entry; i > 0 && p != nil && p.roles&rolePart != 0 && s.tok[i-1].prop == propNone {
				c.from-- // "Part 5 of 10"
			}
			return c, true
		}
	}
	return claim{}, false
}

// yearLike reports whether n could be a year of release.
func yearLike(n int32) bool { return n >= 1890 && n <= 2050 }
