package name

// behindSeason reads what follows the number of a season word: an episode, or further seasons.
func (s *segment) behindSeason(c *claim) {
	if s.dottedSeasons(c) {
		return
	}
	if s.episodeBehindSeason(c) {
		c.weight = weightFull - 5
		s.continueEpisodes(c)
		s.countBehind(c)
		return
	}
	if j := c.to; j+1 < len(s.tok) && s.tok[j].prop == propNone { // "Series 2 Part 11"
		if e := s.tok[j].entry; e.plays(rolePart) && s.is(c.from, "series") &&
			s.tok[j+1].num > 0 {
			c.episodes = s.number(s.tok[j+1].num)
			c.to, c.weight = j+2, weightFull-5
			return
		}
	}
	s.continueSeasons(c)
}

// dottedSeasons reads the list "1.3&5", which begins like season 1, episode 3.
func (s *segment) dottedSeasons(c *claim) bool {
	j := c.to
	if j+1 >= len(s.tok) || len(s.word(j)) != 1 || s.tok[j].num < 0 || s.tok[j].sep != sepDot {
		return false
	}
	and := s.tok[j+1].sep.only(sepAmpersand) && s.tok[j+1].num >= 0
	if e := s.tok[j+1].entry; !and && (!e.plays(roleAnd)) {
		return false
	}
	s.nums = append(s.nums, s.tok[j].num)
	c.seasons.to = len(s.nums)
	c.to = j + 1
	s.continueSeasons(c)
	return true
}

// joinAt returns the token that continues a list or a range behind token i, and what joins it: separators, for which a
// word may stand, "1 to 5", "3 and 4".
func (s *segment) joinAt(i int) (int, separators) {
	join, e := s.tok[i].sep, s.tok[i].entry
	switch {
	case e == nil || i+1 >= len(s.tok):
		return i, join
	case e.roles&roleTo != 0:
		return i + 1, join | sepDash
	case e.roles&roleAnd != 0:
		return i + 1, join | sepAmpersand
	}
	return i, join
}

// continueSeasons reads further seasons: S01-S05, S01-05, S1+S2, "1 to 5", "1, 2 & 3", "1 2 3".
func (s *segment) continueSeasons(c *claim) {
	for c.to < len(s.tok) {
		j, join := s.joinAt(c.to)
		if e := s.tok[j].entry; e.plays(roleSeason) && j+1 < len(s.tok) && s.tok[j+1].num >= 0 {
			j++
		}
		if season, _, ok := fullMark(s.word(j)); ok && join.tightDash() && s.word(j)[0] == 's' &&
			season > s.nums[c.seasons.to-1] && s.tok[j].prop == propNone {
			s.seasonsAndEpisodes(c, j, season)
			return
		}
		n, marked := s.seasonAt(j)
		last := s.nums[c.seasons.to-1]
		if n < 0 || s.tok[j].prop != propNone || join&(sepOpen|sepClose|sepSlash) != 0 || n > 120 || n <= last {
			return
		}
		if s.unitFollows(j) {
			return
		}
		switch dash := join&(sepDash|sepTilde) != 0; {
		case dash && (marked || j > c.to || !join.spacedDash() || s.rangeOfSeasons(c, j)):
			s.runTo(&c.seasons, n)
		case dash:
			return
		case marked || join&(sepAmpersand|sepPlus|sepComma) != 0 ||
			c.seasonWord && n == last+1 && join.only(sepSpace|sepDot):
			s.nums = append(s.nums, n)
			c.seasons.to = len(s.nums)
		default:
			return
		}
		c.to = j + 1
	}
}

// seasonsAndEpisodes reads "S01-S03E01-75": all episodes of several seasons, numbered through. Token j holds the last
// season and the first episode.
func (s *segment) seasonsAndEpisodes(c *claim, j, season int) {
	s.runTo(&c.seasons, season)
	k := s.word(j)
	p := digits(k, 1)
	s.episodesIn(c, k, p+episodePrefix(k[p:]))
	c.to, c.weight = j+1, weightFull
	s.continueEpisodes(c)
}

// seasonAt returns the season that token j names in continuation of others, -1 if it names none, and
// whether it has the letter S.
func (s *segment) seasonAt(j int) (n int, marked bool) {
	k := s.word(j)
	if k[0] == 's' && len(k) > 1 && len(k) <= 4 && digits(k, 1) == len(k) {
		return number(k[1:]), true
	}
	if s.tok[j].num >= 0 && len(k) <= 2 {
		return s.tok[j].num, false
	}
	return -1, false
}

// unitFollows reports whether the number at token j belongs to a codec or a channel layout.
func (s *segment) unitFollows(j int) bool {
	if j+1 >= len(s.tok) {
		return false
	}
	return s.tok[j+1].sep == sepDot && s.tok[j+1].num >= 0 && s.tok[j+1].num < 3 && s.tok[j].num < 8
}
