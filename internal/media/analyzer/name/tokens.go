package name

import (
	"strings"
	"unicode/utf8"
)

// separators is a set of what stands between two words.
type separators uint16

const (
	sepSpace separators = 1 << iota
	sepDot
	sepUnderscore
	sepDash
	sepTilde
	sepPlus
	sepAmpersand
	sepComma
	sepSlash
	sepColon
	sepHash
	sepOpen
	sepClose
	sepQuote
	sepMark // ! ? and their like, which belong to titles
	sepOther
)

// only reports whether s holds nothing beyond the separators of set.
func (s separators) only(set separators) bool { return s&^set == 0 }

// has reports whether s holds all separators of set.
func (s separators) has(set separators) bool { return s&set == set }

// spacedDash reports a dash with room around it: the one that separates parts of a name rather than
// the parts of a word.
func (s separators) spacedDash() bool {
	return s&sepDash != 0 && s&(sepSpace|sepUnderscore|sepDot) != 0
}

// tightDash reports a dash that joins two words.
func (s separators) tightDash() bool { return s.only(sepDash) && s != 0 }

// token is a word of a name: letters and digits between separators.
type token struct {
	start, end int        // bytes of the text
	k0, k1     int        // bytes of the key
	num        int        // its value if it is all ASCII digits and at most 9 of them, else -1
	sep        separators // what stands before it
	bracket    int16      // the innermost bracket around it, -1 for none
	cjk        bool       // holds a letter of a script written without spaces
	latin      bool       // holds an ASCII or Latin letter
	plain      bool       // holds no digit
	other      bool       // holds a letter of another script
	prop       property   // what it was found to say; propNone is a word of a title
	claim      int16      // the claim that covers it, -1 for none
	entry      *entry     // what the vocabulary knows of it, nil if nothing
	found      match      // what lookup found, once searched is set
	searched   bool
}

// bracket is a pair of brackets. Unclosed ones reach to the end.
type bracket struct {
	open, close int // bytes of the text: of the opening bracket, and behind the closing one
	first, last int // tokens inside: first, and one past the last
	parent      int16
	kind        byte // the opening character; 'w' for wide ones
	closed      bool
}

// segment is one part of a path, cut into tokens, with everything found in it. Its slices are reused.
type segment struct {
	text   string
	key    []byte // folded tokens, one space between them, so that phrases are slices of it
	tok    []token
	br     []bracket
	claims []claim
	nums   []int
	notes  []note // for Explain

	tail     separators // after the last token
	spaces   bool       // words are separated by spaces somewhere
	fansub   bool       // begins with a group in brackets, as anime releases do
	said     uint64     // set of the properties that were found
	anchor   int        // first token that is certainly not title; len(tok) if none
	tagsAt   int        // first technical tag behind the title
	wordsEnd int        // tokens from here on are no longer words: only tags and the group
}

func (s *segment) reset(text string) {
	if text == s.text && len(s.tok) > 0 { // cut already, for another reading of the name
		s.forget()
		return
	}
	*s = segment{
		text: text, key: s.key[:0], tok: s.tok[:0], br: s.br[:0], claims: s.claims[:0], nums: s.nums[:0],
		notes: s.notes[:0],
	}
	s.tokenize()
	s.anchor = len(s.tok)
}

// forget takes all claims back.
func (s *segment) forget() {
	s.claims, s.nums, s.notes = s.claims[:0], s.nums[:0], s.notes[:0]
	for i := range s.tok {
		s.tok[i].prop, s.tok[i].claim = propNone, -1
	}
	s.fansub, s.said, s.wordsEnd, s.tagsAt = false, 0, 0, 0
	s.anchor = len(s.tok)
}

func (s *segment) tokenize() {
	var (
		out   [4]byte
		cur   token
		in    bool
		sep   separators
		stack int16 = -1
	)
	text := s.text
	for i := 0; i < len(text); {
		if plainLetters[text[i]] != 0 { // most of most names
			if !in {
				in = true
				cur, sep = s.beginToken(i, sep, stack), 0
			}
			var letter bool
			i, letter = s.appendPlain(i)
			cur.latin = cur.latin || letter
			continue
		}
		r, n, kind, folded := decode(text[i:], &out)
		switch {
		case kind == kindApostrophe && in && startsWord(text[i+n:]), kind == kindMark && in:
			s.key = append(s.key, out[:folded]...)
		case kind == kindLetter || kind == kindDigit:
			if !in {
				in = true
				cur, sep = s.beginToken(i, sep, stack), 0
			}
			s.key = append(s.key, out[:folded]...)
			if kind == kindLetter {
				cur.takeScript(r)
			}
		default:
			if in {
				s.endToken(&cur, i)
				in = false
			}
			sep |= s.separator(r, kind, i, n, &stack)
		}
		i += n
	}
	if in {
		s.endToken(&cur, len(text))
	}
	s.tail = sep
	for b := stack; b >= 0; b = s.br[b].parent {
		s.br[b].close, s.br[b].last = len(text), len(s.tok)
	}
	s.dropDoubled()
}

// decode returns the first character of text, its length, its kind, and how much of out is its folded form.
func decode(text string, out *[4]byte) (r rune, n int, kind runeKind, folded int) {
	if c := text[0]; c < utf8.RuneSelf {
		kind, folded = foldASCII(c, out)
		return rune(c), 1, kind, folded
	}
	r, n = utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && n == 1 {
		out[0] = '?' // a letter of some 8-bit encoding
		return r, n, kindLetter, 1
	}
	kind, folded = foldRune(r, out)
	return r, n, kind, folded
}

// takeScript notes the script of a letter of the token.
func (t *token) takeScript(r rune) {
	switch {
	case isCJK(r):
		t.cjk = true
	case r < 0x250 || r >= 0x1E00 && r < 0x1F00:
		t.latin = true
	default:
		t.other = true
	}
}

// endToken adds t, which ends before byte end of the text, if anything of it is left when folded.
func (s *segment) endToken(t *token, end int) {
	t.end, t.k1 = end, len(s.key)
	if t.k1 > t.k0 {
		s.addToken(t)
	}
}

// beginToken returns the token that begins at byte i of the text.
func (s *segment) beginToken(i int, sep separators, bracket int16) token {
	if len(s.key) > 0 {
		s.key = append(s.key, ' ')
	}
	return token{start: i, k0: len(s.key), sep: sep, bracket: bracket, claim: -1}
}

// appendPlain folds the run of ASCII letters and digits from byte i of the text on into the key, and returns where it
// ends and whether a letter is in it.
func (s *segment) appendPlain(i int) (end int, letter bool) {
	for ; i < len(s.text); i++ {
		c := plainLetters[s.text[i]]
		if c == 0 {
			break
		}
		letter = letter || c >= 'a'
		s.key = append(s.key, c)
	}
	return i, letter
}

// plainLetters maps ASCII letters and digits to their folded form, and all else to 0.
var plainLetters = func() (fold [256]byte) {
	for c := byte('0'); c <= '9'; c++ {
		fold[c] = c
	}
	for c := byte('a'); c <= 'z'; c++ {
		fold[c], fold[c-'a'+'A'] = c, c
	}
	return fold
}()

// dropDoubled undoes a bracket that opens the name twice and closes once: "[[Group] Title".
func (s *segment) dropDoubled() {
	if len(s.br) < 2 || s.br[0].closed || s.br[0].first != 0 || s.br[0].open != 0 || s.br[1].open != 1 ||
		!s.br[1].closed {
		return
	}
	s.br[0].last, s.br[0].closed = 0, true
	for b := range s.br {
		if s.br[b].parent == 0 {
			s.br[b].parent = -1
		}
	}
	for i := range s.tok {
		if s.tok[i].bracket == 0 {
			s.tok[i].bracket = -1
		}
	}
}

// startsWord reports whether a letter or a digit begins text, so that an apostrophe before it joins.
func startsWord(text string) bool {
	if text == "" {
		return false
	}
	c := text[0] | 0x20
	return c >= 'a' && c <= 'z' || c >= utf8.RuneSelf
}

// separator classifies a character between words, and keeps the brackets.
func (s *segment) separator(r rune, kind runeKind, at, size int, stack *int16) separators {
	switch kind {
	case kindOpen:
		k := byte('w')
		if r < utf8.RuneSelf {
			k = byte(r)
		}
		if len(s.br) < 64 {
			s.br = append(s.br, bracket{open: at, first: len(s.tok), parent: *stack, kind: k})
			*stack = int16(len(s.br) - 1)
		}
		return sepOpen
	case kindClose:
		if b := *stack; b >= 0 {
			s.br[b].close, s.br[b].last, s.br[b].closed = at+size, len(s.tok), true
			*stack = s.br[b].parent
		}
		return sepClose
	case kindApostrophe:
		return sepQuote
	}
	if r >= 0x200B && r <= 0x200D || r == 0xFEFF { // of no width
		return sepSpace
	}
	for _, set := range separatorSets {
		if strings.ContainsRune(set.runes, r) {
			s.spaces = s.spaces || set.sep == sepSpace && at > 0
			return set.sep
		}
	}
	return sepOther
}

// separatorSets says which characters separate words in which way, what is most common first.
var separatorSets = []struct {
	sep   separators
	runes string
}{
	{sepDot, ".·・"}, {sepSpace, " \t\u00A0\u3000"}, {sepDash, "-–—‐‑－"}, {sepUnderscore, "_"}, {sepComma, ",;、，"},
	{sepTilde, "~～〜"}, {sepPlus, "+＋"}, {sepAmpersand, "&＆"}, {sepSlash, `/\|`}, {sepColon, ":："}, {sepHash, "#"},
	{sepQuote, `"“”„«»`}, {sepMark, "!?！？¡¿…°´%$*"},
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digits returns where the run of digits in k from i on ends.
func digits(k []byte, i int) int {
	for i < len(k) && isDigit(k[i]) {
		i++
	}
	return i
}

// oneOf reports whether k is one of a few words.
func oneOf(k []byte, words ...string) bool {
	for _, w := range words {
		if string(k) == w {
			return true
		}
	}
	return false
}

// firstDigit returns where the first digit of k stands, len(k) if there is none.
func firstDigit(k []byte) int {
	for i, c := range k {
		if isDigit(c) {
			return i
		}
	}
	return len(k)
}

// number returns the value of k if it is one to nine digits, else -1.
func number(k []byte) int {
	if len(k) == 0 || len(k) > 9 {
		return -1
	}
	n := 0
	for _, c := range k {
		if !isDigit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}
