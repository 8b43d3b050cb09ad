package api

import (
	"net/http"
	"slices"
)

// What pages of allowed origins may send and read beside what the Fetch standard grants them anyway.
const (
	corsMethods = "GET, HEAD, POST, DELETE"
	corsHeaders = "Authorization, Content-Type, Range, If-Match, If-None-Match, If-Modified-Since, If-Range"
	corsExposes = "Accept-Ranges, Content-Disposition, Content-Encoding, Content-Range, ETag, Location, " +
		"Retry-After, WWW-Authenticate"
	corsSeconds = "600" // for which a browser need not ask again
)

// anyOrigin allows every page; config.AnyOrigin.
const anyOrigin = "*"

// originListed reports whether pages of an origin that is not ours may ask.
func (s *Server) originListed(origin string) bool {
	listed := s.site.Load().AllowedOrigins
	return slices.Contains(listed, origin) || slices.Contains(listed, anyOrigin)
}

// shareWith has the browser show the answer to a page of an allowed origin. Credentials are never allowed: the token
// counts for such a page, a cookie does not.
func (s *Server) shareWith(h http.Header, origin string) {
	if slices.Contains(s.site.Load().AllowedOrigins, anyOrigin) {
		origin = anyOrigin
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", corsExposes)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// isPreflight reports that a browser asks whether it may ask (Fetch, CORS-preflight request).
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// answerPreflight tells what pages of an allowed origin may send. It needs no token: browsers send none with it.
func answerPreflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", corsSeconds)
	w.WriteHeader(http.StatusNoContent)
}
