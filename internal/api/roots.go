package api

import (
	"net/http"
)

func (s *Server) getRoots(w http.ResponseWriter, r *http.Request) error {
	roots, err := s.roots.Roots(r.Context())
	if err != nil {
		return err
	}
	return writeList(w, r, emptyNotNull(roots))
}

func (s *Server) getRoot(w http.ResponseWriter, r *http.Request) error {
	root, err := s.roots.Root(r.Context(), r.PathValue("name"))
	return answer(w, root, err)
}

func (s *Server) postAcceptRemovals(w http.ResponseWriter, r *http.Request) error {
	n, err := s.scans.AcceptRemovals(r.Context(), r.PathValue("name"))
	return answer(w, map[string]int64{"removed": n}, err)
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
		return badRequest("the body must be %s: the volume of the root's volume_offer", example)
	}
	accepted, err := s.scans.AcceptVolume(r.Context(), r.PathValue("name"), body.Volume)
	return answer(w, accepted, err)
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
