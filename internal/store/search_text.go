package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// maxSortKey bounds the collation key of a title, in bytes. Titles that agree that far sort by id.
const maxSortKey = 160

// known is what the index needs of an item's document.
type known struct {
	Title        string   `json:"title"`
	SortTitle    string   `json:"sort_title"`
	Year         int64    `json:"year"`
	Series       string   `json:"series"`
	EpisodeTitle string   `json:"episode_title"`
	Artist       string   `json:"artist"`
	AlbumArtist  string   `json:"album_artist"`
	Album        string   `json:"album"`
	Composer     string   `json:"composer"`
	Narrator     string   `json:"narrator"`
	Authors      []string `json:"authors"`
	Media        struct {
		DurationSeconds float64 `json:"duration_seconds"`
	} `json:"media"`
}

func knownOf(doc []byte) (k known) {
	if len(doc) == 0 {
		return k
	}
	object := append(append([]byte{'{'}, doc...), '}')
	if err := json.Unmarshal(object, &k); err != nil {
		return known{}
	}
	return k
}

func (k *known) titles() string { return joinWords(k.Title, k.Series, k.EpisodeTitle) }

func (k *known) people() string {
	return joinWords(append([]string{k.Artist, k.AlbumArtist, k.Composer, k.Narrator}, k.Authors...)...)
}

func joinWords(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p)
	}
	return b.String()
}

// segment makes text that the tokenizer can take: runs of CJK, which have no spaces between words,
// become overlapping pairs.
func segment(s string) string {
	if strings.IndexFunc(s, isCJK) < 0 {
		return s
	}
	var b strings.Builder
	var run []rune
	flush := func() {
		for _, g := range bigrams(run) {
			b.WriteByte(' ')
			b.WriteString(g)
		}
		if len(run) > 0 {
			b.WriteByte(' ')
		}
		run = run[:0]
	}
	for _, r := range s {
		if isCJK(r) {
			run = append(run, r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

func bigrams(run []rune) []string {
	if len(run) == 1 {
		return []string{string(run)}
	}
	var out []string
	for i := 0; i+1 < len(run); i++ {
		out = append(out, string(run[i:i+2]))
	}
	return out
}

func isCJK(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// Bounds of what a search may ask for: the work of a search grows with the square of its words.
const (
	MaxQueryWords = 16
	MaxQueryBytes = 1 << 10
)

// checkText refuses a search that is longer than its bounds. A run of signs without spaces, as Chinese is written, is
// one word.
func checkText(q string) error {
	if len(q) > MaxQueryBytes {
		return fmt.Errorf("%w: q has %d bytes: at most %d", ErrQuery, len(q), MaxQueryBytes)
	}
	words := strings.FieldsFunc(q, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	if len(words) > MaxQueryWords {
		return fmt.Errorf("%w: q has %d words: at most %d", ErrQuery, len(words), MaxQueryWords)
	}
	return nil
}

// matchExpression turns what a person typed into an FTS5 expression: every word must be there, quoted words as a
// phrase, the last word may be the beginning of one. It is empty where nothing can be searched for.
func matchExpression(q string) string {
	var terms []string
	add := func(words string, phrase bool) {
		words = strings.ReplaceAll(strings.ToValidUTF8(words, " "), "\x00", " ") // a NUL ends SQLite's expression
		for _, w := range splitTerms(words, phrase) {
			terms = append(terms, `"`+strings.ReplaceAll(w, `"`, `""`)+`"`)
		}
	}
	parts := strings.Split(q, `"`)
	for i, p := range parts {
		add(p, i%2 == 1 && i < len(parts)-1)
	}
	if len(terms) == 0 {
		return ""
	}
	if len(parts)%2 == 1 && strings.TrimSpace(parts[len(parts)-1]) != "" {
		terms[len(terms)-1] += "*"
	}
	return strings.Join(terms, " AND ")
}

// splitTerms splits into words that hold a letter or digit; a phrase stays whole.
func splitTerms(s string, phrase bool) []string {
	has := func(w string) bool {
		return strings.IndexFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) >= 0
	}
	if phrase {
		if !has(s) {
			return nil
		}
		return []string{strings.Join(strings.Fields(segment(s)), " ")}
	}
	var out []string
	for w := range strings.FieldsSeq(s) {
		if has(w) {
			out = append(out, strings.Join(strings.Fields(segment(w)), " "))
		}
	}
	return out
}

// validText replaces each byte that is not UTF-8.
func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
