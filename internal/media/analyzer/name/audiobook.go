package name

// parseAudiobook reads Author/Series/Title and the names of its files, as audiobookshelf and others prescribe them.
func (s *scratch) parseAudiobook(g *Guess, p *pathParts) {
	g.Type = Audiobook
	n, at := 0, 0 // folders of the book: dirs[at:n]
	if p.n > 0 {
		if d := &s.dirs[0]; d.isDisc(p.dirs[0]) {
			g.Disc, at = Ints{d.anyNumber()}, 1
		}
	}
	if at == 0 && p.n > 1 {
		if disc := s.discOfWork(p.dirs[0], p.dirs[1]); disc > 0 {
			g.Disc, at = Ints{disc}, 1
		}
	}
	for n = at; n < p.n && !isGeneric(p.dirs[n]); {
		n++
	}
	dirs := p.dirs[at:n]
	f := &s.file
	own := Guess{Type: Audiobook}
	f.readBook(&own, len(dirs) > 1)
	if f.wholeBook(&own, p, dirs) {
		s.takeWork(g, p.file, false)
		return
	}
	if own.SeriesIndex != "" && own.Series == "" && f.startsWithNumber() {
		own.Chapter, own.SeriesIndex = Span{First: own.SeriesIndex}, ""
	} else if n := f.lastNumber(); len(dirs) > 0 && n > 0 && n < 1000 && f.partOfBook() {
		own.Chapter.First = Number(itoa(n))
	}
	switch len(dirs) {
	case 0:
		own.Container, own.Disc = g.Container, g.Disc
		*g = own
		return
	case 1:
		numbered := allDigits(own.Title) && len(own.Title) < 4 && own.Author != "" // "Title - 01.mp3", not "Author - 1984"
		if numbered {
			own.Chapter = Span{First: trimNumber(own.Title)}
		}
		if numbered || f.partOfBook() { // "Author - Title/01.mp3"
			s.takeWork(g, dirs[0], false)
			break
		}
		own.Container, own.Disc = g.Container, g.Disc
		*g = own
		if s.namesWork(dirs[0], own.Title) { // "Author - Title/Title.m4b"
			s.takeWork(g, dirs[0], false)
			break
		}
		set(&g.Author, turned(dirs[0]))
	case 2:
		g.Author = turned(dirs[1])
		s.takeWork(g, dirs[0], true)
	default:
		g.Author, g.Series = turned(dirs[2]), valid(dirs[1])
		s.takeWork(g, dirs[0], true)
	}
	if g.Chapter.First == "" {
		g.Chapter = own.Chapter
	}
	if g.Year == 0 {
		g.Year = own.Year
	}
}

// discOfWork returns the number of the disc whose folder is called like the work above it with the disc behind, "Title
// (Disc 01)" in "Title by Author"; 0 if it is none.
func (s *scratch) discOfWork(dir, up string) int {
	rest, disc := cutDisc(dir)
	if disc > 0 && beginsWith(up, rest) {
		return disc
	}
	return 0
}

// namesWork reports that a folder names an author and the work with this title.
func (s *scratch) namesWork(dir, title string) bool {
	b := Guess{Type: Audiobook}
	d := &s.dirs[0]
	d.reset(dir)
	d.readBook(&b, false)
	return b.Author != "" && title != "" && sameTitle(b.Title, title)
}

// isDisc cuts text, and reports whether it is the folder of one disc.
func (s *segment) isDisc(text string) bool {
	s.reset(text)
	return s.discFolder()
}

// wholeBook reports a file that names author and title of its own, whatever shelves it stands on: a book in a single
// file, neither of whose folders is the author or the work.
func (s *segment) wholeBook(own *Guess, p *pathParts, dirs []string) bool {
	if p.ext != "m4b" && p.ext != "aax" {
		return false
	}
	d := s.nextDash(1)
	if d == 0 || len(dirs) == 0 || !s.noDigits(words{0, d}) {
		return false
	}
	author := turned(s.phrase(words{0, d}))
	for i, dir := range dirs {
		if i > 0 && sameTitle(turned(dir), author) || i == 0 &&
			(beginsWith(author, dir) || beginsWith(dir, author)) && !sameTitle(dir, s.text) {
			return false
		}
	}
	return true
}

// startsWithNumber reports a name that a number opens.
func (s *segment) startsWithNumber() bool { return len(s.tok) > 0 && s.tok[0].num >= 0 }

// partOfBook reports the name of a file that is one of many of a book: "01", "Audio Track 1", "Chapter 3", "CD1 - 04".
func (s *segment) partOfBook() bool {
	numbered := false
	for i := range s.tok {
		k := s.word(i)
		switch string(k) {
		case "audio", "track", "file", "chapter", "part", "cd", "disc", "disk", "teil", "kapitel", "chapitre", "of",
			"audiobook", "audiofile":
			continue
		}
		if d := firstDigit(k); d == len(k) || digits(k, d) != len(k) {
			return false
		}
		numbered = true
	}
	return numbered || len(s.tok) == 1
}

// lastNumber returns the last number in the name, 0 if there is none.
func (s *segment) lastNumber() int {
	for i := len(s.tok) - 1; i >= 0; i-- {
		if k := s.word(i); firstDigit(k) < len(k) {
			return firstNumber(k)
		}
	}
	return 0
}

// anyNumber returns the first number in the name, 0 if there is none: that of "Disc 2" or "CD2".
func (s *segment) anyNumber() int {
	for i := range s.tok {
		if k := s.word(i); firstDigit(k) < len(k) {
			return firstNumber(k)
		}
	}
	return 0
}

// firstNumber returns the first number in k.
func firstNumber(k []byte) int { d := firstDigit(k); return number(k[d:digits(k, d)]) }

// takeWork reads the name of a book's folder into what g lacks.
func (s *scratch) takeWork(g *Guess, dir string, authorKnown bool) {
	b := Guess{Type: Audiobook}
	d := &s.dirs[0]
	d.reset(dir)
	d.readBook(&b, authorKnown)
	if authorKnown && b.Subtitle != "" && sameTitle(turned(b.Title), g.Author) { // "Author/Author - Title"
		b.Title, b.Subtitle = b.Subtitle, ""
	}
	if b.Title == "" {
		b.Title = valid(dir)
	}
	set(&g.Title, b.Title)
	set(&g.Subtitle, b.Subtitle)
	set(&g.Author, b.Author)
	set(&g.Series, b.Series)
	if g.SeriesIndex == "" {
		g.SeriesIndex = b.SeriesIndex
	}
	if g.Year == 0 {
		g.Year = b.Year
	}
	if len(g.Narrators) == 0 {
		g.Narrators = b.Narrators
	}
	if len(g.Edition) == 0 {
		g.Edition = b.Edition
	}
}
