package name

import "strings"

// markKind is what a number of a comic counts.
type markKind uint8

const (
	markNone markKind = iota
	markVolume
	markChapter
	markIssue
	markSpecial // a bonus that has a number of its own
)

// comicWords are the words that stand before a comic's number, or are glued to it. Letters alone count only where
// they are glued, or a dot or a space and a number follow.
var comicWords = map[string]markKind{
	"v": markVolume, "vol": markVolume, "vols": markVolume, "volume": markVolume, "volumes": markVolume,
	"t": markVolume, "tome": markVolume, "tomes": markVolume, "tomo": markVolume, "band": markVolume,
	"bd": markVolume, "ln": markVolume, "novel": markVolume, "novels": markVolume, "book": markVolume,
	"books": markVolume, "disc": markVolume, "discs": markVolume, "s": markVolume, "season": markVolume,
	"том": markVolume, "тома": markVolume, "เล่ม": markVolume, "เล่มที่": markVolume, "c": markChapter,
	"ch": markChapter, "chs": markChapter, "chp": markChapter, "chps": markChapter, "chap": markChapter,
	"chaps": markChapter, "chapter": markChapter, "chapters": markChapter, "chapitre": markChapter,
	"kapitel": markChapter, "capitulo": markChapter, "capitolo": markChapter, "episode": markChapter,
	"ep": markChapter, "глава": markChapter, "главы": markChapter, "ตอน": markChapter, "ตอนที่": markChapter,
	"issue": markIssue, "issues": markIssue, "no": markIssue, "nr": markIssue, "sp": markSpecial,
	"special": markSpecial, "omake": markSpecial, "extra": markSpecial,
}

// comicEndings are what stands behind a number in the languages that put it there.
var comicEndings = []struct {
	text string
	kind markKind
}{
	{"卷", markVolume}, {"巻", markVolume}, {"册", markVolume}, {"冊", markVolume}, {"권", markVolume}, {"권을", markVolume},
	{"话", markChapter}, {"話", markChapter}, {"화", markChapter}, {"章", markChapter}, {"回", markChapter},
	{"장", markChapter},
}

// mark is a number of a comic with the tokens that say it.
type mark struct {
	kind     markKind
	from, to int
	span     Span
}

// comicMarkAt reads a mark that begins at token i.
func (s *segment) comicMarkAt(i int) (m mark, ok bool) {
	k, t, next := s.word(i), &s.tok[i], s.word(i+1)
	if t.cjk || t.other {
		if m, ok = s.countedMark(i, k); ok {
			return m, true
		}
	}
	letters := firstDigit(k)
	kind := comicWords[string(k[:letters])]
	switch {
	case kind == markNone:
		return m, false
	case letters < len(k): // v01, ch001, chapter51v2
		return s.digitsMark(mark{kind: kind, from: i, to: i + 1}, k[letters:])
	case startsNumber(next) && s.joinsNumber(i+1, letters):
		return s.digitsMark(mark{kind: kind, from: i, to: i + 2}, next)
	case kind == markVolume && letters > 2 && len(next) < 6 && roman(next) && s.at(i+1).sep == sepSpace:
		return mark{kind: kind, from: i, to: i + 2, span: Span{First: romanNumber(next)}}, true
	case t.other && startsNumber(s.word(i-1)): // "3-4 Глава"
		m = mark{kind: kind, from: i - 1, to: i + 1, span: Span{First: trimNumber(string(s.word(i - 1)))}}
		if s.at(i-2).num >= 0 && s.tok[i-1].sep.tightDash() {
			m.from, m.span = i-2, Span{First: trimNumber(string(s.word(i - 2))), Last: m.span.First}
		}
		return m, m.span.First != ""
	}
	return m, false
}

// digitsMark completes m by the digits that open k, and by what may stand behind them: the version of a corrected
// file, decimals, a range; a chapter where the digits are glued to the word for the volume.
func (s *segment) digitsMark(m mark, k []byte) (mark, bool) {
	n := digits(k, 0)
	rest := string(k[n:])
	glued := m.to == m.from+1 && len(rest) > 1 && gluedChapter(k) == rest[1:]
	if n > 4 || rest != "" && !isCorrection(rest) && !glued {
		return mark{}, false
	}
	m.span.First = leadingNumber(k)
	if !glued {
		s.extendMark(&m, rest != "")
	}
	return m, true
}

// leadingNumber returns the number that the digits in front of k are.
func leadingNumber(k []byte) Number { return trimNumber(string(k[:digits(k, 0)])) }

func startsNumber(k []byte) bool { return len(k) > 0 && isDigit(k[0]) }

// joinsNumber reports whether what stands between a word of so many letters and the number at token i lets it be
// the word's: a letter alone needs a dot or a space, and "sp", "no" and their like no dash with room around it.
func (s *segment) joinsNumber(i, letters int) bool {
	sep := s.tok[i].sep
	if sep&(sepOpen|sepClose|sepComma|sepPlus|sepAmpersand) != 0 || sep.spacedDash() {
		return false
	}
	return letters > 1 || sep.only(sepDot|sepSpace|sepUnderscore)
}

// isCorrection reports the mark of a corrected file glued to a number: v2, v002.
func isCorrection(rest string) bool { return len(rest) > 1 && rest[0] == 'v' && allDigits(rest[1:]) }

// gluedChapter returns the digits of the chapter in a word such as v01c001, "" if there is none.
func gluedChapter(k []byte) string {
	before, chapter, _ := strings.Cut(string(k), "c")
	if before == "" || !allDigits(chapter) {
		return ""
	}
	return chapter
}

// extendMark takes in decimals behind a number, and the end of a range: "12.5", "90-98", "01-02-03", "c001-c008".
func (s *segment) extendMark(m *mark, versioned bool) {
	if !versioned {
		m.span.First, m.to = s.decimals(m.to, m.span.First)
	}
	for s.at(m.to).sep.tightDash() || s.at(m.to).sep == sepTilde {
		k := s.word(m.to)
		letters := firstDigit(k)
		if letters == len(k) || letters > 0 && comicWords[string(k[:letters])] != m.kind ||
			digits(k, letters) != len(k) || len(k)-letters > 4 {
			return
		}
		m.span.Last, m.to = s.decimals(m.to+1, trimNumber(string(k[letters:])))
	}
}

// decimals takes in the digits that stand behind a dot at token i.
func (s *segment) decimals(i int, whole Number) (Number, int) {
	if t := s.at(i); t.sep == sepDot && t.num >= 0 && len(s.word(i)) < 3 {
		return trimNumber(string(whole) + "." + string(s.word(i))), i + 1
	}
	return whole, i
}

// countedMark reads a number with its word behind it: "第03卷", "7.5권", "38-1화", also within a longer word, as
// scripts without spaces have it.
func (s *segment) countedMark(i int, k []byte) (m mark, ok bool) {
	text := string(k)
	if rest, ok := strings.CutPrefix(text, "卷"); ok && rest != "" && allDigits(rest) {
		return mark{kind: markVolume, from: i, to: i + 1, span: Span{First: trimNumber(rest)}}, true
	}
	for at := strings.IndexAny(text, "0123456789"); at >= 0 && at < len(text); at++ {
		if !isDigit(text[at]) {
			continue
		}
		end := digits(k, at)
		for _, e := range comicEndings {
			if strings.HasPrefix(text[end:], e.text) {
				m = mark{kind: e.kind, from: i, to: i + 1, span: Span{First: trimNumber(text[at:end])}}
				switch {
				case at > 0 || i == 0 || s.tok[i-1].num < 0:
				case s.tok[i].sep == sepDot:
					m.from, m.span.First = i-1, trimNumber(string(s.word(i-1))+"."+string(m.span.First))
				case s.tok[i].sep.tightDash():
					m.from, m.span = i-1, Span{First: trimNumber(string(s.word(i - 1))), Last: m.span.First}
				}
				return m, true
			}
		}
		at = end - 1
	}
	return m, false
}

// romanNumber is the value of a number written with I, V and X.
func romanNumber(k []byte) Number {
	sum, last := 0, 0
	for i := len(k) - 1; i >= 0; i-- {
		value := map[byte]int{'i': 1, 'v': 5, 'x': 10}[k[i]]
		if value < last {
			value = -value
		}
		sum, last = sum+value, max(value, -value)
	}
	return Number(itoa(sum))
}
