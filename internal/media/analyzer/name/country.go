package name

// findCountry claims the country that tells series of one name apart: "(US)", or "US" right before the season.
func (s *segment) findCountry() {
	for i := 1; i < len(s.tok); i++ {
		switch raw := s.raw(i); raw {
		case "US", "UK", "AU", "NZ", "CA":
			bracketed := s.alone(i) && s.kind(i) == '('
			if s.freeWord(i) && (bracketed || s.at(i+1).prop == propMarker && s.anchor == i+1) {
				s.add(claim{prop: propCountry, from: i, to: i + 1, text: raw})
				return
			}
		}
	}
}
