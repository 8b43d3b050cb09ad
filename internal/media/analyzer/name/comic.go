package name

import "strings"

// comicName is what the name of a comic's file or folder says.
type comicName struct {
	series                 string
	volume, chapter, issue Span
	special                Span
	year, version          int
	story                  string    // what the issue or chapter is called
	marked                 bool      // a word says what a number counts
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
		k := s.word(i)
		if m := s.lookup(i); m.tag != nil && m.tag.strength == strong || isScreenSize(k) {
			return false
		}
		if _, _, ok := fullMark(k); ok {
			return false
		}
		switch string(k) {
		case "pages", "omake", "c2c", "cbz", "cbr", "scans", "scanlation", "scanlations":
			sure = true
		}
		if i > 0 && s.tok[i].sep&sepHash != 0 && startsNumber(k) && len(k) < 5 {
			sure = true
		}
		if i > 0 && string(k) == "of" && s.tok[i].sep&sepOpen != 0 && s.tok[i].bracket >= 0 && i+1 < len(s.tok) &&
			s.tok[i+1].num >= 0 {
			sure = true
		}
		m, ok := s.comicMarkAt(i)
		if !ok || m.from < i {
			continue
		}
		// v01c001
		if at := strings.IndexByte(string(k), 'c'); m.kind == markVolume && k[0] == 'v' && at > 1 &&
			gluedMarkFollows(string(k[at:])) {
			sure = true
		}
		switch word := strings.TrimRight(string(s.word(m.from)), "0123456789"); {
		case m.kind == markChapter && word != "ep" && word != "episode", m.kind == markVolume &&
			(word == "v" && len(s.word(m.from)) > 2 && !s.spacedVersion(i) || word == "ln" || s.tok[i].cjk ||
				s.tok[i].other):
			sure = true
		}
	}
	return sure
}

// spacedVersion reports that what looks like a volume at token i is the version of a program: v1.2.
func (s *segment) spacedVersion(i int) bool {
	return i+1 < len(s.tok) && s.tok[i+1].sep == sepDot && s.tok[i+1].num >= 0
}

// parseComic reads a comic from its name, and what the name leaves open from its folders: manga lies as
// Series/Volume 1/Chapter 2.cbz, an issue as Series (2016)/Series 012 (2018).cbz.
func (s *scratch) parseComic(g *Guess, p *pathParts) {
	c := s.file.readComic()
	for i := 0; i < p.n && !isGeneric(p.dirs[i]); i++ {
		up := &s.dirs[i]
		up.reset(p.dirs[i])
		d := up.readComic()
		if c.volume.First == "" {
			c.volume = d.volume
		}
		switch {
		case d.startsWithMark && d.chapter.First != "" && !c.marked: // pages or parts of a chapter
			c.chapter, c.issue = d.chapter, Span{}
		case c.chapter.First == "" && c.issue.First == "":
			c.chapter = d.chapter
		}
		if d.series == "" {
			if c.year == 0 && d.startsWithMark { // "Series/Volume 2 (2012)/Series 003.cbz"
				c.year = d.year
			}
			continue
		}
		if c.series == "" || beginsWith(c.series, d.series) && s.numberBehind(d.series) {
			c.fromFolder(s, d.series)
		}
		if c.year == 0 && foldWord(c.series) == foldWord(d.series) {
			c.year = d.year
		}
		break
	}
	g.Type, g.Series, g.Year, g.Title = Comic, c.series, c.year, c.story
	g.Version = c.version
	g.Volume, g.Chapter, g.Issue = c.volume, c.chapter, c.issue
	switch {
	case c.issue.First != "":
		g.SeriesIndex = c.issue.First
	case c.chapter.First != "":
		g.SeriesIndex = c.chapter.First
	case c.volume.First != "":
		g.SeriesIndex = c.volume.First
	}
}

func beginsWith(long, short string) bool {
	return strings.HasPrefix(foldWord(long)+" ", foldWord(short)+" ")
}

// fromFolder takes the folder's name for the series; a number right behind it in the file's name is its issue.
func (c *comicName) fromFolder(s *scratch, folder string) {
	c.series = folder
	if c.issue.First != "" || c.chapter.First != "" || !s.numberBehind(folder) {
		return
	}
	n := len(strings.Fields(foldWord(folder)))
	k := s.file.word(n)
	c.issue.First, _ = s.file.decimals(n+1, trimNumber(string(k[:digits(k, 0)])))
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
		if !ok && s.tok[i].sep&sepHash != 0 && startsNumber(s.word(i)) && s.tok[i].num < 0 { // #5AU
			m, ok = mark{kind: markIssue, from: i, to: i + 1,
				span: Span{First: trimNumber(string(s.word(i)[:digits(s.word(i), 0)]))}}, true
		}
		if !ok || s.inTitle(m, start) {
			continue
		}
		c.take(m)
		c.marked = true
		if c.marks < len(c.said) {
			c.said[c.marks] = [2]int{m.from, m.to}
			c.marks++
		}
		c.startsWithMark = c.startsWithMark || m.from <= start
		if s.tok[m.from].bracket < 0 || m.from == start {
			end = min(end, m.from)
		}
		i = m.to - 1
		if rest := s.word(i); len(rest) > 2 && m.kind == markVolume { // v2c6
			if at := strings.IndexByte(string(rest), 'c'); at > 0 && gluedMarkFollows(string(rest[at:])) {
				c.chapter.First = trimNumber(string(rest[at+1:]))
			}
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
func (c *comicName) take(m mark) {
	to := &c.volume
	switch m.kind {
	case markChapter:
		to = &c.chapter
	case markIssue:
		to = &c.issue
	case markSpecial:
		to = &c.special
	}
	if to.First == "" {
		*to = m.span
	}
}

// inTitle reports that a mark may as well be words of the title: "Special 26", "Book 3" at its beginning.
func (s *segment) inTitle(m mark, start int) bool {
	k := string(s.word(m.from))
	switch k {
	case "special", "extra", "book", "books", "no", "nr", "disc", "season", "novel", "novels", "band", "ep":
		return m.from == start
	}
	return false
}

// behindGroup is where the name begins behind the group in square brackets that released it.
func (s *segment) behindGroup() int {
	if len(s.tok) > 1 && len(s.br) > 0 && s.br[0].closed && s.tok[0].bracket == 0 && s.br[0].parent < 0 &&
		(s.br[0].kind == '[' || s.br[0].kind == 'w') {
		if last := s.br[0].last; last < len(s.tok) {
			return last
		}
	}
	return 0
}

// comicTitle is the phrase of some tokens without a mark's word at its end.
func (s *segment) comicTitle(from, to int) string {
	for to > from {
		switch string(s.word(to - 1)) {
		case "vol", "volume", "chapter", "issue", "light":
			to--
			continue
		}
		break
	}
	return s.phrase(words{from, to})
}

// halfIssue is the token from which on a name says "#½"; len(tok) where that is behind all words, -1 where it does
// not say so.
func (s *segment) halfIssue() int {
	at := strings.Index(s.text, "½")
	if at < 0 || !strings.HasSuffix(strings.TrimRight(s.text[:at], " "), "#") {
		return -1
	}
	for i := range s.tok {
		if s.tok[i].start >= at {
			return i
		}
	}
	return len(s.tok)
}

// bareIssue finds a number that no word marks, where none was found: "Series 012 (2014)", "Series 07 - Title",
// "04 - Series", and an issue beside a volume. It returns where the series ends and begins.
func (s *segment) bareIssue(c *comicName, start, end int) (int, int) {
	if c.issue.First != "" || c.chapter.First != "" {
		return end, start
	}
	for i := start; i < len(s.tok); i++ {
		if s.tok[i].bracket >= 0 && i > start && s.tok[i].sep&sepHash == 0 || !s.issueLike(i, c) {
			continue
		}
		m := mark{from: i, to: i + 1, span: Span{First: trimNumber(string(s.word(i)[:digits(s.word(i), 0)]))}}
		s.extendMark(&m, false)
		last := m.to >= len(s.tok) || s.tok[m.to].sep&(sepOpen|sepClose) != 0 || m.to == end // a date follows
		leading := i == start
		hash := s.tok[i].sep&sepHash != 0
		titled := m.to < len(s.tok) && s.tok[m.to].sep.spacedDash()
		switch {
		case leading && (titled || len(s.tok) == 1 || last && m.span.Last != ""):
			c.issue = m.span
			if m.to < end {
				return end, m.to
			}
			return start, start
		case leading:
			continue
		case hash || last || titled && (i >= end || s.word(i)[0] == '0' || m.to > i+1 || !s.laterIssue(m.to, c)):
			c.issue = m.span
			if s.negative(i) {
				c.issue.First = "-" + c.issue.First
			}
			return min(end, i), start
		}
	}
	return end, start
}

// laterIssue reports a number behind token i that ends the name's words.
func (s *segment) laterIssue(i int, c *comicName) bool {
	for ; i < len(s.tok); i++ {
		if s.tok[i].bracket < 0 && s.issueLike(i, c) && !s.is(i-1, "part") &&
			(i+1 >= len(s.tok) || s.tok[i+1].sep&(sepOpen|sepClose) != 0) {
			return true
		}
	}
	return false
}

// negative reports an issue below zero: "Series v1 -001".
func (s *segment) negative(i int) bool {
	sep := s.tok[i].sep
	if i > 0 && sep&sepHash != 0 && s.text[s.tok[i].start-1] == '-' { // "#-1"
		return true
	}
	return i > 0 && sep == sepSpace|sepDash && s.text[s.tok[i].start-1] == '-' && len(s.word(i)) == 3
}

// issueLike reports a number that may be an issue's: no year, and none that belongs to the word before it.
func (s *segment) issueLike(i int, c *comicName) bool {
	k := s.word(i)
	n := digits(k, 0)
	for _, said := range c.said[:c.marks] {
		if i >= said[0] && i < said[1] {
			return false
		}
	}
	switch {
	case n == 0 || n > 4 || n < len(k) && !isCorrection(string(k[n:])):
		return false
	case n == 4 && yearLike(s.tok[i].num) && s.tok[i].sep&sepHash == 0:
		return false
	case s.dated(i):
		return false
	case i > 0 && s.tok[i].sep.tightDash() && s.tok[i-1].num < 0: // "IG-88"
		return s.spaceless()
	case s.tok[i].sep&sepQuote != 0: // "'89"
		return false
	case i > 0 && s.tok[i].sep == sepDot && s.tok[i-1].num >= 0:
		return false
	}
	return true
}

// spaceless reports a name whose words are joined by dashes or underscores throughout.
func (s *segment) spaceless() bool { return !s.spaces && !strings.Contains(s.text, "_") }
