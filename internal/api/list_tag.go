package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/zeebo/xxh3"
)

// unchanged answers a list that the client holds as it would be now, without reading any of it, and reports whether
// it did. The tag is of what is asked for and of two places in the feed: whatever a list holds has one, and a list
// shows what is indexed, which follows behind. They are looked at before the list is read, so that the tag is never
// newer than what it is of.
func (s *Server) unchanged(w http.ResponseWriter, r *http.Request) bool {
	q := r.URL.Query()
	if q.Has("q") || q.Has("held") || q.Has("not_held") {
		return false // the words that are meant by others, and what is held, change without a place in the feed
	}
	of := s.cursor(s.catalog.IndexedTo()) + "\n" + s.cursor(s.catalog.Head()) + "\n" + s.cfg.Version + "\n" +
		r.URL.Path + "?" + r.URL.RawQuery + "\n" + s.coloursTag(q)
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

// writeList answers with a short list that is no part of the feed, unless the client holds it. Its tag is of what it says.
func writeList(w http.ResponseWriter, r *http.Request, list any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(list); err != nil {
		return err
	}
	sum := xxh3.Hash128(b.Bytes()).Bytes()
	tag := fmt.Sprintf(`W/"%x"`, sum[:])
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if hasTag(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return writeRaw(w, bytes.TrimSuffix(b.Bytes(), []byte("\n")))
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
