package name

import "strings"

// parseOther reads names that are neither films nor episodes, though nothing in their extension says
// so: music, books, comics, courses, games and programs as trackers and scenes name them. It reports
// false, with g untouched, if the name is not clearly one of them.
func (s *scratch) parseOther(g *Guess, p *pathParts, m medium) bool {
	if m == mediumSubtitle || m == mediumDisc {
		return false
	}
	f := &s.file
	f.reset(p.file)
	if len(f.tok) < 2 {
		return false
	}
	if m == mediumVideo {
		return f.musicVideo(g)
	}
	switch {
	case f.readCourse(g), f.readPrinted(g), s.readNumberedBook(g, p), f.musicVideo(g):
		return true
	case f.readProgram(g):
		return true
	}
	return s.parseAlbum(g, p.file)
}

// musicVideo reads discs of music, which scenes mark with an M before the medium.
func (s *segment) musicVideo(g *Guess) bool {
	for i := 1; i < len(s.tok); i++ {
		switch string(s.word(i)) {
		case "mdvdr", "mbluray", "mdvd", "mdvd9":
			g.Type = Music
			s.describeRelease(g)
			g.Album, g.Title = g.Title, ""
			return true
		}
	}
	return false
}

// describeRelease reads title, year, tags and group as those of a film.
func (s *segment) describeRelease(g *Guess) {
	text := s.text
	s.analyse(text, context{}, g)
	n := s.findNames(context{})
	ep, season := g.Episode, g.Season
	s.fill(g)
	g.Episode, g.Season = ep, season
	g.Title = s.phrase(n.title)
	g.ReleaseGroup = s.releaseGroup()
}

// readPrinted reads books, magazines and audiobooks by the words for them.
func (s *segment) readPrinted(g *Guess) bool {
	kind, at := Type(""), 0
	for i := 1; i < len(s.tok); i++ {
		k := Type("")
		switch string(s.word(i)) {
		case "ebook", "epub", "mobi", "azw3", "pdf":
			k = Book
		case "magazine", "magazin", "emag":
			if i == 1 { // "The Magazine" is a title
				continue
			}
			k = Magazine
		case "books", "book":
			if !s.is(i-1, "audio") {
				continue
			}
			k = Audiobook
		case "audiobook", "abook", "horbuch", "audiobooks":
			k = Audiobook
		default:
			continue
		}
		if kind == "" || k == Magazine || k == Audiobook {
			kind = k
		}
		if at == 0 {
			at = i
		}
	}
	if kind == "" {
		return false
	}
	g.Type = kind
	s.readWork(g, at)
	return true
}

// readWork reads a title, whoever is named before it, the year and the group of a printed work, whose
// format stands at token at.
func (s *segment) readWork(g *Guess, at int) {
	end := at
	for end > 1 {
		from, m := s.matchBefore(end)
		if k := string(s.word(end - 1)); m.tag != nil &&
			(m.tag.prop == propLanguage || m.tag.prop == propOther || m.tag.prop == propEdition) && from > 0 &&
			k != "edition" {
			end = from
			continue
		}
		break
	}
	start := 0
	if end > 1 && s.isYear(end-1) {
		g.Year = s.tok[end-1].num
		if g.Type != Magazine {
			end--
		}
	} else {
		g.Year = s.anyYear(0)
	}
	for i := 1; i < end; i++ {
		sep := s.tok[i].sep
		if sep.spacedDash() || sep.tightDash() && !s.spaces && strings.IndexByte(s.text, '.') < 0 {
			g.Author = s.phrase(words{0, i})
			start = i
			break
		}
	}
	for i := start + 1; i < end; i++ {
		if s.tok[i].sep.tightDash() && strings.IndexByte(s.text, '.') < 0 && !s.spaces {
			end = i
		}
	}
	for i := start + 1; i < end; i++ {
		if s.entersBracket(i) {
			end = i
		}
	}
	g.Title = s.phrase(words{start, end})
	last := len(s.tok) - 1
	if last > at && s.tok[last].sep.tightDash() {
		g.ReleaseGroup = valid(s.raw(last))
	}
}

// readCourse reads courses of the schools that sell them as videos.
func (s *segment) readCourse(g *Guess) bool {
	start := 1
	switch string(s.word(0)) {
	case "pluralsight", "lynda", "vtc", "udemy", "skillshare", "coursera", "packt", "packtpub", "oreilly",
		"infiniteskills", "domestika", "cbtnuggets", "laracasts", "egghead":
	case "linkedin":
		if !s.is(1, "learning") {
			return false
		}
		start = 2
	default:
		return false
	}
	if start < len(s.tok) && s.is(start, "com") {
		start++
	}
	end := len(s.tok)
	if end-start > 1 && s.tok[end-1].sep.tightDash() {
		end--
		g.ReleaseGroup = valid(s.raw(end))
	}
	for i := start + 1; i < end; i++ {
		if k := string(s.word(i)); k == "tutorial" && i == end-1 || k == "bookware" {
			end = i
		}
	}
	g.Type, g.Title = Education, s.phrase(words{start, end})
	return !(start >= end)
}

// readNumberedBook reads books and comics without an extension: "Series #1 (of 4)", "Series v01 c120",
// "4 - Title".
func (s *scratch) readNumberedBook(g *Guess, p *pathParts) bool {
	f := &s.file
	if p.ext != "" || p.n > 0 {
		return false
	}
	for i := range f.tok {
		m := f.lookup(i)
		if m.tag != nil && m.tag.strength == strong || isScreenSize(f.word(i)) {
			return false
		}
	}
	var b Guess
	hash := strings.IndexByte(p.file, '#')
	switch {
	case hash > 0 && hash+1 < len(p.file) && isDigit(p.file[hash+1]) && f.readSeriesNumber(&b) && f.comicHash():
	case f.volumeAndChapter():
		c := f.readComic()
		b.Series, b.Year, b.Volume, b.Chapter = c.series, c.year, c.volume, c.chapter
		b.SeriesIndex = c.volume.First
	case f.tok[0].num >= 0 && len(f.word(0)) <= 2 && f.tok[0].bracket < 0 && f.tok[1].sep.spacedDash() &&
		f.plainNumbered() && f.tok[1].num < 0 && len(f.tok) > 2 && f.nextDash(2) == 0:
		f.readBook(&b, false)
	default:
		return false
	}
	b.Type = Book
	*g = b
	return true
}

// plainNumbered reports a name without brackets and leading zeros, or with a year in brackets at its
// end: "4 - Title", "04 - Title (1890)".
func (s *segment) plainNumbered() bool {
	if len(s.br) == 0 {
		return s.word(0)[0] != '0'
	}
	return len(s.br) == 1 && s.yearInRound() > 0
}

// comicHash reports that the number with the hash ends the name, or only brackets follow it.
func (s *segment) comicHash() bool {
	for i := range s.tok {
		if s.tok[i].sep&sepHash != 0 {
			return i+1 >= len(s.tok) || s.tok[i+1].sep&(sepOpen|sepClose) != 0
		}
	}
	return false
}

// volumeAndChapter reports a volume and a chapter as comics have them, side by side.
func (s *segment) volumeAndChapter() bool {
	for i := 1; i+1 < len(s.tok); i++ {
		a, b := s.word(i), s.word(i+1)
		if len(a) > 1 && a[0] == 'v' && digits(a, 1) == len(a) && len(b) > 1 && b[0] == 'c' && digits(b, 1) == len(b) {
			return true
		}
	}
	return false
}
