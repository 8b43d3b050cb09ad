package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Options are what a client may be told. The zero value is good for a daemon on this machine without a token.
type Options struct {
	// Token is shown with every request. A read token is enough for all that changes nothing.
	Token string
	// HTTP makes requests; nil: http.DefaultClient. A timeout of its own must leave room for long polls (a minute).
	HTTP *http.Client
}

// Client asks one daemon. It may be used by several goroutines.
type Client struct {
	base  *url.URL
	token string
	http  *http.Client
}

// New makes a client of the daemon at a URL, which may have a path where a proxy shows the daemon under one. Nothing
// is sent yet.
func New(server string, o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(server, "/"))
	if err == nil && (base.Scheme != "http" && base.Scheme != "https" || base.Host == "") {
		err = fmt.Errorf("%q is no http:// or https:// URL", server)
	}
	if err != nil {
		return nil, fmt.Errorf("read the daemon's URL: %w", err)
	}
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	return &Client{base: base, token: o.Token, http: o.HTTP}, nil
}

// endpoint is the URL of a path below /api/v1.
func (c *Client) endpoint(path string, query url.Values) string {
	u := c.base.JoinPath("api/v1", path)
	u.RawQuery = query.Encode()
	return u.String()
}

// Get decodes the answer to GET /api/v1/path, for what has no method here: facets, duplicates, roots.
func (c *Client) Get(ctx context.Context, path string, query url.Values, into any) error {
	return c.ask(ctx, http.MethodGet, c.endpoint(path, query), nil, into)
}

// Post sends a body, which may be nil, to /api/v1/path, and decodes the answer unless into is nil.
func (c *Client) Post(ctx context.Context, path string, query url.Values, body, into any) error {
	return c.ask(ctx, http.MethodPost, c.endpoint(path, query), body, into)
}

// Delete asks for something to be ended, as DELETE of a path below /api/v1, and reads the answer where into is not nil.
func (c *Client) Delete(ctx context.Context, path string, query url.Values, into any) error {
	return c.ask(ctx, http.MethodDelete, c.endpoint(path, query), nil, into)
}

func (c *Client) ask(ctx context.Context, method, at string, body, into any) error {
	resp, err := c.do(ctx, method, at, body, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if into == nil {
		return nil
	}
	return read(resp.Body, method, at, into)
}

// read decodes the answer to a request.
func read(answer io.Reader, method, at string, into any) error {
	if err := json.NewDecoder(answer).Decode(into); err != nil {
		return fmt.Errorf("read the answer to %s %s: %w", method, at, err)
	}
	return nil
}

// do sends a request. The answer is a good one (2xx), and the caller's to close.
func (c *Client) do(ctx context.Context, method, at string, body any, header http.Header) (*http.Response, error) {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("encode the body of %s %s: %w", method, at, err)
		}
		text = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, at, text)
	if err != nil {
		return nil, fmt.Errorf("make the request %s %s: %w", method, at, err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	c.authorize(req.Header)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the daemon: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		defer resp.Body.Close()
		return nil, refusal(resp)
	}
	return resp, nil
}

func (c *Client) authorize(h http.Header) {
	if c.token != "" {
		h.Set("Authorization", "Bearer "+c.token)
	}
}

// Status says how the daemon and its roots are.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.Get(ctx, "status", nil, &s)
}

// Root says how one root is.
func (c *Client) Root(ctx context.Context, name string) (r Root, err error) {
	return r, c.Get(ctx, "roots/"+url.PathEscape(name), nil, &r)
}

// Item gives one item, with the works that hold it.
func (c *Client) Item(ctx context.Context, id int64) (it Item, err error) {
	return it, c.Get(ctx, number("items", id), nil, &it)
}

// Work gives one work, with its first 1,000 members.
func (c *Client) Work(ctx context.Context, id int64) (w Work, err error) {
	return w, c.Get(ctx, number("works", id), nil, &w)
}

// Found is what a search finds: works first, and items that no work holds.
type Found struct {
	Works []Work `json:"works"`
	Items []Item `json:"items"`
}

// Search finds works and items by words. More may say root, kind and limit; nil: nothing more.
func (c *Client) Search(ctx context.Context, words string, more url.Values) (f Found, err error) {
	return f, c.Get(ctx, "search", with(more, "q", words), &f)
}

// Content opens an item's bytes from an offset on, as they are on the root at this moment. The caller closes them.
func (c *Client) Content(ctx context.Context, id, offset int64) (io.ReadCloser, error) {
	header := http.Header{}
	if offset > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	resp, err := c.do(ctx, http.MethodGet, c.endpoint(number("items", id)+"/content", nil), nil, header)
	if err != nil {
		return nil, err
	}
	if offset > 0 && resp.StatusCode != http.StatusPartialContent {
		defer resp.Body.Close()
		return nil, &AnswerError{Status: resp.StatusCode}
	}
	return resp.Body, nil
}

// Links are paths of the server that are good without a token until they expire.
type Links struct {
	Content   string `json:"content"`
	Artwork   string `json:"artwork"`
	Thumbnail string `json:"thumbnail"`
	ExpiresAt Time   `json:"expires_at"`
}

// Link makes links to an item's bytes and pictures for players and pages; ttl is a duration such as "12h".
func (c *Client) Link(ctx context.Context, id int64, ttl string) (l Links, err error) {
	return l, c.Post(ctx, number("items", id)+"/link", nil, map[string]string{"ttl": ttl}, &l)
}

// StartScan has a root, or what is at a path in it, compared with the catalog. The scan goes on by itself.
func (c *Client) StartScan(ctx context.Context, root, path string, full bool) (s Scan, err error) {
	return s, c.Post(ctx, "roots/"+url.PathEscape(root)+"/scan", nil, map[string]any{"path": path, "full": full}, &s)
}

func number(of string, id int64) string { return of + "/" + strconv.FormatInt(id, 10) }

// with is a query with one more value in it.
func with(query url.Values, name, value string) url.Values {
	out := url.Values{}
	for n, values := range query {
		out[n] = values
	}
	out.Set(name, value)
	return out
}
