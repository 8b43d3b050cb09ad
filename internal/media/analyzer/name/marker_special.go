package name

// What a marker counts instead of episodes. Openings, endings and promos are extras.
const (
	countsOpening = "opening"
	countsEnding  = "ending"
	countsPromo   = "promo"
	countsSpecial = "special"
	countsOVA     = "ova"
	countsTrailer = "trailer"
	countsOther   = "unknown"
)

// specialMark reads what anime releases number beside the episodes: NCOP, NCED2, OP4a, PV2, SP03, OVA01, "OVA - 01",
// "Creditless Opening 1". Short words count in the names of such releases only.
func (s *segment) specialMark(i int) (claim, bool) {
	k := s.word(i)
	alone := len(s.tok) == 1 && len(k) > 2 && isDigit(k[len(k)-1])      // SP01.mkv
	if len(k) > 10 || i == 0 && (len(k) < 4 || k[0] != 'n') && !alone { // what opens a name is a title, but for NCOP
		return claim{}, false
	}
	n := firstDigit(k)
	head, rest := k[:n], k[n:]
	if v := n - 1; len(rest) > 0 && v > 2 && k[v] == 'v' { // NCOPv2
		head, rest = k[:v], k[v:]
	}
	counts := specialCode(head)
	if counts == "" {
		return s.specialWord(i, head, rest)
	}
	c := claim{from: i, to: i + 1, weight: weightWord, text: counts}
	sure, fits := head[0] == 'n', s.fansubLike() || s.fansubBehind(i) || alone
	if (head[0] == 'o' || head[0] == 'e') && s.creditless(i-1) {
		sure, c.from = true, i-1
	}
	if !sure && !fits || c.from > 0 && s.tok[c.from-1].prop == propNone && s.tok[c.from].sep == 0 {
		return claim{}, false
	}
	numbered := s.specialNumber(&c, rest)
	switch {
	case sure && (numbered || len(rest) == 0 || rest[0] == 'v'):
		return c, true
	case !numbered:
		return claim{}, false
	}
	return c, c.to >= len(s.tok) || s.tok[c.to].sep&(sepOpen|sepClose|sepDash) != 0 || s.tok[c.to].prop != propNone ||
		s.onlyTagsFrom(c.to)
}

// specialCode returns what a code of anime releases counts, "" if head is none. Those with an N have no credits.
func specialCode(head []byte) string {
	switch string(head) {
	case "ncop", "op":
		return countsOpening
	case "nced", "ed":
		return countsEnding
	case "pv", "cm":
		return countsPromo
	case "sp":
		return countsSpecial
	case "ova", "oad", "oav":
		return countsOVA
	}
	return ""
}

// specialWord reads the words for what releases of anime hold beside the episodes: "Opening 2", "Menu", "Specials
// 01-03". They open a bracket or stand behind a dash with room, and nothing but a number and tags follow; openings
// without credits stand anywhere.
func (s *segment) specialWord(i int, head, rest []byte) (claim, bool) {
	counts := ""
	switch string(head) {
	case "opening":
		counts = countsOpening
	case "ending":
		counts = countsEnding
	case "menu":
		counts = countsOther
	case "preview", "teaser":
		counts = countsPromo
	case "trailer":
		counts = countsTrailer
	case "special", "specials":
		counts = countsSpecial
	default:
		return claim{}, false
	}
	c := claim{from: i, to: i + 1, weight: weightWord, text: counts}
	if (counts == countsOpening || counts == countsEnding) && s.creditless(i-1) {
		c.from--
		return c, s.specialNumber(&c, rest) || len(rest) == 0
	}
	apart := s.tok[i].sep.spacedDash() || s.opensBracket(i)
	if !s.fansub || !apart {
		return claim{}, false
	}
	numbered := s.specialNumber(&c, rest)
	if numbered {
		s.continueEpisodes(&c)
	}
	if !numbered && (len(rest) > 0 || c.text == countsSpecial) {
		return claim{}, false
	}
	return c, c.to >= len(s.tok) || s.tok[c.to].sep&(sepOpen|sepClose) != 0 || s.tok[c.to].prop != propNone ||
		s.onlyTagsFrom(c.to)
}

// creditless reports the word that openings and endings without credits have before them.
func (s *segment) creditless(i int) bool {
	if i < 1 || s.tok[i].prop != propNone {
		return false
	}
	switch string(s.word(i)) {
	case "creditless", "clean", "textless":
		return true
	}
	return false
}

// fansubBehind reports that tags in brackets or the end follow token i closely, as in releases of anime that name no
// group in front: "Title - OVA 01 (BD 1080p)".
func (s *segment) fansubBehind(i int) bool {
	return i > 0 && s.tok[i].sep.spacedDash() && len(s.br) > 0 && s.br[len(s.br)-1].first > i
}

// specialNumber reads the number of a special, glued to its word or in the next one.
func (s *segment) specialNumber(c *claim, rest []byte) bool {
	if d := digits(rest, 0); d > 0 && d < 4 {
		if tail := rest[d:]; len(tail) == 0 || len(tail) == 1 && tail[0] < 'd' || len(tail) == 2 && tail[0] == 'v' {
			c.episodes = s.number(number(rest[:d]))
			return true
		}
		return false
	}
	j := c.to
	if len(rest) > 0 || j >= len(s.tok) || s.versionedNumber(j) <= 0 || len(s.word(j)) > 4 || s.tok[j].num > 99 ||
		s.tok[j].prop != propNone || s.tok[j].sep&(sepOpen|sepClose) != 0 {
		return false
	}
	c.episodes = s.number(s.versionedNumber(j))
	c.to++
	return true
}

// specialOfSeason reads the rest of a word behind its season: S01OVA02, S01SP02.
func (s *segment) specialOfSeason(c claim, rest []byte) (claim, bool) {
	n := 0
	for n < len(rest) && !isDigit(rest[n]) {
		n++
	}
	switch string(rest[:n]) {
	case "ova", "oad", "oav":
		c.text = countsOVA
	case "sp":
		c.text = countsSpecial
	default:
		return c, false
	}
	if d := digits(rest, n); d == n || d != len(rest) || d-n > 3 {
		return c, false
	}
	c.episodes = s.number(number(rest[n:]))
	return c, true
}

// fillSpecial says what a marker counts instead of episodes.
func fillSpecial(g *Guess, c *claim) {
	switch c.text {
	case countsOpening, countsEnding, countsPromo, countsTrailer, countsOther:
		set(&g.Extra, c.text)
	case countsOVA:
		g.Other.add("Original Video Animation")
		g.EpisodeDetails.add("Special")
	case countsSpecial:
		g.EpisodeDetails.add("Special")
	}
}
