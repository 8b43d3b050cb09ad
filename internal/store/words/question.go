package words

import "math/bits"

// Form is how the words of a question may stand in texts. Each holds those before it.
type Form int

// The forms.
const (
	Exact  Form = iota
	Begins      // the last word may be the beginning of one
	Inside      // a rare word may be inside of one
	Near1       // or differ from it by a letter
	Near2       // or by two
)

// Place is which of an item's texts words are looked for in.
type Place int

// The places. Each holds those behind it.
const (
	Anywhere Place = iota
	InNames        // titles, people and album
	InTitle
)

// Wanted are items that have all terms of a question in a form, in a place.
type Wanted struct {
	Form  Form
	Place Place
}

// Bounds of the search for what is meant by rare words.
const (
	Enough     = 50 // items found: no other words are looked for then
	maxMeaning = 4  // words that others are looked for
	MaxUnsure  = 2000
)

// Question is what a person asks of texts. It belongs to one goroutine.
type Question struct {
	Terms  []Term
	Common bool // very many items have words that begin as the last does: they are not listed, but looked at
	// What is meant by the terms that have a bit in Spread; nil elsewhere.
	Meanings []*Meaning
	Spread   uint16
}

// Others are other words that may stand for a term.
func (q *Question) Others(i int, f Form) []string {
	if f < Inside || q.Spread&(1<<i) == 0 {
		return nil
	}
	m := q.Meanings[i]
	return append(m.Inside(), m.Near(int(f-Inside))...)
}

// IsOpen reports whether a term may be a beginning in a form, as it always is where it Starts.
func (q *Question) IsOpen(i int, f Form) bool {
	return q.Terms[i].Starts || q.Terms[i].Open && f >= Begins
}

// Holds reports whether texts of words, as Of gives them, hold what is asked for together: each term one of them.
func (q *Question) Holds(f Form, texts ...string) bool {
	for i := range q.Terms {
		term := Term{Phrases: q.Others(i, f)}
		there := false
		for _, text := range texts {
			there = there || q.Terms[i].In(text, f >= Begins) || term.In(text, false)
		}
		if !there {
			return false
		}
	}
	return true
}

// Widest is the form that all matches have.
func (q *Question) Widest() Form {
	if q.Spread != 0 {
		return Near2
	}
	return Begins
}

// Index is asked how much there is of what a question looks for.
type Index interface {
	// Count counts the items that have the first terms in a form, up to so many.
	Count(terms int, f Form, most int) (int64, error)
	// CountTerm counts the items that have one of them.
	CountTerm(i int, f Form, most int) (int64, error)
	// CountUnsure looks at items that have all terms but the last, until so many have that as a beginning. It says how
	// many it has looked at: none but the first MaxUnsure.
	CountUnsure(many int) (found, looked int, err error)
	// Mean finds the Meanings of the terms that have a bit in Spread.
	Mean() error
}

// isFound reports whether at least so many items have what is asked for, the last word as a beginning.
func (q *Question) isFound(in Index, many int) (bool, error) {
	all := len(q.Terms)
	if n, err := in.Count(all, Exact, many); n >= int64(many) || err != nil {
		return err == nil, err
	}
	if all > 1 {
		if n, err := in.Count(all-1, Exact, 1); n == 0 || err != nil {
			return false, err
		}
	}
	if !q.Common {
		n, err := in.Count(all, Begins, many)
		return n >= int64(many), err
	}
	if all == 1 {
		return true, nil
	}
	found, looked, err := in.CountUnsure(many)
	return found >= many || looked == MaxUnsure, err
}

// SpreadOut looks for what is meant by words that few items have, where too little is found. Where each is had by many,
// any of them may be meant to be another.
func (q *Question) SpreadOut(in Index) error {
	if ok, err := q.isFound(in, Enough); ok || err != nil {
		return err
	}
	var rare, all uint16
	for i := range q.Terms {
		if q.Terms[i].Word == "" {
			continue
		}
		all |= 1 << i
		if q.Common && q.Terms[i].Open {
			continue
		}
		n, err := in.CountTerm(i, Begins, Enough)
		if err != nil {
			return err
		}
		if n < Enough {
			rare |= 1 << i
		}
	}
	if rare == 0 {
		rare = all
	}
	for bits.OnesCount16(rare) > maxMeaning {
		rare &^= 1 << (bits.Len16(rare) - 1)
	}
	return q.SpreadTo(in, rare)
}

// SpreadTo looks for what is meant by the terms that have a bit.
func (q *Question) SpreadTo(in Index, spread uint16) error {
	q.Meanings = make([]*Meaning, len(q.Terms))
	for i := range q.Terms {
		if q.Terms[i].Word == "" {
			spread &^= 1 << i
		}
	}
	if q.Spread = spread & (1<<len(q.Terms) - 1); q.Spread == 0 {
		return nil
	}
	return in.Mean()
}
