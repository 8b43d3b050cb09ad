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
	end := s.beforePrintTags(at)
	if end > 1 && s.isYear(end-1) {
		g.Year = s.tok[end-1].num
		if g.Type != Magazine {
			end--
		}
	} else {
		g.Year = s.anyYear(0)
	}
	tight := !s.spaces && strings.IndexByte(s.text, '.') < 0 // dashes are all that separates
	start := 0
	for i := 1; i < end && start == 0; i++ {
		if sep := s.tok[i].sep; sep.spacedDash() || tight && sep.tightDash() {
			g.Author, start = s.phrase(words{0, i}), i
		}
	}
	for i := start + 1; i < end; i++ {
		if tight && s.tok[i].sep.tightDash() || s.entersBracket(i) {
			end = i
		}
	}
	g.Title = s.phrase(words{start, end})
	if last := len(s.tok) - 1; last > at && s.tok[last].sep.tightDash() {
		g.ReleaseGroup = valid(s.raw(last))
	}
}

// beforePrintTags returns where the languages and editions begin that stand before the format at token end.
func (s *segment) beforePrintTags(end int) int {
	for end > 1 {
		from, m := s.matchBefore(end)
		if m.tag == nil || from == 0 || s.is(end-1, "edition") ||
			m.tag.prop != propLanguage && m.tag.prop != propOther && m.tag.prop != propEdition {
			break
		}
		end = from
	}
	return end
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
	if s.is(start, "com") {
		start++
	}
	end := len(s.tok)
	if end-start > 1 && s.tok[end-1].sep.tightDash() {
		end--
		g.ReleaseGroup = valid(s.raw(end))
	}
	for i := start + 1; i < end; i++ {
		if s.is(i, "tutorial") && i == end-1 || s.is(i, "bookware") {
			end = i
		}
	}
	g.Type, g.Title = Education, s.phrase(words{start, end})
	return start < end
}

// readNumberedBook reads books and comics without an extension: "Series #1 (of 4)", "Series v01 c120", "4 - Title".
func (s *scratch) readNumberedBook(g *Guess, p *pathParts) bool {
	f := &s.file
	if p.ext != "" || p.n > 0 {
		return false
	}
	for i := range f.tok {
		if f.strongTag(i) != nil || isScreenSize(f.word(i)) {
			return false
		}
	}
	var b Guess
	hash := strings.IndexByte(p.file, '#')
	switch {
	case hash > 0 && isDigit(byteAt(p.file, hash+1)) && f.readSeriesNumber(&b) && f.comicHash():
	case f.volumeAndChapter():
		c := f.readComic()
		b.Series, b.Year, b.Volume, b.Chapter = c.series, c.year, c.volume, c.chapter
		b.SeriesIndex = c.volume.First
	case f.plainNumbered():
		f.readBook(&b, false)
	default:
		return false
	}
	b.Type = Book
	*g = b
	return true
}

// plainNumbered reports a number before a dash, in a name without brackets and leading zeros, or with a year in
// brackets at its end: "4 - Title", "04 - Title (1890)".
func (s *segment) plainNumbered() bool {
	if t := s.at(1); s.tok[0].num < 0 || len(s.word(0)) > 2 || s.tok[0].bracket >= 0 || !t.sep.spacedDash() ||
		t.num >= 0 || len(s.tok) < 3 || s.nextDash(2) > 0 {
		return false
	}
	if len(s.br) == 0 {
		return s.word(0)[0] != '0'
	}
	return len(s.br) == 1 && s.yearInRound() > 0
}

// comicHash reports that the number with the hash ends the name, or only brackets follow it.
func (s *segment) comicHash() bool {
	for i := range s.tok {
		if s.tok[i].sep&sepHash != 0 {
			return s.bracketOrEnd(i + 1)
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
