package postgres

import (
	"net/url"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

func TestValuesAreCountedAsADaemonCountsThem(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a", `"year":1995`, `"genres":["Drama","Crime"]`), item(2, "b", `"genres":["drama"]`),
		item(3, "c"))
	set, err := filter.Parse(url.Values{"not_genre": {"crime"}}, filter.Items)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		of    *filter.Set
		total int64
		first store.FacetValue
	}{
		{nil, 3, store.FacetValue{Value: `"Drama"`, FacetSum: store.FacetSum{Count: 2, Size: 2}}},
		{set, 2, store.FacetValue{Value: `"Drama"`, FacetSum: store.FacetSum{Count: 1, Size: 1}}},
	} {
		f, err := s.ItemFacets(t.Context(), store.Query{Filter: want.of}, []string{"genre", "root"})
		for err == nil && !f.Complete { // a machine may be too busy for three items
			f, err = s.ItemFacets(t.Context(), store.Query{Filter: want.of}, []string{"genre", "root"})
		}
		if err != nil || !f.Complete || f.AsOf != s.Head() || f.Total.Count != want.total || f.By[0][0] != want.first ||
			f.By[1][0].Value != `"attic~films"` {
			t.Errorf("%+v, %v", f, err)
		}
	}
	if _, err := s.ItemFacets(t.Context(), store.Query{}, []string{"nothing"}); err == nil {
		t.Error("a facet that there is not is counted")
	}
}
