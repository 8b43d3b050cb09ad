package name

import "strings"

// comicYear is the year of a cover date or of a volume: in round brackets first, "(2019)", "(January 2022)",
// "(1966-02)", else in a date among the words, "2001-02-24", "02-2005", "Sep-Oct 1951".
func (s *segment) comicYear() int {
	for _, fits := range [...]func(i int) bool{
		func(i int) bool { return s.kind(i) == '(' },
		s.dated,
		func(i int) bool { // "The_Mad_Monk_02__2007___team"
			return i > 0 && i+1 < len(s.tok) && s.text[max(0, s.tok[i].start-2):s.tok[i].start] == "__"
		},
	} {
		for i := range s.tok {
			if s.isYear(i) && fits(i) {
				return s.tok[i].num
			}
		}
	}
	return 0
}

// dated reports that token i is part of a date: a year or a day beside a month.
func (s *segment) dated(i int) bool {
	before, behind := s.at(i).sep.tightDash(), s.at(i+1).sep.tightDash()
	switch {
	case s.isYear(i):
		return behind && s.isDay(i+1) || before && s.isDay(i-1) || monthName(s.word(i-1))
	case s.isDay(i):
		return before && (s.isYear(i-1) || s.isDay(i-1) && s.at(i-1).sep.tightDash() && s.isYear(i-2)) ||
			behind && (s.isYear(i+1) || s.isDay(i+1) && s.at(i+2).sep.tightDash() && s.isYear(i+2))
	}
	return false
}

// isDay reports whether token i is two digits that could be a day or a month.
func (s *segment) isDay(i int) bool {
	return len(s.word(i)) == 2 && s.at(i).num >= 0 && s.tok[i].num <= 31
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
	const months = " jan feb mar apr may jun jul aug sep oct nov dec"
	return len(k) >= 3 && len(k) <= 9 && strings.Contains(months, " "+string(k[:3]))
}
