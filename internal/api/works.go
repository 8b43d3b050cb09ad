package api

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

var (
	// workFilters narrow any list of works.
	workFilters  = append([]string{"under", "q"}, filter.Names(filter.Works)...)
	workParams   = append([]string{"sort", "limit", "after", "from", "include"}, workFilters...)
	childParams  = []string{"kind", "sort", "limit", "after", "include"}
	memberParams = []string{"role", "limit", "after", "include"}
)

// getWorks answers with a page of works.
func (s *Server) getWorks(w http.ResponseWriter, r *http.Request) error {
	if s.unchanged(w, r) {
		return nil
	}
	v, err := params(r, workParams)
	if err != nil {
		return err
	}
	q, err := s.workQuery(r.Context(), v)
	if err != nil {
		return err
	}
	return s.writeWorks(w, r, &q, v)
}

// getChildren answers with the works below one, by number.
func (s *Server) getChildren(w http.ResponseWriter, r *http.Request) error {
	work, err := s.work(r)
	if err != nil || s.unchanged(w, r) {
		return err
	}
	v, err := params(r, childParams)
	if err != nil {
		return err
	}
	q, err := s.workQuery(r.Context(), v)
	if err != nil {
		return err
	}
	q.Parent = work.ID
	return s.writeWorks(w, r, &q, v)
}

func (s *Server) writeWorks(w http.ResponseWriter, r *http.Request, q *store.WorkQuery, v url.Values) error {
	included, err := includes(v, "items", includedColour)
	if err != nil {
		return err
	}
	q.Members = included["items"]
	res, err := s.catalog.QueryWorks(r.Context(), *q)
	if err != nil {
		return err
	}
	b := appendWorks([]byte(`{"works":`), res.Works, q.Members, s.coloursOf(included, res.Works, nil))
	return writeRaw(w, append(s.appendPageEnd(b, res.Next, res.AsOf), '}'))
}

func appendWorks(b []byte, works []store.WorkView, members bool, colours coloured) []byte {
	b = append(b, '[')
	for i := range works {
		if i > 0 {
			b = append(b, ',')
		}
		b = colours.appendTo(works[i].AppendJSON(b, members), works[i].Artwork)
	}
	return append(b, ']')
}

// appendPageEnd appends what a page says behind what it holds.
func (s *Server) appendPageEnd(b []byte, next string, asOf int64) []byte {
	b = append(b, `,"next":`...)
	if next == "" {
		b = append(b, "null"...)
	} else {
		b = store.AppendString(b, next)
	}
	return store.AppendString(append(b, `,"as_of":`...), s.cursor(asOf))
}

// workQuery reads the parameters of a list of works.
func (s *Server) workQuery(ctx context.Context, v url.Values) (q store.WorkQuery, err error) {
	if q.Filter, err = filter.Parse(v, filter.Works); err != nil {
		return q, badRequest("%v", err)
	}
	for _, k := range q.Filter.Values(filter.Kind) {
		if !slices.Contains(store.WorkKinds(), k) {
			return q, badRequest("no kind of works is called %q: there are %s", k, strings.Join(store.WorkKinds(), ", "))
		}
	}
	if err := s.rootsExist(ctx, q.Filter.Values(filter.Root)); err != nil {
		return q, err
	}
	if q.Under, err = cleanPath(v.Get("under")); err != nil {
		return q, err
	}
	q.Text, q.After, q.From = v.Get("q"), v.Get("after"), v.Get("from")
	q.Sort, q.Descending = strings.CutPrefix(v.Get("sort"), "-")
	if q.Descending && q.Sort == "" {
		return q, badRequest("sort %q names no order", v.Get("sort"))
	}
	q.Limit, err = limitParam(v)
	return q, err
}

// includes reads what is to be included beside what is always there.
func includes(v url.Values, known ...string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, name := range list(v["include"]) {
		if !slices.Contains(known, name) {
			return nil, badRequest("nothing that can be included is called %q: there is %s",
				name, strings.Join(known, ", "))
		}
		out[name] = true
	}
	return out, nil
}

// onlyIncludes refuses every parameter but include, and reads that.
func onlyIncludes(r *http.Request, known ...string) (map[string]bool, error) {
	v, err := params(r, []string{"include"})
	if err != nil {
		return nil, err
	}
	return includes(v, known...)
}

// getWork answers with a work and its items, which may be named in include as for lists.
func (s *Server) getWork(w http.ResponseWriter, r *http.Request) error {
	included, err := onlyIncludes(r, "items", includedColour)
	if err != nil {
		return err
	}
	work, err := s.work(r)
	if err != nil {
		return err
	}
	colours := s.coloursOf(included, []store.WorkView{work}, nil)
	return writeRaw(w, colours.appendTo(work.AppendJSON(nil, true), work.Artwork))
}

func (s *Server) work(r *http.Request) (work store.WorkView, err error) {
	id, err := pathID(r, "no-such-work")
	if err != nil {
		return work, err
	}
	work, found, err := s.catalog.Work(r.Context(), id)
	if err == nil && !found {
		err = problemf(http.StatusNotFound, "no-such-work", "there is no work %d", id)
	}
	return work, err
}

// getMembers answers with the items of a work, in playing order.
func (s *Server) getMembers(w http.ResponseWriter, r *http.Request) error {
	work, err := s.work(r)
	if err != nil || s.unchanged(w, r) {
		return err
	}
	v, err := params(r, memberParams)
	if err != nil {
		return err
	}
	roles, after, limit, err := memberQuery(v)
	if err != nil {
		return err
	}
	included, err := includes(v, "works", includedColour)
	if err != nil {
		return err
	}
	p, _, err := s.catalog.WorkMembers(r.Context(), work.ID, roles, after, limit)
	if err != nil {
		return err
	}
	items := make([]store.View, len(p.Members))
	for i := range p.Members {
		items[i] = p.Members[i].Item
	}
	b, err := s.appendItems(r.Context(), []byte(`{"items":`), items, included)
	if err != nil {
		return err
	}
	next := ""
	if p.Next > 0 {
		next = strconv.FormatInt(p.Next, 36)
	}
	return writeRaw(w, append(s.appendPageEnd(b, next, p.AsOf), '}'))
}

func memberQuery(v url.Values) (roles []string, after int64, limit int, err error) {
	roles = list(v["role"])
	for _, role := range roles {
		if !slices.Contains(store.Roles(), role) {
			return nil, 0, 0, badRequest("no role is called %q: there are %s", role, strings.Join(store.Roles(), ", "))
		}
	}
	if text := v.Get("after"); text != "" {
		if after, err = strconv.ParseInt(text, 36, 64); err != nil || after < 1 {
			return nil, 0, 0, badRequest("after: not the end of a page")
		}
	}
	limit, err = limitParam(v)
	return roles, after, limit, err
}

// appendItems appends a list of items, with what is to be included of each.
func (s *Server) appendItems(
	ctx context.Context, b []byte, items []store.View, included map[string]bool,
) ([]byte, error) {
	works, colours := included["works"], s.coloursOf(included, nil, items)
	var of [][]store.WorkOf
	if works {
		ids := make([]int64, len(items))
		for i := range items {
			ids[i] = items[i].ID
		}
		var err error
		if of, err = s.catalog.WorksOfAll(ctx, ids); err != nil {
			return nil, err
		}
	}
	b = append(b, '[')
	for i := range items {
		if i > 0 {
			b = append(b, ',')
		}
		if b = items[i].AppendJSON(b); works {
			b = appendWorksOf(b, of[i])
		}
		b = colours.appendTo(b, items[i].ID)
	}
	return append(b, ']'), nil
}

// appendWorksOf puts the works that hold an item into its object, which b ends with.
func appendWorksOf(b []byte, of []store.WorkOf) []byte {
	b = append(bytes.TrimSuffix(b, []byte{'}'}), `,"works":[`...)
	for i, w := range of {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"id":`...), w.Work, 10)
		b = append(store.AppendString(append(b, `,"role":`...), w.Role), '}')
	}
	return append(b, `]}`...)
}

// ofWorkThumbnail serves the thumbnail of the item that shows a work.
func (s *Server) ofWorkThumbnail() handler { return s.ofArtwork(s.ofFile("thumbnail", s.getThumbnail)) }

// ofArtwork has a handler of items serve the item that shows a work.
func (s *Server) ofArtwork(fn handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		work, err := s.work(r)
		if err != nil {
			return err
		}
		if work.Artwork == 0 {
			return noArtwork("no item shows work %d", work.ID)
		}
		r.SetPathValue("id", strconv.FormatInt(work.Artwork, 10))
		return fn(w, r)
	}
}
