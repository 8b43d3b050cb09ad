package name

// findParts claims what numbers the pieces of a work: parts, CDs, discs, films of a series and bonuses.
func (s *segment) findParts() {
	for i := range s.tok {
		if !s.freeWord(i) {
			continue
		}
		if s.plays(i, rolePart) && s.freeWord(i+1) {
			s.claimPart(i)
			continue
		}
		k := s.word(i)
		d := firstDigit(k)
		glued := d < len(k)
		switch string(k[:d]) {
		case "part", "pt":
			if n := number(k[d:]); n >= 0 && len(k)-d < 3 {
				s.add(claim{prop: propPart, from: i, to: i + 1, num: n})
			}
		case "cd":
			if glued {
				s.claimGluedCD(i, k)
			} else if startsNumber(s.word(i + 1)) {
				s.claimCD(i)
			}
		case "disc", "disk":
			if !glued && i > 0 && s.freeWord(i+1) && s.tok[i+1].num > 0 && len(s.word(i+1)) < 3 {
				s.add(claim{prop: propDisc, from: i, to: i + 2, num: s.tok[i+1].num})
			}
		case "f", "x":
			s.claimFilmOrBonus(i, k)
		case "":
			s.claimCDCount(i, k)
		}
	}
}

// claimPart claims "Part 2", "Pt. II": the word at token i, and a number behind it.
func (s *segment) claimPart(i int) {
	joint := s.tok[i+1].sep.only(sepSpace | sepDot | sepUnderscore | sepDash)
	if n, ok := s.smallNumber(i + 1); ok && n < 100 && joint {
		s.add(claim{prop: propPart, from: i, to: i + 2, num: n})
	}
}

// claimFilmOrBonus claims "-f02-" and "-x01-", as films of a series and what comes with them are numbered.
func (s *segment) claimFilmOrBonus(i int, k []byte) {
	n := number(k[1:])
	if i == 0 || n < 0 || len(k) > 4 || !s.tok[i].sep.tightDash() || !s.sepAfter(i).tightDash() {
		return
	}
	prop := propFilm
	if k[0] == 'x' {
		prop = propBonus
	}
	s.add(claim{prop: prop, from: i, to: i + 1, num: n})
}

// claimCDCount claims "2CD", and "2 CDs" at the end of the name.
func (s *segment) claimCDCount(i int, k []byte) {
	c := claim{prop: propCD, from: i, to: i + 1, text: "count", num: int(k[0] - '0')}
	if len(k) == 1 && i+2 == len(s.tok) && oneOf(s.word(i+1), "cd", "cds") {
		c.to = i + 2
	} else if len(k) != 3 || string(k[1:]) != "cd" {
		return
	}
	if i > 0 {
		s.add(c)
	}
}

// claimGluedCD claims "CD1", "CD1of2", "CD2 of 3".
func (s *segment) claimGluedCD(i int, k []byte) {
	d := digits(k, 2)
	if len(k) > 6 || d < len(k) && (len(k) < d+3 || string(k[d:d+2]) != "of" || digits(k, d+2) != len(k)) ||
		i == 0 && len(s.tok) > 1 {
		return
	}
	s.add(claim{prop: propCD, from: i, to: i + 1, num: number(k[2:d])})
	switch n := s.at(i + 2).num; {
	case d < len(k):
		s.add(claim{prop: propCD, from: i, to: i + 1, text: "count", num: number(k[d+2:])})
	case s.is(i+1, "of") && n > 0 && n < 20 && s.free(i+1, i+3):
		s.add(claim{prop: propCD, from: i + 1, to: i + 3, text: "count", num: n})
	}
}

// claimCD claims "cd 1", "cd 1of3".
func (s *segment) claimCD(i int) {
	k := s.word(i + 1)
	d := digits(k, 0)
	if d > 2 || d < len(k) && (len(k) < d+3 || string(k[d:d+2]) != "of") {
		return
	}
	s.add(claim{prop: propCD, from: i, to: i + 2, num: number(k[:d])})
	if d < len(k) {
		s.add(claim{prop: propCD, from: i + 1, to: i + 2, text: "count", num: number(k[d+2:])})
	}
}
