package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed static
var static embed.FS

// policy lets the page load what this server has, and nothing else. No script or style stands in a document, and none is
// made of text (CSP 3; Trusted Types).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'"

// asset is a file as it is sent.
type asset struct {
	kind         string
	plain, small []byte // small is packed
}

// Page is the document and its assets, read and packed once.
type Page struct {
	version string // of all assets
	index   asset
	tag     string // of the document
	assets  map[string]asset
}

// New reads what is embedded.
func New() (*Page, error) {
	files, err := fs.Sub(static, "static")
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	return newPage(files)
}

func newPage(files fs.FS) (*Page, error) {
	p := &Page{assets: map[string]asset{}}
	all := sha256.New()
	var index []byte
	entries, err := fs.ReadDir(files, ".") // by name
	if err != nil {
		return nil, fmt.Errorf("list the page: %w", err)
	}
	for _, e := range entries {
		text, err := fs.ReadFile(files, e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the page: %w", err)
		}
		fmt.Fprintf(all, "%s %d\n", e.Name(), len(text))
		all.Write(text)
		if e.Name() == "index.html" {
			index = text
			continue
		}
		if p.assets[e.Name()], err = newAsset(e.Name(), text); err != nil {
			return nil, err
		}
	}
	p.version = hex.EncodeToString(all.Sum(nil)[:8])
	p.tag = `"` + p.version + `"`
	p.index, err = newAsset("index.html", document(index, p.version, p.assets))
	return p, err
}

// kinds are those of the files that a page has.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".webmanifest": "application/manifest+json",
}

func newAsset(name string, text []byte) (asset, error) {
	a := asset{kind: kinds[path.Ext(name)], plain: lean(name, text)}
	if a.kind == "" {
		return a, fmt.Errorf("pack the page: %s is of no kind that a page has", name)
	}
	var b bytes.Buffer
	gz, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return a, fmt.Errorf("pack the page: %w", err)
	}
	if _, err := gz.Write(a.plain); err != nil {
		return a, fmt.Errorf("pack %s: %w", name, err)
	}
	if err := gz.Close(); err != nil {
		return a, fmt.Errorf("pack %s: %w", name, err)
	}
	a.small = b.Bytes()
	return a, nil
}

// lean is a script or style as it is sent: without indentation, and without comments that have lines of their own. What
// stands in which line stays. No text in a script goes over lines, which a test holds.
func lean(name string, text []byte) []byte {
	ext := path.Ext(name)
	if ext != ".js" && ext != ".css" {
		return text
	}
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		line = bytes.TrimLeft(line, " ")
		if ext == ".js" && bytes.HasPrefix(line, []byte("//")) {
			line = []byte("\n")
		}
		out.Write(line)
	}
	return out.Bytes()
}

// Index answers with the document, which names the assets of its release: a browser asks each time whether it is the same.
func (p *Page) Index(w http.ResponseWriter, r *http.Request, gzipped bool) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", p.tag)
	if holds(r, p.tag) {
		h.Set("Vary", "Accept-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	p.index.write(w, r, gzipped)
}

// Asset answers with a file of the page, and reports whether there is one of that name. Of another release there is none:
// a page that is older than the daemon learns that it is to be loaded anew.
func (p *Page) Asset(w http.ResponseWriter, r *http.Request, version, name string, gzipped bool) bool {
	a, found := p.assets[name]
	if !found || version != p.version {
		return false
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("ETag", p.tag)
	if holds(r, p.tag) {
		w.Header().Set("Vary", "Accept-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	a.write(w, r, gzipped)
	return true
}

func (a *asset) write(w http.ResponseWriter, r *http.Request, gzipped bool) {
	body := a.plain
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	if gzipped && len(a.small) < len(a.plain) {
		h.Set("Content-Encoding", "gzip")
		body = a.small
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone otherwise
	}
}

// holds reports that a client has what a tag names. A tag is weak on its way through what packs (RFC 9110, 13.1.2).
func holds(r *http.Request, tag string) bool {
	tags := strings.Split(strings.Join(r.Header.Values("If-None-Match"), ","), ",")
	return slices.ContainsFunc(tags, func(one string) bool {
		return strings.TrimPrefix(strings.TrimSpace(one), "W/") == tag
	})
}
