package brotli

import _ "embed"

// dictionary is that of RFC 7932, appendix A: words of 4 to 24 bytes, by length.
//
//go:embed dictionary.bin
var dictionary string

// wordBits says for each length how many words the dictionary has: two to that power, where it is not 0 (8).
var wordBits = [25]byte{4: 10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5}

// word is a word of the dictionary and how it is to be changed.
type word struct {
	text string
	transform
}

// dictionaryWord finds a word of a length by its number, of which the low bits are its place in the dictionary and
// the rest the transform.
func dictionaryWord(size, number int) (w word, ok bool) {
	if size >= len(wordBits) || wordBits[size] == 0 {
		return w, false
	}
	n := int(wordBits[size])
	change := number >> n
	if change >= len(transforms) {
		return w, false
	}
	at := number & (1<<n - 1) * size
	for i, bits := range wordBits[:size] {
		if bits != 0 {
			at += i << bits
		}
	}
	w.transform = transforms[change]
	w.text = dictionary[at : at+size]
	switch c := int(w.change); {
	case c >= cutFront:
		w.text = w.text[min(c-cutFront+1, size):]
	case c >= cutBack && c < capital:
		w.text = w.text[:size-min(c-cutBack+1, size)]
	}
	return w, true
}

func (w *word) length() int { return len(w.prefix) + len(w.text) + len(w.suffix) }

// appendTo appends the word as the transform wants it.
func (w *word) appendTo(b []byte) []byte {
	b = append(b, w.prefix...)
	at := len(b)
	b = append(b, w.text...)
	switch w.change {
	case capital:
		upper(b[at:])
	case capitals:
		for t := b[at:]; len(t) > 0; {
			t = t[min(upper(t), len(t)):]
		}
	}
	return append(b, w.suffix...)
}

// upper makes the first character upper case, in the RFC's rough way, and returns how long it is.
func upper(b []byte) int {
	switch {
	case len(b) == 0:
		return 0
	case b[0] < 0xC0:
		if b[0] >= 'a' && b[0] <= 'z' {
			b[0] ^= 0x20
		}
		return 1
	case b[0] < 0xE0:
		if len(b) > 1 {
			b[1] ^= 0x20
		}
		return 2
	}
	if len(b) > 2 {
		b[2] ^= 5
	}
	return 3
}

// literalContext is the context of a literal by the two bytes before it (7.1).
func literalContext(modes []byte, kind int, last, other byte) int {
	switch modes[kind] {
	case 0:
		return int(last & 0x3F)
	case 1:
		return int(last >> 2)
	case 2:
		return textContext(last) | textBefore(other)
	}
	return signedContext(last)<<3 | signedContext(other)
}

// textClasses are the classes of ASCII in UTF-8 text, in hexadecimal.
const textClasses = "000000000110010000000000000000002343353467338393bbbbbbbbbb886a733cdddcdddcdddddcdddddcddddd637333efffefffefffffefffffefffff63730"

func textContext(c byte) int {
	switch {
	case c >= 0xC0:
		return 2 | int(c&1)
	case c >= 0x80:
		return int(c & 1)
	}
	if n := textClasses[c]; n <= '9' {
		return int(n-'0') << 2
	}
	return int(textClasses[c]-'a'+10) << 2
}

func textBefore(c byte) int {
	switch {
	case c >= 0xE0, c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
		return 2
	case c >= 0x7F, c <= ' ':
		return 0
	case c >= 'a' && c <= 'z':
		return 3
	}
	return 1
}

func signedContext(c byte) int {
	switch {
	case c == 0:
		return 0
	case c < 16:
		return 1
	case c < 64:
		return 2
	case c < 128:
		return 3
	case c < 192:
		return 4
	case c < 240:
		return 5
	case c < 255:
		return 6
	}
	return 7
}
