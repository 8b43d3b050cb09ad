package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

const (
	defaultFound = 20
	maxFound     = 50
	// searchTime is after what time works, and after what time items too, are what was found by then.
	worksTime, searchTime = 50 * time.Millisecond, 90 * time.Millisecond
)

// getSearch answers with the works that match, and the items that match and are in no work.
func (s *Server) getSearch(w http.ResponseWriter, r *http.Request) error {
	v, err := params(r, []string{"q", "root", "kind", "limit", "include"})
	if err != nil {
		return err
	}
	f := finding{s: s, text: v.Get("q"), roots: list(v["root"]), limit: defaultFound, began: time.Now()}
	if f.text == "" {
		return badRequest("q says what to look for, and is missing")
	}
	if err := s.rootsExist(r.Context(), f.roots); err != nil {
		return err
	}
	if text := v.Get("limit"); text != "" {
		if f.limit, err = numberParam("limit", text, maxFound); err != nil {
			return err
		}
	}
	included, err := includes(v, includedColour)
	if err != nil {
		return err
	}
	kinds := list(v["kind"])
	for _, k := range kinds {
		if err := store.CheckFeedKind(k); err != nil {
			return err
		}
		if slices.Contains(store.WorkKinds(), k) {
			f.workKinds = append(f.workKinds, k)
		}
		if media.Kind(k).Valid() {
			f.itemKinds = append(f.itemKinds, k)
		}
	}
	var works []store.WorkView
	var items []store.View
	if len(kinds) == 0 || len(f.workKinds) > 0 {
		if works, err = f.works(r.Context()); err != nil {
			return err
		}
	}
	if len(kinds) == 0 || len(f.itemKinds) > 0 {
		if items, err = f.items(r.Context()); err != nil {
			return err
		}
	}
	b := appendWorks([]byte(`{"works":`), works, false, s.coloursOf(included, works, nil))
	b = append(b, `,"items":`...)
	if b, err = s.appendItems(r.Context(), b, items, included); err != nil {
		return err
	}
	return writeRaw(w, append(b, '}'))
}

// finding is one search.
type finding struct {
	s                    *Server
	text                 string
	roots                []string
	workKinds, itemKinds []string
	limit                int
	began                time.Time
}

func (f *finding) works(ctx context.Context) (out []store.WorkView, _ error) {
	q := store.WorkQuery{Text: f.text, Kinds: f.workKinds}
	var err error
	if q.Filter, err = filter.Parse(url.Values{"root": f.roots}, filter.Works); err != nil {
		return nil, err
	}
	for {
		q.Limit = f.limit - len(out)
		res, err := f.s.catalog.QueryWorks(ctx, q)
		out = append(out, res.Works...)
		if err != nil || res.Next == "" || len(out) == f.limit || time.Since(f.began) > worksTime {
			return out, err
		}
		q.After = res.Next
	}
}

// itemsLeast is for how long items are looked for, however long works took.
const itemsLeast = 10 * time.Millisecond

// items finds those that no work holds: in most libraries nearly all that match are held.
func (f *finding) items(ctx context.Context) (out []store.View, err error) {
	q := store.Query{Text: f.text, Roots: f.roots, Kinds: f.itemKinds, Unheld: true}
	for {
		q.Limit, q.Within = f.limit-len(out), max(itemsLeast, searchTime-time.Since(f.began))
		res, err := f.s.catalog.Query(ctx, q)
		out = append(out, res.Items...)
		if err != nil || res.Next == "" || len(out) >= f.limit || time.Since(f.began) > searchTime {
			return out, err
		}
		q.After = res.Next
	}
}
