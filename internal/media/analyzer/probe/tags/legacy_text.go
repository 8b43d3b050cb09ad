package tags

import (
	"strings"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// LegacyText holds the texts of a tag that claim to be Latin-1 and are no ASCII. Taggers of old wrote
// whatever code page their machine had, so that one decision is made over all of them: a title alone is
// too short for it.
type LegacyText struct {
	Pending []pendingText
}

type pendingText struct {
	to    *Set
	field Field
	text  string
}

// Add takes a text, whose values NULs separate. ASCII goes to its set at once.
func (l *LegacyText) Add(to *Set, f Field, b []byte) {
	s := string(b[:min(len(b), 2*MaxValue)])
	if isASCII(s) {
		to.Add(f, s)
		return
	}
	if f != None && len(l.Pending) < MaxValues {
		l.Pending = append(l.Pending, pendingText{to, f, s})
	}
}

// Flush decodes what is pending and adds it.
func (l *LegacyText) Flush() {
	var all strings.Builder
	for _, p := range l.Pending {
		if all.Len() < 4<<10 {
			all.WriteString(p.text)
			all.WriteByte('\n')
		}
	}
	decode := LegacyDecoder(all.String())
	for _, p := range l.Pending {
		p.to.Add(p.field, decode(p.text))
	}
	l.Pending = nil
}

// flushInto decodes what is pending for one set only, for itself.
func (l *LegacyText) flushInto(to *Set) {
	var mine LegacyText
	rest := l.Pending[:0]
	for _, p := range l.Pending {
		if p.to == to {
			mine.Pending = append(mine.Pending, p)
		} else {
			rest = append(rest, p)
		}
	}
	l.Pending = rest
	mine.Flush()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// LegacyDecoder decides how text without a declared encoding is to be read: UTF-8 where it is that,
// else the code page whose words it looks like, else Windows-1252, which holds Latin-1.
func LegacyDecoder(sample string) func(string) string {
	if utf8.ValidString(sample) {
		return func(s string) string { return s }
	}
	var e encoding.Encoding = charmap.Windows1252
	switch st := statisticsOf(sample); {
	case st.looksShiftJIS(sample):
		e = japanese.ShiftJIS
	case st.looksAlphabetic():
		e = st.alphabet()
	case st.looksDoubleByte():
		e = st.doubleByte(sample)
	}
	return func(s string) string {
		out, err := e.NewDecoder().String(s)
		if err != nil {
			return text.Latin1([]byte(s))
		}
		return out
	}
}

// byteStatistics are counts over text in which high bytes stand for letters of some code page.
type byteStatistics struct {
	high, ascii int // high bytes; ASCII letters
	runs, odd   int // runs of high bytes; those of odd length
	longest     int
	low         int // bytes 80-BF
	upperStart  int // runs that begin with C0-DF and go on with E0-FF: "Слово" in Windows-1251
	lowerStart  int // the other way round: "Слово" in KOI8-R
	greekAccent int // DC-DF inside a word beside E1-FE: accented vowels in Windows-1253
	leadA1      int // A1-FE at even places of a run
	leadHangul  int // B0-C8 at even places of a run
	leadBig5    int // A4-C6 there: the characters in use
	leads       int // all bytes there
	trailASCII  int // high bytes followed by 40-7E at even places of a run
}

func statisticsOf(s string) (st byteStatistics) {
	run, start := 0, 0
	end := func(i int) {
		if run == 0 {
			return
		}
		st.runs++
		st.odd += run & 1
		st.longest = max(st.longest, run)
		if word := s[start:i]; run >= 3 {
			st.caseOf(word)
		}
		run = 0
	}
	for i := range len(s) {
		c := s[i]
		if c < 0x80 {
			if c|0x20 >= 'a' && c|0x20 <= 'z' {
				st.ascii++
			}
			if run&1 == 1 && c >= 0x40 && c <= 0x7E {
				st.trailASCII++
			}
			end(i)
			continue
		}
		if run == 0 {
			start = i
		}
		st.count(c, run&1 == 0)
		run++
	}
	end(len(s))
	return st
}

func (st *byteStatistics) count(c byte, even bool) {
	st.high++
	if c < 0xC0 && c != 0xA8 && c != 0xB8 && c != 0xA3 && c != 0xB3 { // the letter IO in Windows-1251 and KOI8-R
		st.low++
	}
	if even {
		st.leads++
		if c >= 0xA4 && c <= 0xC6 {
			st.leadBig5++
		}
	}
	if even && c >= 0xA1 && c <= 0xFE {
		st.leadA1++
		if c >= 0xB0 && c <= 0xC8 {
			st.leadHangul++
		}
	}
}

func (st *byteStatistics) caseOf(word string) {
	first, second := word[0] >= 0xE0, word[1] >= 0xE0
	if !first && word[0] >= 0xC0 && second {
		st.upperStart++
	}
	if first && !second && word[1] >= 0xC0 {
		st.lowerStart++
	}
	for i := 1; i < len(word); i++ {
		if word[i] >= 0xDC && word[i] <= 0xDF && (word[i-1] >= 0xE1 || i+1 < len(word) && word[i+1] >= 0xE1) {
			st.greekAccent++
		}
	}
}

// looksAlphabetic reports whether the high bytes form words of an alphabet that is not Latin: letters
// in long runs, hardly mixed with ASCII ones, nearly none outside C0-FF.
func (st *byteStatistics) looksAlphabetic() bool {
	return st.high >= 4 && st.longest >= 3 && st.low*10 <= st.high && st.high >= 3*st.runs && !st.pairs()
}

// pairs reports whether the text looks like letters of two bytes rather than an alphabet: no run of odd
// length, and leads and cases all mixed up.
func (st *byteStatistics) pairs() bool {
	return st.odd == 0 && st.runs > 0 && st.low > 0 && st.trailASCII == 0 && st.leadA1*2 >= st.high
}

func (st *byteStatistics) alphabet() encoding.Encoding {
	switch {
	case st.lowerStart > st.upperStart:
		return charmap.KOI8R
	case st.greekAccent > 0 && st.greekAccent*16 >= st.high:
		return charmap.Windows1253
	}
	return charmap.Windows1251
}

// looksShiftJIS reports whether the whole text is Japanese in Shift_JIS: it decodes without an error,
// and kana, which no Japanese text lacks, are a good part of it.
func (st *byteStatistics) looksShiftJIS(s string) bool {
	if st.high < 4 || st.low*4 < st.high && st.trailASCII == 0 {
		return false
	}
	out, err := japanese.ShiftJIS.NewDecoder().String(s)
	if err != nil {
		return false
	}
	var kana, half, wide int
	for _, r := range out {
		switch {
		case r == utf8.RuneError:
			return false
		case r >= 0x3041 && r <= 0x30FF:
			kana++
		case r >= 0xFF61 && r <= 0xFF9F:
			half++
		case r >= 0x2E80:
			wide++
		}
	}
	return kana >= 2 && kana*5 >= kana+wide && half <= kana
}

// looksDoubleByte reports whether all high bytes pair up.
func (st *byteStatistics) looksDoubleByte() bool {
	return st.high >= 4 && st.odd <= st.trailASCII && (st.longest >= 4 || st.trailASCII >= 2) && st.high >= st.ascii/2
}

// doubleByte decides between the encodings of China, Taiwan and Korea. Letters of Latin-1 before ASCII
// ones look like Taiwan's too, but few of them are among its leading bytes.
func (st *byteStatistics) doubleByte(s string) encoding.Encoding {
	var candidates []encoding.Encoding
	switch {
	case st.trailASCII > 0 && st.leadBig5*10 >= st.leads*9:
		candidates = []encoding.Encoding{traditionalchinese.Big5, simplifiedchinese.GBK}
	case st.longest < 4:
	case st.trailASCII == 0 && st.leadHangul*10 >= st.leadA1*9:
		candidates = []encoding.Encoding{korean.EUCKR, simplifiedchinese.GBK}
	case st.trailASCII*4 <= st.high:
		candidates = []encoding.Encoding{simplifiedchinese.GBK}
	}
	for _, e := range candidates {
		out, err := e.NewDecoder().String(s)
		if err == nil && !strings.ContainsRune(out, utf8.RuneError) {
			return e
		}
	}
	return charmap.Windows1252
}
