package api

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// facetParams are those of both items and works.
var facetParams = slices.Compact(slices.Sorted(slices.Values(
	slices.Concat([]string{"by", "of"}, itemFilters, workFilters))))

// getFacets answers with the values that items or works have, and how many have each.
func (s *Server) getFacets(w http.ResponseWriter, r *http.Request) error {
	if s.unchanged(w, r) {
		return nil
	}
	v, err := params(r, facetParams)
	if err != nil {
		return err
	}
	by := list(v["by"])
	slices.Sort(by)
	by = slices.Compact(by)
	var f store.Facets
	switch v.Get("of") {
	case "", "items":
		f, err = s.itemFacets(r, v, by)
	case "works":
		f, err = s.workFacets(r, v, by)
	default:
		err = badRequest("of=%s: choose items or works", v.Get("of"))
	}
	if err != nil {
		return err
	}
	if !f.Complete { // another try may be faster
		w.Header().Del("ETag")
	}
	return writeRaw(w, s.appendFacets(nil, by, &f))
}

func (s *Server) itemFacets(r *http.Request, v url.Values, by []string) (f store.Facets, err error) {
	if err := refuseOthers(v, append([]string{"by", "of"}, itemFilters...), r.URL.Path); err != nil {
		return f, err
	}
	q, err := s.itemFilter(r.Context(), v)
	if err != nil {
		return f, err
	}
	return s.catalog.ItemFacets(r.Context(), q, by)
}

func (s *Server) workFacets(r *http.Request, v url.Values, by []string) (f store.Facets, err error) {
	if err := refuseOthers(v, append([]string{"by", "of"}, workFilters...), r.URL.Path); err != nil {
		return f, err
	}
	q, err := s.workQuery(r.Context(), v)
	if err != nil {
		return f, err
	}
	return s.catalog.WorkFacets(r.Context(), q, by)
}

func (s *Server) appendFacets(b []byte, by []string, f *store.Facets) []byte {
	b = store.AppendString(append(b, `{"as_of":`...), s.cursor(f.AsOf))
	b = strconv.AppendBool(append(b, `,"complete":`...), f.Complete)
	b = append(appendSum(append(b, `,"total":{`...), &f.Total), `},"facets":{`...)
	for i, name := range by {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(store.AppendString(b, name), ":["...)
		for n := range f.By[i] {
			if n > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, `{"value":`...), f.By[i][n].Value...), ',')
			b = append(appendSum(b, &f.By[i][n].FacetSum), '}')
		}
		b = append(b, ']')
	}
	return append(b, `}}`...)
}

// appendSum appends the members of a sum. Seconds are told to the millisecond, as they are kept: what adding fractions
// of two leaves behind that is not of the files.
func appendSum(b []byte, sum *store.FacetSum) []byte {
	b = strconv.AppendInt(append(b, `"count":`...), sum.Count, 10)
	b = strconv.AppendInt(append(b, `,"size":`...), sum.Size, 10)
	seconds := math.Round(sum.Duration*1000) / 1000
	return strconv.AppendFloat(append(b, `,"duration_seconds":`...), seconds, 'f', -1, 64)
}
