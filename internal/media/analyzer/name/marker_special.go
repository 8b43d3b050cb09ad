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
	if v := n - 1; n < len(k) && v > 2 && k[v] == 'v' { // NCOPv2
		n = v
	}
	c := claim{from: i, to: i + 1, weight: weightWord, text: specialWords(k[:n])}
	if c.text == "" {
		if c.text = specialCode(k[:n]); c.text == "" {
			return c, false
		}
		return s.specialByCode(c, k[n:], alone)
	}
	return s.specialByWord(c, k[n:])
}

// specialByCode reads the mark c, whose number may be the rest of its word.
func (s *segment) specialByCode(c claim, rest []byte, alone bool) (claim, bool) {
	i, letter := c.from, s.word(c.from)[0]
	sure := letter == 'n'
	if (letter == 'o' || letter == 'e') && s.creditless(i-1) {
		sure, c.from = true, i-1
	}
	if !sure && !alone && !s.fansubLike() && !s.fansubBehind(i) || s.freeWord(c.from-1) && s.tok[c.from].sep == 0 {
		return claim{}, false
	}
	numbered := s.specialNumber(&c, rest)
	if sure {
		return c, numbered || len(rest) == 0 || rest[0] == 'v'
	}
	return c, numbered && (s.at(c.to).sep&sepDash != 0 || s.endsWords(c.to))
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

// specialWords returns what the words count for what releases of anime hold beside the episodes, "" if head is none.
func specialWords(head []byte) string {
	switch string(head) {
	case "opening":
		return countsOpening
	case "ending":
		return countsEnding
	case "menu":
		return countsOther
	case "preview", "teaser":
		return countsPromo
	case "trailer":
		return countsTrailer
	case "special", "specials":
		return countsSpecial
	}
	return ""
}

// specialByWord reads "Opening 2", "Menu", "Specials 01-03": such words open a bracket or stand behind a dash with
// room, and nothing but a number and tags follow; openings without credits stand anywhere.
func (s *segment) specialByWord(c claim, rest []byte) (claim, bool) {
	i := c.from
	if (c.text == countsOpening || c.text == countsEnding) && s.creditless(i-1) {
		c.from--
		return c, s.specialNumber(&c, rest) || len(rest) == 0
	}
	if !s.fansub || !s.tok[i].sep.spacedDash() && !s.opensBracket(i) {
		return claim{}, false
	}
	numbered := s.specialNumber(&c, rest)
	if numbered {
		s.continueEpisodes(&c)
	}
	return c, (numbered || len(rest) == 0 && c.text != countsSpecial) && s.endsWords(c.to)
}

// creditless reports the word that openings and endings without credits have before them.
func (s *segment) creditless(i int) bool {
	return i > 0 && s.freeWord(i) && oneOf(s.word(i), "creditless", "clean", "textless")
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
	if len(rest) > 0 || !s.freeWord(j) || s.bracketOrEnd(j) || len(s.word(j)) > 4 || s.tok[j].num > 99 ||
		s.versionedNumber(j) <= 0 {
		return false
	}
	c.episodes = s.number(s.versionedNumber(j))
	c.to++
	return true
}

// specialOfSeason reads the rest of a word behind its season: S01OVA02, S01SP02.
func (s *segment) specialOfSeason(c claim, rest []byte) (claim, bool) {
	n := firstDigit(rest)
	c.text = specialCode(rest[:n])
	d := digits(rest, n) - n
	if c.text != countsOVA && c.text != countsSpecial || d == 0 || d > 3 || n+d != len(rest) {
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
