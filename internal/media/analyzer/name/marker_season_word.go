package name

// wordMark reads numbers that a word explains: "Season 1", "Saison sept", "3. Staffel", "Episode 5",
// "Cap. 102", and a glued "Season4".
func (s *segment) wordMark(i int) (claim, bool) {
	k, e, next := s.word(i), s.tok[i].entry, s.at(i+1)
	switch {
	case len(k) == 1 && (e == nil || k[0] == 's'):
		return s.apartMark(i)
	case e == nil:
		return s.gluedWordMark(i)
	case string(k) == "тв": // (ТВ-2) is the second series of an anime
		ok := next.sep.tightDash() && next.num > 0 && next.num < 30
		return claim{from: i, to: i + 2, seasons: s.number(next.num), weight: weightSeason}, ok
	case e.roles&roleSeason != 0:
		return s.seasonWord(i)
	case e.roles&roleEpisode != 0:
		return s.episodeWord(i)
	case i == 0 || string(k) != "series" || next.num <= 0 || next.num >= 60:
	case s.countAt(i + 2):
		return claim{from: i, to: i + 2, seasons: s.number(next.num), weight: weightSeason, seasonWord: true}, true
	case s.plays(i+2, roleEpisode|rolePart):
		return s.seasonWord(i)
	}
	return claim{}, false
}

// countAt reports whether token i is "3of4".
func (s *segment) countAt(i int) bool {
	if !startsNumber(s.word(i)) {
		return false
	}
	_, ok := s.countMark(i)
	return ok
}

// apartMark reads "S 01", with a space where none belongs, before tags or an episode.
func (s *segment) apartMark(i int) (claim, bool) {
	next := s.at(i + 1)
	if i+1 >= len(s.tok) || s.raw(i) != "S" {
		return claim{}, false
	}
	bracketed := s.opensBracket(i) && next.num > 0 && next.num < 100 && s.plays(i+2, roleEpisode) // "[S 1 - Ep 002]"
	if !bracketed && (i == 0 || len(s.word(i+1)) != 2 || next.num < 0 || next.sep != sepSpace && next.sep != sepDot ||
		!s.is(i+2, "e") && !s.onlyTagsFrom(i+2)) {
		return claim{}, false
	}
	c := claim{from: i, to: i + 2, seasons: s.number(next.num), weight: weightSeason}
	s.behindSeason(&c)
	return c, true
}

// gluedWordMark reads Season4, Saison3, Temporada15.
func (s *segment) gluedWordMark(i int) (claim, bool) {
	k := s.word(i)
	d := firstDigit(k)
	if d < 4 || d == len(k) {
		return claim{}, false
	}
	if end := digits(k, d); end < len(k) && end-d < 4 {
		return s.gluedWords(i, d, end)
	}
	if len(k)-d > 4 || digits(k, d) != len(k) {
		return claim{}, false
	}
	e, n := lookupWord(k[:d]), number(k[d:])
	series := string(k[:d]) == "series" && i > 0 && (s.plays(i+1, roleEpisode) || s.gluedEpisode(i+1))
	switch {
	case series, e.plays(roleSeason): // "Series4 Episode2"
		c := claim{from: i, to: i + 1, seasons: s.number(n), weight: weightSeason, seasonWord: true}
		s.behindSeason(&c)
		return c, true
	case e.plays(roleEpisode):
		c := claim{from: i, to: i + 1, episodes: s.number(n), weight: weightWord}
		s.continueEpisodes(&c)
		return c, true
	}
	return claim{}, false
}

// gluedWords reads "Season01Episode14", whose first number is the digits [d, end) of token i.
func (s *segment) gluedWords(i, d, end int) (claim, bool) {
	k := s.word(i)
	q := end + firstDigit(k[end:])
	if q == len(k) || digits(k, q) != len(k) || len(k)-q > 4 || !lookupWord(k[end:q]).plays(roleEpisode) ||
		string(k[:d]) != "series" && !lookupWord(k[:d]).plays(roleSeason) {
		return claim{}, false
	}
	c := claim{from: i, to: i + 1, seasons: s.number(number(k[d:end])), weight: weightFull - 5, seasonWord: true}
	c.episodes = s.number(number(k[q:]))
	s.continueEpisodes(&c)
	return c, true
}

// gluedEpisode reports a word such as Episode2 at token i.
func (s *segment) gluedEpisode(i int) bool {
	k := s.word(i)
	d := firstDigit(k)
	return d < len(k) && digits(k, d) == len(k) && lookupWord(k[:d]).plays(roleEpisode)
}

// smallNumber returns what token i counts, in digits, ordinals, words or Roman numerals.
func (s *segment) smallNumber(i int) (int, bool) {
	t := s.at(i)
	switch {
	case t.prop != propNone:
		return 0, false
	case t.num >= 0:
		return t.num, t.k1-t.k0 <= 3 || yearLike(t.num)
	case t.entry != nil && t.entry.number > 0:
		return int(t.entry.number), true
	}
	return 0, false
}

// seasonWord reads "Season 1", "Seasons 1 to 5", "Season 1 Episode 2", "2nd Season", "3. Staffel".
func (s *segment) seasonWord(i int) (claim, bool) {
	c := claim{from: i, to: i + 2, weight: weightSeason, seasonWord: true}
	_, before := s.suffixedOrdinal(i)
	if n, ok := s.seasonNumber(i + 1); ok && !before && !s.countsBefore(i) && !s.numbersEpisode(i) {
		c.seasons = s.number(n)
		s.behindSeason(&c)
		if c.episodes.empty() && s.yearOfTitle(i) {
			s.note(i, i+2, "no season", "the number is a year of release behind a title that ends with the word")
			return c, false
		}
		return c, true
	}
	if k := s.word(i + 1); len(k) > 1 && k[0] == 's' && digits(k, 1) == len(k) &&
		s.tok[i+1].sep.only(sepSpace|sepDot) && !s.endsTitle(i) { // "Seasons S01 to S28"
		c.seasons = s.number(number(k[1:]))
		s.behindSeason(&c)
		return c, true
	}
	if !s.freeWord(i - 1) {
		return claim{}, false
	}
	return s.numberedBefore(c)
}

// numberedBefore reads the number of the season word of c in front of it.
func (s *segment) numberedBefore(c claim) (claim, bool) {
	i := c.from
	if n, ok := s.suffixedOrdinal(i); ok {
		c.from, c.to, c.seasons = i-2, i+1, s.number(n)
		if e, ok := s.suffixedOrdinal(i + 3); ok && s.plays(i+3, roleEpisode) {
			c.episodes, c.to, c.weight = s.number(e), i+4, weightFull-5
		}
		return c, true
	}
	n, ok := s.seasonOrdinal(i)
	if !ok {
		return claim{}, false
	}
	c.from, c.to, c.seasons = i-1, i+1, s.number(n)
	if s.episodeNumberFirst(&c) {
		c.weight = weightFull - 5
	} else {
		s.behindSeason(&c)
	}
	return c, true
}

// seasonOrdinal reads the word before the season word at token i: "3. Staffel", "2nd Season", "Second Season".
func (s *segment) seasonOrdinal(i int) (int, bool) {
	named := i > 1 && s.tok[i].sep.only(sepSpace) && s.is(i, "season") // "24 Season" is no 24th
	if n := s.tok[i-1].num; n > 0 && n <= 50 && !named {
		return n, true
	}
	if n, ok := ordinal(s.word(i - 1)); ok {
		return n, true
	}
	return s.spelledOrdinal(i)
}

// numbersEpisode reports that the number behind the season word at token i is that of an episode, since the word ends
// the title, or has its own number in front: "The Final Season - 04".
func (s *segment) numbersEpisode(i int) bool {
	if !s.fansub || i == 0 || s.tok[i-1].prop != propNone || !s.tok[i+1].sep.spacedDash() || s.tok[i].sep.spacedDash() {
		return false
	}
	s.note(i, i+2, "no season", "a dash with room around it stands before the number, which counts the episodes")
	return true
}

// spelledOrdinal reads "Second" before the season word at token i, where an episode, tags or an end follow.
func (s *segment) spelledOrdinal(i int) (int, bool) {
	j := i + 1
	if i < 2 || s.is(i-2, "the") || !s.tok[i].sep.only(sepSpace|sepDot|sepUnderscore) ||
		!oneOf(s.word(i-1), "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth") {
		return 0, false
	}
	fits := s.at(j).sep.spacedDash() || s.at(j).sep&sepOpen != 0 || s.onlyTagsFrom(j) || s.at(j).num >= 0 ||
		s.plays(j, roleEpisode) || s.is(j, "ova")
	return int(s.tok[i-1].entry.number), fits
}

// yearOfTitle reports that the number behind the season word at token i is the year of a work whose title ends with
// that word: "Wedding Season (2022)", "Silly Season 2021 1080p". Programmes that number their seasons by year have
// the word alone, or nothing else behind it.
func (s *segment) yearOfTitle(i int) bool {
	j := i + 1
	if !s.isYear(j) {
		return false
	}
	return s.tok[j].sep&sepOpen != 0 || j+1 < len(s.tok) && s.freeWord(i-1) &&
		(s.tok[i].sep|s.tok[j].sep).only(sepSpace|sepDot|sepUnderscore)
}

// endsTitle reports a season word in the singular that follows others directly: before S01 it is no part of the
// mark but the end of a title, "Cherry Season S01".
func (s *segment) endsTitle(i int) bool {
	k := s.word(i)
	return s.freeWord(i-1) && k[len(k)-1] != 's' && s.tok[i].sep.only(sepSpace|sepDot|sepUnderscore)
}

// suffixedOrdinal reads the Russian "5-й" before token i.
func (s *segment) suffixedOrdinal(i int) (int, bool) {
	suffix, n := s.at(i-1), s.at(i-2).num
	ok := i < len(s.tok) && n > 0 && s.freeWord(i-2) && suffix.other && suffix.sep.tightDash() && len(s.word(i-1)) <= 6
	return n, ok
}

// countsBefore reports a season word whose number precedes it, since that behind it counts episodes:
// "2.Sezon.7.Bölüm".
func (s *segment) countsBefore(i int) bool {
	before, next, third := s.at(i-1), s.at(i+1), s.at(i+2)
	if _, ok := ordinal(s.word(i - 1)); ok && next.sep.spacedDash() { // "2nd Season - 04"
		return true
	}
	if !s.tok[i].other && !oneOf(s.word(i), "sezon", "sezona", "sez", "staffel", "kausi") {
		return false
	}
	if (s.tok[i].sep|next.sep|third.sep)&sepSlash != 0 || !s.freeWord(i-1) || before.num <= 0 || before.num > 50 ||
		next.num < 0 {
		return false
	}
	return s.plays(i+2, roleEpisode) || third.num > next.num && third.sep.tightDash() && s.plays(i+3, roleEpisode)
}

// seasonNumber reads the number behind a season word. A letter counts only if nothing but a tag or an
// end can follow: "Season V".
func (s *segment) seasonNumber(j int) (int, bool) {
	n, ok := s.smallNumber(j)
	if !ok || s.tok[j].sep&(sepClose|sepTilde) != 0 {
		return 0, false
	}
	return n, s.tok[j].num >= 0 || len(s.word(j)) >= 3 || s.is(j, "ii") || s.is(j, "iv")
}

// episodeNumberFirst reads "7.Bölüm" and the like behind a season.
func (s *segment) episodeNumberFirst(c *claim) bool {
	j := c.to
	t, next := s.at(j), s.at(j+1)
	if t.num < 0 || len(s.word(j)) > 4 {
		return false
	}
	c.episodes = s.number(t.num)
	if next.num > t.num && next.sep.tightDash() && s.plays(j+2, roleEpisode) { // "1-10 серии"
		s.runTo(&c.episodes, next.num)
		j++
	}
	if !s.plays(j+1, roleEpisode) {
		c.episodes = span{}
		return false
	}
	c.to = j + 2
	s.countBehind(c)
	return true
}

// ordinal reads 1st, 2nd, 3rd, 11th.
func ordinal(k []byte) (int, bool) {
	d := digits(k, 0)
	if d == 0 || d > 2 || !oneOf(k[d:], "st", "nd", "rd", "th") {
		return 0, false
	}
	return number(k[:d]), true
}
