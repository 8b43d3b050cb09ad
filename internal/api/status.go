package api

import (
	"errors"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Status is the answer of GET /status.
type Status struct {
	Version   string         `json:"version"`
	Instance  media.Instance `json:"instance"`
	StartedAt time.Time      `json:"started_at"`
	Idle      bool           `json:"idle"`
	Cursor    string         `json:"cursor"`
	Counts    store.Counts   `json:"counts"`
	// FailedSinceStart is how many files could not be read since then, and have not been read since.
	FailedSinceStart int64 `json:"failed_since_start"`
	// Health is why the catalog cannot be kept now, such as a full disk; null while it can.
	Health *string `json:"health"`
	// Lag is how many changes are not taken in yet.
	Lag   store.Lag    `json:"lag"`
	Roots []media.Root `json:"roots"`
	// Sources are the daemons whose items are shown, where this is a hub.
	Sources []media.Source `json:"sources,omitempty"`
	// Hub says which hub takes in what they say, where this is one.
	Hub *media.HubLead `json:"hub,omitempty"`
}

func (s *Server) getStatus(w http.ResponseWriter, r *http.Request) error {
	idle := s.ready.Load() && s.idle() // before the rest: what follows is at least as new
	roots, err := s.roots.Roots(r.Context())
	if err != nil && !isOfHealth(err) {
		return err
	}
	lag, err := s.catalog.Lag(r.Context())
	if err != nil && !isOfHealth(err) {
		return err
	}
	idle = idle && lag == (store.Lag{}) // what came in behind the look at it is not taken in yet
	var failed int64
	if s.failed != nil {
		if failed, err = s.failed(r.Context()); err != nil && !isOfHealth(err) {
			return err
		}
	}
	status := Status{
		Version: s.cfg.Version, StartedAt: s.started, Idle: idle, Cursor: s.cursor(s.catalog.Head()),
		Counts: s.catalog.ItemCounts(), FailedSinceStart: failed, Lag: lag,
		Roots: emptyNotNull(roots),
	}
	if s.daemons != nil {
		if status.Sources, err = s.daemons(r.Context()); err != nil && !isOfHealth(err) {
			return err
		}
	}
	if s.leader != nil {
		status.Hub = s.leader()
	}
	if s.cfg.Instance != nil {
		status.Instance = s.cfg.Instance()
	}
	if err := s.health(); err != nil {
		text := err.Error()
		status.Health = &text
	}
	return writeJSON(w, http.StatusOK, status)
}

// isOfHealth reports whether an error is what the status is there to tell of.
func isOfHealth(err error) bool {
	return errors.Is(err, store.ErrCorrupt) || errors.Is(err, store.ErrAway)
}

func emptyNotNull[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (s *Server) cursor(seq int64) string {
	return s.catalog.Cursor(seq).String()
}

// cleanPath makes a path relative to its root of what a client wrote.
func cleanPath(p string) (string, error) {
	p = strings.Trim(p, "/")
	if p == "" {
		return "", nil
	}
	if c := path.Clean(p); c != p || c == ".." || strings.HasPrefix(c, "../") || strings.ContainsRune(p, 0) {
		return "", badRequest("path %q is not a clean path below the root", p)
	}
	return p, nil
}

func pathID(r *http.Request, kind string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, problemf(http.StatusNotFound, kind, "there is none with the id %q", r.PathValue("id"))
	}
	return id, nil
}

// getConfig shows the configuration in force. It is changed in its file, and taken in by a reload.
func (s *Server) getConfig(w http.ResponseWriter, _ *http.Request) error {
	if s.cfg.InForce == nil {
		return problemf(http.StatusNotFound, "not-found", "there is no configuration here")
	}
	return writeJSON(w, http.StatusOK, s.cfg.InForce())
}
