package postgres

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/zeebo/xxh3"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// wordsVersion is of what is written of words: where it is another, all are taken in anew.
const wordsVersion = 1

// The letters before words, by the best of an item's texts that they are in.
const (
	ofTitle   = 't'
	ofName    = 'n'
	ofPath    = 'a'
	ofStretch = '#'
	ofFact    = '@'
)

// classes are the letters of words that are in a place.
var classes = map[words.Place]string{words.InTitle: "t", words.InNames: "tn", words.Anywhere: "tna"}

// weights are those of the texts of a place, by which phrases are told; empty: of all.
var weights = map[words.Place]string{words.InTitle: "A", words.InNames: "ABC", words.Anywhere: ""}

// stretchBits are those of an id below the number of its stretch: so many items, or fewer, are read at once of many.
const stretchBits = 15

func stretchOf(id int64) int64 { return id >> stretchBits }

// stretchLexeme sorts as the numbers of stretches do.
func stretchLexeme(stretch int64) string { return fmt.Sprintf("%c%010x", ofStretch, stretch) }

func stretchIn(lexeme string) int64 {
	n, _ := strconv.ParseInt(lexeme[1:], 16, 64) // which stretchLexeme has written
	return n
}

// Bounds of what is kept of an item's words, which are those of the database: positions end at 16383, and what lexemes
// take together at a megabyte. Words behind them are not found.
const (
	maxPositions   = 16_000
	maxLexemeBytes = 900_000
)

// spoken is what an item is found by, as a row.
type spoken struct {
	length  int16
	digest  int64
	words   string   // as the database reads it
	lexemes []string // each once
	texts   [4]string
}

// noLength is the length of the title's key where there is no title: those come last.
const noLength = 1000

// spokenOf makes the row of an item by its path and document.
func spokenOf(v *store.View, titleKey []byte) (s spoken) {
	s.texts = v.Words()
	s.length = noLength
	if titleKey != nil {
		s.length = int16(min(len(titleKey), noLength)) //nolint:gosec // as small
	}
	vector, lexemes := vectorOf(s.texts[:], []byte{ofTitle, ofName, ofName, ofPath})
	stretch := stretchLexeme(stretchOf(v.ID))
	s.lexemes = append(lexemes, stretch)
	s.words = vector + "'" + stretch + "'"
	s.digest = int64(xxh3.HashStringSeed(s.words, uint64(s.length))) //nolint:gosec // any bits
	return s
}

// vectorOf are texts as the database reads them, with their lexemes, each once: words behind the letter of the best
// text that they are in, which is the first of them. Texts weigh A to D in their order.
func vectorOf(texts []string, classes []byte) (vector string, lexemes []string) {
	type places struct {
		class byte
		at    []string
	}
	of := map[string]*places{}
	var order []string
	position, bytes := 0, 0
	for i, text := range texts {
		for w := range strings.SplitSeq(text, " ") {
			if w == "" || position >= maxPositions || bytes >= maxLexemeBytes {
				continue
			}
			position++
			p := of[w]
			if p == nil {
				p = &places{class: classes[i]}
				of[w], order = p, append(order, w)
				bytes += len(w) + 1
			}
			p.at = append(p.at, strconv.Itoa(position)+string("ABCD"[i]))
		}
		position++ // no phrase goes on in another text
	}
	var b strings.Builder
	for _, w := range order {
		p := of[w]
		lexemes = append(lexemes, string(p.class)+w)
		fmt.Fprintf(&b, "'%c%s':%s ", p.class, w, strings.Join(p.at, ","))
	}
	return b.String(), lexemes
}

// spokenWork is what a work is found by, as a row.
type spokenWork struct {
	id     int64
	length int32
	digest int64
	words  string // as the database reads it
}

// spokenOfWork makes the row of a work.
func spokenOfWork(w *store.WorkView) spokenWork {
	texts := w.Words()
	s := silentWork(w.ID)
	vector, _ := vectorOf(texts[:], []byte{ofTitle, ofName})
	s.length = int32(min(len(strings.Fields(texts[0])), store.MaxWorkTitle)) //nolint:gosec // as small
	s.words = vector + s.words + ownLexemes(w)
	s.digest = int64(xxh3.HashStringSeed(s.words, uint64(s.length))) //nolint:gosec // any bits
	return s
}

// ownLexemes say of what kind a work is and of which roots, for words of some: as the database reads them.
func ownLexemes(w *store.WorkView) string {
	var b strings.Builder
	fmt.Fprintf(&b, " '%s'", factLexeme(filter.Kind, w.Kind))
	for _, root := range w.Roots {
		for _, spelled := range filter.Root.Spelled(root) {
			fmt.Fprintf(&b, " '%s'", factLexeme(filter.Root, spelled))
		}
	}
	return b.String()
}

// factLexeme stands for a value of a field, as it does in facts.
func factLexeme(field filter.Field, value string) string {
	return fmt.Sprintf("%c%016x", ofFact, uint64(factID(field, value))) //nolint:gosec // any bits
}

// silentWork is the row of a work that no word finds.
func silentWork(id int64) spokenWork {
	return spokenWork{id: id, words: "'" + stretchLexeme(stretchOf(id)) + "'"}
}

// countedAs is the lexeme by which another is counted: of words in which numbers are, and which nothing else is told
// of, their beginning.
func countedAs(lexeme string) string {
	if lexeme[0] == ofStretch {
		return lexeme
	}
	return lexeme[:1] + countedWord(lexeme[1:])
}

func countedWord(word string) string {
	if words.Kept(word) {
		return word
	}
	signs := []rune(word)
	at := slices.IndexFunc(signs, unicode.IsNumber)
	if at < 0 {
		return word
	}
	if at++; at == 1 {
		at = words.StartSigns
	}
	return string(signs[:min(at, len(signs))])
}
