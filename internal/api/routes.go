package api

import (
	_ "embed"
	"errors"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/catalogizer/catalogizerd/internal/store"
)

//go:embed openapi.yaml
var openAPI []byte

//go:embed asyncapi.yaml
var asyncAPI []byte

// maxBody is how much of a request's body is read, in bytes.
const maxBody = 64 << 10

// handler answers a request, or returns why it cannot; see Server.handle.
type handler func(http.ResponseWriter, *http.Request) error

// table is the whole surface, one line a route; openapi.yaml describes each.
func (s *Server) table() map[string]handler {
	return map[string]handler{
		"GET /{$}":                     s.getPage,
		"GET /assets/{version}/{file}": s.getAsset,

		"GET /healthz": s.healthz,
		"GET /readyz":  s.readyz,
		"GET /metrics": s.getMetrics(),

		"GET /api/openapi.yaml":  document(openAPI),
		"GET /api/asyncapi.yaml": document(asyncAPI),

		"GET " + feedPath: s.getAtom,
		"GET /login":      s.getLogin,

		"GET /api/v1/config":                        taking(s.getConfig),
		"GET /api/v1/status":                        taking(s.getStatus),
		"GET /api/v1/roots":                         taking(s.getRoots),
		"GET /api/v1/roots/{name}":                  taking(s.getRoot),
		"POST /api/v1/roots/{name}/scan":            taking(s.sound(s.postScan)),
		"POST /api/v1/roots/{name}/accept-removals": taking(s.sound(s.postAcceptRemovals)),
		"POST /api/v1/roots/{name}/accept-volume":   taking(s.sound(s.postAcceptVolume)),
		"POST /api/v1/roots/{name}/reconnect":       taking(s.sound(s.postReconnect)),
		"GET /api/v1/scans":                         taking(s.getScans),
		"GET /api/v1/scans/{id}":                    taking(s.getScan),
		"DELETE /api/v1/scans/{id}":                 taking(s.deleteScan),
		"GET /api/v1/items":                         s.getItems,
		"GET /api/v1/items/{id}":                    s.getItem,
		"GET /api/v1/items/{id}/content":            s.ofFile("content", s.getContent),
		"GET /api/v1/items/{id}/artwork":            s.ofFile("artwork", s.getArtwork),
		"POST /api/v1/items/{id}/link":              taking(s.postItemLink),
		"GET /api/v1/items/{id}/thumbnail":          s.ofFile("thumbnail", s.getThumbnail),
		"POST /api/v1/items/analyse":                s.sound(s.postAnalyse),
		"POST /api/v1/items/{id}/analyse":           taking(s.sound(s.postAnalyseItem)),
		"GET /api/v1/works":                         s.getWorks,
		"GET /api/v1/works/{id}":                    s.getWork,
		"GET /api/v1/works/{id}/items":              taking(s.getMembers, memberParams...),
		"GET /api/v1/works/{id}/children":           taking(s.getChildren, childParams...),
		"GET /api/v1/works/{id}/artwork":            s.ofArtwork(s.ofFile("artwork", s.getArtwork)),
		"GET /api/v1/works/{id}/thumbnail":          taking(s.ofWorkThumbnail(), thumbnailParams...),
		"POST /api/v1/works/{id}/link":              taking(s.postWorkLink),
		"POST /api/v1/feed/link":                    taking(s.postFeedLink),
		"GET /api/v1/search":                        s.getSearch,
		"GET /api/v1/facets":                        s.getFacets,
		"GET /api/v1/duplicates":                    s.getDuplicates,
		"GET /api/v1/changes":                       s.getChanges,
		"GET /api/v1/notify":                        taking(s.getNotify),
		"POST /api/v1/notify/{name}/test":           taking(s.postNotifyTest),
		"GET /api/v1/live":                          taking(s.getLive),
		"GET /api/v1/session":                       taking(s.getSession),
		"POST /api/v1/session":                      taking(s.openSession),
		"DELETE /api/v1/session":                    taking(s.endSession),
	}
}

func (s *Server) routes() http.Handler {
	mux, counted := http.NewServeMux(), s.counted()
	for pattern, fn := range s.table() {
		h := http.Handler(s.handle(fn))
		if pattern != "GET /api/v1/live" { // which is no answer
			h = counted(pattern, packed(h))
		}
		mux.Handle(pattern, h)
	}
	return s.underBase(s.guard(http.MaxBytesHandler(s.orProblem(mux), maxBody)))
}

// orProblem tells with a problem, rather than in plain text, of paths that there are not and of methods
// that a path does not know.
func (s *Server) orProblem(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to, untidy := tidied(r); untidy { // or the mux would send it to where it is without the base path
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
			return
		}
		refusal, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		unsent := &refusals{ResponseWriter: headerOnly{}}
		refusal.ServeHTTP(unsent, r)
		if unsent.status == http.StatusMethodNotAllowed {
			allow := unsent.Header().Get("Allow")
			w.Header().Set("Allow", allow)
			writeProblem(w, problemf(unsent.status, "method-not-allowed", "%s knows %s, not %s",
				r.URL.Path, strings.ReplaceAll(allow, ", ", " and "), r.Method))
			return
		}
		writeProblem(w, problemf(http.StatusNotFound, "not-found", "there is no %s: see /api/openapi.yaml", r.URL.Path))
	})
}

// headerOnly is a response that goes nowhere.
type headerOnly http.Header

func (h headerOnly) Header() http.Header         { return http.Header(h) }
func (h headerOnly) Write(b []byte) (int, error) { return len(b), nil }
func (h headerOnly) WriteHeader(int)             {}

// ofFile has what only who has an item's file can answer passed on to the daemon that has it, where that is another.
func (s *Server) ofFile(what string, here handler) handler {
	if s.files == nil {
		return here
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		v, _, err := s.item(r)
		if err != nil {
			return err
		}
		letPause(r) // players do
		return s.files.PassItem(w, r, v.ID, what)
	}
}

func document(text []byte) handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "application/yaml")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(text) // the client is gone otherwise
		return nil
	}
}

// healthz tells of damage too, but not as a failure: who restarts what does not live would mend nothing.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	if s.damage() != nil {
		return writeText(w, "ok, but "+damagedText+"\n")
	}
	return writeText(w, "ok\n")
}

// damagedText is for everybody: where the file lies is only told who may ask for more.
const damagedText = "the catalog is damaged: GET /api/v1/status and the log say what to do"

// damage is why the catalog is not changed any more; nil: it can be.
func (s *Server) damage() error {
	if err := s.health(); errors.Is(err, store.ErrCorrupt) {
		return err
	}
	return nil
}

// sound lets a request for changes through that the catalog can take.
func (s *Server) sound(fn handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.damage(); err != nil {
			return err
		}
		return fn(w, r)
	}
}

func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) error {
	if !s.ready.Load() {
		return problemf(http.StatusServiceUnavailable, "not-ready", "starting or stopping")
	}
	if s.damage() != nil {
		return problemf(http.StatusServiceUnavailable, "catalog-damaged", damagedText)
	}
	return writeText(w, "ready\n")
}

func (s *Server) getMetrics() handler {
	// What a damaged catalog does not tell is left out: monitors want the other figures then more than ever.
	h := promhttp.HandlerFor(s.metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// getLive hands the request to the live protocol.
func (s *Server) getLive(w http.ResponseWriter, r *http.Request) error {
	authorized, upgrade := s.access(r) >= reads, strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
	switch {
	case !authorized && (!upgrade || r.Header.Get("Authorization") != ""): // a WebSocket can send it later
		return s.unauthorized(w, r)
	case !upgrade:
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
		return problemf(http.StatusUpgradeRequired, "upgrade-required",
			"the live feed is a WebSocket: see /api/asyncapi.yaml, or use /api/v1/changes")
	}
	check := func(token string) bool { return s.tokens().grant(token) >= reads }
	shown := shownBy(r)
	still := func() bool { return s.access(shown) >= reads }
	if err := s.live.Serve(w, r, still, check, s.rotation.changed); err != nil {
		return badRequest("%v", err)
	}
	return nil
}
