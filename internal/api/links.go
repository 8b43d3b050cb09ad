package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// How long links are good for. A feed reader keeps its address, and asks nobody for another.
const (
	defaultTTL = time.Hour
	maxTTL     = 7 * 24 * time.Hour
	feedTTL    = 366 * 24 * time.Hour // by default and at most
)

// links are paths under which a player or an <img> gets one thing without a token, for a while.
type links struct {
	Content   string    `json:"content,omitempty"` // a series has none of its own
	Artwork   string    `json:"artwork"`
	Thumbnail string    `json:"thumbnail"`
	ExpiresAt time.Time `json:"expires_at"`
}

// postItemLink makes links to what an item shows.
func (s *Server) postItemLink(w http.ResponseWriter, r *http.Request) error {
	v, _, err := s.item(r)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("/api/v1/items/%d", v.ID)
	return s.writeLinks(w, r, at+"/content", at)
}

// postWorkLink makes links to what is played first of a work, and to what shows it.
func (s *Server) postWorkLink(w http.ResponseWriter, r *http.Request) error {
	work, err := s.work(r)
	if err != nil {
		return err
	}
	at, content := fmt.Sprintf("/api/v1/works/%d", work.ID), ""
	if len(work.Members) > 0 && work.Members[0].Role == store.RoleMain {
		content = fmt.Sprintf("/api/v1/items/%d/content", work.Members[0].Item)
	}
	return s.writeLinks(w, r, content, at)
}

// writeLinks answers with signed links to some bytes, where there are any, and to the pictures below a path.
func (s *Server) writeLinks(w http.ResponseWriter, r *http.Request, content, at string) error {
	until, err := linkEnd(r, defaultTTL, maxTTL)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	out := links{
		Artwork:   baseOf(r) + s.sign(at+"/artwork", until),
		Thumbnail: baseOf(r) + s.sign(at+"/thumbnail", until), ExpiresAt: until,
	}
	if content != "" {
		out.Content = baseOf(r) + s.sign(content, until)
	}
	return writeJSON(w, http.StatusOK, out)
}

// postFeedLink makes an address of the feed of what was added for a feed reader, which can show no token.
func (s *Server) postFeedLink(w http.ResponseWriter, r *http.Request) error {
	until, err := linkEnd(r, feedTTL, feedTTL)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, feedLink{Feed: baseOf(r) + s.sign(feedPath, until), ExpiresAt: until})
}

// feedLink is the path under which a feed reader gets what was added.
type feedLink struct {
	Feed      string    `json:"feed"`
	ExpiresAt time.Time `json:"expires_at"`
}

// linkEnd reads until when links are asked for.
func linkEnd(r *http.Request, ttl, limit time.Duration) (until time.Time, err error) {
	var body struct {
		TTL string `json:"ttl"`
	}
	if err := decodeBody(r, &body, `{"ttl": "1h"}`); err != nil {
		return until, err
	}
	if body.TTL != "" {
		ttl, err = time.ParseDuration(body.TTL)
		if err != nil || ttl <= 0 || ttl > limit {
			return until, badRequest(`ttl %q is not a duration above zero and up to "%.0fh"`, body.TTL, limit.Hours())
		}
	}
	return time.Now().Add(ttl).UTC().Truncate(time.Second).Add(time.Second), nil // whole seconds, none too early
}

// sign gives a path, without the base, with what lets it be asked for until then.
func (s *Server) sign(path string, until time.Time) string {
	expires := strconv.FormatInt(until.Unix(), 10)
	return path + "?" + url.Values{"expires": {expires}, "signature": {s.signature(path, expires)}}.Encode()
}

// signature is void once the token is another, and cannot be made by who knows no more than the token.
func (s *Server) signature(path, expires string) string {
	token := hmac.New(sha256.New, s.cfg.LinkKey)
	token.Write([]byte(s.tokens().full))
	mac := hmac.New(sha256.New, token.Sum(nil))
	fmt.Fprintf(mac, "%s\n%s", path, expires)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// checkLink reports whether a request is for a link that was signed, and has not expired, and gives it without what
// says so: nobody behind it need know.
func (s *Server) checkLink(r *http.Request) (_ *http.Request, signed bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return r, false
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(q["expires"]) != 1 || len(q["signature"]) != 1 || len(s.cfg.LinkKey) == 0 {
		return r, false
	}
	expires := q.Get("expires")
	until, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || time.Now().Unix() >= until {
		return r, false
	}
	if !hmac.Equal([]byte(q.Get("signature")), []byte(s.signature(r.URL.Path, expires))) {
		return r, false
	}
	q.Del("expires")
	q.Del("signature")
	r2, bare := r.WithContext(context.WithValue(r.Context(), signedUntil{}, time.Unix(until, 0))), *r.URL
	bare.RawQuery = q.Encode()
	r2.URL = &bare
	return r2, true
}

// signedUntil is the key under which a request by a signed link has the time at which that expires.
type signedUntil struct{}

// asSigned gives the path of something that is shown beside what was asked for: signed as that was, where it was.
func (s *Server) asSigned(r *http.Request, path string) string {
	if until, ok := r.Context().Value(signedUntil{}).(time.Time); ok {
		path = s.sign(path, until)
	}
	return baseOf(r) + path
}
