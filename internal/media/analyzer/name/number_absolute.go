package name

// absoluteBeside claims the absolute number that stands beside a full marker: "S10E14 214",
// "05 - S01E05", "S16E03E04 313-314".
func (s *segment) absoluteBeside(marker int) {
	m := s.claims[marker]
	if m.seasons.empty() || m.episodes.empty() {
		return
	}
	if i := m.to; s.freeWord(i) && s.tok[i].num > 0 && len(s.word(i)) <= 4 &&
		(s.tok[i].sep.only(sepSpace|sepOpen|sepClose) || s.tok[i].sep.spacedDash() && s.rangeEnd(i) == len(s.tok)-1) &&
		(i+1 >= len(s.tok) || s.rangeBehind(i) || s.alone(i) && s.tok[i].num >= 100) && len(s.word(i)) >= 3 &&
		!screenHeight(s.tok[i].num) {
		abs := s.number(s.tok[i].num)
		to := i + 1
		if j := s.rangeEnd(i); j > 0 {
			s.runTo(&abs, s.tok[j].num)
			to = j + 1
		}
		s.claims[marker].absolute = abs
		s.add(claim{prop: propIgnored, from: i, to: to})
		return
	}
	s.absoluteBefore(marker)
}

// absoluteBefore claims the absolute number or range in front of a full marker.
func (s *segment) absoluteBefore(marker int) {
	m := s.claims[marker]
	i := m.from - 1
	if j := i - 1; j > 0 && s.free(j, i+1) && s.tok[j].num > 0 && s.rangeEnd(j) == i && s.tok[i].sep.tightDash() {
		abs := s.number(s.tok[j].num)
		s.runTo(&abs, s.tok[i].num)
		s.claims[marker].absolute = abs
		s.add(claim{prop: propIgnored, from: j, to: i + 1})
		return
	}
	if i <= 0 || s.tok[i].prop != propNone || s.tok[i].num <= 0 || len(s.word(i)) > 4 {
		return
	}
	// "[Group] Title 214 10x14"
	if s.fansub && m.weight == weightCrossed && len(s.word(i)) == 3 && s.tok[i].sep == sepSpace && s.wordsBefore(i) {
		s.claims[marker].absolute = s.number(s.tok[i].num)
		s.add(claim{prop: propIgnored, from: i, to: i + 1})
		return
	}
	// "Title - 012 - s02e03"
	if !s.tok[i].sep.spacedDash() || !s.fansub && (len(s.word(i)) != 3 || !s.tok[m.from].sep.spacedDash()) {
		return
	}
	s.claims[marker].absolute = s.number(s.tok[i].num)
	s.add(claim{prop: propIgnored, from: i, to: i + 1})
}
