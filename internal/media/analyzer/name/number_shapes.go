package name

// isExtras reports a word after which numbers count extras.
func isExtras(k []byte) bool { return string(k) == "extras" || string(k) == "extra" }

// pairAt reports whether season and episode begin at token i without letters: " - 6.01 - ", "[5.01]", "Title 1-05", and
// "-11-06" at the end, which cannot be a range.
func (s *segment) pairAt(i int) bool {
	j := i + 1
	if s.tagsAt > 0 && i > s.tagsAt || !s.freeWord(j) || s.tok[i].num <= 0 || s.tok[j].num <= 0 || len(s.word(i)) > 2 {
		return false
	}
	before, sep, k := s.tok[i].sep, s.tok[j].sep, s.word(j)
	switch {
	case sep == sepDot && (len(k) == 2 || len(k) == 3):
		return s.fillsSquare(i, j+1) || i > 0 && before.spacedDash() && before&sepSpace != 0 && s.nextSpacedDash(j)
	case len(k) != 2 || s.fansub || !s.wordsBefore(i):
		return false
	case len(s.word(i)) == 1:
		apart := before.only(sepSpace | sepDot | sepUnderscore)
		return k[0] == '0' && sep.tightDash() && apart && s.onlyTagsFrom(j+1)
	case j+1 < len(s.tok) || s.tagsAt != len(s.tok):
		return false
	case sep.tightDash():
		return s.tok[j].num <= s.tok[i].num
	}
	return sep == sepUnderscore && before.tightDash()
}

// fillsSquare reports that the tokens [from, to) are all that square brackets hold.
func (s *segment) fillsSquare(from, to int) bool {
	b := s.tok[from].bracket
	return b >= 0 && s.br[b].kind == '[' && s.br[b].first == from && s.br[b].last == to
}

// nextSpacedDash reports a dash with room around it between token i and the next one.
func (s *segment) nextSpacedDash(i int) bool { return i+1 < len(s.tok) && s.tok[i+1].sep.spacedDash() }

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
	if end := s.tok[i].end; end < len(s.text) && s.text[end] == '%' {
		return true
	}
	if i+1 >= len(s.tok) {
		return false
	}
	t := s.tok[i+1]
	if t.sep == sepDot && t.num >= 0 && t.k1-t.k0 == 1 && len(s.word(i)) == 1 {
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

// rangeBehind reports whether a range to a larger number begins at token i.
func (s *segment) rangeBehind(i int) bool { return s.rangeEnd(i) > 0 }

// rangeEnd returns the token that ends the range that begins at token i, 0 if none does.
func (s *segment) rangeEnd(i int) int {
	j := i + 1
	if !s.freeWord(j) {
		return 0
	}
	join := s.tok[j].sep
	dash := join&(sepDash|sepTilde) != 0 && join.only(sepDash|sepTilde|sepSpace)
	n, m := s.versionedNumber(i), s.versionedNumber(j)
	ends := j+1 >= len(s.tok) || s.rangeOpens(i) || s.tok[j+1].prop != propNone ||
		s.tok[j+1].sep&(sepOpen|sepClose) != 0 || s.tok[j+1].sep.spacedDash() || s.onlyTagsFrom(j+1) || s.finale(j+1)
	if s.tok[i].sep.tightDash() && i > 0 && s.tok[i-1].num >= 0 {
		return 0 // the middle of "1-09-70"
	}
	if !dash || n < 0 || m <= n || m-n > maxRun || !ends || j+1 < len(s.tok) && s.tok[j+1].sep.tightDash() &&
		s.tok[j+1].num >= 0 || len(s.word(j)) > 4 || n == 0 && m > 200 {
		return 0
	}
	if join&sepSpace != 0 && join&sepDash != 0 && len(s.word(i)) != len(s.word(j)) && s.word(i)[0] != '0' {
		return 0 // "Series 21 - 101" has a number in its title
	}
	return j
}

// versionedNumber returns the number that token i is, with a version behind it or not: 01, 01v2; else -1.
func (s *segment) versionedNumber(i int) int {
	k := s.word(i)
	if n := len(k); n > 2 && k[n-2] == 'v' && isDigit(k[n-1]) {
		return number(k[:n-2])
	}
	return s.tok[i].num
}

// wholeInBracket reports whether the bracket around token i holds nothing else but a range or an
// ending: [01-12], [12 END].
func (s *segment) wholeInBracket(i int) bool {
	b := s.br[s.tok[i].bracket]
	n := b.last - b.first
	return b.first == i && (n <= 2 || n == 3 && s.finale(i+2))
}

// finale reports a word that says that a number is the last, or that nothing is lacking.
func (s *segment) finale(i int) bool {
	if i >= len(s.tok) {
		return false
	}
	switch string(s.word(i)) {
	case "end", "fin", "final", "batch", "complete":
		return true
	}
	return false
}

// weighLeading weighs a number that opens the name: an episode in a season's folder, or before a dash.
func (s *segment) weighLeading(i int, n int, d int, c context) candidate {
	zero := s.word(i)[0] == '0'
	switch {
	case len(s.tok) == 1 && d == 4 && zero && n > 100:
		return candidate{at: i, weight: weightNumber, split: true}
	case s.tok[i].bracket >= 0 && !s.alone(i):
		return candidate{at: i}
	case c.season != nil && d <= 4 && !(d == 4 && yearLike(n)):
		ofSeason := d == 3 && n/100 == c.season[0] && n%100 > 0
		return candidate{at: i, weight: weightNumber, split: ofSeason || d == 4}
	case len(s.tok) == 1:
		if c.inWork && !c.films && c.medium == mediumVideo && d >= 2 && d <= 3 && zero && n > 0 {
			return candidate{at: i, weight: weightBare + 5} // "Series/04.mkv"
		}
		return candidate{at: i}
	case i+1 >= len(s.tok):
		return candidate{at: i}
	case s.fansub && d <= 3 && (s.tok[i+1].sep.spacedDash() || zero && d > 1):
		return candidate{at: i, weight: weightNumber - 5}
	case s.pairOpens(i):
		return candidate{at: i, weight: weightNumber, pair: true}
	case s.rangeOpens(i):
		return candidate{at: i, weight: weightNumber}
	}
	return candidate{at: i, weight: s.weighBeforeTitle(i, d, c)}
}

// weighBeforeTitle weighs a number of d digits that opens the name, by what is between it and the word behind it.
func (s *segment) weighBeforeTitle(i, d int, c context) int {
	next, after := &s.tok[i+1], s.tok[i+1].sep
	zero := s.word(i)[0] == '0'
	spaced := after.spacedDash() || after&sepDot != 0 && after&sepSpace != 0
	video := !c.films && c.medium == mediumVideo && !s.has(propYear)
	switch {
	case d == 2 && zero && after.tightDash() && next.num < 0 && s.tagsAt == len(s.tok):
		return weightBare + 5 // "03-Title"
	case d > 4 || s.alone(i):
		return 0
	case d == 3 && !zero && after.spacedDash() && after&sepSpace != 0 && video && s.nextDash(i+2) == 0:
		return weightBare
	case spaced && zero && d >= 2 && d <= 3 && !s.movieBehind(i) && !c.inSet:
		return weightBare + 5
	}
	return 0
}

// pairOpens reports a season and an episode that open the name: "2-06. Title".
func (s *segment) pairOpens(i int) bool {
	if digits(s.word(i), 0) != 1 || i+2 >= len(s.tok) {
		return false
	}
	next := &s.tok[i+1]
	return next.sep.tightDash() && len(s.word(i+1)) == 2 && next.num > 0 && s.tok[i+2].sep&sepSpace != 0
}

// rangeOpens reports whether a range of numbers with a dot behind it opens the name: "003-005. Title".
func (s *segment) rangeOpens(i int) bool {
	if i+2 >= len(s.tok) || !s.tok[i+1].sep.tightDash() || s.tok[i+1].num <= s.tok[i].num ||
		len(s.word(i)) != len(s.word(i+1)) {
		return false
	}
	sep := s.tok[i+2].sep
	return sep&sepDot != 0 && sep&sepSpace != 0 || sep.spacedDash()
}

// movieBehind reports whether the word behind token i says that films are counted, not episodes.
func (s *segment) movieBehind(i int) bool {
	return i+1 < len(s.tok) && s.is(i+1, "movie")
}

// weighBracketed weighs a number with brackets to itself.
func (s *segment) weighBracketed(i int, n int, d int, c context, season int) candidate {
	b := s.br[s.tok[i].bracket]
	switch {
	case d == 4 && yearLike(n) && (b.kind == '(' || !s.fansub || !s.numberBracketBehind(i)):
		return candidate{at: i}
	case s.fansub && b.kind != '(':
		w := weightNumber + 20
		if d == 4 && yearLike(n) {
			w = weightBare - 5
		}
		if i > s.wordsEnd && s.wordsEnd > 0 && !s.leading(s.wordsEnd) {
			w -= 25
		}
		return candidate{at: i, weight: w}
	case d == 2 && b.kind == '[' && i <= s.tagsAt &&
		(i+1 >= len(s.tok) || s.tok[i+1].sep&sepOpen != 0 || s.tok[i+1].prop.technical()):
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
func (s *segment) weighSplit(i int, n int, d, w int, c context) candidate {
	k := s.word(i)
	if n%100 == 0 && d == 3 && len(k) == d && c.inSeries { // "One Series/One Series 300"
		return candidate{at: i, weight: w + 25}
	}
	if len(k) > d || n < 100 || d == 4 && yearLike(n) && !s.has(propYear) || n%100 == 0 {
		return candidate{at: i, weight: w - 20}
	}
	if screenHeight(n) && d >= 3 && i >= s.anchor {
		return candidate{at: i}
	}
	w += 25
	if d == 5 && !(n%100 == n/100%100+1) {
		return candidate{at: i}
	}
	if i+1 >= len(s.tok) && s.anchor == len(s.tok) && (!s.spaces || c.medium == mediumVideo && !c.films) && d == 3 ||
		s.tok[min(i+1, len(s.tok)-1)].prop.technical() || s.anchor < len(s.tok) {
		return candidate{at: i, weight: w, split: true}
	}
	return candidate{at: i, weight: w - 20, split: true}
}

// splitConfirmed reports whether a number in brackets repeats the last two digits of n: "110 (10)".
func (s *segment) splitConfirmed(i int, n int) bool {
	return i+1 < len(s.tok) && s.alone(i+1) && s.tok[i+1].num == n%100 && n >= 100 && n < 10000
}
