package api

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// minPacked is from how many bytes on an answer is worth packing: below, it fits a packet or two either way.
const minPacked = 1 << 10

// packed packs answers where the client takes gzip (RFC 9110, 8.4.1.3): those in JSON or YAML that are long enough, and
// neither a file's bytes nor secret. No answer mixes a secret with what its asker wrote, whose length would tell of the
// secret, but for the links that are signed, and they say no-store.
func packed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &packing{ResponseWriter: w, taken: takesGzip(r.Header.Values("Accept-Encoding"))}
		next.ServeHTTP(p, r)
		p.end()
	})
}

// packing decides with the first bytes of the body: they are the whole of it, or most. What is packed is kept until its
// end: a client that takes its time holds nothing but that.
type packing struct {
	http.ResponseWriter
	taken  bool
	status int // to be written with the first bytes; 0: none
	began  bool
	gz     *gzip.Writer // nil: it goes out as it is
	text   bytes.Buffer // packed
}

// Unwrap is for http.ResponseController.
func (p *packing) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// WriteHeader waits for the body where there may be one.
func (p *packing) WriteHeader(status int) {
	if status < http.StatusOK || status == http.StatusNoContent || status == http.StatusNotModified {
		p.ResponseWriter.WriteHeader(status)
		return
	}
	p.status = status
}

func (p *packing) Write(b []byte) (int, error) {
	if !p.began {
		p.begin(len(b))
	}
	if p.gz != nil {
		return p.gz.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

func (p *packing) begin(size int) {
	p.began = true
	if h := p.Header(); packable(h) {
		h.Add("Vary", "Accept-Encoding")
		if p.taken && size >= minPacked {
			h.Set("Content-Encoding", "gzip")
			p.gz, _ = packers.Get().(*gzip.Writer)
			p.gz.Reset(&p.text)
			return
		}
	}
	p.sendStatus()
}

func (p *packing) sendStatus() {
	if p.status != 0 {
		p.ResponseWriter.WriteHeader(p.status)
	}
}

// end writes what is left. An answer whose handler panicked has no end, and is seen to be cut.
func (p *packing) end() {
	if !p.began {
		p.sendStatus()
	}
	if p.gz == nil {
		return
	}
	_ = p.gz.Close() // a buffer takes everything
	packers.Put(p.gz)
	p.Header().Set("Content-Length", strconv.Itoa(p.text.Len()))
	p.sendStatus()
	_, _ = p.ResponseWriter.Write(p.text.Bytes()) // the client is gone otherwise
}

func packable(h http.Header) bool {
	switch h.Get("Content-Type") {
	case "application/json", "application/problem+json", "application/yaml":
	default:
		return false
	}
	return h.Get("Content-Disposition") == "" && h.Get("Content-Encoding") == "" && h.Get("Cache-Control") != "no-store"
}

// packers are shared by all answers; each holds some hundred KiB while it is used.
var packers = sync.Pool{New: func() any {
	gz, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // there is such a level
	}
	return gz
}}

// takesGzip reads what a client takes (RFC 9110, 12.5.3).
func takesGzip(accepts []string) bool {
	any := false
	for part := range strings.SplitSeq(strings.Join(accepts, ","), ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		taken := true
		name, q, found := strings.Cut(strings.TrimSpace(parameters), "=")
		if found && strings.EqualFold(strings.TrimSpace(name), "q") {
			weight, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			taken = err == nil && weight > 0
		}
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return taken
		case "*":
			any = taken
		}
	}
	return any
}
