package name

// findParts claims what numbers the pieces of a work: parts, CDs, discs, films of a series and bonuses.
func (s *segment) findParts() {
	for i := range s.tok {
		if s.tok[i].prop != propNone {
			continue
		}
		k := s.word(i)
		e := s.tok[i].entry
		switch {
		case e != nil && e.roles&rolePart != 0 && i+1 < len(s.tok) && s.tok[i+1].prop == propNone:
			if n, ok := s.smallNumber(i + 1); ok && n < 100 && s.tok[i+1].sep.only(sepSpace|sepDot|sepUnderscore|sepDash) {
				s.add(claim{prop: propPart, from: i, to: i + 2, num: n})
			}
		case len(k) > 4 && string(k[:4]) == "part" && number(k[4:]) >= 0 && len(k) < 7:
			s.add(claim{prop: propPart, from: i, to: i + 1, num: int(number(k[4:]))})
		case len(k) > 2 && len(k) < 5 && string(k[:2]) == "pt" && number(k[2:]) >= 0:
			s.add(claim{prop: propPart, from: i, to: i + 1, num: int(number(k[2:]))})
		case len(k) >= 3 && len(k) <= 6 && string(k[:2]) == "cd" && isDigit(k[2]):
			s.claimGluedCD(i, k)
		case (string(k) == "disc" || string(k) == "disk") && i > 0 && i+1 < len(s.tok) && s.tok[i+1].num > 0 && len(s.word(i+1)) < 3 && s.tok[i+1].prop == propNone:
			s.add(claim{prop: propDisc, from: i, to: i + 2, num: int(s.tok[i+1].num)})
		case string(k) == "cd" && i+1 < len(s.tok) && isDigit(s.word(i + 1)[0]):
			s.claimCD(i)
		case len(k) == 3 && isDigit(k[0]) && string(k[1:]) == "cd" && i > 0:
			s.add(claim{prop: propCD, from: i, to: i + 1, text: "count", num: int(k[0] - '0')})
		case len(k) == 1 && isDigit(k[0]) && i > 0 && i+1 < len(s.tok) && (string(s.word(i+1)) == "cd" || string(s.word(i+1)) == "cds") && i+2 >= len(s.tok):
			s.add(claim{prop: propCD, from: i, to: i + 2, text: "count", num: int(k[0] - '0')})
		case i > 0 && len(k) >= 2 && len(k) <= 4 && (k[0] == 'f' || k[0] == 'x') && digits(k, 1) == len(k) &&
			s.tok[i].sep.tightDash() && s.sepAfter(i).tightDash():
			prop := propFilm
			if k[0] == 'x' {
				prop = propBonus
			}
			s.add(claim{prop: prop, from: i, to: i + 1, num: int(number(k[1:]))})
		}
	}
}

// claimGluedCD claims "CD1", "CD1of2", "CD2 of 3".
func (s *segment) claimGluedCD(i int, k []byte) {
	d := digits(k, 2)
	if d < len(k) && (len(k) < d+3 || string(k[d:d+2]) != "of" || digits(k, d+2) != len(k)) || i == 0 && len(s.tok) > 1 {
		return
	}
	s.add(claim{prop: propCD, from: i, to: i + 1, num: int(number(k[2:d]))})
	switch {
	case d < len(k):
		s.add(claim{prop: propCD, from: i, to: i + 1, text: "count", num: int(number(k[d+2:]))})
	case i+2 < len(s.tok) && string(s.word(i+1)) == "of" && s.tok[i+2].num > 0 && s.tok[i+2].num < 20 && s.free(i+1, i+3):
		s.add(claim{prop: propCD, from: i + 1, to: i + 3, text: "count", num: int(s.tok[i+2].num)})
	}
}

// claimCD claims "cd 1", "cd 1of3".
func (s *segment) claimCD(i int) {
	k := s.word(i + 1)
	d := digits(k, 0)
	if d > 2 || d < len(k) && (len(k) < d+3 || string(k[d:d+2]) != "of") {
		return
	}
	s.add(claim{prop: propCD, from: i, to: i + 2, num: int(number(k[:d]))})
	if d < len(k) {
		s.add(claim{prop: propCD, from: i + 1, to: i + 2, text: "count", num: int(number(k[d+2:]))})
	}
}

// findCountry claims the country that tells series of one name apart: "(US)", or "US" right before
// the season.
func (s *segment) findCountry() {
	for i := 1; i < len(s.tok); i++ {
		if s.tok[i].prop != propNone || !isCountry(s.raw(i)) {
			continue
		}
		bracketed := s.alone(i) && s.br[s.tok[i].bracket].kind == '('
		if bracketed || i+1 < len(s.tok) && s.tok[i+1].prop == propMarker && s.anchor == i+1 {
			s.add(claim{prop: propCountry, from: i, to: i + 1, text: s.raw(i)})
			return
		}
	}
}

func isCountry(raw string) bool {
	switch raw {
	case "US", "UK", "AU", "NZ", "CA":
		return true
	}
	return false
}
