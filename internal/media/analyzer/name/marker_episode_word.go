package name

// episodeWord reads "Episode 5", "Ep. 1-43", "EP(01-08)", "Episode 1.22", "Cap.102_104", "69. Blm".
func (s *segment) episodeWord(i int) (claim, bool) {
	k, j := s.word(i), i+1
	before, next := s.at(i-1), s.at(j)
	if s.freeWord(j) && startsNumber(s.word(j)) && next.sep&(sepClose|sepTilde) == 0 && !s.yearInBracket(j) {
		return s.episodeBehindWord(i)
	}
	if n, ok := s.smallNumber(j); ok && next.num < 0 && len(s.word(j)) > 2 && !roman(s.word(j)) &&
		next.sep.only(sepSpace|sepDot|sepUnderscore) {
		return claim{from: i, to: i + 2, weight: weightNumber, episodes: s.number(n)}, true
	}
	if s.freeWord(i-1) && before.num > 0 && len(s.word(i-1)) <= 4 && (s.tok[i].sep&sepDot != 0 || s.tok[i].other) &&
		len(k) > 2 && k[0] != 'e' {
		return claim{from: i - 1, to: i + 1, weight: weightWord, episodes: s.number(before.num)}, true
	}
	return claim{}, false
}

// episodeBehindWord reads the digits behind the word for episodes at token i.
func (s *segment) episodeBehindWord(i int) (claim, bool) {
	c := claim{from: i, to: i + 2, weight: weightWord}
	k, next := s.word(i+1), s.at(i+2)
	switch d := digits(k, 0); {
	case s.word(i)[0] == 'c' && d == len(k) && (d == 3 || d == 4):
		return s.chapterOfSeason(c), true
	case d > 5 || d < len(k) && k[d] != 'v' && (len(k) > d+1 || k[d] >= 'd'), !s.episodesIn(&c, k, 0):
		return claim{}, false
	case d == 1 && next.sep == sepDot && next.num > 0 && len(s.word(i+2)) == 2: // "Episode 1.22"
		c.seasons, c.episodes = c.episodes, s.number(next.num)
		c.to++
		return c, true
	}
	s.continueEpisodes(&c)
	s.countBehind(&c)
	return c, true
}

// yearInBracket reports a year of release at token j, which nothing counts: "The Last Episode (2012)".
func (s *segment) yearInBracket(j int) bool { return s.alone(j) && s.isYear(j) && s.kind(j) == '(' }

// roman reports a Roman numeral, which counts films rather than episodes: "Episode VII".
func roman(k []byte) bool {
	for _, c := range k {
		if c != 'i' && c != 'v' && c != 'x' {
			return false
		}
	}
	return true
}

// countBehind reads "of 26" behind an episode.
func (s *segment) countBehind(c *claim) {
	j := c.to
	if s.at(j+1).num < 0 || !s.plays(j, roleOf) || s.bracketOrEnd(j) {
		return
	}
	c.count, c.to = s.tok[j+1].num, j+2
	if n := s.last(c.episodes); s.tok[j].other && c.episodes.to-c.episodes.from == 1 &&
		c.episodes.to == len(s.nums) && n > 1 && n < c.count && oneOf(s.word(j-2), "серии", "серії", "эпизоды") {
		s.nums[c.episodes.from] = 1 // "Серии: 5 из 20" are the five that there are so far
		s.runTo(&c.episodes, n)
	}
}

// chapterOfSeason reads the Spanish "Cap.102" and "Cap.102_104": season 1, episodes 2 to 4.
func (s *segment) chapterOfSeason(c claim) claim {
	n := s.tok[c.to-1].num
	c.seasons = s.number(n / 100)
	c.episodes = s.number(n % 100)
	if j := c.to; j < len(s.tok) && s.tok[j].num > n && s.tok[j].num/100 == n/100 &&
		s.tok[j].sep.only(sepUnderscore|sepDash) {
		s.runTo(&c.episodes, s.tok[j].num%100)
		c.to++
	}
	c.weight = weightFull - 2
	return c
}
