package postgres

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// Whatever facets works have, it is kept how many have each value, but for the kind, which is a column.
func TestEachFacetOfWorksIsKept(t *testing.T) {
	t.Parallel()
	w := store.WorkView{Kind: store.WorkMovie, Items: 1, Year: 1999, AddedAt: 1, Height: 720, HDR: "hdr10", Series: "Alien",
		Roots: []string{"attic~films", "cellar~films"}, Genres: []string{"Folk"}, Artists: []string{"Anna"},
		Authors: []string{"Berta"}, Languages: []string{"de"}, SubtitleLanguages: []string{"en"}}
	var facts filter.Facts
	w.Facts(&facts)
	values := facetValues{of: map[int64]string{}}
	var have []int64
	for _, id := range values.takeWork(&w, &facts) {
		have = append(have, id>>valueBits)
	}
	for _, name := range store.WorkFacets() {
		if number := workFacetNumber(name); name != "kind" && (number == 0 || !slices.Contains(have, number)) {
			t.Errorf("nothing is kept of the facet %s, by the number %d", name, number)
		}
	}
}
