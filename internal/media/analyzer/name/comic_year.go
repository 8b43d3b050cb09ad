package name

// comicYear is the year of a cover date or of a volume: in round brackets first, "(2019)", "(January 2022)",
// "(1966-02)", else in a date among the words, "2001-02-24", "02-2005", "Sep-Oct 1951".
func (s *segment) comicYear() int {
	for i := range s.tok {
		if b := s.tok[i].bracket; b >= 0 && s.br[b].kind == '(' && s.isYear(i) {
			return s.tok[i].num
		}
	}
	for i := range s.tok {
		if s.isYear(i) && s.dated(i) {
			return s.tok[i].num
		}
	}
	for i := 1; i+1 < len(s.tok); i++ { // "The_Mad_Monk_02__2007___team"
		if s.isYear(i) && s.text[max(0, s.tok[i].start-2):s.tok[i].start] == "__" {
			return s.tok[i].num
		}
	}
	return 0
}

// dated reports that token i is part of a date: a year or a day beside a month.
func (s *segment) dated(i int) bool {
	small := func(j int) bool {
		return j >= 0 && j < len(s.tok) && s.tok[j].num >= 0 && len(s.word(j)) == 2 && s.tok[j].num <= 31
	}
	year := func(j int) bool {
		return j >= 0 && j < len(s.tok) && s.isYear(j)
	}
	dash := func(j int) bool { return j > 0 && j < len(s.tok) && s.tok[j].sep.tightDash() }
	switch {
	case year(i):
		return dash(i+1) && small(i+1) || dash(i) && small(i-1) || i > 0 && monthName(s.word(i-1))
	case small(i):
		return dash(i) && (year(i-1) || small(i-1) && (dash(i-1) && year(i-2) || dash(i+1) && year(i+1))) ||
			dash(i+1) && (year(i+1) || small(i+1) && dash(i+2) && year(i+2))
	}
	return false
}

// dateFrom returns where the date begins that holds token i: at the month before a year, "Sep-Oct 1951".
func (s *segment) dateFrom(i int) int {
	for i > 1 && s.tok[i].bracket < 0 && s.tok[i].sep&sepOpen == 0 && monthName(s.word(i-1)) &&
		s.tok[i].sep.only(sepSpace|sepDash|sepDot|sepUnderscore) {
		i--
	}
	return i
}

func monthName(k []byte) bool {
	if len(k) < 3 {
		return false
	}
	switch string(k[:3]) {
	case "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec":
		return len(k) <= 9
	}
	return false
}
