package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// getChanges answers with the feed behind a cursor, for those without a WebSocket.
func (s *Server) getChanges(w http.ResponseWriter, r *http.Request) error {
	v, err := params(r, []string{"since", "limit", "wait", "root", "kind", "works", "items"})
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
	f, err := s.feedFilter(r.Context(), v)
	if err != nil {
		return err
	}
	at, err := s.since(r.Context(), v.Get("since"), &f)
	if err != nil {
		return err
	}
	reader := feedReader{s: s, r: r, filter: &f, limit: limit, wait: wait}
	changes, at, more, err := reader.after(at)
	if err != nil {
		return err
	}
	at.Bound = f.Bound()
	b := store.AppendChanges([]byte(`{"changes":`), changes)
	b = store.AppendString(append(b, `,"cursor":`...), at.String())
	b = append(b, `,"more":`...)
	b = strconv.AppendBool(b, more)
	return writeRaw(w, append(b, '}'))
}

// feedFilter reads what of the feed is wanted.
func (s *Server) feedFilter(ctx context.Context, v url.Values) (f store.FeedFilter, err error) {
	f.Roots = list(v["root"])
	for _, k := range list(v["kind"]) {
		if err := store.CheckFeedKind(k); err != nil {
			return f, err
		}
		f.Kinds = append(f.Kinds, media.Kind(k))
	}
	if f.Works, err = boolParam(v, "works", false); err != nil {
		return f, err
	}
	items, err := boolParam(v, "items", true)
	if err != nil {
		return f, err
	}
	if f.NoItems = !items; f.NoItems && !f.Works {
		return f, badRequest("neither items nor works are asked for: say works=true, or leave out items")
	}
	return f, s.rootsExist(ctx, f.Roots)
}

func boolParam(v url.Values, name string, unsaid bool) (bool, error) {
	switch text := v.Get(name); text {
	case "":
		return unsaid, nil
	case "true", "false":
		return text == "true", nil
	default:
		return false, badRequest("%s %q is neither true nor false", name, text)
	}
}

// since reads a cursor or a time; none begins a first load.
func (s *Server) since(ctx context.Context, text string, f *store.FeedFilter) (at media.Cursor, err error) {
	if text == "" {
		at = s.catalog.Cursor(s.catalog.Head())
		at.Load = true
		return at, nil
	}
	if at, err = s.catalog.Since(ctx, text, f); err != nil {
		return at, err
	}
	if err := s.current(at, f); err != nil {
		return at, err
	}
	if !f.Fits(at) {
		return at, problemf(http.StatusGone, "resync-required",
			"this cursor is of another filter, under which you do not hold what this one lets through: "+
				"begin without one")
	}
	return at, nil
}

func (s *Server) current(at media.Cursor, f *store.FeedFilter) error {
	accepted, err := s.catalog.Accepts(at)
	if err != nil {
		return err
	}
	if !accepted || !at.Reaches(s.catalog.FloorOf(f.Sorts())) {
		return problemf(http.StatusGone, "resync-required",
			"this cursor is too old or of another catalog: forget what you hold and begin without one")
	}
	return nil
}

// feedReader reads one page of the feed for a request.
type feedReader struct {
	s      *Server
	r      *http.Request
	filter *store.FeedFilter
	limit  int
	wait   time.Duration
}

// after reads the page behind a cursor, and waits for one where there is none yet.
func (f *feedReader) after(at media.Cursor) ([]store.Change, media.Cursor, bool, error) {
	s := f.s
	if at.Load {
		changes, next, err := s.catalog.LoadOf(f.r.Context(), f.filter, at, store.Bounds{Rows: f.limit})
		return changes, next, next.Load || next.Seq < s.catalog.Head(), err
	}
	wake, unsubscribe := s.catalog.Subscribe()
	defer unsubscribe()
	timer := time.NewTimer(f.wait)
	defer timer.Stop()
	wait := f.wait > 0
	for {
		changes, next, more, err := f.now(at)
		if err != nil || len(changes) > 0 || !wait {
			return changes, next, more, err
		}
		if at = next; more { // all that came was passed over
			continue
		}
		select {
		case <-wake:
		case <-timer.C:
			wait = false
		case <-s.stopping:
			wait = false
		case <-f.r.Context().Done():
			return nil, at, false, f.r.Context().Err()
		}
	}
}

// now reads one page of what there is behind a plain cursor.
func (f *feedReader) now(at media.Cursor) (changes []store.Change, next media.Cursor, more bool, err error) {
	s := f.s
	// What is committed can be read a moment before the head says so; a cursor must not get ahead of that.
	head := s.catalog.Head()
	if at.Seq >= head { // as it is, too, where the catalog was put back while this one waited
		return nil, at, false, s.current(at, f.filter)
	}
	p, err := s.catalog.ChangesOf(f.r.Context(), f.filter.Sorts(), at.Seq, head, store.Bounds{Rows: f.limit})
	if err != nil {
		return nil, at, false, err
	}
	if err := s.current(at, f.filter); err != nil { // pruned while it was read
		return nil, at, false, err
	}
	next = s.catalog.Cursor(p.Upto).Read(max(at.Seen, p.Head)).Forgo(at.Forgone)
	return f.filter.Apply(0, p.Changes), next, p.Upto < head, nil
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
		return 0, badRequest("wait %q is not a duration up to 60s", text)
	}
	return d, nil
}
