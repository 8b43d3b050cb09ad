package name

import "strings"

// parseBook reads the name of a book or comic file, with its folders as author and series.
func (s *scratch) parseBook(g *Guess, p *pathParts, m medium) {
	f := &s.file
	f.reset(p.file)
	f.findProviders(g)
	if m == mediumComic {
		s.parseComic(g, p)
		return
	}
	if up, ok := p.aboveFile(); ok && f.namesAnyBook() {
		s.parseBook(g, &up, m)
		return
	}
	g.Type = Book
	f.readBook(g, false)
	for i := range min(p.n, 2) { // "Title - Author" below a folder of the author
		named := turned(p.dirs[i])
		if g.Author != "" && (sameTitle(named, g.Title) || s.surname(i, named, g.Title)) && !sameTitle(named, g.Author) {
			g.Author, g.Title = g.Title, g.Author
			break
		}
	}
	s.shelvedBook(g, p)
}

// surname reports that folder i, which is called like a person, has this surname: "Ann Writer/Writer - Night.epub".
func (s *scratch) surname(i int, person, surname string) bool {
	d := &s.dirs[i]
	d.reset(person)
	return d.person(words{0, len(d.tok)}) && sameTitle(person[strings.LastIndexByte(person, ' ')+1:], surname)
}

// namesAnyBook reports a name that says no more than that the file is a book.
func (s *segment) namesAnyBook() bool { return oneOf(s.key, "book", "ebook", "buch", "libro", "livre") }

// aboveFile returns the path of the folder, as if that were the file; false where there is none that names a work.
func (p *pathParts) aboveFile() (pathParts, bool) {
	if p.n < 2 || isGeneric(p.dirs[0]) {
		return pathParts{}, false
	}
	up := *p
	up.file, up.n = p.dirs[0], p.n-1
	copy(up.dirs[:], p.dirs[1:])
	return up, true
}

// shelvedBook reads the folders of a book: Author/Title/Title.epub, Books/Author/Title.epub and
// Author/Series/02 - Title.epub.
func (s *scratch) shelvedBook(g *Guess, p *pathParts) {
	n := 0 // folders below the first shelf
	for n < p.n && !isGeneric(p.dirs[n]) {
		n++
	}
	i, own := 0, false
	if n > 0 {
		b := Guess{Type: Book}
		d := &s.dirs[0]
		d.reset(p.dirs[0])
		d.readBook(&b, true)
		if own = g.Title != "" && sameTitle(b.Title, g.Title); own { // "The Idiot (1869)/The Idiot.epub"
			i = 1
			if g.Year == 0 {
				g.Year = b.Year
			}
		}
	}
	series := false
	if i < n && g.SeriesIndex != "" && g.Series == "" && !sameTitle(turned(p.dirs[i]), g.Author) {
		g.Series, series = valid(p.dirs[i]), true
		i++
	}
	if g.Author == "" && i < n && (own || series && i < n || n == 1 && n < p.n) {
		g.Author = turned(p.dirs[i])
	}
}

// readBook reads "Author - Title (Year)", "Title (Series, #5)", "Series (Year) #1", "4 - Title",
// "Author - Series 03 - Title", "Vol 1 - 1994 - Title - Subtitle {Narrator}", "Title by Author" and the like. Where the
// author is known from elsewhere, the first dash sets a subtitle off.
func (s *segment) readBook(g *Guess, authorKnown bool) {
	if len(s.tok) == 0 || s.readListed(g) || s.readSeriesNumber(g) {
		return
	}
	end := s.readBookBrackets(g)
	end, released := s.cutFormat(g, end)
	if by := s.byPerson(end); by > 0 && !authorKnown {
		to := by + 1
		for to < len(s.tok) && s.tok[to].bracket < 0 {
			to++
		}
		g.Author = turned(s.phrase(words{by + 1, to}))
		end = min(end, by)
	}
	var room [8]words
	f := s.bookFields(room[:0], end, released)
	if to := s.leadingSeries(g); to > 0 && len(f) > 0 && to < f[0].to { // "[Series 02] Title - Author"
		f[0].from = to
		if len(f) == 2 && !authorKnown {
			f[0], f[1] = f[1], f[0]
			g.Author, g.Title = turned(s.phrase(f[0])), s.phrase(f[1])
			return
		}
	}
	f = s.leadingNumbers(g, f, authorKnown)
	if end < len(s.tok) && !released && s.splitByBrackets(g, f, end, authorKnown) {
		return
	}
	s.nameBook(g, f, authorKnown || g.Author != "")
	g.Author = turned(g.Author)
}

// splitByBrackets reads names with author and title on both sides of their brackets, which open at token end: "Title
// (1936) - Author", "Author [Series 11] Title".
func (s *segment) splitByBrackets(g *Guess, f []words, end int, authorKnown bool) bool {
	if len(f) != 1 || authorKnown || g.Author != "" || f[0].to != end {
		return false
	}
	w, dashed := s.behindBrackets(end)
	if b := s.tok[end].bracket; !dashed && !w.empty() && g.Series == "" && s.br[b].kind == '[' && s.person(f[0]) {
		if in := (words{end, s.br[b].last}); in.to-in.from > 1 {
			if m, ok := s.endMark(in); ok { // "Author [Series 11] Title"
				s.takeSeries(g, in, m)
			}
		}
	}
	switch {
	case w.empty():
		return false
	case dashed && s.titleOrder(f[0], w) || dashed && s.person(w) && g.Series != "":
		g.Title, g.Author = s.phrase(f[0]), turned(s.phrase(w))
	case dashed && s.person(f[0]) || g.Series != "" && s.person(f[0]):
		g.Author, g.Title = turned(s.phrase(f[0])), s.phrase(w)
	default:
		return false
	}
	return true
}

// readListed reads names as large libraries give them to what they lend, all they know between two dashes and spaces:
// "Title -- Author -- Edition, 2011 -- Publisher -- 9780000000000 -- checksum -- Library".
func (s *segment) readListed(g *Guess) bool {
	if strings.Count(s.text, " -- ") < 2 {
		return false
	}
	title, rest, _ := strings.Cut(s.text, " -- ")
	author, rest, _ := strings.Cut(rest, " -- ")
	author, _, _ = strings.Cut(author, ";")
	g.Title, g.Author = valid(strings.TrimSpace(title)), turned(strings.Trim(author, " []"))
	from := len(s.text) - len(rest)
	for i := range s.tok {
		if s.tok[i].start >= from && s.isYear(i) {
			set(&g.Year, s.tok[i].num)
		}
	}
	return true
}

// nameBook tells author, series and title among the parts of a name.
func (s *segment) nameBook(g *Guess, f []words, authorKnown bool) {
	n := len(f)
	if n == 0 {
		return
	}
	all := words{f[0].from, f[n-1].to}
	if n > 2 && f[n-1].to == f[n-1].from+1 && s.bookYear(f[n-1].from) { // "Title - Author - 1869"
		set(&g.Year, s.tok[f[n-1].from].num)
		f, n = f[:n-1], n-1
		all.to = f[n-1].to
	}
	if n > 1 && s.onlyDate(f[n-1]) { // "Magazine - June 5 2021"
		f, n = f[:n-1], n-1
		defer func() { g.Title = s.phrase(all) }()
	}
	at, mark := s.seriesField(f)
	switch {
	case at >= 0 && n == 1: // "Series Vol 3"
		s.takeSeries(g, f[0], mark)
		g.Title = s.phrase(all)
	case at == 0 && n > 1: // "Series, Book 2 - Title"
		s.takeSeries(g, f[0], mark)
		g.Title = s.phrase(f[1])
		if n > 2 && !authorKnown {
			g.Author = s.phrase(f[2])
		}
	case at == 1 && mark.from == f[1].from: // "Magazine - Issue 345", "Series - Tome 1 - Title"
		s.takeSeries(g, f[0], mark)
		g.Series, g.Title = s.phrase(f[0]), s.phrase(all)
		if n > 2 {
			g.Title = s.phrase(words{f[2].from, f[n-1].to})
		}
	case at == 1 && n == 2: // "Author - Series 03"
		if !authorKnown {
			g.Author = s.phrase(f[0])
		}
		s.takeSeries(g, f[1], mark)
		g.Title = s.phrase(f[1])
	case at == 1: // "Author - Series 03 - Title"
		g.Author = s.phrase(f[0])
		s.takeSeries(g, f[1], mark)
		g.Title = s.phrase(words{f[2].from, all.to})
	case n > 2 && s.numberedField(f[2]): // "Author - Series - 10 Title", "Author - Series - Book 10 - Title"
		g.Author, g.Series = s.phrase(f[0]), s.phrase(f[1])
		index, _, to := s.bookNumber(f[2])
		g.SeriesIndex, g.Title = index, s.phrase(words{to, all.to})
	case n == 1:
		g.Title = s.phrase(all)
	case authorKnown:
		g.Title, g.Subtitle = s.phrase(f[0]), s.phrase(words{f[1].from, all.to})
	case s.titleOrder(f[0], f[n-1]): // "Title - Author", "Title - Subtitle - Author"
		g.Title, g.Author = s.phrase(f[0]), s.phrase(f[n-1])
		if n > 2 {
			g.Subtitle = s.phrase(words{f[1].from, f[n-2].to})
		}
	default:
		g.Author, g.Title = s.phrase(f[0]), s.phrase(words{f[1].from, all.to})
	}
}

// takeSeries takes the words before a mark for the series, and its number for the place in it.
func (s *segment) takeSeries(g *Guess, w words, m mark) {
	g.Series, g.SeriesIndex = s.phrase(words{w.from, m.from}), m.span.First
	if m.kind == markVolume {
		g.Volume = m.span
	}
}

// readSeriesNumber reads a number of a series that a hash marks.
func (s *segment) readSeriesNumber(g *Guess) bool {
	for i := 1; i < len(s.tok); i++ {
		if s.tok[i].sep&sepHash == 0 || !isDigit(s.word(i)[0]) {
			continue
		}
		index := s.indexAt(i)
		if b := s.tok[i].bracket; b >= 0 && s.br[b].kind == '(' && s.br[b].first < i { // "Title (Series, #5)"
			first := s.br[b].first
			g.Title, g.Series, g.SeriesIndex = s.phrase(words{0, first}), s.phrase(words{first, i}), index
			if w, dashed := s.behindBrackets(first); dashed && s.person(w) { // " - Author"
				g.Author = turned(s.phrase(w))
			}
			return true
		}
		g.SeriesIndex = index
		s.hashedSeries(g, i)
		for j := i + 1; j < len(s.tok); j++ {
			if s.alone(j) && yearLike(s.tok[j].num) {
				g.Year = s.tok[j].num
			}
		}
		return true
	}
	return false
}

// hashedSeries reads what stands around the number of a series at token i: "Series (Year) #1", "Series #3 - Title",
// "Author - #05 Title", "Author - Series #3 - Title".
func (s *segment) hashedSeries(g *Guess, i int) {
	w := words{0, i}
	for j := 1; j < i; j++ {
		if s.entersBracket(j) {
			w.to = min(w.to, j)
		}
	}
	behind := i + 1
	if strings.IndexByte(string(g.SeriesIndex), '.') >= 0 && s.at(behind).sep == sepDot {
		behind++
	}
	title := words{behind, behind}
	for title.to < len(s.tok) && s.tok[title.to].bracket < 0 {
		title.to++
	}
	dash := s.nextDash(1)
	switch titled := s.at(behind).sep.spacedDash(); {
	case s.tok[i].sep.spacedDash() && !titled && !title.empty(): // "Author - #05 Title"
		g.Author, g.Title = turned(s.phrase(w)), s.phrase(title)
		s.readBookBrackets(g)
		return
	case titled && dash > 0 && dash < w.to: // "Author - Series #3 - Title"
		g.Author, w.from = turned(s.phrase(words{0, dash})), dash
		g.Title = s.phrase(title)
	case titled: // "Series #3 - Title"
		g.Title = s.phrase(title)
		if j := s.nextDash(behind + 1); j > 0 && j < title.to && s.person(words{j, title.to}) { // " - Author"
			g.Title, g.Author = s.phrase(words{behind, j}), s.phrase(words{j, title.to})
		}
	}
	g.Series = s.phrase(w)
}

// indexAt returns the number at token i, with the digits behind a dot.
func (s *segment) indexAt(i int) Number {
	n := string(s.word(i))
	if i+1 < len(s.tok) && s.tok[i+1].sep == sepDot && len(s.word(i+1)) == 1 && s.tok[i+1].num >= 0 {
		n += "." + string(s.word(i+1))
	}
	return trimNumber(n)
}
