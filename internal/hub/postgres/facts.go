package postgres

import (
	"github.com/zeebo/xxh3"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// What texts an item is found by stands in one column of numbers with one index: a hash of each field with each value
// that filters may ask it for. Of 64 bits, in which two of some millions do not meet.

// ofColumns are the fields that columns of their own tell, or nothing does.
var ofColumns = map[filter.Field]bool{filter.Fingerprint: true, filter.Held: true, filter.Work: true,
	filter.Parent: true, filter.Gaps: true}

var factFields = func() (out []filter.Field) {
	for _, f := range filter.TextFields() {
		if !ofColumns[f] {
			out = append(out, f)
		}
	}
	return out
}()

var factNames = func() map[filter.Field]string {
	out := map[filter.Field]string{}
	for _, f := range factFields {
		out[f] = f.Name()
	}
	return out
}()

// factIDs are the values by which an item is found, in all spellings that filters may ask for, and that it has any.
func factIDs(f *filter.Facts) []int64 {
	out := make([]int64, 0, 24)
	for _, field := range factFields {
		values := f.Texts(field)
		if len(values) > 0 && textColumns[field] == "" {
			out = append(out, factID(field, ""))
		}
		for _, v := range values {
			for _, spelled := range field.Spelled(v) {
				out = append(out, factID(field, spelled))
			}
		}
	}
	return out
}

// factID is how a value of a field stands in facts: an empty value stands for any.
func factID(field filter.Field, value string) int64 {
	return int64(xxh3.HashString(factNames[field] + "=" + value)) //nolint:gosec // any bits
}
