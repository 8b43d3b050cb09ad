package store

import (
	"errors"
	"math/bits"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// form is how a word of a question may stand in a text. Each holds those before it.
type form int

const (
	exact   form = iota
	begins       // the last word may be the beginning of one
	inWords      // a rare word may be inside of one
	near1        // or differ from it by a letter
	near2        // or by two
)

// Bounds of the search for what is meant by rare words.
const (
	enough     = 50 // items found: no other words are looked for then
	maxMeaning = 4  // words that others are looked for
	maxUnsure  = 2000
)

// textQuery is what a question asks of texts.
type textQuery struct {
	c      *conn
	table  string // of FTS5
	terms  []words.Term
	common bool // very many items have words that begin as the last does: they are not listed, but looked at
	// what is meant by the terms that have a bit in spread; nil elsewhere
	meanings []*words.Meaning
	spread   uint16
	gathered idSet // all items that have it; nil: they are not known
}

func newTextQuery(c *conn, text string) (t *textQuery, err error) {
	t = &textQuery{c: c, table: "search", terms: words.Terms(text)}
	if last := len(t.terms) - 1; last >= 0 && t.terms[last].Open {
		p := t.terms[last].Phrases[0]
		t.common, err = c.isCommon(p[strings.LastIndexByte(p, ' ')+1:])
	}
	return t, err
}

// others are other words that may stand for a term.
func (t *textQuery) others(i int, f form) []string {
	if f < inWords || t.spread&(1<<i) == 0 {
		return nil
	}
	m := t.meanings[i]
	return append(m.Inside(), m.Near(int(f-inWords))...)
}

// term is a term's expression for FTS5. Words are of letters and digits: there is nothing to quote in them.
func (t *textQuery) term(i int, f form) string {
	star := ""
	if t.terms[i].Starts || t.terms[i].Open && f >= begins {
		star = "*"
	}
	var any []string
	for _, p := range t.terms[i].Phrases {
		any = append(any, `"`+p+`"`+star)
	}
	for _, w := range t.others(i, f) {
		any = append(any, `"`+w+`"`)
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

// expression is that of the first terms.
func (t *textQuery) expression(terms int, f form) string {
	all := make([]string, 0, terms)
	for i := range terms {
		all = append(all, t.term(i, f))
	}
	return strings.Join(all, " AND ")
}

func (t *textQuery) all(f form) string { return t.expression(len(t.terms), f) }

// has reports whether an item has what is asked for, as its texts are now.
func (t *textQuery) has(id int64, f form) (has bool, err error) {
	var doc []byte
	var path string
	found, err := t.c.one("SELECT i.doc, d.path, i.name FROM items i JOIN dirs d ON d.id = i.dir "+
		"WHERE i.id = ?", func(r row) {
		doc, path = r.bytes(0), joinPath(r.bytes(1), r.bytes(2))
	}, id)
	if err != nil || !found {
		return false, err
	}
	inPath := words.Of(path)
	if t.holds(f, inPath) { // which most are found by
		return true, nil
	}
	if doc, err = unpack(doc, nil); err != nil {
		return false, err
	}
	k := knownOf(doc)
	texts := k.texts("")
	texts[len(texts)-1] = inPath
	return t.holds(f, texts[:]...), nil
}

func (t *textQuery) holds(f form, texts ...string) bool {
	for i := range t.terms {
		term := words.Term{Phrases: t.others(i, f)}
		there := false
		for _, text := range texts {
			there = there || t.terms[i].In(text, f >= begins) || term.In(text, false)
		}
		if !there {
			return false
		}
	}
	return true
}

// count counts the items that an expression finds, up to so many.
func (t *textQuery) count(expression string, most int) (int64, error) {
	return t.c.number("SELECT count(*) FROM (SELECT 1 FROM "+t.table+" WHERE "+t.table+" MATCH ? LIMIT ?)",
		expression, int64(most))
}

// source is where matches are found, in the order of ids.
type source struct {
	expression string // "": all items
	among      string // a list of ids as JSON, rather than what an expression finds; "": none
	check      func(id int64) (bool, error)
}

// source finds the items that have what is asked for, and not what without finds.
func (t *textQuery) source(f, without form, excluded string) source {
	if !t.common || f < begins {
		return source{expression: but(t.all(f), excluded)}
	}
	s := source{expression: t.expression(len(t.terms)-1, exact)}
	s.check = func(id int64) (bool, error) {
		has, err := t.has(id, f)
		if err == nil && has && excluded != "" {
			has, err = t.has(id, without)
			has = !has
		}
		return has, err
	}
	return s
}

// isFound reports whether at least so many items have what is asked for, the last word as a beginning.
func (t *textQuery) isFound(many int) (bool, error) {
	if n, err := t.count(t.all(exact), many); n >= int64(many) || err != nil {
		return err == nil, err
	}
	last := len(t.terms) - 1
	if last > 0 {
		if n, err := t.count(t.expression(last, exact), 1); n == 0 || err != nil {
			return false, err
		}
	}
	if !t.common {
		n, err := t.count(t.all(begins), many)
		return n >= int64(many), err
	}
	if last == 0 {
		return true, nil
	}
	found, looked := 0, 0
	s := t.source(begins, exact, "")
	err := t.c.each("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid LIMIT ?", func(r row) error {
		looked++
		has, err := s.check(r.int(0))
		if has {
			if found++; found == many {
				return errFound
			}
		}
		return err
	}, s.expression, int64(maxUnsure))
	if errors.Is(err, errFound) {
		err = nil
	}
	return found >= many || looked == maxUnsure, err
}

// spreadOut looks for what is meant by words that few items have, where too little is found. Where each is had by many,
// any of them may be meant to be another.
func (t *textQuery) spreadOut() error {
	if ok, err := t.isFound(enough); ok || err != nil {
		return err
	}
	var rare, all uint16
	for i := range t.terms {
		if t.terms[i].Word == "" {
			continue
		}
		all |= 1 << i
		f := begins
		if t.common && t.terms[i].Open {
			continue
		}
		n, err := t.count(t.term(i, f), enough)
		if err != nil {
			return err
		}
		if n < enough {
			rare |= 1 << i
		}
	}
	if rare == 0 {
		rare = all
	}
	for bits.OnesCount16(rare) > maxMeaning {
		rare &^= 1 << (bits.Len16(rare) - 1)
	}
	return t.spreadTo(rare)
}

// spreadTo looks for what is meant by the terms that have a bit.
func (t *textQuery) spreadTo(spread uint16) error {
	t.meanings = make([]*words.Meaning, len(t.terms))
	for i := range t.terms {
		if t.terms[i].Word == "" {
			spread &^= 1 << i
		}
	}
	if t.spread = spread & (1<<len(t.terms) - 1); t.spread == 0 {
		return nil
	}
	return t.c.means(t)
}

// widest is the form that all matches have.
func (t *textQuery) widest() form {
	if t.spread != 0 {
		return near2
	}
	return begins
}
