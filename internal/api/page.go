package api

import (
	"net/http"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/web"
)

// thePage is the same for every server of the process, and packed when it is first asked for.
var thePage = sync.OnceValues(web.New)

// getPage answers with the page. Whoever can connect gets it: it says nothing of the catalog.
func (s *Server) getPage(w http.ResponseWriter, r *http.Request) error {
	page, err := thePage()
	if err != nil {
		return err
	}
	page.Index(w, r, takesGzip(r.Header.Values("Accept-Encoding")))
	return nil
}

func (s *Server) getAsset(w http.ResponseWriter, r *http.Request) error {
	page, err := thePage()
	if err != nil {
		return err
	}
	version, name := r.PathValue("version"), r.PathValue("file")
	if !page.Asset(w, r, version, name, takesGzip(r.Header.Values("Accept-Encoding"))) {
		return problemf(http.StatusNotFound, "not-found", "the page has no %s of %s: load it anew", name, version)
	}
	return nil
}

// getSession says what whoever asks may do, so that a page knows what to offer.
func (s *Server) getSession(w http.ResponseWriter, r *http.Request) error {
	if s.access(r) == nothing && r.Header.Get("Authorization") != "" {
		return s.wrongToken(w, r) // or tokens could be tried without end
	}
	names := map[may]string{nothing: "none", reads: "read", everything: "full"}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, map[string]any{
		"access": names[s.access(r)], "token_needed": s.tokens().needed, "capabilities": s.capabilities(),
	})
}

// capabilities are what can be asked for here: of a hub perhaps less than of a daemon.
func (s *Server) capabilities() []string {
	if s.can != nil {
		return s.can()
	}
	return []string{media.CapabilitySearch, media.CapabilityWorks}
}
