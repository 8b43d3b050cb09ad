package api

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/zeebo/xxh3"
)

// unchanged answers a list that the client holds as it would be now, without reading any of it, and reports whether it
// did. The tag is of the place in the feed and of what is asked for: whatever a list holds has its place in the feed. The
// place is looked at before the list is read, so that the tag is never newer than what it is of.
func (s *Server) unchanged(w http.ResponseWriter, r *http.Request) bool {
	if q := r.URL.Query(); q.Has("q") || q.Has("held") {
		return false // the index of words follows behind the feed, and what is held stands outside it
	}
	of := s.cursor(s.catalog.Head()) + "\n" + s.cfg.Version + "\n" + r.URL.Path + "?" + r.URL.RawQuery
	sum := xxh3.HashString128(of).Bytes()
	tag := fmt.Sprintf(`W/"%x"`, sum[:])
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if !hasTag(r.Header.Values("If-None-Match"), tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// hasTag compares weakly (RFC 9110, 13.1.2).
func hasTag(held []string, tag string) bool {
	for one := range strings.SplitSeq(strings.Join(held, ","), ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
