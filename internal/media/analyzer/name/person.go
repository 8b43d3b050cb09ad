package name

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// person reports whether the words w look like who wrote a book. Many titles look so too: it tells which of two parts
// is the author's only where the other does not.
func (s *segment) person(w words) bool { return s.people(w) > 0 }

// people counts those whom the words w may name, 0 where they name none: two to four words with capitals, initials
// among them, and none that only titles have; "Last, First"; or several such, with "and", "&" or commas between. Single
// words joined so, "Strunk & White", may be people and count as one, for titles are like that too: "Night & Day". Of
// two joined by "and" the last at least has a surname: "Ann and Bob Writer", not "War and Peace".
func (s *segment) people(w words) int {
	n, all := 0, 0                              // words of this one, and people before it with two at least
	joined, listed, bare := false, false, false // to others; by a comma; by "and", to a single word
	for i := w.from; i < w.to; i++ {
		k := s.word(i)
		r, _ := utf8.DecodeRuneInString(s.raw(i))
		and := oneOf(k, "and", "und", "et", "y")
		switch sep := s.tok[i].sep; {
		case i == w.from || !and && sep&(sepAmpersand|sepComma) == 0:
		case n > 4:
			return 0
		case n < 2 && !and && sep&sepComma != 0 && !listed: // "Last, First"
		default: // the next one
			if n > 1 {
				all++
			}
			n, joined, listed, bare = 0, true, !and && sep&sepComma != 0, and && n < 2
		}
		switch {
		case s.tok[i].num >= 0 || firstDigit(k) < len(k) || inTitlesOnly[string(k)]:
			return 0
		case and, i > w.from && i+1 < w.to && nameParticle(k):
			continue
		case !unicode.IsUpper(r):
			return 0
		}
		n++
	}
	if n == 0 || n > 4 || n == 1 && (!joined || bare) {
		return 0
	}
	if n > 1 {
		all++
	}
	return max(all, 1)
}

// nameParticle reports a word that stands between names without a capital.
func nameParticle(k []byte) bool {
	return oneOf(k, "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "ter", "bin",
		"ibn", "al", "el", "zu", "af", "av")
}

// titleOrder reports that of two parts the first is the title and the second who wrote it: "The Long Night - Ann
// Writer". Of two that both may be people the first is the author, unless the second is several. What begins with an
// article that is a particle as well, "Le Cid", is as often a title.
func (s *segment) titleOrder(first, last words) bool {
	if oneOf(s.word(last.from), "der", "den", "la", "le", "el") {
		return false
	}
	by := s.people(last)
	return by > 0 && (s.people(first) == 0 || by > 1 && s.people(first) == 1)
}

// inTitlesOnly are words that no name has, in the languages of most books: articles, prepositions, and what books of
// one sort are called.
var inTitlesOnly = func() map[string]bool {
	out := make(map[string]bool)
	for w := range strings.FieldsSeq(`the a an of in on to for from with at by or not is as into about how what why when
		your my our his her their its das die ein eine und im am fur mit uber les une des et en sur pour dans los las
		una con para il lo gli un uno per het een op complete collected selected works guide handbook
		introduction introducing stories tales poems collection book books novel edition manual cookbook programming
		learning mastering understanding beginning advanced practical modern essential history science volume part
		chronicles trilogy saga series omnibus anthology bible dictionary encyclopedia atlas`) {
		out[w] = true
	}
	return out
}()
