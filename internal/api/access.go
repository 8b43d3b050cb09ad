package api

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// assetsPath is where the files of the page lie, which need no token either.
const assetsPath = "/assets/"

// openPaths need no token, or ask for it themselves: a session is opened with it, and a WebSocket may send
// it as its first message.
var openPaths = []string{"/", "/healthz", "/readyz", "/login", "/api/v1/session", "/api/v1/live"}

// guard lets a request through whose Host is one of ours, whose Origin is none, our own or an allowed one, and which
// carries the token where one is needed.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		if len(s.site.Load().AllowedOrigins) > 0 {
			w.Header().Set("Vary", "Origin")
		}
		r, p := s.admit(w, r)
		switch {
		case p != nil:
			writeProblem(w, p)
		case isPreflight(r) && s.foreign(r):
			answerPreflight(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// foreign reports that a page asks which is not our own.
func (s *Server) foreign(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin != "" && !s.originOurs(origin, r.Host)
}

// admit gives the request as it goes on, or the problem of one that may not.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (*http.Request, *problem) {
	origin, foreign := r.Header.Get("Origin"), s.foreign(r)
	if !s.hostAllowed(r.Host) {
		return r, problemf(http.StatusForbidden, "foreign-host",
			"the Host %q is not one that this server answers to: add it to http.allowed_hosts", r.Host)
	}
	if foreign && !s.originListed(origin) {
		return r, problemf(http.StatusForbidden, "foreign-origin",
			"requests of pages from %q are refused: where it is this server under another name, "+
				"add that name to http.allowed_hosts, else the origin to http.allowed_origins", origin)
	}
	if foreign {
		s.shareWith(w.Header(), origin)
		if isPreflight(r) {
			return r, nil
		}
	}
	r, signed := s.checkLink(r)
	switch {
	case signed:
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		return r, nil
	case !foreign && crossSite(r):
		return r, problemf(http.StatusForbidden, "cross-site",
			"a page of another site asks for this: "+
				"open it by itself, or from a page of this server, or by a signed link")
	case slices.Contains(openPaths, r.URL.Path), strings.HasPrefix(r.URL.Path, assetsPath):
		return r, nil
	}
	return r, s.lacks(w, r)
}

// lacks tells what a request may not do with the token that it carries; nil: nothing.
func (s *Server) lacks(w http.ResponseWriter, r *http.Request) *problem {
	switch may := s.access(r); {
	case may == nothing:
		return s.unauthorized(w, r)
	case may == reads && r.Method != http.MethodGet && r.Method != http.MethodHead:
		return problemf(http.StatusForbidden, "read-only",
			"this token reads and changes nothing: show the one of http.token_file")
	}
	return nil
}

// shownBy is what of a request access looks at: a connection that lasts for days keeps no more of it.
func shownBy(r *http.Request) *http.Request {
	shown := &http.Request{Host: r.Host, Header: http.Header{}}
	for _, name := range []string{"Authorization", "Cookie", "Origin"} {
		if values := r.Header[name]; values != nil {
			shown.Header[name] = values
		}
	}
	return shown
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

func (s *Server) hostConfigured(name string) bool {
	return slices.Contains(s.site.Load().AllowedHosts, name)
}

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

// originOurs knows the server's own pages: those of the host and port that were asked for, and of an allowed host
// on that port or the one that its scheme has by default, since a proxy may speak for it.
func (s *Server) originOurs(origin, host string) bool {
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
