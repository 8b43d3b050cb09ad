package api

import (
	"errors"
	"fmt"
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
	Version   string       `json:"version"`
	StartedAt time.Time    `json:"started_at"`
	Idle      bool         `json:"idle"`
	Cursor    string       `json:"cursor"`
	Counts    store.Counts `json:"counts"`
	// Health is why the catalog cannot be kept now, such as a full disk; null while it can.
	Health *string      `json:"health"`
	Roots  []media.Root `json:"roots"`
}

func (s *Server) getStatus(w http.ResponseWriter, r *http.Request) error {
	idle := s.ready.Load() && s.idle() // before the rest: what follows is at least as new
	roots, err := s.roots.Roots(r.Context())
	if err != nil && !errors.Is(err, store.ErrCorrupt) { // which it is there to tell of
		return err
	}
	status := Status{
		Version: s.cfg.Version, StartedAt: s.started, Idle: idle, Cursor: s.cursor(s.catalog.Head()),
		Counts: s.catalog.ItemCounts(), Roots: emptyNotNull(roots),
	}
	if err := s.health(); err != nil {
		text := err.Error()
		status.Health = &text
	}
	return writeJSON(w, http.StatusOK, status)
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

func (s *Server) getRoots(w http.ResponseWriter, r *http.Request) error {
	roots, err := s.roots.Roots(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, emptyNotNull(roots))
}

func (s *Server) getRoot(w http.ResponseWriter, r *http.Request) error {
	root, err := s.roots.Root(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, root)
}

// postScan queues a scan. The body may be left out.
func (s *Server) postScan(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Path      string `json:"path"`
		PathBytes []byte `json:"path_bytes"` // for names that are not UTF-8
		Full      bool   `json:"full"`
	}
	if err := decodeBody(r, &body, `{"path": "…", "full": false}`); err != nil {
		return err
	}
	if len(body.PathBytes) > 0 {
		body.Path = string(body.PathBytes)
	}
	dir, err := cleanPath(body.Path)
	if err != nil {
		return err
	}
	scan, err := s.scans.Scan(r.Context(), r.PathValue("name"), dir, body.Full)
	if err != nil {
		return err
	}
	w.Header().Set("Location", fmt.Sprintf("/api/v1/scans/%d", scan.ID))
	return writeJSON(w, http.StatusAccepted, scan)
}

// cleanPath makes a path relative to its root of what a client wrote.
func cleanPath(p string) (string, error) {
	p = strings.Trim(p, "/")
	if p == "" {
		return "", nil
	}
	if c := path.Clean(p); c != p || c == ".." || strings.HasPrefix(c, "../") || strings.ContainsRune(p, 0) {
		return "", problemf(http.StatusBadRequest, "bad-request", "path %q is not a clean path below the root", p)
	}
	return p, nil
}

func (s *Server) postAcceptRemovals(w http.ResponseWriter, r *http.Request) error {
	n, err := s.scans.AcceptRemovals(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]int64{"removed": n})
}

// postAcceptVolume puts a root on the file system that is offered for it.
func (s *Server) postAcceptVolume(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Volume string `json:"volume"`
	}
	const example = `{"volume": "uuid:…"}`
	if err := decodeBody(r, &body, example); err != nil {
		return err
	}
	if body.Volume == "" {
		return problemf(http.StatusBadRequest, "bad-request", "the body must be %s: the volume of the root's volume_offer", example)
	}
	accepted, err := s.scans.AcceptVolume(r.Context(), r.PathValue("name"), body.Volume)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, accepted)
}

func (s *Server) postReconnect(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	if _, err := s.roots.Root(r.Context(), name); err != nil {
		return err
	}
	if err := s.roots.Reconnect(r.Context(), name); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (s *Server) getScans(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, emptyNotNull(s.scans.Scans()))
}

func (s *Server) getScan(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "no-such-scan")
	if err != nil {
		return err
	}
	scan, err := s.scans.ScanByID(id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, scan)
}

func (s *Server) deleteScan(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "no-such-scan")
	if err != nil {
		return err
	}
	if err := s.scans.CancelScan(r.Context(), id); err != nil {
		return err
	}
	scan, err := s.scans.ScanByID(id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, scan)
}

func pathID(r *http.Request, kind string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, problemf(http.StatusNotFound, kind, "there is none with the id %q", r.PathValue("id"))
	}
	return id, nil
}
