package words

import "unicode/utf8"

func isASCII[T string | []byte](text T) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ofASCII is Append for texts of ASCII alone, as most are: it takes no memory but for what it gives.
func ofASCII[T string | []byte](to []byte, text T) []byte {
	w := asciiWords{out: to, begin: len(to)}
	var room [2 * maxJoined]byte // for most
	whole := room[:0]
	for i := range len(text) {
		switch c := foldASCII(text[i]); {
		case c == ' ', c == joint && w.last == joint: // two joints are a dash, which divides words
			whole = w.endWord(whole)
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
	whole = w.endWord(whole)
	return append(w.out, whole...)
}

// asciiWords are words on their way: those with joints in parts first. Whole ones, which come at the end, are kept
// beside.
type asciiWords struct {
	out   []byte
	begin int // of what is the text's in out
	last  byte
	part  int // signs of the part that is being added
	parts int // of the word, that are ended
	from  int // where the word begins in out
}

// add adds a sign to the part.
func (w *asciiWords) add(c byte) {
	if w.part == 0 {
		if len(w.out) > w.begin {
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

// endWord ends a word, which it appends to whole if it is to be found without its joints too.
func (w *asciiWords) endWord(whole []byte) []byte {
	w.endPart()
	if w.parts > 1 && w.parts <= maxParts {
		whole = join(whole, w.out[w.from:])
	}
	w.parts = 0
	return whole
}

// join appends the parts of a word without what is between them, if it is written so.
func join(whole, parts []byte) []byte {
	bytes, digits := 0, true
	for _, c := range parts {
		if c != ' ' {
			bytes++
			digits = digits && '0' <= c && c <= '9'
		}
	}
	if bytes > maxJoined || bytes > maxDigits && digits {
		return whole
	}
	whole = append(whole, ' ')
	for _, c := range parts {
		if c != ' ' {
			whole = append(whole, c)
		}
	}
	return whole
}
