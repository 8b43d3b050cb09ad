package api

import (
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

const (
	defaultTTL = time.Hour
	maxTTL     = 7 * 24 * time.Hour
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
	var body struct {
		TTL string `json:"ttl"`
	}
	if err := decodeBody(r, &body, `{"ttl": "1h"}`); err != nil {
		return err
	}
	ttl := defaultTTL
	if body.TTL != "" {
		d, err := time.ParseDuration(body.TTL)
		if err != nil || d <= 0 || d > maxTTL {
			return badRequest(`ttl %q is not a duration above zero and up to "168h"`, body.TTL)
		}
		ttl = d
	}
	until := time.Now().Add(ttl).UTC().Truncate(time.Second).Add(time.Second) // whole seconds, none too early
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
	r2, bare := new(http.Request), *r.URL
	*r2, bare.RawQuery = *r, q.Encode()
	r2.URL = &bare
	return r2, true
}
