package language

import "sync"

// plain are the codes of two letters that are tags already: of languages in lower case, of regions in upper case.
var plain = sync.OnceValue(func() *[2][26][26]bool {
	codes := new([2][26][26]bool)
	for a := range byte(26) {
		for b := range byte(26) {
			language, region := string([]byte{'a' + a, 'a' + b}), string([]byte{'A' + a, 'A' + b})
			codes[0][a][b] = read(language) == language
			codes[1][a][b] = read("de-"+region) == "de-"+region
		}
	}
	return codes
})

// isPlain knows most of the tags that are as they should be, "de" and "pt-BR", without reading them.
func isPlain(text string) bool {
	if len(text) != 2 && (len(text) != 5 || text[2] != '-') || text == "es-LA" { // which is meant for Latin America
		return false
	}
	codes := plain()
	is := func(kind int, a, b, first byte) bool {
		a, b = a-first, b-first
		return a < 26 && b < 26 && codes[kind][a][b]
	}
	return is(0, text[0], text[1], 'a') && (len(text) == 2 || is(1, text[3], text[4], 'A'))
}
