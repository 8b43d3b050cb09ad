package name

// findWebsites claims addresses that trackers put around a name: in brackets, before a dash at the
// beginning, or with "www." anywhere.
func (s *segment) findWebsites() {
	for b := range s.br {
		s.bracketWebsite(&s.br[b])
	}
	if len(s.tok) < 3 {
		return
	}
	if s.is(0, "from") && s.tok[1].prop == propWebsite {
		s.add(claim{prop: propIgnored, from: 0, to: 1})
	}
	if s.freeWord(0) && s.tok[0].bracket < 0 {
		s.leadingWebsite()
	}
}

// bracketWebsite claims the address at the end of a bracket, with the words before it.
func (s *segment) bracketWebsite(b *bracket) {
	if b.last-b.first < 2 || b.last-b.first > 8 {
		return
	}
	for i := b.first; i < b.last; i++ {
		if (i == b.first || s.tok[i].sep&sepSpace != 0) && s.claimAddress(i, b.last) {
			if i > b.first {
				s.add(claim{prop: propIgnored, from: b.first, to: i})
			}
			return
		}
	}
}

// leadingWebsite claims the address that opens the name: before a dash, or with "www." in front.
func (s *segment) leadingWebsite() {
	for to := 2; to < len(s.tok) && to <= 6; to++ {
		if s.tok[to].sep.spacedDash() {
			s.claimAddress(0, to)
			return
		}
		if !s.tok[to].sep.only(sepDot | sepDash) {
			break
		}
	}
	if !s.is(0, "www") {
		return
	}
	if s.tok[1].sep == sepSpace { // dots that became spaces
		if d := s.nextDash(1); d > 1 && d <= 4 {
			s.add(claim{prop: propIgnored, from: 0, to: d})
		}
		return
	}
	for to := 3; to <= min(len(s.tok), 6); to++ {
		if topLevel(s.word(to-1)) && s.claimAddress(0, to) {
			return
		}
	}
}

// claimAddress claims tokens [from, to) if they are an address.
func (s *segment) claimAddress(from, to int) bool {
	if !s.isAddress(from, to) {
		return false
	}
	s.add(claim{prop: propWebsite, from: from, to: to, text: s.span(from, to)})
	return true
}

// isAddress reports whether tokens [from, to) are labels joined by dots, at the end a domain of the highest level.
func (s *segment) isAddress(from, to int) bool {
	if from+1 >= to || !s.free(from, to) {
		return false
	}
	dots := 0
	for j := from + 1; j < to; j++ {
		switch sep := s.tok[j].sep; {
		case sep == sepDot:
			dots++
		case sep == sepDash && dots <= 1:
		default:
			return false
		}
	}
	if dots == 0 || s.tok[to-1].sep != sepDot {
		return false
	}
	return dots >= 2 && (s.is(from, "www") || s.is(from, "ww")) || topLevel(s.word(to-1))
}

// topLevel reports whether k is a domain of the highest level that sites of this trade use and that
// is no common word of titles.
func topLevel(k []byte) bool {
	switch string(k) {
	case "com", "org", "net", "info", "ru", "io", "to", "re", "eu", "uk", "de", "fr", "es", "it", "pl", "cz", "cc",
		"biz", "xyz", "site", "nu", "nz", "au", "za", "ca", "gov", "sbs", "pics", "phd", "party", "club", "mx", "ag",
		"lt", "am", "se", "ws":
		return true
	}
	return false
}
