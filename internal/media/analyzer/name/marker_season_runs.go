package name

// behindSeason reads what follows the number of a season word: an episode, or further seasons.
func (s *segment) behindSeason(c *claim) {
	j := c.to
	switch {
	case s.dottedSeasons(c):
	case s.episodeBehindSeason(c):
		c.weight = weightFull - 5
		s.continueEpisodes(c)
		s.countBehind(c)
	case s.freeWord(j) && s.plays(j, rolePart) && s.is(c.from, "series") && s.at(j+1).num > 0: // "Series 2 Part 11"
		c.episodes = s.number(s.tok[j+1].num)
		c.to, c.weight = j+2, weightFull-5
	default:
		s.continueSeasons(c)
	}
}

// dottedSeasons reads the list "1.3&5", which begins like season 1, episode 3.
func (s *segment) dottedSeasons(c *claim) bool {
	t, next := s.at(c.to), s.at(c.to+1)
	if len(s.word(c.to)) != 1 || t.num < 0 || t.sep != sepDot || c.to+1 >= len(s.tok) {
		return false
	}
	if !(next.sep.only(sepAmpersand) && next.num >= 0) && !next.entry.plays(roleAnd) {
		return false
	}
	s.append(&c.seasons, t.num)
	c.to++
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
		if s.plays(j, roleSeason) && s.at(j+1).num >= 0 {
			j++
		}
		if s.seasonsAndEpisodes(c, j, join) {
			return
		}
		n, marked := s.seasonAt(j)
		if n <= s.last(c.seasons) || n > 120 || !s.freeWord(j) || join&(sepOpen|sepClose|sepSlash) != 0 ||
			s.unitFollows(j) {
			return
		}
		switch {
		case join&(sepDash|sepTilde) == 0 && (marked || s.listsSeason(c, n, join)):
			s.append(&c.seasons, n)
		case join&(sepDash|sepTilde) != 0 && (marked || j > c.to || !join.spacedDash() || s.rangeOfSeasons(c, j)):
			s.runTo(&c.seasons, n)
		default:
			return
		}
		c.to = j + 1
	}
}

// listsSeason reports whether join lets n, a number without a letter, be one more season of a list.
func (s *segment) listsSeason(c *claim, n int, join separators) bool {
	return join&(sepAmpersand|sepPlus|sepComma) != 0 ||
		c.seasonWord && n == s.last(c.seasons)+1 && join.only(sepSpace|sepDot)
}

// seasonsAndEpisodes reads "S01-S03E01-75": all episodes of several seasons, numbered through. Token j holds the last
// season and the first episode.
func (s *segment) seasonsAndEpisodes(c *claim, j int, join separators) bool {
	k := s.word(j)
	season, _, ok := fullMark(k)
	if !ok || k[0] != 's' || !join.tightDash() || season <= s.last(c.seasons) || !s.freeWord(j) {
		return false
	}
	s.runTo(&c.seasons, season)
	p := digits(k, 1)
	s.episodesIn(c, k, p+episodePrefix(k[p:]))
	c.to, c.weight = j+1, weightFull
	s.continueEpisodes(c)
	return true
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
	next := s.at(j + 1)
	return next.sep == sepDot && next.num >= 0 && next.num < 3 && s.tok[j].num < 8
}
