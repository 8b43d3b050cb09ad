package name

import "strings"

// episodeBehindSeason reads the episode that stands in words of its own behind "S01" or "Season 1":
// "E02", "Ep. 2", "x02", "- 12", "02".
func (s *segment) episodeBehindSeason(c *claim) bool {
	j := c.to
	t := s.at(j)
	if !s.freeWord(j) || t.num >= 0 && t.sep.has(sepOpen|sepClose) && t.sep&sepSlash == 0 {
		return false
	}
	switch p := episodePrefix(s.word(j)); {
	case p > 0 && t.sep&sepAmpersand == 0 && (t.entry == nil || t.entry.tag == nil):
		return s.takeEpisodes(c, j, p)
	case j+1 < len(s.tok) && (t.entry.plays(roleEpisode) || s.is(j, "e")):
		return s.wordedEpisode(c, j+1)
	}
	return s.plainEpisodeBehind(c, j)
}

// takeEpisodes reads the episodes of token j, whose digits begin at p, behind the season of c.
func (s *segment) takeEpisodes(c *claim, j, p int) bool {
	if !s.episodesIn(c, s.word(j), p) {
		c.episodes = span{}
		return false
	}
	c.to = j + 1
	return true
}

// wordedEpisode reads the episode at token j, behind a season and a word for episodes.
func (s *segment) wordedEpisode(c *claim, j int) bool {
	n, d, next := s.tok[j].num, digits(s.word(j), 0), s.at(j+1)
	if n < 0 && (d == 0 || d > 4) || !s.takeEpisodes(c, j, 0) {
		return false
	}
	if next.sep == sepDot && next.num > 0 && len(s.word(j+1)) < 3 && n == s.nums[c.seasons.from] { // "S01 EP 1.2"
		c.episodes = s.number(next.num)
		c.to++
	}
	return true
}

// plainEpisodeBehind reads a number without letters behind a season, where its shape allows only an episode.
func (s *segment) plainEpisodeBehind(c *claim, j int) bool {
	k, t, next := s.word(j), &s.tok[j], s.at(j+1)
	d := digits(k, 0)
	if d == 0 || d > 4 || d < len(k) && k[d] != 'v' && string(k[d:]) != "end" || s.isYear(j) || !s.joinsSeason(c, j) {
		return false
	}
	if c.seasonWord && t.num == s.nums[c.seasons.from]+1 && next.num == t.num+1 && next.sep == t.sep {
		return false // "Season 20 21 22"
	}
	return s.takeEpisodes(c, j, 0)
}

// joinsSeason reports whether what stands before the number at token j lets it be an episode of the season in c.
func (s *segment) joinsSeason(c *claim, j int) bool {
	sep, d := s.tok[j].sep, digits(s.word(j), 0)
	switch {
	case sep.spacedDash() && sep.only(sepDash|sepSpace|sepUnderscore|sepDot):
		return !s.rangeOfSeasons(c, j)
	case sep.only(sepSpace|sepDot|sepUnderscore) && d >= 2:
		return d != 3 || !screenHeight(s.tok[j].num)
	case sep.has(sepOpen|sepClose) && s.alone(j): // [S02][01]
		return true
	}
	return sep.tightDash() && len(s.word(c.from)) == 2 && d == 2 && s.word(j)[0] == '0' // S2-07
}

// rangeOfSeasons reports whether "Season 1 - 4" means four seasons: said in the plural, or complete.
func (s *segment) rangeOfSeasons(c *claim, j int) bool {
	k := s.word(c.from)
	return len(k) > 2 && k[len(k)-1] == 's' && !isDigit(k[1]) || s.is(j+1, "complete")
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
	if after := s.at(i + 1).sep; i+1 < len(s.tok) &&
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
	s.continueRuns(c)
	if s.endsSeason(c) {
		c.to++
	}
}

// endsSeason reports a word behind an episode that says that it is the last one: "E01-E16 END". A single one may be
// called so, but where the word shouts: "S06E13 - End".
func (s *segment) endsSeason(c *claim) bool {
	i := c.to
	if !oneOf(s.word(i), "end", "fin") || !s.freeWord(i) || !s.endsWords(i+1) {
		return false
	}
	return c.episodes.to-c.episodes.from > 1 || s.raw(i) == strings.ToUpper(s.raw(i)) && !s.tok[i].sep.spacedDash()
}

// continueRuns reads the lists and ranges of continueEpisodes.
func (s *segment) continueRuns(c *claim) {
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
		e := s.tok[j].entry
		return number(k[p:q]), (e == nil || e.tag == nil) && (q == len(k) || k[q] == 'v') // x265 is none
	}
	if season, n, ok := fullMark(k); ok && (c.seasons.empty() || season == s.nums[c.seasons.from]) {
		return n, true
	}
	n, last := s.tok[j].num, s.last(c.episodes)
	return n, n > last && n <= last+250 && len(k) <= 5 && !s.isYear(j) && s.joinsEpisodes(c, j, join)
}

// joinsEpisodes reports whether join lets the plain number at token j continue the episodes of c.
func (s *segment) joinsEpisodes(c *claim, j int, join separators) bool {
	d, last := len(s.word(j)), s.last(c.episodes)
	switch {
	case join.tightDash():
		return (d > 1 || last < 10) && s.sepAfter(j)&sepMark == 0 // "S03E14-36! 24! 36!" has a title
	case join == sepUnderscore, join == sepDot:
		return s.tok[j].num == last+1 && d >= 2 && c.weight == weightCrossed
	case join.only(sepTilde|sepSpace) && join&sepTilde != 0, join.only(sepPlus), join&sepAmpersand != 0:
		return true
	}
	return join&sepDash != 0 && join&(sepUnderscore|sepDot) == 0 && s.tok[j].sep&sepDash == 0 // "3 en 4", "1 to 5"
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
	k, n := s.word(i), s.tok[i].num
	if p := digits(k, 0); p < len(k) {
		if p > 3 || len(k)-p > 5 || len(k) < p+3 || string(k[p:p+2]) != "of" || digits(k, p+2) != len(k) {
			return claim{}, false
		}
		c := claim{from: i, to: i + 1, episodes: s.number(number(k[:p])), count: number(k[p+2:]), weight: weightWord}
		return c, true
	}
	all := s.at(i + 2).num
	if len(k) > 3 || all < n || all >= 1000 || !s.plays(i+1, roleOf) || s.is(i+1, "de") || s.is(i+1, "sur") {
		return claim{}, false
	}
	c := claim{from: i, to: i + 3, episodes: s.number(n), count: all, weight: weightNumber + 5}
	if s.freeWord(i-1) && s.plays(i-1, rolePart) { // "Part 5 of 10"
		c.from--
	}
	return c, true
}

// isFullMark reports a word that is season and episode and nothing else.
func isFullMark(k []byte) bool { _, _, ok := fullMark(k); return ok }
