package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
	maxWait      = time.Minute
)

var (
	// itemFilters narrow any list of items.
	itemFilters = append([]string{"under", "q"}, filter.Names(filter.Items)...)
	itemParams  = append([]string{"sort", "limit", "after", "from", "include"}, itemFilters...)
)

// getItems answers with a page of items.
func (s *Server) getItems(w http.ResponseWriter, r *http.Request) error {
	if s.unchanged(w, r) {
		return nil
	}
	v, err := params(r, itemParams)
	if err != nil {
		return err
	}
	q, err := s.itemQuery(r.Context(), v)
	if err != nil {
		return err
	}
	included, err := includes(v, "works", includedColour)
	if err != nil {
		return err
	}
	res, err := s.catalog.Query(r.Context(), q)
	if err != nil {
		return err
	}
	b := append(make([]byte, 0, 1024*len(res.Items)+128), `{"items":`...)
	if b, err = s.appendItems(r.Context(), b, res.Items, included); err != nil {
		return err
	}
	return writeRaw(w, append(s.appendPageEnd(b, res.Next, res.AsOf), '}'))
}

// rootsExist refuses a filter by a root that there is not: a typing error must not answer with nothing.
func (s *Server) rootsExist(ctx context.Context, names []string) error {
	for _, name := range names {
		switch _, err := s.roots.Root(ctx, name); {
		case errors.Is(err, media.ErrNoRoot):
			return badRequest("no root is called %q", name)
		case err != nil:
			return err
		}
	}
	return nil
}

// itemQuery reads the parameters of a list of items.
func (s *Server) itemQuery(ctx context.Context, v url.Values) (q store.Query, err error) {
	if q, err = s.itemFilter(ctx, v); err != nil {
		return q, err
	}
	q.After, q.From = v.Get("after"), v.Get("from")
	q.Sort, q.Descending = strings.CutPrefix(v.Get("sort"), "-")
	if q.Descending && q.Sort == "" {
		return q, badRequest("sort %q names no order", v.Get("sort"))
	}
	q.Limit, err = limitParam(v)
	return q, err
}

// itemFilter reads which items are asked for.
func (s *Server) itemFilter(ctx context.Context, v url.Values) (q store.Query, err error) {
	if q.Filter, err = filter.Parse(v, filter.Items); err != nil {
		return q, badRequest("%v", err)
	}
	for _, k := range q.Filter.Values(filter.Kind) {
		if !media.Kind(k).Valid() {
			return q, badRequest("no kind is called %q: there are %s", k, strings.Join(media.KindNames(), ", "))
		}
	}
	if err := s.rootsExist(ctx, q.Filter.Values(filter.Root)); err != nil {
		return q, err
	}
	if q.Under, err = cleanPath(v.Get("under")); err != nil {
		return q, err
	}
	q.Text = v.Get("q")
	return q, nil
}

// list takes a parameter that may be repeated or hold several values with commas between.
func list(values []string) (out []string) {
	for _, v := range values {
		for p := range strings.SplitSeq(v, ",") {
			if p != "" {
				out = append(out, p)
			}
		}
	}
	return out
}

func limitParam(v url.Values) (int, error) {
	text := v.Get("limit")
	if text == "" {
		return defaultLimit, nil
	}
	return numberParam("limit", text, maxLimit)
}

func numberParam(name, text string, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, badRequest("%s %q is not a number from 1 to %d", name, text, most)
	}
	return n, nil
}

// getItem answers with an item and the works that hold it, which may be named in include as for lists.
func (s *Server) getItem(w http.ResponseWriter, r *http.Request) error {
	included, err := onlyIncludes(r, "works", "sources", includedColour)
	if err != nil {
		return err
	}
	v, _, err := s.item(r)
	if err != nil {
		return err
	}
	of, err := s.catalog.WorksOf(r.Context(), v.ID)
	if err != nil {
		return err
	}
	b := appendWorksOf(v.AppendJSON(nil), of)
	b = s.coloursOf(included, nil, []store.View{v}).appendTo(b, v.ID)
	if included["sources"] {
		if b, err = s.appendSources(r.Context(), b, &v); err != nil {
			return err
		}
	}
	return writeRaw(w, b)
}

// appendSources adds to an item where what is known of it comes from.
func (s *Server) appendSources(ctx context.Context, item []byte, v *store.View) ([]byte, error) {
	of, sidecar, err := s.said(ctx, v)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(struct {
		Sources map[string]string `json:"sources"`
		Sidecar string            `json:"sidecar,omitempty"`
	}{of, sidecar})
	if err != nil {
		return nil, err
	}
	return append(append(item[:len(item)-1], ','), b[1:]...), nil
}

func (s *Server) said(ctx context.Context, v *store.View) (of map[string]string, sidecar string, err error) {
	if s.files != nil {
		return s.files.Said(ctx, v.ID)
	}
	probed, err := s.catalog.Probed(ctx, v.ID)
	if err != nil {
		return nil, "", err
	}
	of, sidecar = s.sources(v.Path, probed, v.Doc)
	return of, sidecar, nil
}

func (s *Server) item(r *http.Request) (store.View, int64, error) {
	id, err := pathID(r, "no-such-item")
	if err != nil {
		return store.View{}, 0, err
	}
	v, root, found, err := s.catalog.Item(r.Context(), id)
	if err == nil && !found {
		err = problemf(http.StatusNotFound, "no-such-item", "there is no item %d", id)
	}
	return v, root, err
}
