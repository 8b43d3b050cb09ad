package name

// episodeBehindSeason reads the episode that stands in words of its own behind "S01" or "Season 1":
// "E02", "Ep. 2", "x02", "- 12", "02".
func (s *segment) episodeBehindSeason(c *claim) bool {
	j := c.to
	if !s.freeWord(j) {
		return false
	}
	k, t := s.word(j), &s.tok[j]
	if t.sep&(sepClose) != 0 && t.sep&sepOpen != 0 && t.sep&sepSlash == 0 && t.num >= 0 {
		return false
	}
	if p := episodePrefix(k); p > 0 && t.sep&sepAmpersand == 0 && (t.entry == nil || t.entry.tag == nil) {
		if !s.episodesIn(c, k, p) {
			c.episodes = span{}
			return false
		}
		c.to = j + 1
		return true
	}
	if e := t.entry; (e.plays(roleEpisode) || string(k) == "e") && j+1 < len(s.tok) {
		n := s.tok[j+1].num
		if d := digits(s.word(j+1), 0); n >= 0 || d > 0 && d <= 4 {
			if !s.episodesIn(c, s.word(j+1), 0) {
				c.episodes = span{}
				return false
			}
			c.to = j + 2
			if j+2 < len(s.tok) && s.tok[j+2].sep == sepDot && s.tok[j+2].num > 0 &&
				n == s.nums[c.seasons.from] && len(s.word(j+2)) < 3 {
				c.episodes = s.number(s.tok[j+2].num) // "S01 EP 1.2"
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
	if d == 0 || d > 4 || len(k) > d && k[d] != 'v' && string(k[d:]) != "end" || d == 4 && yearLike(t.num) {
		return false
	}
	spaced := t.sep.spacedDash() && t.sep.only(sepDash|sepSpace|sepUnderscore|sepDot)
	plain := t.sep.only(sepSpace|sepDot|sepUnderscore) && d >= 2
	slash := t.sep&sepOpen != 0 && t.sep&sepClose != 0 && s.alone(j)                // [S02][01]
	tight := t.sep.tightDash() && len(s.word(c.from)) == 2 && d == 2 && k[0] == '0' // S2-07
	if !spaced && !plain && !slash && !tight || d == 3 && screenHeight(t.num) && plain {
		return false
	}
	if spaced && s.rangeOfSeasons(c, j) {
		return false
	}
	if c.seasonWord && t.num == s.nums[c.seasons.from]+1 && j+1 < len(s.tok) && s.tok[j+1].num == t.num+1 &&
		s.tok[j+1].sep == t.sep {
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
	return j+1 < len(s.tok) && s.is(j+1, "complete")
}

// maxDashed is how many episodes are read between dashes as a list.
const maxDashed = 16

// half reads the ".5" behind the number of an episode that stands between two: "07.5". Dots between words must not be
// the name's spaces there.
func (s *segment) half(c *claim) bool {
	i := c.to
	if !s.freeWord(i) || !s.halfWord(i) || c.episodes.to-c.episodes.from != 1 {
		return false
	}
	if after := s.sepAfter(i); i+1 < len(s.tok) &&
		(after&sepDot != 0 || after&(sepSpace|sepUnderscore|sepOpen|sepClose) == 0) {
		return false
	}
	c.tenths = 5
	c.to++
	return true
}

// halfWord reports whether token i may be the half of the number before it: a 5 behind a dot, with a version or
// without.
func (s *segment) halfWord(i int) bool {
	k := s.word(i)
	return s.tok[i].sep == sepDot && k[0] == '5' && (len(k) == 1 || len(k) == 3 && k[1] == 'v' && isDigit(k[2]))
}

// continueEpisodes reads further episodes behind a marker: lists and ranges. Three numbers and more between dashes,
// none next to another, are a list of just these: E01-E03-E05.
func (s *segment) continueEpisodes(c *claim) {
	if s.half(c) {
		return
	}
	var room [maxDashed]int
	named := append(room[:0], s.nums[c.episodes.to-1])
	dashes, apart := 0, true
	defer func() {
		if apart && dashes > 1 && dashes == len(named)-1 && c.episodes.to == len(s.nums) {
			s.nums = append(s.nums[:c.episodes.from], named...)
			c.episodes.to = len(s.nums)
		}
	}()
	for c.to < len(s.tok) {
		j, join := s.joinAt(c.to)
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
		if len(named) < maxDashed {
			named = append(named, n)
		}
		if join&(sepDash|sepTilde) != 0 && n > last && n-last < maxRun {
			dashes, apart = dashes+1, apart && n > last+1
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
		return number(k[p:q]), true
	}
	if season, n, ok := fullMark(k); ok && (c.seasons.empty() || season == s.nums[c.seasons.from]) {
		return n, true
	}
	n, last := s.tok[j].num, s.nums[c.episodes.to-1]
	if n < 0 || len(k) > 5 || n <= last || n-last > 250 || len(k) == 4 && yearLike(n) {
		return 0, false
	}
	// "S03E14-36! 24! 36!" has a title
	if join.tightDash() && (len(k) == 1 && last >= 10 || s.sepAfter(j)&sepMark != 0) {
		return 0, false
	}
	switch {
	case (join == sepUnderscore || join == sepDot) && n == last+1 && len(k) >= 2 && c.weight == weightCrossed:
		return n, true
	case join.tightDash(), join.only(sepTilde|sepSpace) &&
		join&sepTilde != 0, join.only(sepPlus), join.only(sepAmpersand):
		return n, true
	case join&sepAmpersand != 0, join&sepDash != 0 && join&(sepUnderscore|sepDot) == 0 && s.tok[j].sep&sepDash == 0:
		return n, true // behind a word: "3 en 4", "1 to 5"
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
	return number(k[p:q]), number(k[q+d:]), true
}

// countMark reads "3of12", "14 of 21".
func (s *segment) countMark(i int) (claim, bool) {
	k := s.word(i)
	if p := digits(k, 0); p < len(k) {
		if len(k) > p+2 && p <= 3 && k[p] == 'o' && k[p+1] == 'f' && digits(k, p+2) == len(k) && len(k)-p <= 5 {
			return claim{from: i, to: i + 1, episodes: s.number(number(k[:p])), count: number(k[p+2:]),
				weight: weightWord}, true
		}
		return claim{}, false
	}
	if n := s.tok[i].num; len(k) <= 3 && i+2 < len(s.tok) && s.tok[i+2].num >= n && s.tok[i+2].num < 1000 {
		if e := s.tok[i+1].entry; e.plays(roleOf) && !s.is(i+1, "de") &&
			!s.is(i+1, "sur") {
			c := claim{from: i, to: i + 3, episodes: s.number(n), count: s.tok[i+2].num,
				weight: weightNumber + 5}
			if p := s.tok[max(i-1, 0)].entry; i > 0 && p.plays(rolePart) &&
				s.tok[i-1].prop == propNone {
				c.from-- // "Part 5 of 10"
			}
			return c, true
		}
	}
	return claim{}, false
}
