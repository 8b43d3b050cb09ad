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
	g.Type = Book
	f.readBook(g)
	for i := range p.n { // "Title - Author" below a folder of the author
		if g.Author != "" && i < 2 && sameTitle(p.dirs[i], g.Title) && !sameTitle(p.dirs[i], g.Author) {
			g.Author, g.Title = g.Title, g.Author
			break
		}
	}
	if g.Author == "" && p.n >= 2 && !isGeneric(p.dirs[1]) && sameTitle(p.dirs[0], g.Title) {
		g.Author = valid(p.dirs[1]) // Author/Title/Title.epub
	} else if g.Author == "" && p.n >= 1 && !isGeneric(p.dirs[0]) && p.n >= 2 && isGeneric(p.dirs[1]) {
		g.Author = valid(p.dirs[0]) // Books/Author/Title.epub
	}
}

// readBook reads "Author - Title (Year)", "Title (Series, #5)", "Series (Year) #1", "4 - Title".
func (s *segment) readBook(g *Guess) {
	if s.readSeriesNumber(g) || len(s.tok) == 0 {
		return
	}
	end := len(s.tok)
	for i := range s.tok {
		if s.entersBracket(i) && i > 0 {
			if yearLike(s.tok[i].num) && len(s.word(i)) == 4 && g.Year == 0 {
				g.Year = int(s.tok[i].num)
			}
			end = min(end, i)
		}
	}
	start := 0
	if s.tok[0].num >= 0 && len(s.word(0)) <= 3 && end > 1 && (s.tok[1].sep.spacedDash() || s.tok[1].sep&sepDot != 0) {
		g.SeriesIndex = trimNumber(string(s.word(0)))
		start = 1
	}
	if d := s.nextDash(start + 1); d > 0 && start == 0 && s.authorSeriesTitle(g, d) {
		return
	} else if d > 0 && d < end && start == 0 {
		g.Author, g.Title = s.phrase(words{start, d}), s.phrase(words{d, end})
		return
	}
	g.Title = s.phrase(words{start, end})
}

// authorSeriesTitle reads "Author - Series 03 - Title" and "Author - [Series 03] - Title", whose first
// dash stands before token d.
func (s *segment) authorSeriesTitle(g *Guess, d int) bool {
	e := s.nextDash(d + 1)
	if e <= d+1 || s.tok[e-1].num < 0 || len(s.word(e-1)) > 3 {
		return false
	}
	g.Author, g.Series, g.SeriesIndex, g.Title = s.phrase(words{0, d}), s.phrase(words{d, e - 1}), trimNumber(string(s.word(e-1))), s.phrase(words{e, len(s.tok)})
	return true
}

// readSeriesNumber reads a number of a series that a hash marks.
func (s *segment) readSeriesNumber(g *Guess) bool {
	for i := 1; i < len(s.tok); i++ {
		if s.tok[i].sep&sepHash == 0 || !isDigit(s.word(i)[0]) {
			continue
		}
		index := s.decimal(i)
		if b := s.tok[i].bracket; b >= 0 && s.br[b].kind == '(' && int(s.br[b].first) < i { // "Title (Series, #5)"
			first := int(s.br[b].first)
			g.Title, g.Series, g.SeriesIndex = s.phrase(words{0, first}), s.phrase(words{first, i}), index
			return true
		}
		end := i
		for j := 1; j < i; j++ {
			if s.entersBracket(j) {
				end = min(end, j)
			}
		}
		g.Series, g.SeriesIndex = s.phrase(words{0, end}), index
		for j := i + 1; j < len(s.tok); j++ {
			if s.alone(j) && yearLike(s.tok[j].num) {
				g.Year = int(s.tok[j].num)
			}
		}
		return true
	}
	return false
}

// decimal returns the number at token i, with the digits behind a dot.
func (s *segment) decimal(i int) Number {
	n := string(s.word(i))
	if i+1 < len(s.tok) && s.tok[i+1].sep == sepDot && len(s.word(i+1)) == 1 && s.tok[i+1].num >= 0 {
		n += "." + string(s.word(i+1))
	}
	return trimNumber(n)
}

// parseAudiobook reads Author/Series/Title and the names of its files.
func (s *scratch) parseAudiobook(g *Guess, p *pathParts) {
	g.Type = Audiobook
	f := &s.file
	f.readBook(g)
	if g.SeriesIndex != "" && g.Series == "" {
		g.Chapter, g.SeriesIndex = Span{First: g.SeriesIndex}, ""
	}
	var dirs []string
	for i := 0; i < p.n && !isGeneric(p.dirs[i]); i++ {
		dirs = append(dirs, valid(p.dirs[i]))
	}
	switch len(dirs) {
	case 0:
	case 1:
		set(&g.Author, dirs[0])
	case 2:
		set(&g.Author, dirs[1])
		g.Title = s.workTitle(g, dirs[0])
	default:
		set(&g.Author, dirs[2])
		set(&g.Series, dirs[1])
		g.Title = s.workTitle(g, dirs[0])
	}
}

// workTitle reads the folder of a book: "Title (Year)", "Book 2 - Title", "02 - Title".
func (s *scratch) workTitle(g *Guess, dir string) string {
	var b Guess
	d := &s.dirs[0]
	d.reset(dir)
	d.readBook(&b)
	if g.Year == 0 {
		g.Year = b.Year
	}
	if g.SeriesIndex == "" {
		g.SeriesIndex = b.SeriesIndex
	}
	if strings.HasPrefix(foldWord(b.Author), "book ") {
		g.SeriesIndex = trimNumber(foldWord(b.Author)[len("book "):])
		b.Author = ""
	}
	if b.Title == "" {
		return dir
	}
	return b.Title
}
