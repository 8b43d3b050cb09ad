package name

// dropFilmSeason takes back a season that is the title of a film: "Open Season 2 (2008)", among films or in a single
// video. What follows the year may say that it is one of many episodes all the same.
func (s *segment) dropFilmSeason(c context) {
	i := s.first(propMarker)
	if i < 0 || !c.films && c.medium != mediumVideo {
		return
	}
	m := &s.claims[i]
	if !m.seasonWord || !m.episodes.empty() || m.to >= len(s.tok) || s.tok[m.to].prop != propYear {
		return
	}
	if c.films || m.from > 0 && s.alone(m.to) && s.kind(m.to) == '(' && s.noneOpen(m.to+1) {
		s.note(m.from, m.to, "no season",
			"a year behind it ends the title, among films or with nothing but tags behind")
		s.drop(i)
	}
}

// dropTitleCross takes back what looked like season and episode at the beginning of the name, and is a title: "3x3
// Eyes - s01e02", "[Group] 3x3 Eyes - 01".
func (s *segment) dropTitleCross() {
	i := s.first(propMarker)
	if i < 0 {
		return
	}
	m := &s.claims[i]
	if m.weight != weightCrossed || len(s.word(m.from)) != 3 || m.to != m.from+1 || !s.leading(m.from) ||
		m.to >= len(s.tok) || s.tok[m.to].sep != sepSpace {
		return
	}
	for j := i + 1; j < len(s.claims); j++ {
		if c := &s.claims[j]; c.prop == propMarker && c.weight >= weightFull {
			s.note(m.from, m.to, "no episode", "a full mark stands behind it, so it begins the title")
			s.drop(i)
			return
		}
	}
	for t := m.to + 1; s.fansub && t < len(s.tok); t++ {
		if s.tok[t].num >= 0 && len(s.word(t)) > 1 && s.tok[t].sep.spacedDash() {
			s.note(m.from, m.to, "no episode", "a number behind a dash counts the episodes, so it begins the title")
			s.drop(i)
			return
		}
	}
}

// noneOpen reports whether no word outside brackets is without a claim from token i on.
func (s *segment) noneOpen(i int) bool {
	for ; i < len(s.tok); i++ {
		if s.tok[i].prop == propNone && s.tok[i].bracket < 0 {
			return false
		}
	}
	return true
}

// dropLeftovers takes words out that say nothing beside what was found: "Ep" before 2x03, and a
// number in brackets that opens the name.
func (s *segment) dropLeftovers() {
	for i := range s.claims {
		at := s.claims[i].from - 1
		if s.claims[i].prop != propMarker || !s.freeWord(at) {
			continue
		}
		if oneOf(s.word(at), "ep", "episode") || s.is(at, "season") && !s.endsTitle(at) {
			s.add(claim{prop: propIgnored, from: at, to: at + 1})
		}
	}
	if s.repeatsEpisode() || len(s.tok) > 1 && s.freeWord(0) && s.alone(0) && s.br[0].kind == '(' &&
		s.tok[0].num >= 0 && len(s.word(0)) < 3 {
		s.add(claim{prop: propIgnored, from: 0, to: 1})
	}
}

// repeatsEpisode reports whether the name begins with the number of its episode: "03-Title.5x03".
func (s *segment) repeatsEpisode() bool {
	m := s.first(propMarker)
	if m < 0 || len(s.tok) < 3 || !s.freeWord(0) || !s.freeWord(1) || !s.tok[1].sep.tightDash() || s.word(0)[0] != '0' {
		return false
	}
	c := &s.claims[m]
	return !c.episodes.empty() && s.nums[c.episodes.from] == s.tok[0].num
}

// findTrailingContainer takes out a container that a tracker's listing put behind a space instead of
// a dot: "... x264-GROUP mkv".
func (s *segment) findTrailingContainer() {
	i := len(s.tok) - 1
	if i >= 2 && s.freeWord(i) && s.tok[i].sep == sepSpace && oneOf(s.word(i), "mkv", "mp4", "avi") {
		s.add(claim{prop: propIgnored, from: i, to: i + 1})
	}
}
