package name

// candidate is a plain number that may be an episode.
type candidate struct {
	at, weight int
	split      bool // 103 is season 1, episode 3
	pair       bool // the next number is the episode, this the season
}

// findNumbers weighs the plain numbers of a name that no marker explains, and claims the best of them as its episode.
// What surrounds a number decides: a dash with room, brackets of its own, a group in front, a tag or the end behind.
func (s *segment) findNumbers(c context) {
	season := -1
	for i := range s.claims {
		m := &s.claims[i]
		if m.prop == propMarker && !m.episodes.empty() {
			if m.weight >= weightCrossed {
				s.absoluteBeside(i)
			}
			return
		}
		if m.prop == propMarker && !m.seasons.empty() {
			season = i
		}
	}
	s.tagsAt = s.anchorTag()
	if s.placeOfFilm(c) {
		s.add(claim{prop: propIgnored, from: 0, to: 1})
		return
	}
	best := candidate{at: -1}
	for i := range s.tok {
		if best.at >= 0 && best.weight > 0 && s.rangeEnd(best.at) == i {
			continue
		}
		if !s.freeWord(i) || !isDigit(s.word(i)[0]) {
			continue
		}
		n := s.weigh(i, c, season)
		if n.at = i; s.outweighs(n, best) {
			best = n
		}
	}
	if best.at >= 0 && best.weight >= weightBare {
		s.claimNumber(best)
	}
}

// placeOfFilm reports a number that opens the name of a film among others of its set: "02 - Title (1992)".
func (s *segment) placeOfFilm(c context) bool {
	if c.season != nil || len(s.tok) < 3 || s.tok[0].num < 0 || s.tok[0].prop != propNone || len(s.word(0)) > 2 ||
		s.tok[0].bracket >= 0 {
		return false
	}
	sep, year := s.tok[1].sep, s.first(propYear)
	if !sep.spacedDash() && sep != sepDot|sepSpace || !c.inSet && (year < 0 || !s.alone(s.claims[year].from)) {
		return false
	}
	return s.word(0)[0] == '0' || c.films || c.inSet
}

// outweighs reports whether n is the better candidate. Of equals the later is, unless the earlier
// stands behind a dash, or begins a list.
func (s *segment) outweighs(n, best candidate) bool {
	if n.weight != best.weight || n.weight <= 0 || best.at < 0 {
		return n.weight > best.weight
	}
	if s.tok[best.at].sep.spacedDash() || best.split && n.split && n.at == best.at+1 &&
		s.tok[n.at].num == s.tok[best.at].num+1 {
		return false
	}
	return true
}

// fansubLike reports whether the name is one of an anime release: a group in front, and a checksum or
// the like behind.
func (s *segment) fansubLike() bool { return s.fansub || s.has(propCRC) }

// shielded reports whether token i stands behind the tags, among which no episode is named.
func (s *segment) shielded(i int) bool {
	// "Title (DVD) - 02"
	if i > 0 && s.tok[i].sep.spacedDash() && s.tok[i-1].bracket >= 0 && s.tok[i-1].prop != propNone {
		return false
	}
	return s.tok[i].bracket < 0 && i > s.tagsAt
}

// afterYear reports whether a year directly precedes token i.
func (s *segment) afterYear(i int) bool { return i > 0 && s.tok[i-1].prop == propYear }

// wordsBefore reports whether a word with letters stands before token i, so that a title is left.
func (s *segment) wordsBefore(i int) bool {
	long := !s.fansub && len(s.word(i)) >= 3 // "24.107" has a number for its title
	for j := range i {
		if s.tok[j].prop == propNone && (s.tok[j].num < 0 || long) {
			return true
		}
	}
	return false
}

// afterFilm reports whether the word before token i says that it counts films.
func (s *segment) afterFilm(i int) bool {
	return i > 0 && (s.is(i-1, "movie") || s.is(i-1, "film"))
}

// onlyTagsFrom reports whether tags begin at token i.
func (s *segment) onlyTagsFrom(i int) bool {
	if i >= len(s.tok) || s.tok[i].prop.technical() {
		return true
	}
	m := s.lookup(i)
	if m.tag != nil && m.tag.prop == propSource && m.tag.strength == weak &&
		s.sepAfter(m.to-1)&(sepDash|sepOpen|sepClose) != 0 {
		return true
	}
	return m.tag != nil &&
		(m.tag.strength == strong || m.tag.strength == weak &&
			(!s.freeWord(m.to) || m.tag.prop == propSubtitle))
}

// lookupProp returns what the vocabulary word at token i would say.
func (s *segment) lookupProp(i int) property {
	if m := s.lookup(i); m.tag != nil {
		return m.tag.prop
	}
	return propNone
}

// onlySubtitled reports a name that says it has subtitles burnt in, as fan releases of anime do.
func (s *segment) onlySubtitled() bool {
	for i := range s.claims {
		if c := &s.claims[i]; c.prop == propSubtitle && c.tag != nil && c.tag.value == "fr" {
			return true
		}
	}
	return false
}

// claimNumber claims the episode that best names.
func (s *segment) claimNumber(best candidate) {
	i := best.at
	k := s.word(i)
	n := number(k[:digits(k, 0)])
	c := claim{prop: propMarker, from: i, to: i + 1, weight: weightNumber}
	switch {
	case best.pair:
		c.seasons = s.number(n)
		c.episodes = s.number(s.tok[i+1].num)
		c.to++
	case best.split && n >= 10000: // 10910
		c.seasons = s.number(n / 10000)
		c.episodes = s.number(n / 100 % 100)
		s.runTo(&c.episodes, n%100)
	case best.split:
		c.seasons = s.number(n / 100)
		c.episodes = s.number(n % 100)
		s.splitsBehind(&c)
	case i == 0 && s.dashedEpisodes() > 0:
		c.episodes = s.number(n)
		for c.to = 1; c.to < s.dashedEpisodes(); c.to++ {
			s.nums = append(s.nums, s.tok[c.to].num)
		}
		c.episodes.to = len(s.nums)
	default:
		c.episodes = s.number(n)
		if j := s.rangeEnd(i); j > 0 {
			s.runTo(&c.episodes, s.versionedNumber(j))
			c.to = j + 1
		}
	}
	s.listBehind(&c)
	if d := digits(k, 0); len(k) == d+2 && k[d] == 'v' {
		c.num = -int(k[d+1] - '0') // the version
	} else if c.to == i+1 && s.correctedAt(c.to) {
		c.num = -int(s.word(c.to)[1] - '0')
		c.to++
	}
	if s.finale(c.to) && s.freeWord(c.to) && (s.lookup(c.to).tag == nil || s.is(c.to, "fin")) {
		c.to++
	}
	s.add(c)
}

// listBehind reads "05 + 06", "05 & 06", and the half of "05.5", which counts a special.
func (s *segment) listBehind(c *claim) {
	for s.freeWord(c.to) && c.seasons.empty() && c.episodes.to == len(s.nums) {
		if t := &s.tok[c.to]; !t.sep.lists() || t.num != s.last(c.episodes)+1 {
			s.half(c)
			return
		}
		s.append(&c.episodes, s.tok[c.to].num)
		c.to++
	}
}

// splitsBehind reads a second number of the same season: 101.102.
func (s *segment) splitsBehind(c *claim) {
	for s.freeWord(c.to) {
		n := s.tok[c.to].num
		if n/100 != s.nums[c.seasons.from] || n%100 != s.last(c.episodes)+1 {
			return
		}
		s.append(&c.episodes, n%100)
		c.to++
	}
}
