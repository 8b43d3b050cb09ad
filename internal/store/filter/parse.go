package filter

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	tags "github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// Err says that a filter cannot be understood.
var Err = errors.New("bad filter")

// Parse reads the filters of a subject among the parameters of a question. Others are left to who asks.
func Parse(v url.Values, of Subject) (*Set, error) {
	s := &Set{}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if name == box && of&Items != 0 {
			for _, value := range v[name] {
				b, err := parseBox(value)
				if err != nil {
					return nil, err
				}
				s.boxes = append(s.boxes, b)
			}
			continue
		}
		bare, negated := strings.CutPrefix(name, negation)
		d, known := definitions[bare]
		if !known || d.of&of == 0 {
			continue
		}
		c := condition{name: name, field: d.field, kind: d.kind, negated: negated}
		if err := c.read(&d, v[name]); err != nil {
			return nil, err
		}
		if c.anything || len(c.values)+len(c.spans) > 0 {
			s.add(c)
		}
	}
	return s, nil
}

func (c *condition) read(d *definition, values []string) error {
	for _, value := range values {
		parts := []string{value}
		if d.commas {
			parts = slices.DeleteFunc(strings.Split(value, ","), func(p string) bool { return p == "" })
		}
		for _, p := range parts {
			if err := c.readOne(d, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *condition) readOne(d *definition, value string) error {
	switch {
	case value == "":
		return fmt.Errorf("%w: %s has no value", Err, c.name)
	case d.anything && value == "any":
		c.anything = true
		return nil
	case d.words != nil && !slices.Contains(d.words, value):
		choice := d.words
		if d.anything {
			choice = append([]string{"any"}, choice...)
		}
		return fmt.Errorf("%w: %s=%s: choose %s", Err, c.name, value, strings.Join(choice, ", "))
	}
	var err error
	switch d.kind {
	case word:
	case text:
		if value = Fold(value); d.field == Extension {
			value = strings.TrimPrefix(value, ".")
		}
	case language:
		tag := tags.Tag(value)
		if tag == "" {
			return fmt.Errorf("%w: %s=%s: no language is called so: write it as de, pt-BR or zh-Hant",
				Err, c.name, value)
		}
		value = tag
	case identifier:
		value, err = parseIdentifier(d.field, value)
	case hexadecimal:
		value, err = parseFingerprint(value)
	default:
		span, err := parseSpan(d.kind, value)
		if err != nil {
			return fmt.Errorf("%w: %s=%s: %w", Err, c.name, value, err)
		}
		c.spans = append(c.spans, span)
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %s=%s: %w", Err, c.name, value, err)
	}
	c.values = append(c.values, value)
	return nil
}

func parseIdentifier(field Field, value string) (string, error) {
	if field == IDs {
		name, id, _ := strings.Cut(value, ":")
		if name == "" || id == "" {
			return value, errors.New("write the name of the database before it, as in imdb:tt0111161")
		}
		return Fold(value), nil
	}
	if n, err := strconv.ParseInt(value, 10, 64); err != nil || n < 1 {
		return value, errors.New("write the id of a work, a number")
	}
	return value, nil
}

func parseFingerprint(value string) (string, error) {
	n, err := strconv.ParseUint(value, 16, 64)
	if err != nil || len(value) != 16 {
		return value, errors.New("write it as items have it, in 16 digits of base 16")
	}
	return fmt.Sprintf("%016x", n), nil
}

func parseBox(value string) (b Box, err error) {
	parts := strings.Split(value, ",")
	var n [4]float64
	for i, p := range parts {
		if len(parts) != len(n) {
			break
		}
		if n[i], err = strconv.ParseFloat(p, 64); err != nil {
			break
		}
	}
	b = Box{n[0], n[1], n[2], n[3]}
	inside := math.Abs(b.West) <= 180 && math.Abs(b.East) <= 180 &&
		math.Abs(b.South) <= 90 && math.Abs(b.North) <= 90 && b.South <= b.North
	if len(parts) != len(n) || err != nil || !inside {
		return b, fmt.Errorf("%w: %s=%s: write west,south,east,north in degrees, as in 5.9,47.3,15.1,55.1",
			Err, box, value)
	}
	return b, nil
}

// parseSpan reads a value or a range of which one end may be open.
func parseSpan(k kind, value string) (Span, error) {
	from, to, isRange := strings.Cut(value, "..")
	if !isRange {
		return parsePoint(k, value)
	}
	span := Span{math.MinInt64, math.MaxInt64}
	if from == "" && to == "" {
		return span, errors.New("a range needs an end: write A..B, A.. or ..B")
	}
	if from != "" {
		p, err := parsePoint(k, from)
		if err != nil {
			return span, err
		}
		span.From = p.From
	}
	if to != "" {
		p, err := parsePoint(k, to)
		if err != nil {
			return span, err
		}
		span.To = p.To
	}
	if span.From > span.To {
		return span, errors.New("the range ends before it begins")
	}
	return span, nil
}

// parsePoint reads one value, which may be a stretch of time.
func parsePoint(k kind, value string) (Span, error) {
	switch k {
	case moment, clock:
		return parseTime(value, k == clock)
	case seconds:
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < 0 {
			return Span{}, errors.New("write seconds as a number, or a range of them as A..B")
		}
		return Span{Seconds(n), Seconds(n)}, nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return Span{}, errors.New("write a whole number, or a range of them as A..B")
	}
	return Span{n, n}, nil
}
