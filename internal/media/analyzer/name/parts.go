package name

// findParts claims what numbers the pieces of a work: parts, CDs, discs, films of a series and bonuses.
func (s *segment) findParts() {
	for i := range s.tok {
		if s.tok[i].prop != propNone {
			continue
		}
		k := s.word(i)
		e := vocabulary()[string(k)]
		switch {
		case e != nil && e.roles&rolePart != 0 && i+1 < len(s.tok) && s.tok[i+1].prop == propNone:
			if n, ok := s.smallNumber(i + 1); ok && n < 100 && s.tok[i+1].sep.only(sepSpace|sepDot|sepUnderscore|sepDash) {
				s.add(claim{prop: propPart, from: i, to: i + 2, num: n})
			}
		case len(k) > 4 && string(k[:4]) == "part" && number(k[4:]) >= 0 && len(k) < 7:
			s.add(claim{prop: propPart, from: i, to: i + 1, num: int(number(k[4:]))})
		case len(k) > 2 && len(k) < 5 && string(k[:2]) == "pt" && number(k[2:]) >= 0:
			s.add(claim{prop: propPart, from: i, to: i + 1, num: int(number(k[2:]))})
		case len(k) >= 3 && len(k) <= 4 && string(k[:2]) == "cd" && isDigit(k[2]) && i > 0:
			s.add(claim{prop: propCD, from: i, to: i + 1, num: int(k[2] - '0')})
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
