package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"go.uber.org/zap"
)

// daemon is the whole daemon in this process, on real directories.
type daemon struct {
	t      testing.TB
	url    string
	root   string // directory of the root called media
	router routers.Router
	client http.Client
	token  string // sent where it is not empty
	base   string // that a path may begin with
	stop   func()
}

// start runs a daemon over the files until the test ends. more is further configuration.
func start(t testing.TB, files map[string]string, more string) *daemon {
	t.Helper()
	d := &daemon{t: t, root: t.TempDir()}
	d.client.Transport = &http.Transport{DisableKeepAlives: true}
	for name, text := range files {
		d.write(name, text)
	}
	file := filepath.Join(t.TempDir(), "catalogizerd.toml")
	text := fmt.Sprintf("[watcher]\ndebounce = \"100ms\"\n%s\n[[root]]\nname = \"media\"\npath = %q\n", more, d.root)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.LoadOptions{File: file, DataDir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	listening, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- app.Serve(ctx, cfg, zap.NewNop(), app.Options{Version: "test", Listening: func(addr string) { listening <- addr }})
	}()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the daemon ended: %v", err)
		}
	})
	t.Cleanup(d.stop)
	select {
	case addr := <-listening:
		d.url = "http://" + addr
	case err := <-ended:
		ended <- nil // for the end of the test
		t.Fatal(err)
	}
	d.router = openAPIRouter(t)
	return d
}

func openAPIRouter(t testing.TB) routers.Router {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

func (d *daemon) path(name string) string { return filepath.Join(d.root, name) }

func (d *daemon) write(name, text string) {
	d.t.Helper()
	if err := os.MkdirAll(filepath.Dir(d.path(name)), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(d.path(name), []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// answer is a response, read whole.
type answer struct {
	*http.Response
	t    testing.TB
	body []byte
}

// do sends a request and holds the answer to openapi.yaml. Headers are names and values in turn.
func (d *daemon) do(method, path, body string, headers ...string) answer {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if d.token != "" {
		req.Header.Set("Authorization", "Bearer "+d.token)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := d.client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	a := answer{resp, d.t, b}
	d.validate(req, a)
	return a
}

func (d *daemon) validate(req *http.Request, a answer) {
	d.t.Helper()
	what := fmt.Sprintf("%s %s: %d %s", req.Method, req.URL, a.StatusCode, a.body)
	plain := req.Clone(context.Background())
	plain.URL.RawQuery, plain.Host, plain.URL.Host = "", "", ""
	plain.URL.Path = strings.TrimPrefix(plain.URL.Path, d.base)
	if req.Method == http.MethodOptions || a.StatusCode == http.StatusTemporaryRedirect {
		return // of every path there is
	}
	if a.StatusCode == http.StatusMethodNotAllowed { // is described with the methods that there are
		plain.Method, _, _ = strings.Cut(a.Header.Get("Allow"), ",")
	}
	route, params, err := d.router.FindRoute(plain)
	if err != nil {
		if a.StatusCode < http.StatusBadRequest {
			d.t.Errorf("%s: not described: %v", what, err)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: plain, PathParams: params, Route: route}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.StatusCode, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: len(a.body) == 0 || a.Header.Get("Content-Security-Policy") == "sandbox"},
	})
	if err != nil {
		d.t.Errorf("%.600s\nis not as described: %.2000v", what, err)
	}
}

func (d *daemon) get(path string, headers ...string) answer {
	d.t.Helper()
	return d.do(http.MethodGet, path, "", headers...)
}

// into decodes the body.
func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v: %s", err, a.body)
	}
}

// isProblem checks that the answer is a problem of a status and type.
func (a answer) isProblem(status int, kind string) {
	a.t.Helper()
	var p struct {
		Type   string `json:"type"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}
	ct := a.Header.Get("Content-Type")
	if err := json.Unmarshal(a.body, &p); err != nil || ct != "application/problem+json" || a.StatusCode != status || p.Status != status || p.Type != kind || p.Detail == "" {
		a.t.Errorf("%s %s: %d, %s: %s; want the problem %s with %d", a.Request.Method, a.Request.URL, a.StatusCode, ct, a.body, kind, status)
	}
}

func (a answer) is(status int) answer {
	a.t.Helper()
	if a.StatusCode != status {
		a.t.Errorf("%s %s: %d %s, want %d", a.Request.Method, a.Request.URL, a.StatusCode, a.body, status)
	}
	return a
}

// item is what these tests ask of an item.
type item struct {
	ID        int64  `json:"id"`
	Path      string `json:"path"`
	PathBytes string `json:"path_bytes"`
	Kind      string `json:"kind"`
	State     string `json:"state"`
	Size      int64  `json:"size"`
	Media     struct {
		Artwork *struct {
			Encoding string `json:"encoding"`
		} `json:"artwork"`
	} `json:"media"`
}

type page struct {
	Items []item  `json:"items"`
	Next  *string `json:"next"`
	AsOf  string  `json:"as_of"`
}

func (d *daemon) items(query string) (p page) {
	d.t.Helper()
	d.get("/api/v1/items" + query).is(http.StatusOK).into(&p)
	return p
}

// refuses wants each query at a path to be a bad request.
func (d *daemon) refuses(path string, queries ...string) {
	d.t.Helper()
	for _, query := range queries {
		d.get(path+query).isProblem(http.StatusBadRequest, "bad-request")
	}
}

func (p *page) paths() string {
	var out []string
	for _, it := range p.Items {
		out = append(out, it.Path)
	}
	return strings.Join(out, "|")
}

// find gives the item at a path.
func (d *daemon) find(path string) item {
	d.t.Helper()
	for _, it := range d.items("?limit=1000").Items {
		if it.Path == path {
			return it
		}
	}
	d.t.Fatalf("there is no %s", path)
	return item{}
}

type status struct {
	Idle   bool   `json:"idle"`
	Cursor string `json:"cursor"`
	Counts struct {
		Items, Missing, Pending, Failed int64
	} `json:"counts"`
	Roots []struct {
		State string `json:"state"`
		Held  *struct {
			Count int64 `json:"count"`
		} `json:"held"`
	} `json:"roots"`
}

// patience is for how long a test waits for what must come to be: no busy machine takes as long.
const patience = 3 * time.Minute

// until asks for the status until it is as wanted.
func (d *daemon) until(want func(status) bool) (s status) {
	d.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		s = status{}
		d.get("/api/v1/status").is(http.StatusOK).into(&s)
		if want(s) {
			return s
		}
		if time.Now().After(end) {
			d.t.Fatalf("the status is not as wanted: %+v", s)
		}
	}
}

func (d *daemon) untilIdle() status {
	d.t.Helper()
	return d.until(func(s status) bool { return s.Idle })
}
