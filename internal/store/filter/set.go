package filter

import (
	"math"
	"slices"
	"strings"
)

// Set is filters that all have to be passed. The zero value lets everything pass.
type Set struct {
	conditions []condition
	boxes      []Box
	needs      uint64
}

// Span is a closed range of numbers.
type Span struct{ From, To int64 }

// Box is a part of the Earth. One whose West is east of its East goes over the date line.
type Box struct{ West, South, East, North float64 }

// condition is passed by what has any of some values, or by what has none.
type condition struct {
	name     string
	field    Field
	kind     kind
	negated  bool
	anything bool
	values   []string // as they are compared
	spans    []Span
}

// Needs reports whether any filter compares a field.
func (s *Set) Needs(f Field) bool { return s != nil && s.needs&(1<<f) != 0 }

// NeedsPlace reports whether any filter asks where on Earth.
func (s *Set) NeedsPlace() bool { return s != nil && len(s.boxes) > 0 }

// IsEmpty reports whether everything passes.
func (s *Set) IsEmpty() bool { return s == nil || len(s.conditions)+len(s.boxes) == 0 }

// Only are the filters of some fields, Without those of all others.
func (s *Set) Only(of ...Field) *Set { return s.part(of, true) }

// Without are the filters of all fields but some.
func (s *Set) Without(of ...Field) *Set { return s.part(of, false) }

func (s *Set) part(of []Field, among bool) *Set {
	out := &Set{}
	if s == nil {
		return out
	}
	for _, c := range s.conditions {
		if slices.Contains(of, c.field) == among {
			out.add(c)
		}
	}
	if !among {
		out.boxes = s.boxes
	}
	return out
}

func (s *Set) add(c condition) {
	s.conditions = append(s.conditions, c)
	s.needs |= 1 << c.field
}

// Values are all those that a field is compared with, be it that it must or must not have them.
func (s *Set) Values(f Field) (out []string) {
	if s == nil {
		return nil
	}
	for i := range s.conditions {
		if s.conditions[i].field == f {
			out = append(out, s.conditions[i].values...)
		}
	}
	return out
}

// Wanted are the values of which a field must have one; none: it need not.
func (s *Set) Wanted(f Field) []string {
	if s == nil {
		return nil
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; c.field == f && !c.negated && !c.anything {
			return c.values
		}
	}
	return nil
}

// Span is a range that holds every number that passes; false: unknown ones pass too, or all.
func (s *Set) Span(f Field) (Span, bool) {
	if s == nil {
		return Span{}, false
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; c.field == f && !c.negated {
			all := Span{math.MaxInt64, math.MinInt64}
			for _, span := range c.spans {
				all.From, all.To = min(all.From, span.From), max(all.To, span.To)
			}
			return all, true
		}
	}
	return Span{}, false
}

// Matches reports whether what has these facts passes.
func (s *Set) Matches(f *Facts) bool {
	if s == nil {
		return true
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; c.finds(f) == c.negated {
			return false
		}
	}
	holds := func(b Box) bool { return b.holds(f.latitude, f.longitude) }
	return len(s.boxes) == 0 || f.located && slices.ContainsFunc(s.boxes, holds)
}

func (b Box) holds(latitude, longitude float64) bool {
	if latitude < b.South || latitude > b.North {
		return false
	}
	if b.West <= b.East {
		return longitude >= b.West && longitude <= b.East
	}
	return longitude >= b.West || longitude <= b.East
}

func (c *condition) finds(f *Facts) bool {
	if c.field >= texts {
		n, known := f.Number(c.field)
		return known && slices.ContainsFunc(c.spans, func(s Span) bool { return n >= s.From && n <= s.To })
	}
	values := f.Texts(c.field)
	if c.anything && len(values) > 0 {
		return true
	}
	return slices.ContainsFunc(values, c.hasValue)
}

func (c *condition) hasValue(value string) bool {
	switch c.kind {
	case word, hexadecimal:
		return slices.Contains(c.values, value)
	case language:
		return slices.ContainsFunc(c.values, func(tag string) bool {
			rest, found := strings.CutPrefix(value, tag)
			return found && (rest == "" || rest[0] == '-')
		})
	}
	return slices.Contains(c.values, Fold(value))
}
