package api

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
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

// guard lets a request through whose Host is one of ours, whose Origin is none or our own, and which
// carries the token where one is needed. open paths need no token.
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
		if r.URL.Path != "/healthz" && r.URL.Path != "/readyz" && r.URL.Path != "/api/v1/session" && r.URL.Path != "/api/v1/live" && !s.authorized(r) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="catalogizerd"`)
			writeProblem(w, problemf(http.StatusUnauthorized, "unauthorized", "send the token as Authorization: Bearer TOKEN"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostAllowed protects from DNS rebinding: names other than localhost must be configured; addresses
// cannot be rebound.
func (s *Server) hostAllowed(host string) bool {
	name := strings.ToLower(hostname(host))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || slices.Contains(s.cfg.AllowedHosts, name) {
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
	return strings.EqualFold(u.Host, host) || slices.Contains(s.cfg.AllowedHosts, strings.ToLower(u.Hostname()))
}

// authorized reports whether a request carries the token, or a session that was opened with it.
func (s *Server) authorized(r *http.Request) bool {
	if s.cfg.Token == nil {
		return true
	}
	if auth := r.Header.Get("Authorization"); auth != "" {
		scheme, token, _ := strings.Cut(auth, " ")
		return strings.EqualFold(scheme, "Bearer") && s.tokenIsRight(strings.TrimSpace(token))
	}
	c, err := r.Cookie(cookieName)
	return err == nil && s.sessions.valid(c.Value)
}

// tokenIsRight compares in constant time with the token as it is now.
func (s *Server) tokenIsRight(token string) bool {
	want, err := s.cfg.Token()
	if err != nil {
		s.log.Error("token not read, nobody is let in", zap.Error(err))
		return false
	}
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}

// sessions of browsers, in memory: a restart ends them.
type sessions struct {
	mu  sync.Mutex // guards ids
	ids map[string]time.Time
}

func (s *sessions) open() string {
	id := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil || len(s.ids) >= maxSessions {
		s.ids = make(map[string]time.Time)
	}
	s.ids[id] = time.Now().Add(sessionTime)
	return id
}

func (s *sessions) valid(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.ids[id]
	return ok && time.Now().Before(until)
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ids, id)
}

// openSession gives a browser a cookie for the token.
func (s *Server) openSession(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&body); err != nil {
		return problemf(http.StatusBadRequest, "bad-request", "the body must be {\"token\": \"…\"}: %v", err)
	}
	if s.cfg.Token != nil && !s.tokenIsRight(body.Token) {
		return problemf(http.StatusUnauthorized, "unauthorized", "wrong token")
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: s.sessions.open(), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", MaxAge: int(sessionTime.Seconds()),
	})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(cookieName); err == nil {
		s.sessions.end(c.Value)
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1})
	w.WriteHeader(http.StatusNoContent)
	return nil
}
