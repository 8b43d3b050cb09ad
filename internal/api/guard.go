package api

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

const (
	cookieName  = "catalogizerd"
	sessionTime = 30 * 24 * time.Hour
	maxSessions = 1000
)

// openPaths need no token, or ask for it themselves: a session is opened with it, and a WebSocket may send
// it as its first message.
var openPaths = []string{"/healthz", "/readyz", "/api/v1/session", "/api/v1/live"}

// guard lets a request through whose Host is one of ours, whose Origin is none or our own, and which
// carries the token where one is needed.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.hostAllowed(r.Host) {
			writeProblem(w, problemf(http.StatusForbidden, "foreign-host", "the Host %q is not one that this server answers to: add it to http.allowed_hosts", r.Host))
			return
		}
		if o := r.Header.Get("Origin"); o != "" && !s.originAllowed(o, r.Host) {
			writeProblem(w, problemf(http.StatusForbidden, "foreign-origin", "requests of pages from %q are refused", o))
			return
		}
		if !slices.Contains(openPaths, r.URL.Path) && !s.authorized(r) {
			writeProblem(w, s.unauthorized(w, "send the token as Authorization: Bearer TOKEN"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// unauthorized makes the problem, and says how to do better.
func (s *Server) unauthorized(w http.ResponseWriter, detail string) *problem {
	w.Header().Set("WWW-Authenticate", `Bearer realm="catalogizerd"`)
	return problemf(http.StatusUnauthorized, "unauthorized", "%s", detail)
}

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

// originAllowed admits the server's own pages and those of an allowed host.
func (s *Server) originAllowed(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	return strings.EqualFold(u.Host, host) || s.hostConfigured(strings.ToLower(u.Hostname()))
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
	if err != nil {
		return false
	}
	token, ok := s.sessions.token(c.Value)
	return ok && isToken(want, token)
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

// sessions of browsers, in memory: a restart ends them. A session is as good as the token that it was
// opened with, and no longer.
type sessions struct {
	mu  sync.Mutex // guards ids
	ids map[string]session
}

type session struct {
	token string
	until time.Time
}

func (s *sessions) open(token string) string {
	id := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil || len(s.ids) >= maxSessions {
		s.ids = make(map[string]session)
	}
	s.ids[id] = session{token, time.Now().Add(sessionTime)}
	return id
}

// token gives the token that a session was opened with.
func (s *sessions) token(id string) (token string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.ids[id]
	return found.token, ok && time.Now().Before(found.until)
}

// end forgets a session, and reports whether there was one.
func (s *sessions) end(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.ids[id]
	delete(s.ids, id)
	return found
}

// openSession gives a browser a cookie for the token.
func (s *Server) openSession(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Token string `json:"token"`
	}
	if err := decodeBody(r, &body, `{"token": "…"}`); err != nil {
		return err
	}
	if want, needed := s.token(); needed && !isToken(want, body.Token) {
		return s.unauthorized(w, "wrong token")
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: s.sessions.open(body.Token), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", MaxAge: int(sessionTime.Seconds()),
	})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(cookieName); err == nil {
		if s.sessions.end(c.Value) {
			s.rotation.ring() // its live feeds end with it
		}
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1})
	w.WriteHeader(http.StatusNoContent)
	return nil
}
