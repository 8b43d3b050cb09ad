package name

// absoluteBeside claims the absolute number that stands beside a full marker: "S10E14 214",
// "05 - S01E05", "S16E03E04 313-314".
func (s *segment) absoluteBeside(marker int) {
	m := s.claims[marker]
	if m.seasons.empty() || m.episodes.empty() {
		return
	}
	from, to := s.absoluteBehind(m.to)
	if from == to {
		from, to = s.absoluteBefore(&m)
	}
	if from == to {
		return
	}
	abs := s.number(s.tok[from].num)
	s.runTo(&abs, s.tok[to-1].num)
	s.claims[marker].absolute = abs
	s.add(claim{prop: propIgnored, from: from, to: to})
}

// absoluteBehind finds the absolute number or range behind a full marker, which ends before token i.
func (s *segment) absoluteBehind(i int) (from, to int) {
	t, d, end := s.at(i), len(s.word(i)), 0
	if s.freeWord(i) && t.num > 0 {
		end = s.rangeEnd(i)
	}
	switch {
	case !s.freeWord(i) || t.num <= 0 || d < 3 || d > 4 || screenHeight(t.num):
		return 0, 0
	case !t.sep.only(sepSpace|sepOpen|sepClose) && !(t.sep.spacedDash() && end == len(s.tok)-1):
		return 0, 0
	case end > 0:
		return i, end + 1
	case i+1 < len(s.tok) && !(s.alone(i) && t.num >= 100):
		return 0, 0
	}
	return i, i + 1
}

// absoluteBefore finds the absolute number or range in front of the full marker m.
func (s *segment) absoluteBefore(m *claim) (from, to int) {
	i := m.from - 1
	t, d := s.at(i), len(s.word(i))
	switch {
	case i > 1 && s.free(i-1, i+1) && s.tok[i-1].num > 0 && t.sep.tightDash() && s.rangeEnd(i-1) == i:
		return i - 1, i + 1
	case i <= 0 || t.prop != propNone || t.num <= 0 || d > 4:
	case s.fansub && m.weight == weightCrossed && d == 3 && t.sep == sepSpace && s.wordsBefore(i): // "Title 214 10x14"
		return i, i + 1
	case t.sep.spacedDash() && (s.fansub || d == 3 && s.tok[m.from].sep.spacedDash()): // "Title - 012 - s02e03"
		return i, i + 1
	}
	return 0, 0
}
