package name

// episodeWord reads "Episode 5", "Ep. 1-43", "EP(01-08)", "Episode 1.22", "Cap.102_104", "69. Blm".
func (s *segment) episodeWord(i int) (claim, bool) {
	j := i + 1
	c := claim{from: i, to: i + 2, weight: weightWord}
	if s.freeWord(j) && isDigit(s.word(j)[0]) &&
		s.tok[j].sep&(sepClose|sepTilde) == 0 && !s.yearInBracket(j) {
		k := s.word(j)
		d := digits(k, 0)
		switch {
		case s.word(i)[0] == 'c' && d >= 3 && d == len(k) && d <= 4:
			return s.chapterOfSeason(c), true
		case d <= 5 && (d == len(k) || k[d] == 'v' || len(k) == d+1 && k[d] < 'd'):
			if !s.episodesIn(&c, k, 0) {
				return claim{}, false
			}
			// "Episode 1.22"
			if d == 1 && j+1 < len(s.tok) && s.tok[j+1].sep == sepDot && len(s.word(j+1)) == 2 && s.tok[j+1].num > 0 {
				c.seasons = c.episodes
				c.episodes = s.number(s.tok[j+1].num)
				c.to++
				return c, true
			}
			s.continueEpisodes(&c)
			s.countBehind(&c)
			return c, true
		}
		return claim{}, false
	}
	if n, ok := s.smallNumber(j); ok && s.tok[j].num < 0 && len(s.word(j)) > 2 && !roman(s.word(j)) &&
		s.tok[j].sep.only(sepSpace|sepDot|sepUnderscore) {
		c.episodes = s.number(n)
		c.weight = weightNumber
		return c, true
	}
	if i > 0 && s.tok[i-1].prop == propNone && s.tok[i-1].num > 0 && len(s.word(i-1)) <= 4 &&
		(s.tok[i].sep&sepDot != 0 || s.tok[i].other) && len(s.word(i)) > 2 && s.word(i)[0] != 'e' {
		c.from, c.to, c.episodes = i-1, i+1, s.number(s.tok[i-1].num)
		return c, true
	}
	return claim{}, false
}

// yearInBracket reports a year of release at token j, which nothing counts: "The Last Episode (2012)".
func (s *segment) yearInBracket(j int) bool {
	return s.alone(j) && s.isYear(j) && s.kind(j) == '('
}

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
	if j+1 >= len(s.tok) || s.tok[j+1].num < 0 {
		return
	}
	if e := s.tok[j].entry; e.plays(roleOf) && s.tok[j].sep&(sepOpen|sepClose) == 0 {
		c.count = s.tok[j+1].num
		c.to = j + 2
		if n := s.nums[c.episodes.to-1]; s.tok[j].other && c.episodes.to-c.episodes.from == 1 &&
			c.episodes.to == len(s.nums) && n > 1 && n < c.count && s.pluralBefore(j-1) {
			s.nums[c.episodes.from] = 1 // "Серии: 5 из 20" are the five that there are so far
			s.runTo(&c.episodes, n)
		}
	}
}

// pluralBefore reports whether the word before token i is the Russian or Ukrainian for episodes.
func (s *segment) pluralBefore(i int) bool {
	if i < 1 {
		return false
	}
	k := string(s.word(i - 1))
	return k == "серии" || k == "серії" || k == "эпизоды"
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
