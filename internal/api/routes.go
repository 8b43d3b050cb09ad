package api

import (
	_ "embed"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

//go:embed openapi.yaml
var openAPI []byte

//go:embed asyncapi.yaml
var asyncAPI []byte

// routes is the whole surface, one line a route.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, fn := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /healthz": s.healthz,
		"GET /readyz":  s.readyz,

		"GET /api/v1/status":                        s.getStatus,
		"GET /api/v1/roots":                         s.getRoots,
		"GET /api/v1/roots/{name}":                  s.getRoot,
		"POST /api/v1/roots/{name}/scan":            s.postScan,
		"POST /api/v1/roots/{name}/accept-removals": s.postAcceptRemovals,
		"POST /api/v1/roots/{name}/reconnect":       s.postReconnect,
		"GET /api/v1/scans":                         s.getScans,
		"GET /api/v1/scans/{id}":                    s.getScan,
		"DELETE /api/v1/scans/{id}":                 s.deleteScan,
		"GET /api/v1/items":                         s.getItems,
		"GET /api/v1/items/{id}":                    s.getItem,
		"GET /api/v1/items/{id}/content":            s.getContent,
		"GET /api/v1/items/{id}/artwork":            s.getArtwork,
		"GET /api/v1/changes":                       s.getChanges,
		"GET /api/v1/live":                          s.getLive,
		"POST /api/v1/session":                      s.openSession,
		"DELETE /api/v1/session":                    s.endSession,

		"GET /api/openapi.yaml":  document(openAPI),
		"GET /api/asyncapi.yaml": document(asyncAPI),
	} {
		mux.HandleFunc(pattern, s.handle(fn))
	}
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("/", s.handle(s.notFound))
	return s.guard(http.MaxBytesHandler(mux, 64<<10))
}

// notFound answers for paths that there are not, and for methods that a path does not know.
func (s *Server) notFound(_ http.ResponseWriter, r *http.Request) error {
	return problemf(http.StatusNotFound, "not-found", "there is no %s %s: see /api/openapi.yaml", r.Method, r.URL.Path)
}

func document(text []byte) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(text)
		return nil
	}
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
	return nil
}

func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) error {
	if !s.ready.Load() {
		return problemf(http.StatusServiceUnavailable, "not-ready", "starting or stopping")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ready\n"))
	return nil
}

// getLive hands the request to the live protocol.
func (s *Server) getLive(w http.ResponseWriter, r *http.Request) error {
	authorized := s.authorized(r)
	if r.Header.Get("Authorization") != "" && !authorized {
		return problemf(http.StatusUnauthorized, "unauthorized", "wrong token")
	}
	var check func(string) bool
	if s.cfg.Token != nil {
		check = s.tokenIsRight
	}
	s.live.Serve(w, r, authorized, check, s.stopping)
	return nil
}
