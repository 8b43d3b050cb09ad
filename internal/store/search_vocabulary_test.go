package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Numbers are counted by how they begin, a few at a time, as all of them at once would be.
func TestNumbersAreCountedByTheirFirstSigns(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	const named = "0 007 0077 1 10 100 1000 1000000 19 19a 1a 1ab 1abc 1é 9 90 99 999 9999 9z 9zz tarn"
	for i, name := range strings.Fields(named) {
		r.put(root, fmt.Sprintf("%c/%s.mkv", 'a'+i%2, name))
	}
	r.indexAll()
	err := r.read(t.Context(), func(c *conn) error {
		var got, want []string
		err := c.eachNumbersStart(func(start string, items int64) { got = append(got, fmt.Sprint(start, " ", items)) })
		if err != nil {
			return err
		}
		const all = "SELECT substr(term, 1, 3), sum(doc) FROM search_terms WHERE term < ':' GROUP BY 1"
		err = c.each(all, func(row row) error {
			want = append(want, fmt.Sprint(row.text(0), " ", row.int(1)))
			return nil
		})
		if len(want) < 12 || !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
