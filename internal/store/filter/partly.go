package filter

import "slices"

// Found are the conditions of a set that something is found by, a bit for each.
type Found uint64

// FoundBy are the conditions that a text of a field is found by.
func (s *Set) FoundBy(field Field, value string) (found Found) {
	for i := range s.conditions {
		if c := &s.conditions[i]; c.field == field && (c.anything || c.hasValue(value)) {
			found |= 1 << i
		}
	}
	return found
}

// FoundByNumber are the conditions that a number of a field is found by.
func (s *Set) FoundByNumber(field Field, n int64) (found Found) {
	for i := range s.conditions {
		within := func(span Span) bool { return n >= span.From && n <= span.To }
		if c := &s.conditions[i]; c.field == field && slices.ContainsFunc(c.spans, within) {
			found |= 1 << i
		}
	}
	return found
}

// Verdict is what is known of whether something passes.
type Verdict uint8

// The verdicts.
const (
	Unsure Verdict = iota
	Fails
	Passes
)

// Partly is the part of a set that facts of some fields decide.
type Partly struct {
	sure    Found // conditions that are decided
	negated Found
	whole   bool // by these the set is decided
}

// Partly is the part that is decided where all of a field is known, or, as of those in doubt, that it is not found.
// At most 64 conditions are.
func (s *Set) Partly(known func(Field) bool, inDoubt Field) (p Partly) {
	p.whole = len(s.boxes) == 0 && len(s.conditions) <= 64
	for i := range s.conditions[:min(len(s.conditions), 64)] {
		switch c := &s.conditions[i]; {
		case known(c.field) && c.negated:
			p.negated |= 1 << i
			fallthrough
		case known(c.field):
			p.sure |= 1 << i
		case c.field == inDoubt && !c.negated:
			p.sure |= 1 << i
			p.whole = false
		default:
			p.whole = false
		}
	}
	return p
}

// IsWhole reports whether what is decided is the whole set.
func (p *Partly) IsWhole() bool { return p.whole }

// Verdict says whether what is found by these conditions passes.
func (p *Partly) Verdict(found Found) Verdict {
	switch {
	case (found^p.negated)&p.sure != p.sure:
		return Fails
	case p.whole:
		return Passes
	}
	return Unsure
}
