package name

import "time"

// date is a day of the calendar.
type date struct{ year, month, day int }

func (d date) valid() bool {
	if d.year < 1900 || d.year > 2099 || d.month < 1 || d.month > 12 || d.day < 1 {
		return false
	}
	return d.day <= daysIn(d.year, d.month)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// String returns the date as YYYY-MM-DD.
func (d date) String() string {
	b := [10]byte{4: '-', 7: '-'}
	put := func(at, width, n int) {
		for i := at + width - 1; i >= at; i-- {
			b[i] = byte('0' + n%10)
			n /= 10
		}
	}
	put(0, 4, d.year)
	put(5, 2, d.month)
	put(8, 2, d.day)
	return string(b[:])
}

// findDates claims dates: of day, month and year in any order, with the month as a number or a word,
// and in eight or six digits without separators.
func (s *segment) findDates(c context) {
	for i := range s.tok {
		if s.tok[i].prop != propNone || i == 0 && c.season != nil && s.dashedEpisodes() > 0 {
			continue
		}
		if d, to, ok := s.dateAt(i); ok && s.free(i, to) {
			from := i
			if i > 1 && s.freeWord(i-1) && (s.monthAt(i) || s.monthAt(i+1)) && s.weekdayOf(i-1, d) {
				from-- // "Title Monday October 18 2021"
			}
			s.add(claim{prop: propDate, from: from, to: to, text: d.String()})
			return
		}
	}
}

// dashedEpisodes returns how many numbers of two digits between dashes open the name, each greater than the one before:
// "03-04-05 - Title" are episodes in the folder of a season. 0 if there are less than three.
func (s *segment) dashedEpisodes() int {
	n := 0
	for n < len(s.tok) && s.tok[n].num > 0 && len(s.word(n)) == 2 &&
		(n == 0 || s.tok[n].sep.tightDash() && s.tok[n].num > s.tok[n-1].num) {
		n++
	}
	if n < 3 {
		return 0
	}
	return n
}

func (s *segment) dateAt(i int) (date, int, bool) {
	k, n := s.word(i), s.tok[i].num
	if n >= 0 && len(k) == 6 {
		return s.sixDigits(i, n)
	}
	if n >= 0 && len(k) == 8 && !s.alone(i) {
		if d := (date{n / 10000, n / 100 % 100, n % 100}); d.valid() && d.year > 1950 && d.year < 2050 {
			return d, i + 1, true
		}
	}
	if d, to, ok := s.namedMonth(i); ok {
		return d, to, true
	}
	return s.threeNumbers(i)
}

// threeNumbers reads day, month and year as numbers: 2014-05-06, "06 05 2014", 14.05.06.
func (s *segment) threeNumbers(i int) (date, int, bool) {
	k, a, b := s.word(i), s.at(i+1), s.at(i+2)
	if s.tok[i].num < 0 || a.num < 0 || b.num < 0 || a.sep != b.sep || a.sep == sepDash|sepSpace ||
		!a.sep.only(sepDash|sepDot|sepUnderscore|sepSpace) {
		return date{}, 0, false
	}
	d, ok := orderDate(k, s.word(i+1), s.word(i+2), s.tok[i].num, a.num, b.num)
	return d, i + 3, ok && (len(k) > 2 || len(s.word(i+2)) > 2 || s.shortDateFits(i))
}

// sixDigits reads yymmdd, which many other numbers look like: where a marker or a tag follows it
// directly, or at the very beginning.
func (s *segment) sixDigits(i, n int) (date, int, bool) {
	y := n/10000 + 2000
	if y > 2040 {
		y -= 100
	}
	d := date{y, n / 100 % 100, n % 100}
	if !d.valid() {
		return d, 0, false
	}
	if i == 0 && len(s.tok) > 2 && s.tok[0].bracket < 0 {
		return d, 1, s.tok[1].sep.only(sepSpace | sepDot)
	}
	return d, i + 1, i > 0 && i+1 < len(s.tok) &&
		(isScreenSize(s.word(i+1)) || !s.freeWord(i+1) || s.lookup(i+1).tag != nil)
}

// shortDateFits reports whether three pairs of digits may be a date where they stand: alone, or at
// the beginning or the end.
func (s *segment) shortDateFits(i int) bool {
	next := i + 3
	switch {
	case i > 0 && next < len(s.tok) || s.tok[i+1].sep.only(sepSpace), s.isYear(next): // "11-11-11 (2011)"
		return false
	case s.at(next).sep == sepDot: // "09.03.08.Title.(1991)"
		for j := next; j < len(s.tok); j++ {
			if s.alone(j) && yearLike(s.tok[j].num) {
				return s.word(i)[0] == '0'
			}
		}
		return false
	}
	return !s.at(next).sep.tightDash()
}

// orderDate finds out which of three numbers is the year, the month and the day. A year of four
// digits decides; then what a month and a day can be; then the day first, as most of the world has it.
func orderDate(ka, kb, kc []byte, a, b, c int) (date, bool) {
	la, lb, lc := len(ka), len(kb), len(kc)
	var tries [3]date
	switch {
	case la == 4 && lb <= 2 && lc <= 2:
		tries = [3]date{{a, b, c}, {a, c, b}}
	case la <= 2 && lb <= 2 && lc == 4:
		tries = [3]date{{c, b, a}, {c, a, b}}
	case la == 2 && lb == 2 && lc == 2:
		tries = [3]date{{century(c), b, a}, {century(c), a, b}, {century(a), b, c}}
	}
	for _, d := range tries {
		if d.valid() && d.year >= 1920 && d.year <= 2050 {
			return d, true
		}
	}
	return date{}, false
}

// century puts a year of two digits into the last or this century.
func century(y int) int {
	if y < 70 {
		return 2000 + y
	}
	return 1900 + y
}

// namedMonth reads "4th November 2020", "16-Feb-2017", "2 mar 2013", "March 9 2024".
func (s *segment) namedMonth(i int) (date, int, bool) {
	t, next, year := s.at(i), s.at(i+1), s.at(i+2)
	if !yearLike(year.num) {
		return date{}, 0, false
	}
	d := date{year: year.num}
	switch first, second := t.entry, next.entry; {
	case i > 0 && first != nil && first.month > 0 && next.num > 0 && next.num < 32 && year.sep&sepComma == 0:
		d.month, d.day = int(first.month), next.num
	case second == nil || second.month == 0:
		return date{}, 0, false
	case t.num >= 0:
		d.month, d.day = int(second.month), t.num
	default:
		d.month = int(second.month)
		d.day, _ = ordinal(s.word(i))
	}
	return d, i + 3, d.valid()
}

func (s *segment) monthAt(i int) bool { e := s.at(i).entry; return e != nil && e.month > 0 }

// weekdayOf reports whether token i names the day of the week on which d fell: another is a word of the title.
func (s *segment) weekdayOf(i int, d date) bool {
	k := s.word(i)
	if len(k) < 6 || string(k[len(k)-3:]) != "day" {
		return false
	}
	return string(k) == foldWord(time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC).Weekday().String())
}
