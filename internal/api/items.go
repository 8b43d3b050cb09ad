package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
	maxWait      = time.Minute
)

var itemParams = []string{"root", "under", "kind", "state", "q", "sort", "limit", "after"}

// getItems answers with a page of items.
func (s *Server) getItems(w http.ResponseWriter, r *http.Request) error {
	v, err := params(r, itemParams)
	if err != nil {
		return err
	}
	q, err := itemQuery(v)
	if err == nil {
		err = s.rootsExist(r.Context(), q.Roots)
	}
	if err != nil {
		return err
	}
	res, err := s.catalog.Query(r.Context(), q)
	if err != nil {
		return err
	}
	b := append(make([]byte, 0, 1024*len(res.Items)+128), `{"items":[`...)
	for i := range res.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = res.Items[i].AppendJSON(b)
	}
	b = append(b, `],"next":`...)
	if res.Next == "" {
		b = append(b, "null"...)
	} else {
		b = store.AppendString(b, res.Next)
	}
	b = store.AppendString(append(b, `,"as_of":`...), s.cursor(res.AsOf))
	return writeRaw(w, append(b, '}'))
}

// rootsExist refuses a filter by a root that there is not: a typing error must not answer with nothing.
func (s *Server) rootsExist(ctx context.Context, names []string) error {
	for _, name := range names {
		switch _, err := s.roots.Root(ctx, name); {
		case errors.Is(err, media.ErrNoRoot):
			return problemf(http.StatusBadRequest, "bad-request", "no root is called %q", name)
		case err != nil:
			return err
		}
	}
	return nil
}

// itemQuery reads the parameters of a list of items.
func itemQuery(v url.Values) (q store.Query, err error) {
	q.Roots, q.Kinds = list(v["root"]), list(v["kind"])
	for _, k := range q.Kinds {
		if !media.Kind(k).Valid() {
			return q, problemf(http.StatusBadRequest, "bad-request", "no kind is called %q", k)
		}
	}
	if q.Under, err = cleanPath(v.Get("under")); err != nil {
		return q, err
	}
	q.State, q.Text, q.After = v.Get("state"), v.Get("q"), v.Get("after")
	q.Sort, q.Descending = strings.CutPrefix(v.Get("sort"), "-")
	if q.Descending && q.Sort == "" {
		return q, problemf(http.StatusBadRequest, "bad-request", "sort %q names no order", v.Get("sort"))
	}
	q.Limit, err = limitParam(v)
	return q, err
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

// params reads a request's query. Unknown parameters are errors, as is what cannot be decoded: a filter
// with a typing error must not answer with everything.
func params(r *http.Request, known []string) (url.Values, error) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, problemf(http.StatusBadRequest, "bad-request", "the query cannot be decoded: %v", err)
	}
	for name := range v {
		if !slices.Contains(known, name) {
			return nil, problemf(http.StatusBadRequest, "bad-request", "no parameter is called %q: there are %s", name, strings.Join(known, ", "))
		}
	}
	return v, nil
}

func limitParam(v url.Values) (int, error) {
	text := v.Get("limit")
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxLimit {
		return 0, problemf(http.StatusBadRequest, "bad-request", "limit %q is not a number from 1 to %d", text, maxLimit)
	}
	return n, nil
}

func (s *Server) getItem(w http.ResponseWriter, r *http.Request) error {
	v, _, err := s.item(r)
	if err != nil {
		return err
	}
	return writeRaw(w, v.AppendJSON(nil))
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

// getChanges answers with the feed behind a cursor, for those without a WebSocket.
func (s *Server) getChanges(w http.ResponseWriter, r *http.Request) error {
	v, err := params(r, []string{"since", "limit", "wait"})
	if err != nil {
		return err
	}
	limit, err := limitParam(v)
	if err != nil {
		return err
	}
	wait, err := waitParam(v.Get("wait"))
	if err != nil {
		return err
	}
	at, err := s.since(v.Get("since"))
	if err != nil {
		return err
	}
	changes, at, more, err := s.changesAfter(r, at, limit, wait)
	if err != nil {
		return err
	}
	b := store.AppendChanges([]byte(`{"changes":`), changes)
	b = store.AppendString(append(b, `,"cursor":`...), at.String())
	b = append(b, `,"more":`...)
	b = strconv.AppendBool(b, more)
	return writeRaw(w, append(b, '}'))
}

func waitParam(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		if n, nerr := strconv.Atoi(text); nerr == nil {
			d, err = time.Duration(n)*time.Second, nil
		}
	}
	if err != nil || d < 0 || d > maxWait {
		return 0, problemf(http.StatusBadRequest, "bad-request", "wait %q is not a duration up to 60s", text)
	}
	return d, nil
}

// since reads a cursor; none begins a first load.
func (s *Server) since(text string) (at media.Cursor, err error) {
	if text == "" {
		at = s.catalog.Cursor(s.catalog.Head())
		at.Load = true
		return at, nil
	}
	if at, err = media.ParseCursor(text); err != nil {
		return at, err
	}
	return at, s.current(at)
}

func (s *Server) current(at media.Cursor) error {
	if !s.catalog.Continues(at) || at.Seq < s.catalog.Floor() {
		return problemf(http.StatusGone, "resync-required", "this cursor is too old or of another catalog: forget what you hold and begin without one")
	}
	return nil
}

// changesAfter reads one page, and waits for one where there is none yet.
func (s *Server) changesAfter(r *http.Request, at media.Cursor, limit int, wait time.Duration) ([]store.Change, media.Cursor, bool, error) {
	if at.Load {
		p, err := s.catalog.Load(r.Context(), at.Seq, at.Position, store.Bounds{Rows: limit})
		if err != nil {
			return nil, at, false, err
		}
		next := s.catalog.Cursor(at.Seq).Read(max(at.Seen, p.Head))
		if !p.Done {
			next.Load, next.Position = true, p.Next
		}
		return p.Changes, next, !p.Done || next.Seq < s.catalog.Head(), nil
	}
	wake, unsubscribe := s.catalog.Subscribe()
	defer unsubscribe()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		changes, next, more, err := s.changesNow(r, at, limit)
		if err != nil || len(changes) > 0 || wait == 0 {
			return changes, next, more, err
		}
		select {
		case <-wake:
		case <-timer.C:
			wait = 0
		case <-s.stopping:
			wait = 0
		case <-r.Context().Done():
			return nil, at, false, r.Context().Err()
		}
	}
}

// changesNow reads one page of what there is behind a plain cursor.
func (s *Server) changesNow(r *http.Request, at media.Cursor, limit int) (changes []store.Change, next media.Cursor, more bool, err error) {
	// What is committed can be read a moment before the head says so; a cursor must not get ahead of that.
	head := s.catalog.Head()
	if at.Seq >= head {
		return nil, at, false, nil
	}
	p, err := s.catalog.Changes(r.Context(), at.Seq, head, store.Bounds{Rows: limit})
	if err != nil {
		return nil, at, false, err
	}
	if err := s.current(at); err != nil { // pruned while it was read
		return nil, at, false, err
	}
	return p.Changes, s.catalog.Cursor(p.Upto).Read(max(at.Seen, p.Head)), p.Upto < head, nil
}
