package store

import (
	"database/sql/driver"
	"fmt"
	"math"
	"net/url"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// entered are the orders that can be entered at a value, with the fields whose values they are. Titles are entered
// between two of them.
var entered = map[string]filter.Field{
	"added": filter.Added, "modified": filter.Modified, "taken": filter.Taken, "year": filter.Year,
}

// beginning gives where a page begins: behind the end of another, or at a value of the order; nil: with the first.
func beginning(
	after, from, sort string, descending bool, order string, titleKey func(string) []byte,
) (*entry, error) {
	if from == "" {
		return parseEnd(after, order)
	}
	if after != "" {
		return nil, fmt.Errorf("%w: from begins a list, after goes on with it: leave one out", ErrQuery)
	}
	if sort == "title" {
		key := append([]byte{}, titleKey(from)...) // never nil, which SQLite would take for unknown
		return &entry{key: key}, nil
	}
	field, can := entered[sort]
	if !can || strings.Contains(from, "..") {
		return nil, fmt.Errorf("%w: from %q: it is a title, a year or a time, in the order of title, added, modified, taken or year",
			ErrQuery, from)
	}
	span, err := spanFrom(sort, from, field)
	if err != nil {
		return nil, err
	}
	var key driver.Value = span.From
	id := int64(0)
	if descending {
		key, id = span.To, math.MaxInt64
	}
	return &entry{key: key, id: id}, nil
}

// spanFrom reads a value as the filter of that name does: a day is the whole of it.
func spanFrom(name, value string, field filter.Field) (filter.Span, error) {
	set, err := filter.Parse(url.Values{name: {value}}, filter.Items)
	if err != nil {
		return filter.Span{}, fmt.Errorf("%w: from: %w", ErrQuery, err)
	}
	span, _ := set.Span(field)
	return span, nil
}
