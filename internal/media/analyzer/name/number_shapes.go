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
	switch before, d := s.tok[i].sep, len(s.word(j)); {
	case s.tok[j].sep == sepDot && (d == 2 || d == 3):
		return s.fillsSquare(i, j+1) || i > 0 && before.has(sepDash|sepSpace) && s.at(j+1).sep.spacedDash()
	case d != 2 || s.fansub || !s.wordsBefore(i):
		return false
	}
	return s.pairBehindTitle(i)
}

// pairBehindTitle reports whether the numbers at token i, of which the second has two digits, are season and episode
// for what joins them.
func (s *segment) pairBehindTitle(i int) bool {
	j, before, sep := i+1, s.tok[i].sep, s.tok[i+1].sep
	switch {
	case len(s.word(i)) == 1:
		apart := before.only(sepSpace | sepDot | sepUnderscore)
		return s.word(j)[0] == '0' && sep.tightDash() && apart && s.onlyTagsFrom(j+1)
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
	if sep := s.tok[i].sep; sep&(sepOpen|sepClose) != 0 || sep.spacedDash() {
		return false
	}
	return s.plays(i-1, rolePart|roleCD|roleVolume|roleDisc) && !s.plays(i-1, roleEpisode)
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

// rangeEnd returns the token that ends the range to a larger number that begins at token i, 0 if none does.
func (s *segment) rangeEnd(i int) int {
	j := i + 1
	if !s.freeWord(j) {
		return 0
	}
	join, next := s.tok[j].sep, s.at(j+1)
	n, m := s.versionedNumber(i), s.versionedNumber(j)
	switch {
	case join&(sepDash|sepTilde) == 0 || !join.only(sepDash|sepTilde|sepSpace):
		return 0
	case n < 0 || m <= n || m-n > maxRun || len(s.word(j)) > 4 || n == 0 && m > 200:
		return 0
	case s.at(i-1).num >= 0 && s.tok[i].sep.tightDash(), next.num >= 0 && next.sep.tightDash():
		return 0 // within "1-09-70"
	case join.has(sepSpace|sepDash) && len(s.word(i)) != len(s.word(j)) && (s.word(i)[0] != '0' || n == 0):
		return 0 // "Series 21 - 101" and "Series 0 - 07" have a number in their titles
	case !s.endsRange(j+1) && !s.rangeOpens(i):
		return 0
	}
	return j
}

// endsRange reports whether a range may end before token i, since no words of a title go on there.
func (s *segment) endsRange(i int) bool {
	return s.endsWords(i) || s.tok[i].sep.spacedDash() || s.finale(i)
}

// endsWords reports whether a bracket, a tag, another claim or the end of the name stands at token i.
func (s *segment) endsWords(i int) bool {
	return s.bracketOrEnd(i) || !s.freeWord(i) || s.onlyTagsFrom(i)
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
	return oneOf(s.word(i), "end", "fin", "final", "batch", "complete")
}

// weighLeading weighs a number that opens the name: an episode in a season's folder, or before a dash.
func (s *segment) weighLeading(f *figure) candidate {
	i, d, season := f.at, f.digits, f.context.season
	switch {
	case s.tok[i].bracket >= 0 && !s.alone(i):
		return candidate{}
	case season != nil && d <= 2 && f.n == season[0] && s.dottedPair(i):
		return candidate{weight: weightNumber, pair: true}
	case season != nil && d <= 4 && !(d == 4 && yearLike(f.n)):
		return candidate{weight: weightNumber, split: d == 4 || d == 3 && s.ofSeason(f)}
	case len(s.tok) == 1:
		return s.weighOnly(f)
	case i+1 >= len(s.tok):
		return candidate{}
	case s.fansub && d <= 3 && (f.zero || s.tok[i+1].sep.spacedDash()):
		return candidate{weight: weightNumber - 5}
	case s.pairOpens(i):
		return candidate{weight: weightNumber, pair: true}
	case s.rangeOpens(i):
		return candidate{weight: weightNumber}
	}
	return candidate{weight: s.weighBeforeTitle(f)}
}

// ofSeason reports whether the number is an episode of the folder's season, with it in front: 103.
func (s *segment) ofSeason(f *figure) bool {
	return f.context.season != nil && f.n/100 == f.context.season[0] && f.n%100 > 0
}

// weighOnly weighs a number that is all of the name.
func (s *segment) weighOnly(f *figure) candidate {
	switch {
	case f.zero && f.digits == 4 && f.n > 100:
		return candidate{weight: weightNumber, split: true}
	case f.zero && f.digits <= 3 && f.n > 0 && f.inWork && f.video(): // "Series/04.mkv"
		return candidate{weight: weightBare + 5}
	}
	return candidate{}
}

// weighBeforeTitle weighs a number that opens the name, by what is between it and the word behind it.
func (s *segment) weighBeforeTitle(f *figure) int {
	i, d := f.at, f.digits
	after := s.tok[i+1].sep
	switch {
	case d == 2 && f.zero && after.tightDash() && s.tok[i+1].num < 0 && s.tagsAt == len(s.tok):
		return weightBare + 5 // "03-Title"
	case d > 4 || s.alone(i):
		return 0
	case d == 3 && !f.zero && after.has(sepDash|sepSpace) && f.video() && !s.has(propYear) && s.nextDash(i+2) == 0:
		return weightBare
	case f.zero && d <= 3 && (after.spacedDash() || after.has(sepDot|sepSpace)) && !s.is(i+1, "movie") && !f.inSet:
		return weightBare + 5
	}
	return 0
}

// pairOpens reports a season and an episode that open the name: "2-06. Title".
func (s *segment) pairOpens(i int) bool {
	next := s.at(i + 1)
	return digits(s.word(i), 0) == 1 && len(s.word(i+1)) == 2 && next.num > 0 && next.sep.tightDash() &&
		s.at(i+2).sep&sepSpace != 0
}

// dottedPair reports a number with an episode of two digits behind a dot, as in "1.02 Title".
func (s *segment) dottedPair(i int) bool {
	next := s.at(i + 1)
	return next.sep == sepDot && next.num > 0 && len(s.word(i+1)) == 2 &&
		(i+2 == len(s.tok) || s.tok[i+2].sep&sepSpace != 0 && s.tok[i+2].num < 0)
}

// rangeOpens reports whether a range of numbers with a dot behind it opens the name: "003-005. Title".
func (s *segment) rangeOpens(i int) bool {
	if !s.at(i+1).sep.tightDash() || s.tok[i+1].num <= s.tok[i].num || len(s.word(i)) != len(s.word(i+1)) {
		return false
	}
	sep := s.at(i + 2).sep
	return sep.has(sepDot|sepSpace) || sep.spacedDash()
}

// weighBracketed weighs a number in brackets, which mostly has them to itself.
func (s *segment) weighBracketed(f *figure) candidate {
	i := f.at
	switch year := f.digits == 4 && yearLike(f.n); {
	case !s.alone(i):
		if s.fansub && s.opensBracket(i) && s.kind(i) == '[' && f.zero && s.behindTag(f) {
			return candidate{weight: weightBare + 5} // "[01 1080p HEVC]"
		}
	case year && (s.kind(i) == '(' || !s.fansub || !s.alone(i+1) || s.tok[i+1].num < 0):
	case s.fansub && s.kind(i) != '(':
		return candidate{weight: s.fansubBracketWeight(i, year)}
	case s.kind(i) == '[':
		return s.weighSquare(f)
	case s.fansub && f.digits <= 3 && f.zero && f.ends && s.wordsBefore(i) && !s.has(propYear): // "[Group] Title (01)"
		return candidate{weight: weightBare + 5}
	}
	return candidate{}
}

// weighSquare weighs a number with square brackets to itself in a name that no group opens.
func (s *segment) weighSquare(f *figure) candidate {
	next := f.at + 1
	switch {
	case f.digits == 2 && f.at <= s.tagsAt && (next >= len(s.tok) || s.tok[next].sep&sepOpen != 0 || s.behindTag(f)):
		return candidate{weight: weightNumber}
	case f.digits == 3 && f.at < s.wordsEnd:
		return candidate{weight: weightNumber, split: true}
	}
	return candidate{}
}

// fansubBracketWeight is what speaks for a number with square brackets to itself in the name of an anime release.
func (s *segment) fansubBracketWeight(i int, year bool) int {
	w := weightNumber + 20
	if year {
		w = weightBare - 5
	}
	if i > s.wordsEnd && s.wordsEnd > 0 && !s.leading(s.wordsEnd) {
		w -= 25
	}
	return w
}

// weighSplit weighs 103, 0103, 1003, 10910 as season and episode.
func (s *segment) weighSplit(f *figure, w int) candidate {
	i, n, d := f.at, f.n, f.digits
	suffixed := len(s.word(i)) > d
	switch {
	case n%100 == 0 && d == 3 && !suffixed && f.inSeries: // "One Series/One Series 300"
		return candidate{weight: w + 25}
	case suffixed || n < 100 || n%100 == 0 || d == 4 && yearLike(n) && !s.has(propYear):
		return candidate{weight: w - 20}
	case d == 3 && !suffixed && s.entersBracket(f.next) && s.kind(f.next) == '[' && s.allTagsSquare():
		return candidate{weight: w + 20} // "Title 249 [1080p BD]", as collections of anime have it
	case i >= s.anchor && screenHeight(n), d == 5 && n%100 != n/100%100+1:
		return candidate{}
	case s.anchor < len(s.tok), s.at(i + 1).prop.technical(),
		d == 3 && i+1 == len(s.tok) && (!s.spaces || f.video()):
		w += 20
	}
	return candidate{weight: w + 5, split: true}
}

// splitConfirmed reports whether a number in brackets repeats the last two digits of that at token i: "110 (10)".
func (s *segment) splitConfirmed(f *figure) bool {
	return s.alone(f.at+1) && s.tok[f.at+1].num == f.n%100 && f.n >= 100 && f.n < 10000
}

// allTagsSquare reports that what describes the release stands in square brackets throughout, and is there.
func (s *segment) allTagsSquare() bool {
	tagged := false
	for i := range s.tok {
		if !s.tok[i].prop.technical() {
			continue
		}
		if s.kind(i) != '[' {
			return false
		}
		tagged = true
	}
	return tagged
}
