package words

import "unicode/utf8"

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ofASCII is Of for texts of ASCII alone, as most are: it takes no memory but for what it gives.
func ofASCII(text string) string {
	w := asciiWords{out: make([]byte, 0, len(text)+len(text)/4)}
	for i := range len(text) {
		switch c := foldASCII(text[i]); {
		case c == ' ', c == joint && w.last == joint: // two joints are a dash, which divides words
			w.endWord()
			w.last = c
			if c == joint {
				w.last = ' '
			}
		case c == joint:
			w.endPart()
			w.last = c
		default:
			w.add(c)
			w.last = c
		}
	}
	w.endWord()
	return string(w.end())
}

// asciiWords are words on their way: those with joints in parts first, and whole at the end.
type asciiWords struct {
	out, whole []byte
	last       byte
	part       int // signs of the part that is being added
	parts      int // of the word, that are ended
	from       int // where the word begins in out
}

// add adds a sign to the part.
func (w *asciiWords) add(c byte) {
	if w.part == 0 {
		if len(w.out) > 0 {
			w.out = append(w.out, ' ')
		}
		if w.parts == 0 {
			w.from = len(w.out)
		}
	}
	if w.part < maxWord {
		w.out = append(w.out, c)
		w.part++
	}
}

func (w *asciiWords) endPart() {
	if w.part > 0 {
		w.parts++
		w.part = 0
	}
}

func (w *asciiWords) endWord() {
	w.endPart()
	if w.parts > 1 && w.parts <= maxParts {
		w.join(w.out[w.from:])
	}
	w.parts = 0
}

// join notes the parts of a word without what is between them, if it is written so.
func (w *asciiWords) join(parts []byte) {
	bytes, digits := 0, true
	for _, c := range parts {
		if c != ' ' {
			bytes++
			digits = digits && '0' <= c && c <= '9'
		}
	}
	if bytes > maxJoined || bytes > maxDigits && digits {
		return
	}
	w.whole = append(w.whole, ' ')
	for _, c := range parts {
		if c != ' ' {
			w.whole = append(w.whole, c)
		}
	}
}

func (w *asciiWords) end() []byte { return append(w.out, w.whole...) }
