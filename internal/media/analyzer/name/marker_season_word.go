package name

// wordMark reads numbers that a word explains: "Season 1", "Saison sept", "3. Staffel", "Episode 5",
// "Cap. 102", and a glued "Season4".
func (s *segment) wordMark(i int) (claim, bool) {
	k := s.word(i)
	e := s.tok[i].entry
	if e == nil {
		if len(k) == 1 {
			return s.apartMark(i)
		}
		return s.gluedWordMark(i)
	}
	switch {
	case string(k) == "тв": // (ТВ-2) is the second series of an anime
		if i+1 < len(s.tok) && s.tok[i+1].sep.tightDash() && s.tok[i+1].num > 0 && s.tok[i+1].num < 30 {
			return claim{from: i, to: i + 2, seasons: s.number(s.tok[i+1].num), weight: weightSeason}, true
		}
		return claim{}, false
	case len(k) == 1 && k[0] == 's':
		return s.apartMark(i)
	case e.roles&roleSeason != 0:
		return s.seasonWord(i)
	case e.roles&roleEpisode != 0:
		return s.episodeWord(i)
	case string(k) == "series" && i > 0 && i+2 < len(s.tok) && s.countAt(i+2) && s.tok[i+1].num > 0 &&
		s.tok[i+1].num < 60:
		return claim{from: i, to: i + 2, seasons: s.number(s.tok[i+1].num), weight: weightSeason,
			seasonWord: true}, true
	case string(k) == "series" && i > 0 && i+2 < len(s.tok) && s.tok[i+1].num > 0 && s.tok[i+1].num < 60:
		if f := s.tok[i+2].entry; f.plays((roleEpisode | rolePart)) {
			return s.seasonWord(i)
		}
	}
	return claim{}, false
}

// countAt reports whether token i is "3of4".
func (s *segment) countAt(i int) bool {
	if !isDigit(s.word(i)[0]) {
		return false
	}
	_, ok := s.countMark(i)
	return ok
}

// apartMark reads "S 01", with a space where none belongs, before tags or an episode.
func (s *segment) apartMark(i int) (claim, bool) {
	if b := s.tok[i].bracket; b >= 0 && s.br[b].first == i && i+2 < len(s.tok) && s.raw(i) == "S" &&
		s.tok[i+1].num > 0 && s.tok[i+1].num < 100 && s.isEpisodeWord(i+2) {
		c := claim{from: i, to: i + 2, seasons: s.number(s.tok[i+1].num), weight: weightSeason} // "[S 1 - Ep 002]"
		s.behindSeason(&c)
		return c, true
	}
	if i == 0 || i+1 >= len(s.tok) || s.raw(i) != "S" || len(s.word(i+1)) != 2 || s.tok[i+1].num < 0 ||
		s.tok[i+1].sep != sepSpace && s.tok[i+1].sep != sepDot {
		return claim{}, false
	}
	c := claim{from: i, to: i + 2, seasons: s.number(s.tok[i+1].num), weight: weightSeason}
	if i+2 < len(s.tok) && s.is(i+2, "e") || s.onlyTagsFrom(i+2) {
		s.behindSeason(&c)
		return c, true
	}
	return claim{}, false
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
	// "Series4 Episode2"
	if string(k[:d]) == "series" && i > 0 && i+1 < len(s.tok) && (s.isEpisodeWord(i+1) || s.gluedEpisode(i+1)) {
		c := claim{from: i, to: i + 1, seasons: s.number(number(k[d:])), weight: weightSeason, seasonWord: true}
		s.behindSeason(&c)
		return c, true
	}
	e := lookupWord(k[:d])
	n := number(k[d:])
	switch {
	case e == nil:
		return claim{}, false
	case e.roles&roleSeason != 0:
		c := claim{from: i, to: i + 1, seasons: s.number(n), weight: weightSeason, seasonWord: true}
		s.behindSeason(&c)
		return c, true
	case e.roles&roleEpisode != 0:
		c := claim{from: i, to: i + 1, episodes: s.number(n), weight: weightWord}
		s.continueEpisodes(&c)
		return c, true
	}
	return claim{}, false
}

// gluedWords reads "Season01Episode14", whose first number is the digits [d, end) of token i.
func (s *segment) gluedWords(i, d, end int) (claim, bool) {
	k := s.word(i)
	q := end
	for q < len(k) && !isDigit(k[q]) {
		q++
	}
	if q == len(k) || digits(k, q) != len(k) || len(k)-q > 4 {
		return claim{}, false
	}
	season, episode := lookupWord(k[:d]), lookupWord(k[end:q])
	if !episode.plays(roleEpisode) ||
		string(k[:d]) != "series" && (!season.plays(roleSeason)) {
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
	if d == len(k) || digits(k, d) != len(k) {
		return false
	}
	e := lookupWord(k[:d])
	return e.plays(roleEpisode)
}

// smallNumber returns what token i counts, in digits, ordinals, words or Roman numerals.
func (s *segment) smallNumber(i int) (int, bool) {
	if i < 0 || !s.freeWord(i) {
		return 0, false
	}
	k := s.word(i)
	if n := s.tok[i].num; n >= 0 {
		return n, len(k) <= 3 || yearLike(n)
	}
	if e := s.tok[i].entry; e != nil && e.number > 0 {
		return int(e.number), true
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
	if j := i + 1; j < len(s.tok) && len(s.word(j)) > 1 && s.word(j)[0] == 's' &&
		s.tok[j].sep.only(sepSpace|sepDot) && !s.endsTitle(i) {
		if d := digits(s.word(j), 1); d > 1 && d == len(s.word(j)) { // "Seasons S01 to S28"
			c.seasons = s.number(number(s.word(j)[1:]))
			s.behindSeason(&c)
			return c, true
		}
	}
	if i == 0 || s.tok[i-1].prop != propNone {
		return claim{}, false
	}
	if n, ok := s.suffixedOrdinal(i); ok {
		c.from, c.to, c.seasons = i-2, i+1, s.number(n)
		if e, ok := s.suffixedOrdinal(i + 3); ok && s.isEpisodeWord(i+3) {
			c.episodes, c.to, c.weight = s.number(e), i+4, weightFull-5
		}
		return c, true
	}
	n, ok := s.tok[i-1].num, s.tok[i-1].num > 0 && s.tok[i-1].num <= 50
	if ok && i > 1 && s.tok[i].sep.only(sepSpace) && s.is(i, "season") { // "24 Season" is no 24th
		ok = false
	}
	if !ok {
		n, ok = ordinal(s.word(i - 1))
	}
	if !ok {
		n, ok = s.spelledOrdinal(i)
	}
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
	e, k := s.tok[i-1].entry, s.word(i-1)
	if e == nil || e.number < 2 || i < 2 || len(k) < 5 || !s.tok[i].sep.only(sepSpace|sepDot|sepUnderscore) {
		return 0, false
	}
	switch string(k) {
	case "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth":
	default:
		return 0, false
	}
	j := i + 1
	fits := j >= len(s.tok) || s.tok[j].sep.spacedDash() || s.tok[j].sep&sepOpen != 0 || s.onlyTagsFrom(j)
	fits = fits || s.tok[j].num >= 0 || s.isEpisodeWord(j) || s.is(j, "ova")
	return int(e.number), fits && !s.is(i-2, "the")
}

// yearOfTitle reports that the number behind the season word at token i is the year of a work whose title ends with
// that word: "Wedding Season (2022)", "Silly Season 2021 1080p". Programmes that number their seasons by year have
// the word alone, or nothing else behind it.
func (s *segment) yearOfTitle(i int) bool {
	j := i + 1
	if !s.isYear(j) {
		return false
	}
	if s.tok[j].sep&sepOpen != 0 {
		return true
	}
	return i > 0 && j+1 < len(s.tok) && s.tok[i-1].prop == propNone &&
		s.tok[i].sep.only(sepSpace|sepDot|sepUnderscore) &&
		s.tok[j].sep.only(sepSpace|sepDot|sepUnderscore)
}

// endsTitle reports a season word in the singular that follows others directly: before S01 it is no part of the
// mark but the end of a title, "Cherry Season S01".
func (s *segment) endsTitle(i int) bool {
	k := s.word(i)
	return i > 0 && s.tok[i-1].prop == propNone && k[len(k)-1] != 's' &&
		s.tok[i].sep.only(sepSpace|sepDot|sepUnderscore)
}

// suffixedOrdinal reads the Russian "5-й" before token i.
func (s *segment) suffixedOrdinal(i int) (int, bool) {
	if i < 2 || i >= len(s.tok) || s.tok[i-2].num <= 0 || s.tok[i-2].prop != propNone || !s.tok[i-1].other ||
		!s.tok[i-1].sep.tightDash() || len(s.word(i-1)) > 6 {
		return 0, false
	}
	return s.tok[i-2].num, true
}

func (s *segment) isEpisodeWord(i int) bool {
	e := s.tok[i].entry
	return e.plays(roleEpisode)
}

// countsBefore reports a season word whose number precedes it, since that behind it counts episodes:
// "2.Sezon.7.Bölüm".
func (s *segment) countsBefore(i int) bool {
	if i > 0 && i+1 < len(s.tok) && s.tok[i+1].sep.spacedDash() {
		if _, ok := ordinal(s.word(i - 1)); ok { // "2nd Season - 04"
			return true
		}
	}
	switch string(s.word(i)) {
	case "sezon", "sezona", "sez", "staffel", "kausi":
	default:
		if !s.tok[i].other {
			return false
		}
	}
	if i == 0 || i+2 >= len(s.tok) || (s.tok[i].sep|s.tok[i+1].sep|s.tok[i+2].sep)&sepSlash != 0 ||
		s.tok[i-1].prop != propNone || s.tok[i-1].num <= 0 || s.tok[i-1].num > 50 || s.tok[i+1].num < 0 {
		return false
	}
	return s.isEpisodeWord(i+2) || i+3 < len(s.tok) && s.tok[i+2].num > s.tok[i+1].num &&
		s.tok[i+2].sep.tightDash() && s.isEpisodeWord(i+3)
}

// seasonNumber reads the number behind a season word. A letter counts only if nothing but a tag or an
// end can follow: "Season V".
func (s *segment) seasonNumber(j int) (int, bool) {
	n, ok := s.smallNumber(j)
	if !ok || s.tok[j].sep&(sepClose|sepTilde) != 0 || s.tok[j].num < 0 && len(s.word(j)) < 3 && s.tok[j].num < 0 &&
		!s.is(j, "ii") && !s.is(j, "iv") {
		return 0, false
	}
	return n, true
}

// episodeNumberFirst reads "7.Bölüm" and the like behind a season.
func (s *segment) episodeNumberFirst(c *claim) bool {
	j := c.to
	if j+1 >= len(s.tok) || s.tok[j].num < 0 || len(s.word(j)) > 4 {
		return false
	}
	c.episodes = s.number(s.tok[j].num)
	if j+2 < len(s.tok) && s.tok[j+1].num > s.tok[j].num && s.tok[j+1].sep.tightDash() && s.isEpisodeWord(j+2) {
		s.runTo(&c.episodes, s.tok[j+1].num) // "1-10 серии"
		j++
	}
	if !s.isEpisodeWord(j + 1) {
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
	if d == 0 || d > 2 || len(k) != d+2 {
		return 0, false
	}
	switch string(k[d:]) {
	case "st", "nd", "rd", "th":
		return number(k[:d]), true
	}
	return 0, false
}
