package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// passTime is how long a source may take to do what it is asked for.
const passTime = 30 * time.Second

// asRefused is what a source said in place of an answer; nil: it said nothing of the kind.
func asRefused(err error) *media.Refused {
	if p := (*client.Problem)(nil); errors.As(err, &p) {
		return &media.Refused{Status: p.Status, Kind: p.Type, Detail: p.Detail}
	}
	r := (*media.Refused)(nil)
	errors.As(err, &r)
	return r
}

// asked says what a source's failure to answer means to who asked the hub.
func (s *source) asked(err error) error {
	switch refused := asRefused(err); {
	case err == nil:
		return nil
	case refused == nil:
		return fmt.Errorf("%w: source %s does not answer: %w", media.ErrOffline, s.Name, err)
	case refused.Status == http.StatusUnauthorized, refused.Status == http.StatusForbidden:
		return &media.Refused{Status: http.StatusBadGateway, Kind: "source-refuses", Detail: fmt.Sprintf(
			"source %s refuses the hub: give it that daemon's token, not its read token (%s)", s.Name, refused.Detail)}
	default:
		return refused
	}
}

// post has the source do something.
func (s *source) post(ctx context.Context, path string, body, into any) error {
	if st := s.State(); !st.Online {
		return fmt.Errorf("%w: %s", media.ErrOffline, awayText(&st))
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, passTime)
	defer cancel()
	return s.asked(c.Post(ctx, path, nil, body, into))
}

// ofRootPath is the path by which a source's root is asked to do something.
func ofRootPath(root, what string) string { return "roots/" + url.PathEscape(root) + "/" + what }

// Scan has the source of a root compare it. The scan's id is the hub's.
func (s *Sources) Scan(ctx context.Context, root, path string, full bool) (out media.Scan, err error) {
	one, name, err := s.ofRoot(root)
	if err != nil {
		return out, err
	}
	body := map[string]any{"path_bytes": []byte(path), "full": full}
	if err := one.post(ctx, ofRootPath(name, "scan"), body, &out); err != nil {
		return out, err
	}
	return one.scan(out), nil
}

// scan is a source's scan as the hub shows it.
func (s *source) scan(of media.Scan) media.Scan {
	of.ID = postgres.ID(s.State().Catalog, of.ID)
	of.Root = postgres.RootName(s.Name, of.Root)
	return of
}

// CancelScan has the source that makes a scan end it.
func (s *Sources) CancelScan(ctx context.Context, id int64) error {
	return s.ask(ctx, id, func(ctx context.Context, _ *source, c *client.Client, at int64) error {
		return c.Delete(ctx, "scans/"+strconv.FormatInt(at, 10), nil, nil)
	})
}

// scansTime is how long sources may take to say which scans they know.
const scansTime = 5 * time.Second

// Scans are those that the sources know, the newest of each first; of a source that does not answer the last ones of
// its roots.
func (s *Sources) Scans() (out []media.Scan) {
	ctx, cancel := context.WithTimeout(context.Background(), scansTime)
	defer cancel()
	all := s.each()
	of := make([][]media.Scan, len(all))
	var asked sync.WaitGroup
	for i, one := range all {
		asked.Go(func() { of[i] = one.scans(ctx) })
	}
	asked.Wait()
	return slices.Concat(of...)
}

func (s *source) scans(ctx context.Context) (out []media.Scan) {
	st := s.State()
	if c, err := s.client(); err == nil && st.Online && c.Get(ctx, "scans", nil, &out) == nil {
		for i := range out {
			out[i] = s.scan(out[i])
		}
		return out
	}
	out = nil
	for _, r := range shown(&st, nil) {
		if r.LastScan != nil {
			out = append(out, *r.LastScan)
		}
	}
	return out
}

// ask has the source of an item, or of what else has its numbers, asked by what it calls it.
func (s *Sources) ask(
	ctx context.Context, id int64, fn func(context.Context, *source, *client.Client, int64) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, passTime)
	defer cancel()
	one, at, err := s.ofItem(ctx, id)
	if err != nil {
		return err
	}
	c, err := one.client()
	if err != nil {
		return err
	}
	return one.asked(fn(ctx, one, c, at))
}

// Said asks the source of an item where each field of it comes from, and which file beside it said some of them.
func (s *Sources) Said(ctx context.Context, id int64) (of map[string]string, sidecar string, err error) {
	var said struct {
		Sources map[string]string
		Sidecar string
	}
	err = s.ask(ctx, id, func(ctx context.Context, _ *source, c *client.Client, at int64) error {
		return c.Get(ctx, "items/"+strconv.FormatInt(at, 10), url.Values{"include": {"sources"}}, &said)
	})
	return said.Sources, said.Sidecar, err
}

// Open opens the content of an item at its source.
func (s *Sources) Open(ctx context.Context, id int64) (content io.ReadCloser, err error) {
	one, at, err := s.ofItem(ctx, id)
	if err != nil {
		return nil, err
	}
	c, err := one.client()
	if err == nil {
		content, err = c.Content(ctx, at, 0)
	}
	return content, one.asked(err)
}

// ScanByID asks the source that makes a scan.
func (s *Sources) ScanByID(id int64) (out media.Scan, err error) {
	err = s.ask(context.Background(), id, func(ctx context.Context, of *source, c *client.Client, at int64) error {
		err := c.Get(ctx, "scans/"+strconv.FormatInt(at, 10), nil, &out)
		out = of.scan(out)
		return err
	})
	return out, err
}

// AcceptRemovals says at the source that what is held is really gone.
func (s *Sources) AcceptRemovals(ctx context.Context, root string) (int64, error) {
	one, name, err := s.ofRoot(root)
	if err != nil {
		return 0, err
	}
	var of struct {
		Removed int64 `json:"removed"`
	}
	return of.Removed, one.post(ctx, ofRootPath(name, "accept-removals"), nil, &of)
}

// AcceptVolume says at the source that another file system is the root's.
func (s *Sources) AcceptVolume(ctx context.Context, root, volume string) (out media.Accepted, err error) {
	one, name, err := s.ofRoot(root)
	if err != nil {
		return out, err
	}
	return out, one.post(ctx, ofRootPath(name, "accept-volume"), map[string]string{"volume": volume}, &out)
}

// Reconnect has the source try a root that is away.
func (s *Sources) Reconnect(ctx context.Context, root string) error {
	one, name, err := s.ofRoot(root)
	if err != nil {
		return err
	}
	return one.post(ctx, ofRootPath(name, "reconnect"), nil, nil)
}

// TreeByID finds none: the files are the sources'.
func (s *Sources) TreeByID(int64) tree.Tree { return nil }

// PassItem has the source of an item answer what is asked of it: its content, artwork or thumbnail. An error says that
// nothing has been answered yet.
func (s *Sources) PassItem(w http.ResponseWriter, r *http.Request, id int64, what string) error {
	one, at, err := s.ofItem(r.Context(), id)
	if err != nil {
		return err
	}
	asked := one.configured()
	token, err := asked.token()
	if err != nil {
		return err
	}
	base, err := url.Parse(strings.TrimRight(asked.URL, "/") + "/")
	if err != nil {
		return err
	}
	var failed error
	proxy := httputil.ReverseProxy{
		Transport: s.http.Transport, ErrorLog: zap.NewStdLog(s.log),
		Rewrite: func(p *httputil.ProxyRequest) { readAt(p, base, token, at, what) },
		ModifyResponse: func(resp *http.Response) error {
			resp.Header.Del("Set-Cookie")
			if resp.StatusCode == http.StatusUnauthorized {
				return fmt.Errorf("it refuses the hub's token")
			}
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err },
	}
	proxy.ServeHTTP(w, r)
	if failed != nil {
		return fmt.Errorf("%w: source %s does not answer: %w", media.ErrOffline, one.Name, failed)
	}
	return nil
}

// passedOn are the headers that say which bytes are wanted; nothing else of a request is another daemon's matter.
var passedOn = []string{"Range", "If-Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since",
	"Accept"}

// readAt makes the request that a source is to answer.
func readAt(p *httputil.ProxyRequest, base *url.URL, token string, id int64, what string) {
	header := http.Header{}
	for _, name := range passedOn {
		if values := p.In.Header.Values(name); len(values) > 0 {
			header[name] = values
		}
	}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	query := url.Values{}
	for _, name := range []string{"size", "v"} {
		if v := p.In.URL.Query().Get(name); v != "" {
			query.Set(name, v)
		}
	}
	p.Out.Header = header
	p.Out.URL = base.JoinPath("api/v1/items", strconv.FormatInt(id, 10), what)
	p.Out.URL.RawQuery = query.Encode()
	p.Out.Host = ""
}
