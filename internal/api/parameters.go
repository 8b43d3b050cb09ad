package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// params reads a request's query. Unknown parameters are errors, as is what cannot be decoded: a filter
// with a typing error must not answer with everything. A parameter without a value is as if it were not there, as forms
// send what nobody has filled in.
func params(r *http.Request, known []string) (url.Values, error) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("the query cannot be decoded: %v", err)
	}
	if err := refuseOthers(v, known, r.URL.Path); err != nil {
		return nil, err
	}
	for name, values := range v {
		if v[name] = slices.DeleteFunc(values, func(s string) bool { return s == "" }); len(v[name]) == 0 {
			delete(v, name)
		}
	}
	return v, nil
}

// refuseOthers tells of a parameter that is none of those that are known.
func refuseOthers(v url.Values, known []string, path string) error {
	for name := range v {
		if slices.Contains(known, name) {
			continue
		}
		if len(known) == 0 {
			return badRequest("no parameter is called %q: %s takes none", name, path)
		}
		return badRequest("no parameter is called %q: there are %s", name, strings.Join(known, ", "))
	}
	return nil
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
