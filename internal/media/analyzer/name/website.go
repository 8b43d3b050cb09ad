package name

// findWebsites claims addresses that trackers put around a name: in brackets, before a dash at the
// beginning, or with "www." anywhere.
func (s *segment) findWebsites() {
	for b := range s.br {
		g := s.br[b]
		first, last := g.first, g.last
		if last-first < 2 || last-first > 8 {
			continue
		}
		for i := first; i < last; i++ {
			if to := s.addressAt(i, last); to == last && (i == first || s.tok[i].sep&sepSpace != 0) {
				s.add(claim{prop: propWebsite, from: i, to: to, text: s.text[s.tok[i].start:s.tok[to-1].end]})
				if i > first {
					s.add(claim{prop: propIgnored, from: first, to: i})
				}
				break
			}
		}
	}
	if len(s.tok) < 3 {
		return
	}
	if s.is(0, "from") && s.tok[1].prop == propWebsite {
		s.add(claim{prop: propIgnored, from: 0, to: 1})
	}
	if s.tok[0].prop != propNone || s.tok[0].bracket >= 0 {
		return
	}
	for to := 2; to < len(s.tok) && to <= 6; to++ {
		if s.tok[to].sep.spacedDash() {
			if s.addressAt(0, to) == to {
				s.add(claim{prop: propWebsite, from: 0, to: to, text: s.text[s.tok[0].start:s.tok[to-1].end]})
			}
			return
		}
		if !s.tok[to].sep.only(sepDot | sepDash) {
			break
		}
	}
	if w := string(s.word(0)); w == "www" && s.tok[1].sep == sepSpace { // dots that became spaces
		if d := s.nextDash(1); d > 1 && d <= 4 {
			s.add(claim{prop: propIgnored, from: 0, to: d})
		}
	} else if w == "www" {
		for to := 3; to <= min(len(s.tok), 6); to++ {
			if s.addressAt(0, to) == to && topLevel(s.word(to-1)) {
				s.add(claim{prop: propWebsite, from: 0, to: to, text: s.text[s.tok[0].start:s.tok[to-1].end]})
				return
			}
		}
	}
}

// addressAt returns one past the last token of the address that begins at token i and ends at last,
// 0 if there is none: labels joined by dots, at the end a domain of the highest level.
func (s *segment) addressAt(i, last int) int {
	if i+1 >= last || s.tok[i].prop != propNone {
		return 0
	}
	dots := 0
	for j := i + 1; j < last; j++ {
		switch sep := s.tok[j].sep; {
		case sep == sepDot:
			dots++
		case sep == sepDash && dots <= 1:
		default:
			return 0
		}
		if s.tok[j].prop != propNone {
			return 0
		}
	}
	if dots == 0 || s.tok[last-1].sep != sepDot {
		return 0
	}
	www := s.is(i, "www") || s.is(i, "ww")
	if www && dots >= 2 || topLevel(s.word(last-1)) {
		return last
	}
	return 0
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
