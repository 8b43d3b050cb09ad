package store

import (
	"errors"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// form is how a word of a question may stand in a text. Each holds those before it.
type form = words.Form

const (
	exact   = words.Exact
	begins  = words.Begins
	inWords = words.Inside
	near2   = words.Near2

	maxUnsure = words.MaxUnsure
)

// textQuery is what a question asks of texts.
type textQuery struct {
	words.Question
	c        *conn
	table    string // of FTS5
	gathered idSet  // all items that have it; nil: they are not known
}

func newTextQuery(c *conn, text string) (t *textQuery, err error) {
	t = &textQuery{c: c, table: "search", Question: words.Question{Terms: words.Terms(text)}}
	if last := len(t.Terms) - 1; last >= 0 && t.Terms[last].Open {
		p := t.Terms[last].Phrases[0]
		t.Common, err = c.isCommon(p[strings.LastIndexByte(p, ' ')+1:])
	}
	return t, err
}

// term is a term's expression for FTS5. Words are of letters and digits: there is nothing to quote in them.
func (t *textQuery) term(i int, f form) string {
	star := ""
	if t.IsOpen(i, f) {
		star = "*"
	}
	var any []string
	for _, p := range t.Terms[i].Phrases {
		any = append(any, `"`+p+`"`+star)
	}
	for _, w := range t.Others(i, f) {
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

func (t *textQuery) all(f form) string { return t.expression(len(t.Terms), f) }

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
	if t.Holds(f, inPath) { // which most are found by
		return true, nil
	}
	if doc, err = unpack(doc, nil); err != nil {
		return false, err
	}
	k := knownOf(doc)
	texts := k.texts("")
	texts[len(texts)-1] = inPath
	return t.Holds(f, texts[:]...), nil
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
	if !t.Common || f < begins {
		return source{expression: but(t.all(f), excluded)}
	}
	s := source{expression: t.expression(len(t.Terms)-1, exact)}
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

// spreadOut looks for what is meant by words that few items have, where too little is found.
func (t *textQuery) spreadOut() error { return t.SpreadOut(searchIndex{t}) }

func (t *textQuery) spreadTo(spread uint16) error { return t.SpreadTo(searchIndex{t}, spread) }

// searchIndex is where a question's terms are counted.
type searchIndex struct{ t *textQuery }

func (in searchIndex) Count(terms int, f words.Form, most int) (int64, error) {
	return in.t.count(in.t.expression(terms, f), most)
}

func (in searchIndex) CountTerm(i int, f words.Form, most int) (int64, error) {
	return in.t.count(in.t.term(i, f), most)
}

func (in searchIndex) CountUnsure(many int) (found, looked int, err error) {
	s := in.t.source(begins, exact, "")
	err = in.t.c.each("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid LIMIT ?", func(r row) error {
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
	return found, looked, err
}

// Mean looks at the pages of the vocabulary.
func (in searchIndex) Mean() error {
	c := in.t.c
	made, err := c.number("SELECT value FROM meta WHERE key = 'vocabulary'")
	if err != nil {
		return err
	}
	fresh, err := c.vocabularyPage(pageOfNew)
	if err != nil {
		return err
	}
	return in.t.Mean(c.known, made, func(fn func(page []byte)) error {
		return c.each("SELECT words FROM vocabulary WHERE page > ?", func(r row) error {
			fn(r.bytes(0))
			return nil
		}, int64(pageOfStarts))
	}, fresh)
}
