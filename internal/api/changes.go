package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

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
		return problemf(http.StatusGone, "resync-required",
			"this cursor is too old or of another catalog: forget what you hold and begin without one")
	}
	return nil
}

// changesAfter reads one page, and waits for one where there is none yet.
func (s *Server) changesAfter(
	r *http.Request, at media.Cursor, limit int, wait time.Duration,
) ([]store.Change, media.Cursor, bool, error) {
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
func (s *Server) changesNow(
	r *http.Request, at media.Cursor, limit int,
) (changes []store.Change, next media.Cursor, more bool, err error) {
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
