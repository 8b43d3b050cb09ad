package name

// candidate is a plain number that may be an episode.
type candidate struct {
	at, weight int
	split      bool // 103 is season 1, episode 3
	pair       bool // the next number is the episode, this the season
}

// findNumbers weighs the plain numbers of a name that no marker explains, and claims the best of them
// as its episode. What surrounds a number decides: a dash with room, brackets of its own, a group in
// front, a tag or the end behind.
func (s *segment) findNumbers(c context) {
	season := -1
	for i := range s.claims {
		m := &s.claims[i]
		if m.prop == propMarker && !m.episodes.empty() {
			if m.weight >= weightCrossed {
				s.absoluteBeside(i)
			}
			return
		}
		if m.prop == propMarker && !m.seasons.empty() {
			season = i
		}
	}
	s.tagsAt = s.anchorTag()
	best := candidate{at: -1}
	for i := range s.tok {
		if best.at >= 0 && best.weight > 0 && s.rangeEnd(best.at) == i {
			continue
		}
		if s.tok[i].prop != propNone || !isDigit(s.word(i)[0]) {
			continue
		}
		if n := s.weigh(i, c, season); s.outweighs(n, best) {
			best = n
		}
	}
	if best.at >= 0 && best.weight >= weightBare {
		s.claimNumber(best)
	}
}

// outweighs reports whether n is the better candidate. Of equals the later is, unless the earlier
// stands behind a dash, or begins a list.
func (s *segment) outweighs(n, best candidate) bool {
	if n.weight != best.weight || n.weight <= 0 || best.at < 0 {
		return n.weight > best.weight
	}
	if s.tok[best.at].sep.spacedDash() || best.split && n.split && n.at == best.at+1 && s.tok[n.at].num == s.tok[best.at].num+1 {
		return false
	}
	return true
}

// fansubLike reports whether the name is one of an anime release: a group in front, and a checksum or
// the like behind.
func (s *segment) fansubLike() bool { return s.fansub || s.has(propCRC) }

// weigh says how much speaks for the number at token i to be an episode.
func (s *segment) weigh(i int, c context, season int) candidate {
	t, k := &s.tok[i], s.word(i)
	d := digits(k, 0)
	no := candidate{at: i}
	if d > 5 || !s.episodeSuffix(k[d:]) || s.boundBefore(i) || s.boundBehind(i) || s.shielded(i) {
		if s.pairAt(i) {
			return candidate{at: i, weight: weightNumber + 30, pair: true}
		}
		return no
	}
	n := number(k[:d])
	before, after := t.sep, s.sepAfter(i)
	next := i + 1
	if s.pairAt(i) {
		return candidate{at: i, weight: weightNumber + 30, pair: true}
	}
	ends := next >= len(s.tok) || d >= 3 && d == len(k) && s.tok[next].num == n+1 && s.tok[next].sep.only(sepDot|sepSpace) || string(s.word(next)) == "end" || s.tok[next].prop != propNone || after&(sepOpen|sepClose) != 0 || s.onlyTagsFrom(next)
	spaced := before.spacedDash() && before.only(sepDash|sepSpace|sepUnderscore|sepDot|sepClose|sepMark|sepQuote|sepOther)
	spacedAfter := next < len(s.tok) && after.spacedDash() && after.only(sepDash|sepSpace|sepUnderscore|sepDot)
	if next < len(s.tok) && s.tok[next].prop == propMarker && s.tok[next].sep.only(sepSpace|sepDot|sepUnderscore) {
		return no // "Series 00 S1"
	}
	w := 0
	if s.leading(i) && !s.has(propMarker) {
		return s.weighLeading(i, n, d, c)
	}
	if s.alone(i) {
		return s.weighBracketed(i, n, d, c, season)
	}
	if t.bracket >= 0 && !s.wholeInBracket(i) {
		return no
	}
	if !ends && !spacedAfter && !s.rangeBehind(i) {
		if k[0] == '0' && d == 4 && n > 100 && n%100 > 0 && i <= s.anchor {
			return candidate{at: i, weight: weightBare + 2, split: true}
		}
		if k[0] == '0' && d >= 2 && d <= 3 && i <= s.anchor || s.afterYear(i) && d == 3 {
			return candidate{at: i, weight: weightBare + 2, split: s.afterYear(i) && d == 3 && k[0] != '0'}
		}
		if spaced && s.fansub && i < s.anchor && d <= 3 {
			return candidate{at: i, weight: weightBare + 1}
		}
		return no
	}
	if spaced {
		w += 25
	}
	if s.fansub {
		w += 20
	}
	if k[0] == '0' && d > 1 {
		w += 15
	}
	if len(k) > d {
		w += 20
	}
	if s.has(propCRC) {
		w += 10
	}
	if season >= 0 || c.season != nil {
		w += 20
	}
	if s.rangeBehind(i) {
		if s.has(propYear) && !s.fansub && !spaced {
			return no
		}
		w += 50
	}
	if s.onlySubtitled() {
		w += 15
	}
	if before&sepHash != 0 {
		w += 30
	}
	if yearLike(n) && d == 4 && !spaced {
		w -= 40
	}
	if s.has(propYear) && !spaced && w < 20 {
		if !s.afterYear(i) || d != 2 && d != 3 {
			return no
		}
		w += 20
	}
	if season >= 0 && i > 0 && isExtras(s.word(i-1)) {
		return no
	}
	if s.has(propDate) && !spaced && before&sepHash == 0 {
		return no
	}
	switch {
	case d == 1:
		w -= 15
	case d == 2:
		w += 10
		if next < len(s.tok) && s.tok[next].prop.technical() || s.singleFolder(c) {
			w += 20
		}
	case d >= 3:
		w += 10
		subbed := next < len(s.tok) && s.lookupProp(next) == propSubtitle
		if subbed {
			w += 20
		}
		plain := !subbed && !spaced && !s.fansubLike() && !s.onlySubtitled() && !s.rangeBehind(i) && before&sepHash == 0
		if c.season != nil && !spaced && int(n)/100 == c.season[0] && s.tok[min(next, len(s.tok)-1)].prop.technical() {
			return candidate{at: i, weight: weightNumber, split: true}
		}
		if plain && spacedAfter && d == 3 && !s.has(propYear) && next < len(s.tok) && s.tok[next].prop == propNone && season < 0 {
			return candidate{at: i, weight: weightBare + 2, split: s.splitConfirmed(i, n)}
		}
		if plain && season < 0 && c.season == nil && (d > 3 || k[0] != '0') {
			return s.weighSplit(i, n, d, w)
		}
	}
	if i > s.anchor && !s.afterYear(i) && s.anchor < len(s.tok) && season < 0 && !s.leading(s.anchor) {
		w -= 20
	}
	if !spaced && !s.wordsBefore(i) {
		return no
	}
	if s.precedingWord(i, "movie") || s.precedingWord(i, "film") {
		w -= 40
	}
	return candidate{at: i, weight: w, split: d >= 3 && s.splitConfirmed(i, n)}
}

// isExtras reports a word after which numbers count extras.
func isExtras(k []byte) bool { return string(k) == "extras" || string(k) == "extra" }

// pairAt reports whether season and episode begin at token i without letters: " - 6.01 - ", "[5.01]",
// and "-11-06" at the end, which cannot be a range.
func (s *segment) pairAt(i int) bool {
	j := i + 1
	if s.tagsAt > 0 && i > s.tagsAt || j >= len(s.tok) || s.tok[i].num <= 0 || s.tok[j].num <= 0 || len(s.word(i)) > 2 || s.tok[j].prop != propNone {
		return false
	}
	d := len(s.word(j))
	behind := s.sepAfter(j)
	if s.tok[j].sep == sepDot && d >= 2 && d <= 3 {
		if b := s.tok[i].bracket; b >= 0 && s.br[b].kind == '[' && int(s.br[b].first) == i && int(s.br[b].last) == j+1 {
			return true
		}
		return i > 0 && s.tok[i].sep.spacedDash() && s.tok[i].sep&sepSpace != 0 && behind.spacedDash() && j+1 < len(s.tok)
	}
	ends := j+1 == len(s.tok) && s.tagsAt == len(s.tok) && s.wordsBefore(i) && !s.fansub
	if ends && d == 2 && len(s.word(i)) == 2 && s.tok[j].sep == sepDot && s.tok[i].sep == sepDot && !s.spaces {
		return true // "title.02.09"
	}
	return ends && d == 2 && len(s.word(i)) == 2 && (s.tok[j].sep.tightDash() || s.tok[j].sep == sepUnderscore && s.tok[i].sep.tightDash()) &&
		(s.tok[j].num <= s.tok[i].num || s.tok[j].sep == sepUnderscore)
}

// singleFolder reports whether the file lies in a folder that has the title of its series: there, a
// number behind the title counts episodes.
func (s *segment) singleFolder(c context) bool { return c.inSeries }

// episodeSuffix reports what may follow the digits of an episode in its word.
func (s *segment) episodeSuffix(k []byte) bool {
	switch {
	case len(k) == 0:
		return true
	case k[0] == 'v' && len(k) == 2 && isDigit(k[1]):
		return true
	case len(k) == 1 && k[0] >= 'a' && k[0] <= 'c':
		return true
	}
	return string(k) == "end" || string(k) == "fin" || string(k) == "final"
}

// boundBefore reports whether the word before token i takes its number: Part 2, Vol 3, Windows 10.
func (s *segment) boundBefore(i int) bool {
	if i == 0 || s.tok[i].sep&(sepOpen|sepClose) != 0 {
		return false
	}
	e := s.tok[i-1].entry
	if e == nil || s.tok[i].sep.spacedDash() {
		return false
	}
	return e.roles&(rolePart|roleCD|roleVolume|roleDisc) != 0 && e.roles&roleEpisode == 0
}

// boundBehind reports whether token i begins something longer: a decimal, a list of numbers, a unit.
func (s *segment) boundBehind(i int) bool {
	if i+1 >= len(s.tok) {
		return false
	}
	t := s.tok[i+1]
	if t.sep == sepDot && t.num >= 0 && t.k1-t.k0 == 1 && s.tok[i].k1-s.tok[i].k0 == 1 {
		return true
	}
	if t.sep.only(sepColon) || t.sep == sepComma && t.num >= 0 {
		return true
	}
	switch string(s.word(i + 1)) {
	case "x", "years", "year", "hours", "days", "minutes", "th", "movie":
		return t.sep.only(sepSpace | sepDot)
	}
	return false
}

// shielded reports whether token i stands behind the tags, among which no episode is named.
func (s *segment) shielded(i int) bool {
	return s.tok[i].bracket < 0 && i > s.tagsAt
}

// afterYear reports whether a year directly precedes token i.
func (s *segment) afterYear(i int) bool { return i > 0 && s.tok[i-1].prop == propYear }

// wordsBefore reports whether a word with letters stands before token i, so that a title is left.
func (s *segment) wordsBefore(i int) bool {
	for j := range i {
		if s.tok[j].prop == propNone && s.tok[j].num < 0 {
			return true
		}
	}
	return false
}

func (s *segment) precedingWord(i int, w string) bool {
	return i > 0 && string(s.word(i-1)) == w
}

// onlyTagsFrom reports whether tags begin at token i.
func (s *segment) onlyTagsFrom(i int) bool {
	if i >= len(s.tok) || s.tok[i].prop.technical() {
		return true
	}
	m := s.lookup(i)
	if m.tag != nil && m.tag.prop == propSource && m.tag.strength == weak && s.sepAfter(m.to-1)&(sepDash|sepOpen|sepClose) != 0 {
		return true
	}
	return m.tag != nil && (m.tag.strength == strong || m.tag.strength == weak && (m.to >= len(s.tok) || s.tok[m.to].prop != propNone || m.tag.prop == propSubtitle))
}

// lookupProp returns what the vocabulary word at token i would say.
func (s *segment) lookupProp(i int) property {
	if m := s.lookup(i); m.tag != nil {
		return m.tag.prop
	}
	return propNone
}

// onlySubtitled reports a name that says it has subtitles burnt in, as fan releases of anime do.
func (s *segment) onlySubtitled() bool {
	for i := range s.claims {
		if c := &s.claims[i]; c.prop == propSubtitle && c.tag != nil && c.tag.value == "fr" {
			return true
		}
	}
	return false
}

// rangeBehind reports whether a range to a larger number begins at token i.
func (s *segment) rangeBehind(i int) bool { return s.rangeEnd(i) > 0 }

// rangeEnd returns the token that ends the range that begins at token i, 0 if none does.
func (s *segment) rangeEnd(i int) int {
	j := i + 1
	if j >= len(s.tok) || s.tok[j].prop != propNone {
		return 0
	}
	join := s.tok[j].sep
	dash := join&(sepDash|sepTilde) != 0 && join.only(sepDash|sepTilde|sepSpace)
	n, m := s.tok[i].num, s.tok[j].num
	ends := j+1 >= len(s.tok) || s.rangeOpens(i) || s.tok[j+1].prop != propNone || s.tok[j+1].sep&(sepOpen|sepClose) != 0 || s.tok[j+1].sep.spacedDash() || s.onlyTagsFrom(j+1)
	if s.tok[i].sep.tightDash() && i > 0 && s.tok[i-1].num >= 0 {
		return 0 // the middle of "1-09-70"
	}
	if !dash || n < 0 || m <= n || m-n > maxRun || !ends || j+1 < len(s.tok) && s.tok[j+1].sep.tightDash() && s.tok[j+1].num >= 0 || len(s.word(j)) > 4 || n == 0 && m > 200 {
		return 0
	}
	if join&sepSpace != 0 && join&sepDash != 0 && len(s.word(i)) != len(s.word(j)) && s.word(i)[0] != '0' {
		return 0 // "Series 21 - 101" has a number in its title
	}
	return j
}

// wholeInBracket reports whether the bracket around token i holds nothing else but a range or an
// ending: [01-12], [12 END].
func (s *segment) wholeInBracket(i int) bool {
	b := s.br[s.tok[i].bracket]
	return int(b.first) == i && b.last-b.first <= 2
}

// weighLeading weighs a number that opens the name: an episode in a season's folder, or before a dash.
func (s *segment) weighLeading(i int, n int32, d int, c context) candidate {
	next := i + 1
	dash := next < len(s.tok) && s.tok[next].sep.spacedDash()
	dot := next < len(s.tok) && s.tok[next].sep&sepDot != 0 && s.tok[next].sep&sepSpace != 0
	alone := s.alone(i)
	if len(s.tok) == 1 && d == 4 && s.word(i)[0] == '0' && n > 100 {
		return candidate{at: i, weight: weightNumber, split: true}
	}
	switch {
	case s.tok[i].bracket >= 0 && !alone:
		return candidate{at: i}
	case c.season != nil && d <= 3:
		return candidate{at: i, weight: weightNumber}
	case c.season != nil && d == 4 && !yearLike(n):
		return candidate{at: i, weight: weightNumber, split: true}
	case s.fansub && (dash || s.word(i)[0] == '0' && d > 1) && d <= 3 && next < len(s.tok):
		return candidate{at: i, weight: weightNumber - 5}
	case d == 1 && next+1 < len(s.tok) && s.tok[next].sep.tightDash() && len(s.word(next)) == 2 && s.tok[next].num > 0 && s.tok[next+1].sep&sepSpace != 0:
		return candidate{at: i, weight: weightNumber, pair: true} // "2-06. Title"
	case d == 2 && s.word(i)[0] == '0' && next < len(s.tok) && s.tok[next].sep.tightDash() && s.tok[next].num < 0 && s.tagsAt == len(s.tok):
		return candidate{at: i, weight: weightBare + 5} // "03-Title"
	case s.rangeOpens(i):
		return candidate{at: i, weight: weightNumber}
	case d > 4 || alone || next >= len(s.tok):
		return candidate{at: i}
	case dash && d == 3 && s.word(i)[0] != '0' && s.tok[next].sep&sepSpace != 0 && !c.films && c.medium == mediumVideo && !s.has(propYear) && s.nextDash(next+1) == 0:
		return candidate{at: i, weight: weightBare}
	case (dash || dot) && s.word(i)[0] == '0' && d >= 2 && d <= 3 && !s.movieBehind(i):
		return candidate{at: i, weight: weightBare + 5}
	}
	return candidate{at: i}
}

// rangeOpens reports whether a range of numbers with a dot behind it opens the name: "003-005. Title".
func (s *segment) rangeOpens(i int) bool {
	if i+2 >= len(s.tok) || !s.tok[i+1].sep.tightDash() || s.tok[i+1].num <= s.tok[i].num || len(s.word(i)) != len(s.word(i+1)) {
		return false
	}
	sep := s.tok[i+2].sep
	return sep&sepDot != 0 && sep&sepSpace != 0 || sep.spacedDash()
}

// movieBehind reports whether the word behind token i says that films are counted, not episodes.
func (s *segment) movieBehind(i int) bool {
	return i+1 < len(s.tok) && string(s.word(i+1)) == "movie"
}

// weighBracketed weighs a number with brackets to itself.
func (s *segment) weighBracketed(i int, n int32, d int, c context, season int) candidate {
	b := s.br[s.tok[i].bracket]
	switch {
	case yearLike(n) && d == 4 && (b.kind == '(' || !s.fansub || !s.numberBracketBehind(i)):
		return candidate{at: i}
	case s.fansub && b.kind != '(':
		w := weightNumber + 20
		if yearLike(n) && d == 4 {
			w = weightBare - 5
		}
		if i > s.wordsEnd && s.wordsEnd > 0 && !s.leading(s.wordsEnd) {
			w -= 25
		}
		return candidate{at: i, weight: w}
	case d == 2 && b.kind == '[' && i <= s.tagsAt && (i+1 >= len(s.tok) || s.tok[i+1].sep&sepOpen != 0 || s.tok[i+1].prop.technical()):
		return candidate{at: i, weight: weightNumber}
	case d == 3 && b.kind == '[' && i < s.wordsEnd:
		return candidate{at: i, weight: weightNumber, split: true}
	}
	return candidate{at: i}
}

// numberBracketBehind reports whether another number in brackets follows that of token i.
func (s *segment) numberBracketBehind(i int) bool {
	return i+1 < len(s.tok) && s.alone(i+1) && s.tok[i+1].num >= 0
}

// weighSplit weighs 103, 0103, 1003, 10910 as season and episode.
func (s *segment) weighSplit(i int, n int32, d, w int) candidate {
	k := s.word(i)
	if len(k) > d || n < 100 || d == 4 && yearLike(n) && !s.has(propYear) || n%100 == 0 && d == 4 {
		return candidate{at: i, weight: w - 20}
	}
	if screenHeight(n) && d >= 3 && i >= s.anchor {
		return candidate{at: i}
	}
	w += 25
	if d == 5 && !(n%100 == n/100%100+1) {
		return candidate{at: i}
	}
	if i+1 >= len(s.tok) && s.anchor == len(s.tok) && !s.spaces && d == 3 || s.tok[min(i+1, len(s.tok)-1)].prop.technical() || s.anchor < len(s.tok) {
		return candidate{at: i, weight: w, split: true}
	}
	return candidate{at: i, weight: w - 20, split: true}
}

// splitConfirmed reports whether a number in brackets repeats the last two digits of n: "110 (10)".
func (s *segment) splitConfirmed(i int, n int32) bool {
	return i+1 < len(s.tok) && s.alone(i+1) && s.tok[i+1].num == n%100 && n >= 100 && n < 10000
}

// claimNumber claims the episode that best names.
func (s *segment) claimNumber(best candidate) {
	i := best.at
	k := s.word(i)
	n := int(number(k[:digits(k, 0)]))
	c := claim{prop: propMarker, from: i, to: i + 1, weight: weightNumber}
	switch {
	case best.pair:
		c.seasons = s.number(n)
		c.episodes = s.number(int(s.tok[i+1].num))
		c.to++
	case best.split && n >= 10000: // 10910
		c.seasons = s.number(n / 10000)
		c.episodes = s.number(n / 100 % 100)
		s.runTo(&c.episodes, n%100)
	case best.split:
		c.seasons = s.number(n / 100)
		c.episodes = s.number(n % 100)
		s.splitsBehind(&c)
	default:
		c.episodes = s.number(n)
		if j := s.rangeEnd(i); j > 0 {
			s.runTo(&c.episodes, int(s.tok[j].num))
			c.to = j + 1
		}
	}
	if d := digits(k, 0); len(k) == d+2 && k[d] == 'v' {
		c.num = -int(k[d+1] - '0') // the version
	}
	if c.to < len(s.tok) && string(s.word(c.to)) == "end" && s.tok[c.to].prop == propNone {
		c.to++
	}
	s.add(c)
}

// splitsBehind reads a second number of the same season: 101.102.
func (s *segment) splitsBehind(c *claim) {
	season := s.nums[c.seasons.from]
	for c.to < len(s.tok) && s.tok[c.to].prop == propNone {
		n := int(s.tok[c.to].num)
		if n/100 != season || n%100 != s.nums[c.episodes.to-1]+1 || c.episodes.to != len(s.nums) {
			return
		}
		s.nums = append(s.nums, n%100)
		c.episodes.to++
		c.to++
	}
}

// absoluteBeside claims the absolute number that stands beside a full marker: "S10E14 214",
// "05 - S01E05", "S16E03E04 313-314".
func (s *segment) absoluteBeside(marker int) {
	m := s.claims[marker]
	if m.seasons.empty() || m.episodes.empty() {
		return
	}
	if i := m.to; i < len(s.tok) && s.tok[i].prop == propNone && s.tok[i].num > 0 && len(s.word(i)) <= 4 &&
		(s.tok[i].sep.only(sepSpace|sepOpen|sepClose) || s.tok[i].sep.spacedDash() && s.rangeEnd(i) == len(s.tok)-1) &&
		(i+1 >= len(s.tok) || s.rangeBehind(i) || s.alone(i) && s.tok[i].num >= 100) && len(s.word(i)) >= 3 && !screenHeight(s.tok[i].num) {
		abs := s.number(int(s.tok[i].num))
		to := i + 1
		if j := s.rangeEnd(i); j > 0 {
			s.runTo(&abs, int(s.tok[j].num))
			to = j + 1
		}
		s.claims[marker].absolute = abs
		s.add(claim{prop: propIgnored, from: i, to: to})
		return
	}
	s.absoluteBefore(marker)
}

// absoluteBefore claims the absolute number or range in front of a full marker.
func (s *segment) absoluteBefore(marker int) {
	m := s.claims[marker]
	i := m.from - 1
	if j := i - 1; j > 0 && s.free(j, i+1) && s.tok[j].num > 0 && s.rangeEnd(j) == i && s.tok[i].sep.tightDash() {
		abs := s.number(int(s.tok[j].num))
		s.runTo(&abs, int(s.tok[i].num))
		s.claims[marker].absolute = abs
		s.add(claim{prop: propIgnored, from: j, to: i + 1})
		return
	}
	if i <= 0 || !s.fansub || s.tok[i].prop != propNone || s.tok[i].num <= 0 || !s.tok[i].sep.spacedDash() || len(s.word(i)) > 4 {
		return
	}
	s.claims[marker].absolute = s.number(int(s.tok[i].num))
	s.add(claim{prop: propIgnored, from: i, to: i + 1})
}
