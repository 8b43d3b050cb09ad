package api

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	cookieName  = "catalogizerd"
	sessionTime = 30 * 24 * time.Hour
	maxSessions = 1000
	// maxSessionsOf is how many of them one address may have: a household behind one, but not all.
	maxSessionsOf = 100
)

// sessions of browsers, in memory: a restart ends them. A session is as good as the token that it was
// opened with, and no longer; of that it keeps a digest only.
type sessions struct {
	mu  sync.Mutex // guards ids
	ids map[string]session
}

type session struct {
	token [sha256.Size]byte
	from  netip.Addr
	until time.Time
}

// open begins a session. Where there are too many the oldest of the same address ends, else the oldest of the address
// that has most: nobody ends those of others.
func (s *sessions) open(token string, from netip.Addr) string {
	id := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = make(map[string]session)
	}
	s.makeRoom(from)
	s.ids[id] = session{sha256.Sum256([]byte(token)), from, time.Now().Add(sessionTime)}
	return id
}

// makeRoom is called under mu.
func (s *sessions) makeRoom(from netip.Addr) {
	now, of := time.Now(), map[netip.Addr]int{}
	for id, ses := range s.ids {
		if now.After(ses.until) {
			delete(s.ids, id)
			continue
		}
		of[ses.from]++
	}
	most := from
	if of[from] < maxSessionsOf {
		if len(s.ids) < maxSessions {
			return
		}
		for addr, n := range of {
			if n > of[most] {
				most = addr
			}
		}
	}
	oldest, until := "", time.Time{}
	for id, ses := range s.ids {
		if ses.from == most && (oldest == "" || ses.until.Before(until)) {
			oldest, until = id, ses.until
		}
	}
	delete(s.ids, oldest)
}

// opened reports whether a session is going on that was opened with a token.
func (s *sessions) opened(id, token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.ids[id]
	digest := sha256.Sum256([]byte(token))
	return ok && time.Now().Before(found.until) && subtle.ConstantTimeCompare(found.token[:], digest[:]) == 1
}

// end forgets a session, and reports whether there was one.
func (s *sessions) end(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.ids[id]
	delete(s.ids, id)
	return found
}

// openSession gives a browser a cookie for the token. Where none is needed it gives none.
func (s *Server) openSession(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Token string `json:"token"`
	}
	if err := decodeBody(r, &body, `{"token": "…"}`); err != nil {
		return err
	}
	if t := s.tokens(); t.needed {
		if t.grant(body.Token) == nothing {
			return s.wrongToken(w, r)
		}
		s.setSession(w, r, body.Token)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// setSession opens a session with a token, and has the browser keep it.
func (s *Server) setSession(w http.ResponseWriter, r *http.Request, token string) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: s.sessions.open(token, clientOf(r)),
		Path: cookiePath(r), HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", MaxAge: int(sessionTime.Seconds()),
	})
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(cookieName); err == nil {
		if s.sessions.end(c.Value) {
			s.rotation.ring() // its live feeds end with it
		}
	}
	gone := http.Cookie{
		Name: cookieName, Path: cookiePath(r), HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1,
	}
	http.SetCookie(w, &gone)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// clientOf is the address that a request comes from.
func clientOf(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // no TCP
	}
	return a.Addr().Unmap()
}
