package name

import (
	"bytes"
	"cmp"
	"strings"
)

// comicName is what the name of a comic's file or folder says.
type comicName struct {
	series                 string
	volume, chapter, issue Span
	special                Span
	year, version          int
	story                  string    // what the issue or chapter is called
	marked                 bool      // a word says what a number counts
	leading                bool      // a number without a word opens the name, before the words
	said                   [8][2]int // tokens of the first marks: first, and one past the last
	marks                  int
	startsWithMark         bool
}

// archivedComic reads an archive that is a comic: its name has a chapter, a volume or an issue as only comics have
// them, or it lies below a folder of comics. It reports false, with g untouched, where nothing says so.
func (s *scratch) archivedComic(g *Guess, p *pathParts) bool {
	f := &s.file
	f.reset(p.file)
	if len(f.tok) == 0 || !onComicShelf(p) && !f.onlyComics() {
		return false
	}
	s.parseComic(g, p)
	return true
}

// onComicShelf reports whether a file lies below a folder of comics.
func onComicShelf(p *pathParts) bool {
	for _, dir := range p.dirs[:p.n] {
		switch foldWord(dir) {
		case "comics", "comic", "manga", "mangas", "bd", "bandes dessinees", "manhwa", "manhua", "webtoons":
			return true
		}
	}
	return false
}

// onlyComics reports words and numbers that no release of another kind has.
func (s *segment) onlyComics() bool {
	sure := false
	for i := range s.tok {
		if s.strongTag(i) != nil || isScreenSize(s.word(i)) || isFullMark(s.word(i)) {
			return false
		}
		sure = sure || s.onlyComicsWord(i) || s.onlyComicsMark(i)
	}
	return sure
}

// onlyComicsWord reports a word for scans at token i, "#5", or "(of 5".
func (s *segment) onlyComicsWord(i int) bool {
	k := s.word(i)
	switch string(k) {
	case "pages", "omake", "c2c", "cbz", "cbr", "scans", "scanlation", "scanlations":
		return true
	case "of":
		return i > 0 && s.entersBracket(i) && s.at(i+1).num >= 0
	}
	return i > 0 && s.tok[i].sep&sepHash != 0 && startsNumber(k) && len(k) < 5
}

// onlyComicsMark reports a chapter at token i, or a volume as only comics spell it.
func (s *segment) onlyComicsMark(i int) bool {
	m, ok := s.comicMarkAt(i)
	if !ok || m.from < i {
		return false
	}
	k := s.word(i)
	switch word := string(bytes.TrimRight(k, "0123456789")); {
	case m.kind == markChapter:
		return word != "ep" && word != "episode"
	case m.kind != markVolume:
		return false
	case word == "v" && len(k) > 2 && !s.spacedVersion(i), word == "ln", s.tok[i].cjk, s.tok[i].other:
		return true
	}
	return k[0] == 'v' && gluedChapter(k) != "" // v01c001
}

// spacedVersion reports that what looks like a volume at token i is the version of a program: v1.2.
func (s *segment) spacedVersion(i int) bool { return s.at(i+1).sep == sepDot && s.tok[i+1].num >= 0 }

// parseComic reads a comic from its name, and what the name leaves open from its folders: manga lies as
// Series/Volume 1/Chapter 2.cbz, an issue as Series (2016)/Series 012 (2018).cbz.
func (s *scratch) parseComic(g *Guess, p *pathParts) {
	c := s.file.readComic()
	part := ""
	for i := 0; i < p.n && !isGeneric(p.dirs[i]); i++ {
		up := &s.dirs[i]
		up.reset(p.dirs[i])
		if named := up.partFolder(); named != "" && i+1 < p.n && !isGeneric(p.dirs[i+1]) {
			part = named
			continue
		}
		d := up.readComic()
		set(&c.volume, d.volume)
		switch {
		case d.startsWithMark && d.chapter.First != "" && !c.marked: // pages or parts of a chapter
			c.chapter, c.issue = d.chapter, Span{}
		case c.issue.First == "":
			set(&c.chapter, d.chapter)
		}
		if d.series == "" {
			if d.startsWithMark { // "Series/Volume 2 (2012)/Series 003.cbz"
				set(&c.year, d.year)
			}
			continue
		}
		switch {
		case c.series == "" || beginsWith(c.series, d.series) && s.numberBehind(d.series):
			c.fromFolder(s, d.series)
		case c.leading && c.volume.First != "" && c.story == "" && !sameTitle(c.series, d.series):
			c.series, c.story = d.series, c.series // "Series - Volume 15/183 - Title"
			c.chapter, c.issue = c.issue, Span{}
		}
		if sameTitle(c.series, d.series) {
			set(&c.year, d.year)
		}
		break
	}
	if part != "" && c.series != "" {
		c.series += " " + part
	}
	c.splitAnnual()
	g.Type, g.Series, g.Year, g.Title = Comic, c.series, c.year, c.story
	g.Version = c.version
	g.Volume, g.Chapter, g.Issue = c.volume, c.chapter, c.issue
	g.SeriesIndex = cmp.Or(c.issue.First, c.chapter.First, c.volume.First)
}

// partFolder returns the part of a series that a folder is called after and nothing else: "Part 1", "01. Part 1".
func (s *segment) partFolder() string {
	n := len(s.tok)
	if n < 2 || n > 3 || !s.is(n-2, "part") || s.tok[n-1].num < 0 || n == 3 && s.tok[0].num < 0 {
		return ""
	}
	return s.span(n-2, n)
}

// splitAnnual makes a series of its own of the annuals that a name has behind the series: "Series v2 - Annual 2014 -
// 001" is no first issue of the series.
func (c *comicName) splitAnnual() {
	first, rest, _ := strings.Cut(c.story, " ")
	if foldWord(first) != "annual" || strings.Trim(rest, "0123456789 -#") != "" {
		return
	}
	c.series, c.story = c.series+" "+first, ""
	if year, _, _ := strings.Cut(rest, " "); isYear(year) {
		c.series += " " + year
	}
}

func beginsWith(long, short string) bool {
	var x, y foldRoom
	l, s := appendFolded(x[:0], long), appendFolded(y[:0], short)
	return bytes.HasPrefix(append(l, ' '), append(s, ' '))
}

// fromFolder takes the folder's name for the series; a number right behind it in the file's name is its issue.
func (c *comicName) fromFolder(s *scratch, folder string) {
	c.series = folder
	if c.issue.First != "" || c.chapter.First != "" || !s.numberBehind(folder) {
		return
	}
	n := len(strings.Fields(foldWord(folder)))
	c.issue.First, _ = s.file.decimals(n+1, leadingNumber(s.file.word(n)))
}

// numberBehind reports that the file's name begins with the folder's, and a number follows.
func (s *scratch) numberBehind(folder string) bool {
	f, n := &s.file, len(strings.Fields(foldWord(folder)))
	if n >= len(f.tok) || !beginsWith(string(f.key), folder) || f.tok[n].bracket >= 0 {
		return false
	}
	k := f.word(n)
	return startsNumber(k) && digits(k, 0) < 5 && (f.tok[n].num >= 0 || isCorrection(string(k[digits(k, 0):])))
}

// readComic reads "Series v01 c120", "Series 012 (2014)", "Series Vol. 3", "Series #5", "Vol 2 Ch 3" and the like.
func (s *segment) readComic() (c comicName) {
	c.year = s.comicYear()
	start := s.behindGroup()
	end := len(s.tok)
	for i := start; i < len(s.tok); i++ {
		if i > start && (s.entersBracket(i) || s.dated(i)) {
			end = min(end, s.dateFrom(i))
		}
		if s.corrected(i) {
			c.version = int(s.word(i)[1] - '0')
			continue
		}
		m, ok := s.comicMarkAt(i)
		if !ok {
			m, ok = s.suffixedIssue(i)
		}
		if !ok || s.inTitle(m, start) || m.kind == markSpecial && yearLike(number([]byte(m.span.First))) {
			continue
		}
		c.take(m, m.from <= start)
		if s.tok[m.from].bracket < 0 || m.from == start {
			end = min(end, m.from)
		}
		i = m.to - 1
		if chapter := gluedChapter(s.word(i)); chapter != "" && m.kind == markVolume { // v2c6
			c.chapter.First = trimNumber(chapter)
		}
	}
	if half := s.halfIssue(); half >= 0 && c.issue.First == "" {
		c.issue.First, end = "0.5", min(end, half)
	}
	end, start = s.bareIssue(&c, start, end)
	if start < end {
		c.series = s.comicTitle(start, end)
		c.story = s.storyBehind(end)
	}
	return c
}

// suffixedIssue reads "#5AU".
func (s *segment) suffixedIssue(i int) (mark, bool) {
	ok := s.tok[i].sep&sepHash != 0 && startsNumber(s.word(i)) && s.tok[i].num < 0
	return mark{kind: markIssue, from: i, to: i + 1, span: Span{First: leadingNumber(s.word(i))}}, ok
}

// corrected reports that token i is the version of a corrected file, alone in square brackets behind others: [v2].
func (s *segment) corrected(i int) bool {
	return i > 0 && s.alone(i) && s.kind(i) == '[' && len(s.word(i)) == 2 &&
		isCorrection(string(s.word(i)))
}

// storyBehind returns what the issue is called: the words behind a dash with room around it that follows the numbers
// of the series, which end at token i.
func (s *segment) storyBehind(i int) string {
	for ; i < len(s.tok); i++ {
		k := s.word(i)
		if s.tok[i].bracket >= 0 {
			return ""
		}
		if i > 0 && s.tok[i].sep.spacedDash() && !isDigit(k[0]) && !isDigit(k[len(k)-1]) {
			break
		}
		if m, ok := s.comicMarkAt(i); ok && m.from == i {
			i = m.to - 1
		} else if !isDigit(k[0]) {
			return ""
		}
	}
	from := i
	for i < len(s.tok) && s.tok[i].bracket < 0 {
		if _, ok := s.comicMarkAt(i); ok || s.dated(i) {
			return ""
		}
		i++
	}
	return s.phrase(words{from, i})
}

// take notes what a mark says; the first of a kind counts.
func (c *comicName) take(m mark, leading bool) {
	to := &c.volume
	switch m.kind {
	case markChapter:
		to = &c.chapter
	case markIssue:
		to = &c.issue
	case markSpecial:
		to = &c.special
	}
	set(to, m.span)
	c.marked = true
	c.startsWithMark = c.startsWithMark || leading
	if c.marks < len(c.said) {
		c.said[c.marks] = [2]int{m.from, m.to}
		c.marks++
	}
}

// inTitle reports that a mark may as well be words of the title: "Special 26", "Book 3" at its beginning.
func (s *segment) inTitle(m mark, start int) bool {
	return m.from == start && oneOf(s.word(m.from), "special", "extra", "book", "books", "no", "nr", "disc", "season",
		"novel", "novels", "band", "ep")
}

// behindGroup is where the name begins behind the group in square brackets that released it.
func (s *segment) behindGroup() int {
	if len(s.tok) == 0 || s.tok[0].bracket != 0 {
		return 0
	}
	b := &s.br[0]
	if !b.closed || b.parent >= 0 || b.kind != '[' && b.kind != 'w' || b.last >= len(s.tok) {
		return 0
	}
	return b.last
}

// comicTitle is the phrase of some tokens without a mark's word at its end.
func (s *segment) comicTitle(from, to int) string {
	for to > from && oneOf(s.word(to-1), "vol", "volume", "chapter", "issue", "light") {
		to--
	}
	if to-2 > from && s.is(to-2, "one") && s.is(to-1, "shot") {
		to -= 2
	}
	return s.phrase(words{from, to})
}

// spaceless reports a name whose words are joined by dashes or underscores throughout.
func (s *segment) spaceless() bool { return !s.spaces && !strings.Contains(s.text, "_") }
