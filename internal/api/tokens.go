package api

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"go.uber.org/zap"
)

// may is what somebody may do.
type may int

const (
	nothing may = iota
	reads       // and changes nothing: GET, HEAD, the live feed
	everything
)

// tokens are those that there are now. What is empty is nobody's.
type tokens struct {
	full, read string
	needed     bool // else everybody may do everything
}

// grant says what a token lets its bearer do.
func (t tokens) grant(token string) may {
	switch {
	case !t.needed, isToken(t.full, token):
		return everything
	case isToken(t.read, token):
		return reads
	}
	return nothing
}

// isToken compares in constant time. Nothing is the empty token.
func isToken(want, token string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(token)) == 1
}

// access says what a request may do: by the token that it carries, or by a session that was opened with one. A page
// that is not our own has no session: its browser would send the cookie whoever wrote the page.
func (s *Server) access(r *http.Request) may {
	t := s.tokens()
	if !t.needed {
		return everything
	}
	if auth := r.Header.Get("Authorization"); auth != "" {
		scheme, token, _ := strings.Cut(auth, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return nothing
		}
		return t.grant(strings.TrimSpace(token))
	}
	c, err := r.Cookie(cookieName)
	switch {
	case err != nil || s.foreign(r):
		return nothing
	case t.full != "" && s.sessions.opened(c.Value, t.full):
		return everything
	case t.read != "" && s.sessions.opened(c.Value, t.read):
		return reads
	}
	return nothing
}

// tokens gives the tokens as they are now. Where one cannot be read, whoever shows it is not let in.
func (s *Server) tokens() tokens {
	t, err := s.readTokens()
	if err != nil {
		s.log.Error("token not read, nobody is let in with it", zap.Error(err))
	}
	return t
}

func (s *Server) readTokens() (t tokens, err error) {
	if s.cfg.Token == nil {
		return tokens{}, nil
	}
	if t.full, err = s.cfg.Token(); err != nil {
		t.full = ""
	}
	if t.needed = err != nil || t.full != ""; !t.needed || s.cfg.ReadToken == nil {
		return t, err
	}
	read, readErr := s.cfg.ReadToken()
	if readErr != nil {
		return t, errors.Join(err, readErr)
	}
	t.read = read
	return t, err
}
