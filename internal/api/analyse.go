package api

import (
	"net/http"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// postAnalyseItem has one item read again.
func (s *Server) postAnalyseItem(w http.ResponseWriter, r *http.Request) error {
	v, _, err := s.item(r)
	if err != nil {
		return err
	}
	n, err := s.catalog.AnalyseAgain(r.Context(), []int64{v.ID})
	if err != nil {
		return err
	}
	if n == 0 {
		return problemf(http.StatusConflict, "item-missing",
			"the file of item %d is not there now: it is read once it is back", v.ID)
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// postAnalyse has all items read again that pass the filters, of which there has to be one: nobody has a whole library
// read by leaving them out.
func (s *Server) postAnalyse(w http.ResponseWriter, r *http.Request) error {
	v, err := params(r, itemFilters)
	if err != nil {
		return err
	}
	q, err := s.itemFilter(r.Context(), v)
	if err != nil {
		return err
	}
	if q.Filter.IsEmpty() && q.Under == "" && q.Text == "" {
		return badRequest("name at least one filter of what is to be read again, as in analysis=failed")
	}
	if q.Limit = maxLimit; q.Text != "" {
		q.Sort = "added" // which holds still while items are read
	}
	count := 0
	for {
		res, err := s.catalog.Query(r.Context(), q)
		if err != nil {
			return err
		}
		n, err := s.catalog.AnalyseAgain(r.Context(), idsOf(res.Items))
		if err != nil {
			return err
		}
		count += n
		if q.After = res.Next; q.After == "" {
			return writeJSON(w, http.StatusAccepted, map[string]int{"count": count})
		}
	}
}

func idsOf(items []store.View) []int64 {
	ids := make([]int64, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	return ids
}
