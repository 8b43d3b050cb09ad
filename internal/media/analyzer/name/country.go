package name

// findCountry claims the country that tells series of one name apart: "(US)", or "US" right before
// the season.
func (s *segment) findCountry() {
	for i := 1; i < len(s.tok); i++ {
		if s.tok[i].prop != propNone || !isCountry(s.raw(i)) {
			continue
		}
		bracketed := s.alone(i) && s.kind(i) == '('
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
