package name

import "strings"

// bookWord tells the words before the number of a book in its series. Those that count volumes say so.
func bookWord(k []byte) markKind {
	switch string(k) {
	case "vol", "volume", "tome", "tomo", "band", "bd":
		return markVolume
	case "book", "bk", "buch", "libro", "livre", "no", "nr", "part", "teil", "issue", "folge":
		return markIssue
	}
	return markNone
}

// readBookBrackets reads what stands in brackets behind the words of a name, and returns where the first of them
// opens. Brackets between dashes are parts of the name like others.
func (s *segment) readBookBrackets(g *Guess) int {
	end := len(s.tok)
	site := s.bookSite()
	for b := range s.br {
		first, last := s.br[b].first, s.br[b].last
		if first >= last || s.br[b].parent >= 0 {
			continue
		}
		behind := last < len(s.tok) && s.tok[last].sep.spacedDash()
		if first == 0 || behind && s.tok[first].sep.spacedDash() {
			continue
		}
		if w := (words{first, last}); site && g.Author == "" && s.br[b].kind == '(' && s.person(w) {
			g.Author = s.phrase(w) // "Title (Author) (z-lib.org)"
		} else {
			s.readBookBracket(g, w, s.br[b].kind)
		}
		end = min(end, first)
	}
	return end
}

// bookSite reports the bracket in which a shadow library names itself, so that another holds the author.
func (s *segment) bookSite() bool {
	for b := range s.br {
		switch i := s.br[b].first; string(s.word(i)) {
		case "z", "1lib", "zlibrary", "zlib":
			return len(s.word(i)) > 1 || oneOf(s.word(i+1), "lib", "library")
		}
	}
	return false
}

// behindBrackets returns the words behind the brackets that begin at token i, up to the next bracket, and whether a
// dash with room around it sets them off; no words where none are left.
func (s *segment) behindBrackets(i int) (w words, dashed bool) {
	for i < len(s.tok) && s.tok[i].bracket >= 0 {
		i++
	}
	w = words{i, i}
	for w.to < len(s.tok) && s.tok[w.to].bracket < 0 {
		w.to++
	}
	return w, s.at(i).sep.spacedDash()
}

// leadingSeries reads a series with the place in it, in square brackets that open a name, and returns the token behind
// them, 0 if there are none.
func (s *segment) leadingSeries(g *Guess) int {
	if len(s.br) == 0 || s.tok[0].bracket != 0 || s.br[0].kind != '[' || s.br[0].first != 0 || !s.br[0].closed {
		return 0
	}
	w := words{0, s.br[0].last}
	if w.to < len(s.tok) && s.tok[w.to].sep.spacedDash() {
		return 0 // a part of the name between dashes
	}
	m, ok := s.endMark(w)
	if !ok || g.Series != "" {
		return 0
	}
	s.takeSeries(g, w, m)
	return w.to
}

// readBookBracket reads "(1869)", "(Unabridged)", "{Narrator}", "(read by Narrator)", "(Series, Book 2)".
func (s *segment) readBookBracket(g *Guess, w words, kind byte) {
	k := string(s.word(w.from))
	switch {
	case w.to-w.from == 1 && s.bookYear(w.from):
		set(&g.Year, s.tok[w.from].num)
		return
	case w.to-w.from == 1 && (k == "unabridged" || k == "abridged"):
		g.Edition.add(strings.ToUpper(k[:1]) + k[1:])
		return
	case w.to-w.from > 2 && (k == "read" || k == "narrated") && s.is(w.from+1, "by"):
		g.Narrators = people(s.phrase(words{w.from + 2, w.to}))
		return
	case w.to-w.from > 1 && k == "by" && g.Type == Audiobook && s.person(words{w.from + 1, w.to}):
		g.Narrators = people(s.phrase(words{w.from + 1, w.to}))
		return
	case kind == '{' && g.Type == Audiobook && s.noDigits(w):
		g.Narrators = people(s.phrase(w))
		return
	}
	if m, ok := s.endMark(w); ok && m.kind != markNone && g.Series == "" {
		s.takeSeries(g, w, m)
	}
}

// bookYear reports four digits that could be the year of a book, which may be older than films.
func (s *segment) bookYear(i int) bool {
	return len(s.word(i)) == 4 && s.tok[i].num >= 1000 && s.tok[i].num <= 2050
}

func (s *segment) noDigits(w words) bool {
	for i := w.from; i < w.to; i++ {
		for _, c := range s.word(i) {
			if isDigit(c) {
				return false
			}
		}
	}
	return true
}

// cutFormat cuts the words for formats off the end of a name as releases of books have it,
// "Author-Title.2025.RETAIL.EPUB", with the year before them. It reports whether there were any.
func (s *segment) cutFormat(g *Guess, end int) (int, bool) {
	if s.spaces {
		return end, false
	}
	to := end
	for i := to - 1; i > 1; i-- {
		switch string(s.word(i)) {
		case "retail", "epub", "mobi", "azw", "azw3", "pdf", "ebook", "true", "scan", "ocr":
			to = i
			continue
		}
		if to == end && i > end-3 && s.tok[i].sep.tightDash() { // the group behind them
			continue
		}
		break
	}
	if to == end {
		return end, false
	}
	if n := s.tok[to-1].num; to > 2 && yearLike(n) && len(s.word(to-1)) == 4 {
		g.Year = n
		to--
	}
	return to, true
}

// byPerson returns the token of the "by" that stands between a title and who wrote it, 0 if there is none: two to
// four names with capitals are a person, "Death by Chocolate" has none.
func (s *segment) byPerson(end int) int {
	for i := len(s.tok) - 3; i > 0; i-- {
		if s.tok[i].bracket >= 0 || !s.is(i, "by") {
			continue
		}
		n := 0
		for j := i + 1; j < len(s.tok) && s.tok[j].bracket < 0; j++ {
			c := s.raw(j)[0]
			if s.tok[j].sep&(sepDash|sepComma) == sepDash && s.tok[j].sep.spacedDash() || c >= 'a' && c <= 'z' ||
				isDigit(c) {
				return 0
			}
			n++
		}
		if n >= 2 && n <= 4 {
			return i
		}
		return 0
	}
	return 0
}

// bookFields appends the parts of a name between dashes with room around them to f; of a release also those about
// the first tight dash.
func (s *segment) bookFields(f []words, end int, released bool) []words {
	from := 0
	for i := 1; i < end; i++ {
		sep := s.tok[i].sep
		dash := sep.spacedDash() && sep&sepSpace != 0 || released && len(f) == 0 && sep.tightDash()
		if dash && len(f) < cap(f)-1 && (s.tok[i].bracket < 0 || s.entersBracket(i)) {
			f = append(f, words{from, i})
			from = i
		}
	}
	if from < end {
		f = append(f, words{from, end})
	}
	return f
}

// leadingNumbers reads the place in a series and the year that open a name, "Vol 1 - 1994 - Title", "2. Title", and
// returns the parts that are left.
func (s *segment) leadingNumbers(g *Guess, f []words, authorKnown bool) []words {
	for len(f) > 0 {
		if s.yearField(f, authorKnown) {
			set(&g.Year, s.tok[f[0].from].num)
			f = f[1:]
			continue
		}
		index, volume, to := s.bookNumber(f[0])
		switch {
		case to == 0 || g.SeriesIndex != "":
			return f
		case to == f[0].to && len(f) > 1:
			f = f[1:]
		case to < f[0].to && s.tok[to].sep&sepDot != 0:
			f[0].from = to
		default:
			return f
		}
		g.SeriesIndex = index
		if volume && index != "" && g.Type != Audiobook {
			g.Volume.First = index
		}
	}
	return f
}

// yearField reports a year that is the first part of a name, before the title.
func (s *segment) yearField(f []words, authorKnown bool) bool {
	i := f[0].from
	return len(f) > 1 && f[0].to == i+1 && s.isYear(i) && (authorKnown || len(f) > 2 || s.tok[i].bracket >= 0)
}

// bookNumber reads the number that opens w, with the word for it or without, and returns the token behind it; 0 if
// there is none.
func (s *segment) bookNumber(w words) (index Number, volume bool, to int) {
	i := w.from
	kind := bookWord(s.word(i))
	if kind != markNone {
		i++
	}
	most := 3
	if kind == markVolume { // of series that have been going on for ages
		most = 4
	}
	if i >= w.to || s.tok[i].num < 0 || len(s.word(i)) > most || i > w.from && s.tok[i].sep.spacedDash() {
		return "", false, 0
	}
	index = s.indexAt(i)
	if strings.IndexByte(string(index), '.') >= 0 && i+1 < w.to {
		i++
	}
	return index, kind == markVolume, i + 1
}

// numberedField reports a part that begins with a place in a series.
func (s *segment) numberedField(w words) bool {
	_, _, to := s.bookNumber(w)
	return to > 0
}

// seriesField finds the part that ends with a place in a series. Without a word for it, the number counts between
// other parts, or with a leading zero.
func (s *segment) seriesField(f []words) (int, mark) {
	for i := range min(len(f), 2) {
		m, ok := s.endMark(f[i])
		if !ok {
			continue
		}
		k := s.word(m.from)
		zero := k[0] == '0' && len(k) > 1
		half := len(f) > 1 && strings.IndexByte(string(m.span.First), '.') >= 0 // no author's name ends with 2.5
		if m.kind != markNone || i == 1 && len(f) > 2 || zero && len(f) > 1 || half {
			return i, m
		}
	}
	return -1, mark{}
}

// endMark reads the number that ends w, and the word for it before it.
func (s *segment) endMark(w words) (mark, bool) {
	i := w.to - 1
	// 2.5
	if i-1 > w.from && s.tok[i].sep == sepDot && len(s.word(i)) == 1 && s.tok[i].num >= 0 && s.tok[i-1].num >= 0 {
		i--
	}
	if i <= w.from || s.tok[i].num < 0 || len(s.word(i)) > 3 || s.tok[i].sep&sepDash != 0 ||
		s.tok[i].sep == sepDot && s.tok[i-1].num >= 0 {
		return mark{}, false
	}
	m := mark{from: i, to: w.to, span: Span{First: s.indexAt(i)}}
	if kind := bookWord(s.word(i - 1)); kind != markNone {
		m.kind, m.from = kind, i-1
	}
	return m, true
}

// onlyDate reports words that are the date of a magazine, with its year, and no more: "June 5 2021", "2019.04".
func (s *segment) onlyDate(w words) bool {
	year, numbers := false, 0
	for i := w.from; i < w.to; i++ {
		switch {
		case s.isYear(i):
			year = true
		case s.tok[i].num > 0 && s.tok[i].num <= 31:
		case s.monthAt(i):
		default:
			return false
		}
		numbers++
	}
	return year && numbers > 1 && numbers <= 4
}

// people cuts a list of names.
func people(text string) Strings {
	var out Strings
	for _, sep := range [...]string{";", ",", " & ", " and "} {
		text = strings.ReplaceAll(text, sep, "\x00")
	}
	for p := range strings.SplitSeq(text, "\x00") {
		if p = strings.TrimSpace(p); p != "" {
			out.add(p)
		}
	}
	return out
}

// turned returns the names of authors in the order in which they are spoken: "King, Stephen" is Stephen King.
func turned(names string) string {
	if strings.IndexByte(names, ',') < 0 {
		return valid(names)
	}
	all := strings.Split(names, " & ")
	for i, name := range all {
		last, firsts, ok := strings.Cut(name, ",")
		last, firsts = strings.TrimSpace(last), strings.TrimSpace(firsts)
		if !ok || last == "" || firsts == "" || strings.IndexByte(firsts, ',') >= 0 ||
			strings.ContainsAny(name, "0123456789") ||
			strings.Count(last, " ") > 2 || strings.Count(firsts, " ") > 2 || isSuffix(firsts) {
			return valid(names)
		}
		if twoPeople(last, firsts) {
			all[i] = last + " & " + firsts
			continue
		}
		all[i] = firsts + " " + last
	}
	return valid(strings.Join(all, " & "))
}

// twoPeople reports that a comma stands between two people, "Ann Writer, Bob Maker", rather than before first names:
// both have two words, and none of these is an initial or a particle.
func twoPeople(one, other string) bool {
	for _, name := range [...]string{one, other} {
		words := strings.Fields(name)
		if len(words) != 2 {
			return false
		}
		for _, w := range words {
			if len(strings.Trim(w, ".")) < 3 || nameParticle([]byte(foldWord(w))) {
				return false
			}
		}
	}
	return true
}

// isSuffix reports what stands behind a comma without being a first name.
func isSuffix(text string) bool {
	return oneOf([]byte(foldWord(text)), "jr", "sr", "ii", "iii", "iv", "md", "phd", "ph d", "esq")
}
