package name

import (
	"strings"
	"time"
)

// parsePhoto reads the date, and the time, that cameras, telephones and messengers write into the
// names of pictures, or that their folders carry.
func (s *scratch) parsePhoto(g *Guess, p *pathParts) {
	g.Type, g.Kind = Photo, "photo"
	f := &s.file
	f.reset(p.file)
	if d, t, ok := f.moment(); ok {
		g.Date, g.Time = d.String(), t
		return
	}
	folderDate(g, p, &s.dirs[0])
	for i := 0; i < p.n && g.Date == ""; i++ { // "2019-05-21 Holiday/IMG_1.jpg"
		s.dirs[0].reset(p.dirs[i])
		if d, _, ok := s.dirs[0].moment(); ok {
			g.Date = d.String()
		}
	}
}

// recorded reads when a video was taken, which cameras and telephones name as they do pictures. A name of nothing but
// that, behind a camera's mark or none, is no episode of the day. Programmes recorded from television have the time
// too.
func (s *scratch) recorded(g *Guess, p *pathParts) {
	f := &s.file
	f.reset(p.file)
	d, clock, ok := f.moment()
	if !ok || g.Date != "" && g.Date != d.String() {
		return
	}
	switch {
	case f.fromCamera(clock != ""):
		*g = Guess{Container: g.Container, Date: d.String(), Time: clock}
	case g.Date != "":
		g.Time = clock
		if strings.Trim(g.EpisodeTitle, "0123456789-. ") == "" { // the time itself
			g.EpisodeTitle = ""
		}
	}
}

// fromCamera reports a name in which nothing but what cameras, telephones and messengers write stands before the
// day. One that opens the name is a programme's, unless a time follows.
func (s *segment) fromCamera(timed bool) bool {
	for i := range s.tok {
		k := s.word(i)
		d := 0
		for d < len(k) && !isDigit(k[d]) {
			d++
		}
		switch string(k[:d]) {
		case "img", "vid", "video", "pxl", "wp", "dsc", "mov", "mvimg", "dji", "gopr", "burst", "image", "photo",
			"screenshot", "screen", "recording", "screenrecording", "screenrecorder", "screenrecord", "signal",
			"telegram", "whatsapp", "ar", "effect", "cam", "pano", "portrait", "trim", "from", "inshot", "fb", "mtxx",
			"lv":
		case "":
			return len(k) >= 4 && (i > 0 || timed) // the day itself
		default:
			return false
		}
		if d < len(k) && len(k)-d >= 13 {
			return true
		}
	}
	return false
}

// moment finds a date in the words of a name, and a time behind it.
func (s *segment) moment() (d date, clock string, ok bool) {
	for i := range s.tok {
		if k := s.word(i); len(k) >= 13 {
			if d, clock, ok := instant(k); ok {
				return d, clock, true
			}
		}
		if d, to := s.dayAt(i); d.valid() && d.year >= 1970 && d.year <= 2060 {
			return d, s.clock(to), true
		}
	}
	return date{}, "", false
}

// dayAt reads the day at token i: 20190521, "2019-05-21T10", "22-04-06 15-21-03". It returns the token behind it.
func (s *segment) dayAt(i int) (d date, to int) {
	n, k := s.tok[i].num, s.word(i)
	month, day := s.at(i+1), s.word(i+2)
	e := digits(day, 0)
	switch {
	case n < 0:
	case len(k) == 8:
		return date{n / 10000, n / 100 % 100, n % 100}, i + 1
	case len(k) == 4 && len(s.word(i+1)) <= 2 && (e == 1 || e == 2) && (e == len(day) || day[e] == 't'):
		return date{n, month.num, number(day[:e])}, i + 3
	case i == 0 && len(k) == 2 && len(s.word(1)) == 2 && len(day) == 2 && len(s.tok) > 5 && month.sep.tightDash() &&
		s.tok[2].sep.tightDash() && s.clock(3) != "":
		return date{century(n), month.num, s.tok[2].num}, 3
	}
	return date{}, 0
}

// instant reads a day and a time in one run of digits, yyyymmddhhmmss with or without milliseconds, and the day of the
// 13 digits that count milliseconds since 1970, whose time of day depends on where they were counted.
func instant(k []byte) (d date, clock string, ok bool) {
	for from := 0; from < len(k); from++ {
		if !isDigit(k[from]) {
			continue
		}
		to := digits(k, from)
		run := k[from:to]
		switch len(run) {
		case 13:
			seconds := int64(number(run[:9]))*10 + int64(run[9]-'0')
			if seconds < 946684800 || seconds > 2500000000 { // from 2000 on
				break
			}
			y, m, day := time.Unix(seconds, 0).UTC().Date()
			return date{y, int(m), day}, "", true
		case 14, 17:
			d = date{number(run[:4]), number(run[4:6]), number(run[6:8])}
			clock = clockString(number(run[8:10]), number(run[10:12]), number(run[12:14]))
			if d.valid() && d.year >= 1970 && d.year <= 2060 && clock != "" {
				return d, clock, true
			}
		}
		from = to
	}
	return date{}, "", false
}

// clock reads a time from token i on: 104552, 104552123, 104552Z, "10 45 52", "at 10.45.52 PM".
func (s *segment) clock(i int) string {
	if oneOf(s.word(i), "at", "um") {
		i++
	}
	k, seconds := s.word(i), s.word(i+2)
	if d := digits(k, 0); (d == 6 || d == 9) && (d == len(k) || d+1 == len(k) && k[d] == 'z') {
		return clockString(number(k[:2]), number(k[2:4]), number(k[4:6]))
	}
	h := s.at(i).num
	if h < 0 || len(k) > 2 || len(s.word(i+1)) != 2 || digits(seconds, 0) != 2 {
		return ""
	}
	half := seconds[2:]
	if len(half) == 0 {
		half = s.word(i + 3)
	}
	switch {
	case oneOf(half, "am", "pm"):
		if h < 1 || h > 12 {
			return ""
		}
		if h %= 12; half[0] == 'p' {
			h += 12
		}
	case len(k) != 2:
		return ""
	}
	return clockString(h, s.tok[i+1].num, number(seconds[:2]))
}

func clockString(h, m, sec int) string {
	if h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 60 {
		return ""
	}
	two := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	return two(h) + ":" + two(m) + ":" + two(sec)
}

// folderDate reads the date that nested folders make: 2019/05/21, and "2016/08/18 iPhone", where the
// last number may also be the file's name.
func folderDate(g *Guess, p *pathParts, s *segment) {
	var n [3]int
	found := 0
	read := func(text string) bool {
		s.reset(text)
		if len(s.tok) == 0 || s.tok[0].num < 0 || len(s.word(0)) == 3 || len(s.word(0)) > 4 {
			return false
		}
		n[found] = s.tok[0].num
		found++
		return true
	}
	if p.n < 2 {
		return
	}
	if !(p.ext != "" && len(p.file) <= 2 && read(p.file)) {
		found = 0
	}
	for i := range p.n {
		if found == 3 || !read(p.dirs[i]) {
			break
		}
	}
	if found < 3 {
		return
	}
	d := date{n[2], n[1], n[0]}
	if d.valid() && d.year >= 1900 && d.year < 2100 {
		g.Date = d.String()
	}
}
