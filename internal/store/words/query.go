package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Term is one thing that a question looks for.
type Term struct {
	Phrases []string // words with a space between them, any of which stands for the term
	Starts  bool     // the last word of a phrase is the beginning of one: a single sign of CJK
	Open    bool     // the last word may be the beginning of one: it is the last that was typed
	Word    string   // what is meant by other words where it is not there; "" where nothing is
}

// Terms divides what a person typed: each has to be there, what stands in quotes as a phrase.
func Terms(q string) (out []Term) {
	parts := strings.Split(q, `"`)
	for i, p := range parts {
		runs := runsOf(p)
		if len(runs) == 0 {
			continue
		}
		if i%2 == 1 && i < len(parts)-1 {
			out = append(out, phraseOf(runs))
			continue
		}
		for j, r := range runs {
			t := termOf(r)
			t.Open = !r.cjk && i == len(parts)-1 && j == len(runs)-1
			if t.Word = strings.Join(r.parts, ""); r.cjk || !isSpelled(t.Word) {
				t.Word = ""
			}
			out = append(out, t)
		}
	}
	return out
}

// termOf is a run as it is looked for.
func termOf(r run) Term {
	if r.cjk {
		two, last := pairs(r.parts[0])
		if len(two) == 0 {
			return Term{Phrases: []string{last}, Starts: true}
		}
		return Term{Phrases: []string{strings.Join(two, " ")}}
	}
	t := Term{Phrases: []string{strings.Join(r.parts, " ")}}
	if w := r.joined(); w != "" {
		t.Phrases = append(t.Phrases, w)
	}
	return t
}

// phraseOf is runs behind each other. Signs of CJK stand alone where others follow.
func phraseOf(runs []run) Term {
	if len(runs) == 1 {
		return termOf(runs[0])
	}
	var all []string
	for _, r := range runs[:len(runs)-1] {
		if !r.cjk {
			all = append(all, r.parts...)
			continue
		}
		two, last := pairs(r.parts[0])
		all = append(append(all, two...), last)
	}
	t := termOf(runs[len(runs)-1])
	t.Phrases = []string{strings.Join(append(all, t.Phrases[0]), " ")}
	return t
}

// Bounds of the words that others may be taken for, in letters.
const (
	minSpelled = 3
	maxSpelled = 40
)

// isSpelled reports whether a word is one that a person may spell otherwise.
func isSpelled(word string) bool {
	n := utf8.RuneCountInString(word)
	isOther := func(r rune) bool { return unicode.IsNumber(r) || isCJK(r) }
	return n >= minSpelled && n <= maxSpelled && !strings.ContainsFunc(word, isOther)
}

// IsShort reports whether terms are of one letter each, which says too little to rank by.
func IsShort(terms []Term) bool {
	isLong := func(t Term) bool { return t.Starts || utf8.RuneCountInString(t.Phrases[0]) > 1 }
	return !slices.ContainsFunc(terms, isLong)
}

// In reports whether a text of words as Of gives them has what the term looks for. begins lets it be a beginning.
func (t *Term) In(text string, begins bool) bool {
	text = " " + text + " "
	for _, p := range t.Phrases {
		if p = " " + p; !t.Starts && (!t.Open || !begins) {
			p += " "
		}
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
