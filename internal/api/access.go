package api

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"go.uber.org/zap"
)

// openPaths need no token, or ask for it themselves: a session is opened with it, and a WebSocket may send
// it as its first message.
var openPaths = []string{"/healthz", "/readyz", "/api/v1/session", "/api/v1/live"}

// guard lets a request through whose Host is one of ours, whose Origin is none or our own, and which
// carries the token where one is needed.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		if p := s.refusal(w, r); p != nil {
			writeProblem(w, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refusal gives the problem of a request that may not go on; nil: it may.
func (s *Server) refusal(w http.ResponseWriter, r *http.Request) *problem {
	origin := r.Header.Get("Origin")
	switch {
	case !s.hostAllowed(r.Host):
		return problemf(http.StatusForbidden, "foreign-host",
			"the Host %q is not one that this server answers to: add it to http.allowed_hosts", r.Host)
	case origin != "" && !s.originAllowed(origin, r.Host):
		return problemf(http.StatusForbidden, "foreign-origin", "requests of pages from %q are refused: "+
			"where it is this server under another name, add that name to http.allowed_hosts", origin)
	case crossSite(r):
		return problemf(http.StatusForbidden, "cross-site",
			"a page of another site asks for this: open it by itself, or from a page of this server")
	case slices.Contains(openPaths, r.URL.Path) || s.authorized(r):
		return nil
	}
	return s.unauthorized(w, r)
}

// crossSite reports that a browser asks on behalf of a page of another site (Fetch Metadata, W3C): to embed what is
// here, or to have something done. Following a link is not that.
func crossSite(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") != "cross-site" {
		return false
	}
	navigates := r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	return !navigates || r.Method != http.MethodGet && r.Method != http.MethodHead
}

// unauthorized makes the problem of a request without the right token, and says how to do better.
func (s *Server) unauthorized(w http.ResponseWriter, r *http.Request) *problem {
	if r.Header.Get("Authorization") != "" {
		return s.wrongToken(w, r)
	}
	w.Header().Set("WWW-Authenticate", bearerRealm)
	return problemf(http.StatusUnauthorized, "unauthorized", "send the token as Authorization: Bearer TOKEN")
}

// bearerRealm says how to be let in (RFC 6750, 3).
const bearerRealm = `Bearer realm="catalogizerd"`

// SetAllowedHosts replaces the names that a Host header may carry beside localhost and addresses.
func (s *Server) SetAllowedHosts(names []string) {
	lower := make([]string, len(names))
	for i, n := range names {
		lower[i] = strings.ToLower(n)
	}
	s.hosts.Store(&lower)
}

func (s *Server) hostConfigured(name string) bool { return slices.Contains(*s.hosts.Load(), name) }

// hostAllowed protects from DNS rebinding: names other than localhost must be configured; addresses
// cannot be rebound.
func (s *Server) hostAllowed(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(hostname(host), "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || s.hostConfigured(name) {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}

func hostname(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		return h
	}
	return strings.Trim(hostport, "[]")
}

// originAllowed admits the server's own pages: those of the host and port that were asked for, and of an allowed host
// on that port or the one that its scheme has by default, since a proxy may speak for it.
func (s *Server) originAllowed(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	if strings.EqualFold(u.Host, host) {
		return true
	}
	_, port, _ := net.SplitHostPort(host) // none: the default
	return s.hostConfigured(strings.ToLower(u.Hostname())) && (u.Port() == "" || u.Port() == port)
}

// authorized reports whether a request carries the token, or a session that was opened with it, or needs none.
func (s *Server) authorized(r *http.Request) bool {
	want, needed := s.token()
	if !needed {
		return true
	}
	if auth := r.Header.Get("Authorization"); auth != "" {
		scheme, token, _ := strings.Cut(auth, " ")
		return strings.EqualFold(scheme, "Bearer") && isToken(want, strings.TrimSpace(token))
	}
	c, err := r.Cookie(cookieName)
	return err == nil && want != "" && s.sessions.opened(c.Value, want)
}

// token gives the token as it is now, and whether one is needed at all. One that cannot be read is needed and
// empty: nobody is let in.
func (s *Server) token() (want string, needed bool) {
	if s.cfg.Token == nil {
		return "", false
	}
	want, err := s.cfg.Token()
	if err != nil {
		s.log.Error("token not read, nobody is let in", zap.Error(err))
		return "", true
	}
	return want, want != ""
}

// isToken compares in constant time. Nothing is the empty token.
func isToken(want, token string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}
