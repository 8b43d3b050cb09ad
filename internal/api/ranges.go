package api

import (
	"net/http"
	"strings"
)

// maxRanges is how many ranges of one file are served at once. A request for more gets the whole: a server may ignore
// the header (RFC 9110, 14.2), and players ask for one.
const maxRanges = 16

// rangesTaken gives the request without a Range header that is to be ignored: of a unit that there is not, one that
// cannot be read, of an empty file, or for more ranges than most (RFC 9110, 14.2).
func rangesTaken(r *http.Request, size int64, most int) *http.Request {
	h := r.Header.Get("Range")
	if h == "" || size > 0 && wellFormed(h, most) {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	return r
}

// wellFormed reports whether a header is bytes=FIRST-LAST, FIRST- or -LENGTH, or some of these with commas between.
func wellFormed(header string, most int) bool {
	specs, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Count(specs, ",") >= most {
		return false
	}
	for spec := range strings.SplitSeq(specs, ",") {
		first, last, ok := strings.Cut(strings.TrimSpace(spec), "-")
		digits := strings.Trim(first+last, "0123456789") == ""
		if !ok || !digits || first == "" && last == "" || len(first) > 18 || len(last) > 18 {
			return false
		}
	}
	return true
}
