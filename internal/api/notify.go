package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Targets is what the API shows of programs that are told of changes.
type Targets interface {
	Targets() []media.Target
	Test(ctx context.Context, name string) error
}

func (s *Server) getNotify(w http.ResponseWriter, r *http.Request) error {
	if s.targets == nil {
		return writeList(w, r, []media.Target{})
	}
	return writeList(w, r, emptyNotNull(s.targets.Targets()))
}

// postNotifyTest sends a message that tells of nothing.
func (s *Server) postNotifyTest(w http.ResponseWriter, r *http.Request) error {
	err := media.ErrNoTarget
	if s.targets != nil {
		err = s.targets.Test(r.Context(), r.PathValue("name"))
	}
	switch {
	case errors.Is(err, media.ErrNoTarget):
		return problemf(http.StatusNotFound, "no-such-target", "no [[notify]] is called %q", r.PathValue("name"))
	case err != nil:
		return problemf(http.StatusBadGateway, "target-failed", "%s", err)
	}
	return writeJSON(w, http.StatusOK, map[string]string{"name": r.PathValue("name")})
}
