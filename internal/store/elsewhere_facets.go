package store

import "github.com/catalogizer/catalogizerd/internal/store/filter"

// FacetCounter counts the values that items have, for as long as an answer may take. It belongs to one goroutine.
type FacetCounter struct {
	f     *facets
	facts filter.Facts
}

// CountFacets begins to count the facets that are asked for with a query.
func CountFacets(q *Query, by []string) (*FacetCounter, error) {
	f, err := newFacets(by, itemFacets, q.Under)
	if err != nil {
		return nil, err
	}
	return &FacetCounter{f: f}, nil
}

// Take counts an item, and reports whether there is time for more.
func (c *FacetCounter) Take(v *View) (more bool) {
	v.Facts(&c.facts)
	sum := FacetSum{Count: 1, Size: v.Size}
	if n, known := c.facts.Number(filter.Duration); known {
		sum.Duration = filter.ToSeconds(n)
	}
	c.f.take(sum, &c.facts, v)
	return !c.f.isLate()
}

// AddTotal adds items that pass.
func (c *FacetCounter) AddTotal(sum FacetSum) { c.f.total.add(sum) }

// Add adds to the value of the i-th facet that was asked for: compared is what all its spellings have alike, shown one
// of them as JSON.
func (c *FacetCounter) Add(i int, compared, shown string, sum FacetSum) {
	if shown == jsonNull {
		compared = ""
	}
	c.f.count(i, facetKey{compared, shown}, sum)
}

// Facets are what was counted; complete says that all that pass were.
func (c *FacetCounter) Facets(complete bool) Facets { return c.f.result(complete) }

// EachFacet calls fn with the values that an item has of each facet that its own fields tell, as they are compared and
// as they are shown; facts are the item's.
func (v *View) EachFacet(facts *filter.Facts, fn func(facet, compared, shown string)) {
	var f facets
	for _, name := range itemFacets {
		switch name {
		case "kind", "root", "state", "analysis", "decade":
			continue
		}
		f.keys = f.values(f.keys[:0], name, facts, v)
		for _, k := range f.keys {
			fn(name, k.compared, k.shown)
		}
	}
}
