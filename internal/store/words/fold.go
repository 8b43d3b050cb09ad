// Package words brings texts to the words by which they are found, and tells which words are meant by one that is not
// there. Case, diacritics, apostrophes and hyphens make no difference. It does no I/O; what it gives belongs to its
// caller.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWord bounds a word, in bytes; what is behind it is cut off, of texts and questions alike.
const maxWord = 64

// joint stands between the parts of a word: apostrophes and hyphens.
const joint = '-'

// fold brings a text to letters and digits in one spelling, with joints and spaces between them.
func fold(s string) string {
	b := make([]byte, 0, len(s)+8)
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return foldSigns(s)
		}
		b = append(b, foldASCII(c))
	}
	return string(b)
}

func foldASCII(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A'
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return c
	case c == '\'' || c == '-' || c == '`':
		return joint
	}
	return ' '
}

// foldSigns is fold for more than ASCII.
func foldSigns(s string) string {
	s = norm.NFKC.String(strings.Map(beforeCompatibility, s))
	var b strings.Builder
	inWord := false
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			c := foldASCII(byte(r))
			b.WriteByte(c)
			inWord = c != ' ' && c != joint
		case isCJK(r):
			b.WriteRune(r)
			inWord = false
		case unicode.IsMark(r):
			if inWord && !isOptional(r) {
				b.WriteRune(r)
			}
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			foldLetter(&b, r)
			inWord = true
		default:
			b.WriteByte(' ')
			inWord = false
		}
	}
	return b.String()
}

// beforeCompatibility maps what the compatibility form would take for other signs, and drops what nobody sees.
func beforeCompatibility(r rune) rune {
	switch r {
	case '‘', '’', '‛', 'ʼ', 'ʹ', '′', '´', '·', '‐', '‑', '‒', '–', '—', '−':
		return joint
	case '\u00AD', '\u200B', '\u200C', '\u200D', '\u2060', '\uFEFF': // soft hyphen, and joiners without a width
		return -1
	}
	return r
}

// foldLetter writes a letter or number without its diacritics and case.
func foldLetter(b *strings.Builder, r rune) {
	if plain, ok := plainLetters[unicode.ToLower(r)]; ok {
		b.WriteString(plain)
		return
	}
	var buf [utf8.UTFMax]byte
	decomposed := norm.NFD.Bytes(buf[:utf8.EncodeRune(buf[:], r)])
	for len(decomposed) > 0 {
		d, n := utf8.DecodeRune(decomposed)
		decomposed = decomposed[n:]
		if !isOptional(d) {
			b.WriteRune(unicode.ToLower(unicode.ToUpper(d))) // which knows a sigma at the end
		}
	}
}

// plainLetters are letters that do not decompose, as people type them who have no such key.
var plainLetters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d",
	'ð': "d", 'þ': "th", 'ħ': "h", 'ŧ': "t", 'ŋ': "n", 'ı': "i",
}

// isOptional reports whether a mark may be left out in writing: diacritics, the points of Hebrew, the vowels of Arabic.
// Those of other scripts, in which they make words, are not.
func isOptional(r rune) bool {
	return 0x0300 <= r && r <= 0x036F || 0x0483 <= r && r <= 0x0487 || 0x0591 <= r && r <= 0x05C7 ||
		0x064B <= r && r <= 0x065F || r == 0x0670 || 0x1AB0 <= r && r <= 0x1AFF || 0x1DC0 <= r && r <= 0x1DFF ||
		0x20D0 <= r && r <= 0x20FF || 0xFE20 <= r && r <= 0xFE2F || r == 0xFE0E || r == 0xFE0F
}

// isCJK reports whether a sign is of a script that has no spaces between words, or of Hangul, whose words have many
// endings.
func isCJK(r rune) bool {
	return r >= 0x2E80 && (r == 'ー' ||
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo))
}

// run is signs without a space between them: the parts of a word, or CJK.
type run struct {
	parts []string
	cjk   bool
}

// runsOf divides a text.
func runsOf(s string) (out []run) {
	for _, field := range strings.Fields(fold(s)) {
		for field != "" {
			n, cjk := sameScript(field)
			if cjk {
				out = append(out, run{[]string{field[:n]}, true})
			} else {
				out = append(out, compounds(field[:n])...)
			}
			field = field[n:]
		}
	}
	return out
}

// sameScript is how far a field that is not empty is CJK, or is not.
func sameScript(field string) (n int, cjk bool) {
	for i, r := range field {
		if i == 0 {
			cjk = isCJK(r)
		} else if isCJK(r) != cjk {
			return i, cjk
		}
	}
	return len(field), cjk
}

// compounds divides at joints; two in a row are a dash, which divides words.
func compounds(field string) (out []run) {
	for words := range strings.SplitSeq(field, string(joint)+string(joint)) {
		var parts []string
		for p := range strings.SplitSeq(words, string(joint)) {
			if p != "" {
				parts = append(parts, cut(p))
			}
		}
		if len(parts) > 0 {
			out = append(out, run{parts: parts})
		}
	}
	return out
}

func cut(word string) string {
	if len(word) <= maxWord {
		return word
	}
	n := maxWord
	for !utf8.RuneStart(word[n]) {
		n--
	}
	return word[:n]
}

// Bounds of words that are found without their joints as well: dates, and names that say all of a release, are not.
const (
	maxParts  = 4
	maxJoined = 32 // bytes
	maxDigits = 4
)

// joined is a word without its joints; it is empty where nobody writes it so.
func (r *run) joined() string {
	if r.cjk || len(r.parts) < 2 || len(r.parts) > maxParts {
		return ""
	}
	all := strings.Join(r.parts, "")
	if len(all) > maxJoined || len(all) > maxDigits && strings.Trim(all, "0123456789") == "" {
		return ""
	}
	return all
}

// pairs gives the overlapping pairs of a run of CJK; of a single sign, that one.
func pairs(s string) (out []string, last string) {
	before, at := -1, 0
	for i := range s {
		if before >= 0 {
			_, n := utf8.DecodeRuneInString(s[i:])
			out = append(out, s[before:i+n])
		}
		before, at = i, i
	}
	return out, s[at:]
}

// Of is the words of a text with a space between them, as the index takes them: runs of CJK as overlapping pairs and
// their last sign alone, so that any part of a run is a phrase; words with joints in parts where they stand, and
// whole at the end, so that phrases go on behind them.
func Of(text string) string {
	if isASCII(text) {
		return string(ofASCII(make([]byte, 0, len(text)+len(text)/4), text))
	}
	return ofRuns(text)
}

// Append appends to a buffer what Of gives.
func Append(to, text []byte) []byte {
	if isASCII(text) {
		return ofASCII(to, text)
	}
	return append(to, ofRuns(string(text))...)
}

func ofRuns(text string) string {
	var b strings.Builder
	put := func(w string) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	var whole []string
	for _, r := range runsOf(text) {
		if r.cjk {
			two, last := pairs(r.parts[0])
			for _, p := range two {
				put(p)
			}
			put(last)
			continue
		}
		for _, p := range r.parts {
			put(p)
		}
		if w := r.joined(); w != "" {
			whole = append(whole, w)
		}
	}
	for _, w := range whole {
		put(w)
	}
	return b.String()
}
