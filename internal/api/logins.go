package api

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// A login code opens one session without the token being typed: whoever holds the token makes codes, without asking the
// daemon. A code is its end in seconds, a number of its own, and a proof that its maker knew the token.
const (
	codeEnd   = 8
	codeOwn   = 12
	codeProof = 16
	codeSize  = codeEnd + codeOwn + codeProof
)

// LoginTime is for how long a login code is good, at most: whoever makes one opens it in the next minutes.
const LoginTime = time.Hour

// LoginPath gives a path that lets whoever opens it in a browser in, once and until a time, which is at most LoginTime
// away.
func LoginPath(token string, until time.Time) string {
	code := binary.BigEndian.AppendUint64(nil, uint64(until.Unix()))
	own := make([]byte, codeOwn)
	_, _ = rand.Read(own) // never fails
	code = append(code, own...)
	code = append(code, proofOf(token, code)...)
	return "/login?code=" + base64.RawURLEncoding.EncodeToString(code)
}

// proofOf is what only who knows the token can say of a code.
func proofOf(token string, code []byte) []byte {
	h := hmac.New(sha256.New, []byte(token))
	h.Write([]byte("catalogizerd login\x00")) // is no signature of a link
	h.Write(code[:codeEnd+codeOwn])
	return h.Sum(nil)[:codeProof]
}

// errUsed says that a code has let somebody in already.
var errUsed = errors.New("used")

// logins remember the codes that have been used, in a file, so that none is good again after a restart.
type logins struct {
	file string // empty: none
	mu   sync.Mutex
	used map[string]int64 // guarded by mu; codes with their ends
	read bool             // guarded by mu
}

// use marks a code as used; it fails with errUsed where it is already.
func (l *logins) use(code string, end int64) error {
	if err := l.load(); err != nil {
		return err
	}
	if !l.claim(code, end) {
		return errUsed
	}
	if err := l.keep(code, end); err != nil {
		l.release(code)
		return fmt.Errorf("keep a used login code: %w", err)
	}
	return nil
}

func (l *logins) claim(code string, end int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other, end := range l.used {
		if end < time.Now().Unix() {
			delete(l.used, other)
		}
	}
	_, used := l.used[code]
	l.used[code] = end
	return !used
}

func (l *logins) release(code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.used, code)
}

// load reads the file, once; codes whose time is over are left out.
func (l *logins) load() error {
	if l.loaded() {
		return nil
	}
	used := map[string]int64{}
	if l.file != "" {
		text, err := os.ReadFile(l.file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read used login codes: %w", err)
		}
		for line := range strings.Lines(string(text)) {
			var end int64
			var code string
			if _, err := fmt.Sscan(line, &end, &code); err == nil && end >= time.Now().Unix() {
				used[code] = end
			}
		}
		if len(text) > 0 && len(used) == 0 { // nothing of it matters any more
			_ = os.Truncate(l.file, 0)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.read {
		l.used, l.read = used, true
	}
	return nil
}

func (l *logins) loaded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.read
}

// keep adds a code to the file.
func (l *logins) keep(code string, end int64) (err error) {
	if l.file == "" {
		return nil
	}
	f, err := os.OpenFile(l.file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "\n%d %s\n", end, code) // a full disk may have cut the line before
	return errors.Join(err, f.Sync(), f.Close())
}

// getLogin lets the browser in that brings a code, and sends it to the page. Who only looks, such as a program that
// shows what is behind a link, uses no code up.
func (s *Server) getLogin(w http.ResponseWriter, r *http.Request) error {
	v, err := params(r, []string{"code"})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds the code
	t := s.tokens()
	if t.needed && r.Method == http.MethodGet {
		if r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != "" {
			return problemf(http.StatusServiceUnavailable, "not-now", "this link is not fetched ahead: open it")
		}
		token, err := s.takeLogin(t, v.Get("code"))
		switch {
		case errors.Is(err, errUsed):
			return problemf(http.StatusForbidden, "login-used", "this link is used up, or its time is over: "+
				"`catalogizerd login` on the daemon's machine prints another")
		case err != nil:
			return err
		case token == "":
			return s.wrongToken(w, r)
		}
		s.setSession(w, r, token)
	}
	w.Header().Set("Location", baseOf(r)+(&url.URL{Path: "/"}).String())
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// takeLogin gives the token that a code's maker knew, and uses the code up; "" where it is none of ours.
func (s *Server) takeLogin(t tokens, text string) (token string, err error) {
	code, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(code) != codeSize {
		return "", nil //nolint:nilerr // a code that is none
	}
	for _, one := range []string{t.full, t.read} {
		if one != "" && hmac.Equal(proofOf(one, code), code[codeEnd+codeOwn:]) {
			token = one
		}
	}
	if token == "" {
		return "", nil
	}
	end := int64(binary.BigEndian.Uint64(code))
	if now := time.Now(); end < now.Unix() || end > now.Add(LoginTime).Unix() {
		return "", errUsed
	}
	return token, s.logins.use(text, end)
}
