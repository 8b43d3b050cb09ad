package filter

// Condition is one filter of a set, for who compares otherwise than by Facts: in the language of a database. It is
// passed by what has any of Values, or a number within any of Spans, or any value at all where Anything is set; where
// it is Negated, by what has none of them.
type Condition struct {
	Field    Field
	Negated  bool
	Anything bool
	Values   []string // as Spelled spells what they are compared with
	Spans    []Span
}

// Each calls fn for all conditions, of which each has to be passed.
func (s *Set) Each(fn func(Condition)) {
	if s == nil {
		return
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		fn(Condition{c.field, c.negated, c.anything, c.values, c.spans})
	}
}

// Boxes are the parts of the Earth of which what passes lies in one; none: it may lie anywhere.
func (s *Set) Boxes() []Box {
	if s == nil {
		return nil
	}
	return s.boxes
}

// IsNumber reports whether a field's values are numbers, which Spans are of.
func (f Field) IsNumber() bool { return f >= texts }

// names are those of the filters by fields.
var names = func() map[Field]string {
	out := make(map[Field]string, len(definitions))
	for name, d := range definitions {
		out[d.field] = name
	}
	return out
}()

// Name is that of the filter by the field.
func (f Field) Name() string { return names[f] }

// Spelled are all the spellings of a value of a field that conditions may have among their Values where it is what they
// look for: itself, as it is compared, and of a language the wider ones too.
func (f Field) Spelled(value string) (out []string) {
	switch kindOf[f] {
	case word, hexadecimal:
		return []string{value}
	case language:
		for i := range len(value) {
			if value[i] == '-' {
				out = append(out, value[:i])
			}
		}
		return append(out, value)
	}
	return []string{Fold(value)}
}

// kindOf is how the values of a field are compared.
var kindOf = func() (of [fields]kind) {
	for _, d := range definitions {
		of[d.field] = d.kind
	}
	return of
}()

// TextFields are the fields whose values are texts.
func TextFields() (out []Field) {
	for f := range texts {
		out = append(out, f)
	}
	return out
}
