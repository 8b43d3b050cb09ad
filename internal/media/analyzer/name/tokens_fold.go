package name

import (
	"unicode"
	"unicode/utf8"
)

// runeKind is what a character is to the tokenizer.
type runeKind uint8

const (
	kindSeparator runeKind = iota
	kindLetter
	kindDigit
	kindMark       // combining: part of the word before it
	kindApostrophe // inside a word, part of it
	kindOpen
	kindClose
)

// latin maps the letters from U+00C0 to U+024F to what they are without their marks. A blank is no
// letter, or one that has no counterpart.
const latin = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggggggg" +
	"hhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs      o " +
	"       ee f    i        oo             uu                   dddlllnnnaaiioouuuuuuuuuu aaaa    ggkkoo" +
	"oo  jdddgg  nnaa    aaaaeeeeiiiioooorrrruuuusstt  hh      aaeeooooooooyy                u           "

// foldRune returns the kind of r and the text it is compared by: lower case, without marks, narrow
// forms for wide ones. n is the number of bytes of out that are used.
func foldRune(r rune, out *[4]byte) (kind runeKind, n int) {
	switch {
	case r < utf8.RuneSelf:
		return foldASCII(byte(r), out)
	case r >= 0xC0 && r < 0xC0+rune(len(latin)) && r != 0xD7 && r != 0xF7:
		if c := latin[r-0xC0]; c != ' ' {
			out[0] = c
			return kindLetter, 1
		}
	case r >= 0x0300 && r <= 0x036F:
		return kindMark, 0
	case r >= 0x0410 && r <= 0x042F: // Cyrillic capitals
		return kindLetter, utf8.EncodeRune(out[:], r+0x20)
	case r >= 0x0430 && r <= 0x045F, isCJK(r):
		return kindLetter, utf8.EncodeRune(out[:], r)
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms of ASCII
		return foldASCII(byte(r-0xFF01+'!'), out)
	}
	return foldRare(r, out)
}

// foldRare folds what few names have.
func foldRare(r rune, out *[4]byte) (kind runeKind, n int) {
	switch r {
	case 0xAA, 0xBA: // the ordinal signs of "3ª" and "3º"
		return kindSeparator, 0
	case 0x2019, 0x2018, 0x02BC:
		return kindApostrophe, 0
	case '【', '「', '『', '《', '〈', '〔', '〖':
		return kindOpen, 0
	case '】', '」', '』', '》', '〉', '〕', '〗':
		return kindClose, 0
	}
	switch {
	case unicode.IsMark(r):
		return kindMark, utf8.EncodeRune(out[:], r)
	case unicode.IsDigit(r):
		return kindLetter, utf8.EncodeRune(out[:], r)
	case unicode.IsLetter(r), unicode.IsNumber(r): // Ⅲ, ², ½
		return kindLetter, utf8.EncodeRune(out[:], unicode.ToLower(r))
	}
	return kindSeparator, 0
}

func foldASCII(c byte, out *[4]byte) (runeKind, int) {
	switch {
	case c >= 'a' && c <= 'z':
		out[0] = c
		return kindLetter, 1
	case c >= 'A' && c <= 'Z':
		out[0] = c + 'a' - 'A'
		return kindLetter, 1
	case c >= '0' && c <= '9':
		out[0] = c
		return kindDigit, 1
	case c == '\'' || c == '`':
		return kindApostrophe, 0
	case c == '(' || c == '[' || c == '{':
		return kindOpen, 0
	case c == ')' || c == ']' || c == '}':
		return kindClose, 0
	}
	return kindSeparator, 0
}

// isCJK reports whether r belongs to a script that is written without spaces, or to Hangul, whose
// names mix with Latin ones in the same way.
func isCJK(r rune) bool {
	return r >= 0x3040 && r <= 0x30FF && r != '・' ||
		r >= 0x3400 && r <= 0x4DBF ||
		r >= 0x4E00 && r <= 0x9FFF ||
		r >= 0xAC00 && r <= 0xD7A3 ||
		r >= 0xF900 && r <= 0xFAFF ||
		r >= 0x20000 && r <= 0x2FA1F ||
		r == '々' || r == '〇'
}

// foldWord returns s in the form in which vocabulary is compared: folded words joined by one space.
func foldWord(s string) string {
	var room foldRoom
	return string(appendFolded(room[:0], s))
}

// foldRoom has room for most folded words, so that those that are only compared take no memory.
type foldRoom [64]byte

// appendFolded appends to key, which is empty, what foldWord gives.
func appendFolded(key []byte, s string) []byte {
	var out [4]byte
	space := false
	for _, r := range s {
		kind, n := foldRune(r, &out)
		switch kind {
		case kindLetter, kindDigit, kindMark:
			if space && len(key) > 0 {
				key = append(key, ' ')
			}
			space = false
			key = append(key, out[:n]...)
		case kindApostrophe:
		default:
			space = true
		}
	}
	return key
}
