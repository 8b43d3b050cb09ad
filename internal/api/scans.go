package api

import (
	"fmt"
	"net/http"
)

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
	w.Header().Set("Location", fmt.Sprintf("%s/api/v1/scans/%d", baseOf(r), scan.ID))
	return writeJSON(w, http.StatusAccepted, scan)
}

func (s *Server) getScans(w http.ResponseWriter, r *http.Request) error {
	return writeList(w, r, emptyNotNull(s.scans.Scans()))
}

func (s *Server) getScan(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "no-such-scan")
	if err != nil {
		return err
	}
	scan, err := s.scans.ScanByID(id)
	return answer(w, scan, err)
}

func (s *Server) deleteScan(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "no-such-scan")
	if err != nil {
		return err
	}
	if err := s.scans.CancelScan(r.Context(), id); err != nil {
		return err
	}
	return s.getScan(w, r)
}
