package api

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Site is how clients reach the server.
type Site struct {
	AllowedHosts   []string // names that a Host header may carry beside localhost and addresses
	AllowedOrigins []string // of pages elsewhere that may ask; "*": any
	BasePath       string   // that a proxy puts before every path: "" or "/path"
}

// SetSite replaces how clients reach the server.
func (s *Server) SetSite(site Site) {
	lower := make([]string, len(site.AllowedHosts))
	for i, name := range site.AllowedHosts {
		lower[i] = strings.ToLower(name)
	}
	site.AllowedHosts = lower
	s.site.Store(&site)
}

type baseKey struct{}

// underBase takes the base path off a request, for a proxy that leaves it there, and remembers it for what the answer
// says of places.
func (s *Server) underBase(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		base := s.site.Load().BasePath
		if shown := forwardedPrefix(r); shown != "" {
			r = r.WithContext(context.WithValue(r.Context(), baseKey{}, shown))
		} else if base != "" {
			r = r.WithContext(context.WithValue(r.Context(), baseKey{}, base))
		}
		if base == "" || r.URL.Path != base && !strings.HasPrefix(r.URL.Path, base+"/") {
			next.ServeHTTP(w, r)
			return
		}
		below := *r.URL
		below.Path, below.RawPath = strings.TrimPrefix(below.Path, base), strings.TrimPrefix(below.RawPath, base)
		if below.Path == "" {
			http.Redirect(w, r, baseOf(r)+"/", http.StatusTemporaryRedirect)
			return
		}
		r2 := new(http.Request)
		*r2 = *r
		r2.URL = &below
		next.ServeHTTP(w, r2)
	})
}

// forwardedPrefix is the path under which a proxy of this machine shows us. Nobody else is believed.
func forwardedPrefix(r *http.Request) string {
	text := r.Header.Get("X-Forwarded-Prefix")
	if text == "" || !clientOf(r).IsLoopback() {
		return ""
	}
	prefix := strings.TrimSuffix(text, "/")
	if !plainPath.MatchString(prefix) || path.Clean(prefix) != prefix {
		return "" // it would be repeated in answers
	}
	return prefix
}

// plainPath is a path of which nothing needs to be escaped anywhere.
var plainPath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

// baseOf is what stands before every path as the client sees it: "" or "/path".
func baseOf(r *http.Request) string {
	base, _ := r.Context().Value(baseKey{}).(string)
	return base
}

// cookiePath is where a browser is to send the session.
func cookiePath(r *http.Request) string {
	if base := baseOf(r); base != "" {
		return base
	}
	return "/"
}

// tidied gives the path that a request for an untidy one is sent to, and whether it was one.
func tidied(r *http.Request) (to string, untidy bool) {
	p := path.Clean("/" + r.URL.Path)
	if strings.HasSuffix(r.URL.Path, "/") && p != "/" {
		p += "/"
	}
	at := url.URL{Path: baseOf(r) + p, RawQuery: r.URL.RawQuery}
	return at.String(), p != r.URL.Path
}
