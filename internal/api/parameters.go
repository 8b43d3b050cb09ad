package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// params reads a request's query. Unknown parameters are errors, as is what cannot be decoded: a filter
// with a typing error must not answer with everything.
func params(r *http.Request, known []string) (url.Values, error) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("the query cannot be decoded: %v", err)
	}
	for name := range v {
		if slices.Contains(known, name) {
			continue
		}
		if len(known) == 0 {
			return nil, badRequest("no parameter is called %q: %s takes none", name, r.URL.Path)
		}
		return nil, badRequest("no parameter is called %q: there are %s", name, strings.Join(known, ", "))
	}
	return v, nil
}

// taking refuses every parameter but those named before anything else is looked at. Bytes take any: players and pages add
// what they like to an address, and there is nothing in it to mistype.
func taking(fn handler, known ...string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := params(r, known); err != nil {
			return err
		}
		return fn(w, r)
	}
}
