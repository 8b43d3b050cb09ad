package words

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// A page of a vocabulary is words, each behind a byte that says how many items have it: below separators, which no word
// contains, and one more than the logarithm of their number.
const separators = ' '

// PageBytes is how long a page becomes.
const PageBytes = 64 << 10

// Kept reports whether a word is one of a vocabulary: one that a person may spell otherwise.
func Kept(word string) bool { return isSpelled(word) }

// AppendWord appends a word that so many items have to a page.
func AppendWord(page []byte, word string, items int64) []byte {
	return append(append(page, byte(min(bits.Len64(uint64(max(items, 1))), separators-1))), word...)
}

// EachWord calls fn with the words of a page and the logarithms of their numbers.
func EachWord(page []byte, fn func(word []byte, size int)) {
	for len(page) > 0 {
		size, rest := int(page[0]), page[1:]
		end := bytes.IndexFunc(rest, func(r rune) bool { return r < separators })
		if end < 0 {
			end = len(rest)
		}
		fn(rest[:end], size)
		page = rest[end:]
	}
}

// maxMeant is how many words may be meant by one, of those that contain it, and of those that are near to it.
const maxMeant = 16

// meant is a word that may be meant by another.
type meant struct {
	word     string
	distance int
	size     int // the logarithm of how many items have it
}

// Meaning finds the words that may be meant by one that is rare: those that contain it and those that are near to it,
// the nearest and then commonest.
type Meaning struct {
	word    string
	open    bool // words that begin with it are found by it already
	letters []rune
	mask    uint32
	limit   int
	inside  []meant
	near    []meant
}

// NewMeaning looks for what is meant by a term's word.
func NewMeaning(t *Term) *Meaning {
	m := &Meaning{word: t.Word, open: t.Open, letters: []rune(t.Word)}
	m.limit, m.mask = maxDistance(len(m.letters)), maskOf([]byte(t.Word))
	return m
}

// Clone is a copy that may look at other pages.
func (m *Meaning) Clone() *Meaning {
	c := *m
	c.inside, c.near = slices.Clone(m.inside), slices.Clone(m.near)
	return &c
}

// maskOf has a bit for each sign that occurs. One letter more, less or another changes two of them.
func maskOf(word []byte) (mask uint32) {
	for _, c := range word {
		mask |= 1 << (c & 31)
	}
	return mask
}

// Look takes in a page of the vocabulary.
func (m *Meaning) Look(page []byte) {
	m.lookInside(page)
	if m.limit > 0 {
		m.lookNear(page)
	}
}

func (m *Meaning) lookInside(page []byte) {
	needle := []byte(m.word)
	for at := 0; ; {
		n := bytes.Index(page[at:], needle)
		if n < 0 {
			return
		}
		from := at + n
		for page[from] >= separators {
			from--
		}
		to := at + n + len(needle)
		for to < len(page) && page[to] >= separators {
			to++
		}
		if w := page[from+1 : to]; len(w) > len(needle) && (!m.open || !bytes.HasPrefix(w, needle)) {
			m.inside = better(m.inside, w, 0, int(page[from]))
		}
		at = to
	}
}

func (m *Meaning) lookNear(page []byte) {
	var letters [maxSpelled]rune
	for at := 0; at < len(page); {
		size, from := int(page[at]), at+1
		mask, wide := uint32(0), false
		for at = from; at < len(page) && page[at] >= separators; at++ {
			mask |= 1 << (page[at] & 31)
			wide = wide || page[at] >= utf8.RuneSelf
		}
		w := page[from:at]
		if !wide && (bits.OnesCount32(mask^m.mask) > 2*m.limit && len(m.word) == len(m.letters) ||
			len(w) > len(m.letters)+m.limit) {
			continue
		}
		b := letters[:0]
		for i := 0; i < len(w) && len(b) < maxSpelled; {
			r, n := utf8.DecodeRune(w[i:])
			b, i = append(b, r), i+n
		}
		if d := distance(m.letters, b, m.limit); d > 0 && d <= m.limit {
			m.near = better(m.near, w, d, size)
		}
	}
}

// better keeps the nearest and then commonest words.
func better(kept []meant, word []byte, distance, size int) []meant {
	order := func(a, b meant) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(b.size, a.size), strings.Compare(a.word, b.word))
	}
	if len(kept) == maxMeant && order(meant{string(word), distance, size}, kept[maxMeant-1]) >= 0 {
		return kept
	}
	w := meant{string(word), distance, size}
	if slices.ContainsFunc(kept, func(k meant) bool { return k.word == w.word }) { // of two pages
		return kept
	}
	at, _ := slices.BinarySearchFunc(kept, w, order)
	kept = slices.Insert(kept, at, w)
	return kept[:min(len(kept), maxMeant)]
}

// Inside are the words found that contain the word.
func (m *Meaning) Inside() []string { return wordsOf(m.inside, 0) }

// Near are those that differ from it by at most so many letters, and do not contain it.
func (m *Meaning) Near(distance int) []string { return wordsOf(m.near, distance) }

func wordsOf(found []meant, distance int) (out []string) {
	for _, f := range found {
		if f.distance <= distance {
			out = append(out, f.word)
		}
	}
	return out
}
