package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// plain are letters that have no decomposition, but a spelling without their strokes.
var plain = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "æ", "ae", "œ", "oe", "ı", "i", "’", "'", "‘", "'")

// Fold is a text without case and diacritics, and without space around it.
func Fold(s string) string {
	s = strings.TrimSpace(s)
	isASCII := true
	for i := range len(s) {
		isASCII = isASCII && s[i] < utf8.RuneSelf
	}
	if isASCII {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(cases.Fold().String(s)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(plain.Replace(b.String()))
}
