package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// remote are the flags of commands that talk to a running daemon.
type remote struct {
	Config    string `help:"Configuration file (TOML) that says where the daemon listens, and names its token." placeholder:"FILE" type:"path"`
	Server    string `help:"The daemon's URL, else $CATALOGIZERD_SERVER or that of the configuration, else http://127.0.0.1:8780." placeholder:"URL"`
	TokenFile string `help:"File that holds the token, else $CATALOGIZERD_TOKEN_FILE or that of the configuration." placeholder:"FILE" type:"path"`
	JSON      bool   `name:"json" help:"Print JSON."`

	located bool
	token   string // of the configuration
}

const clientTimeout = 30 * time.Second

// authorize puts the token into a request's header, if one is given.
func (r *remote) authorize(h http.Header) error {
	token, err := r.readToken()
	if err == nil && token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	return err
}

// endpoint makes a URL of the daemon's API.
func (r *remote) endpoint(path string, query url.Values) (*url.URL, error) {
	if err := r.locate(); err != nil {
		return nil, err
	}
	u, err := url.Parse(r.Server)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, usageError{fmt.Errorf("--server %q is not a URL such as http://127.0.0.1:8780", r.Server)}
	}
	u = u.JoinPath("/api/v1/", path)
	u.RawQuery = query.Encode()
	return u, nil
}

// get reads a JSON answer into v.
func (r *remote) get(ctx context.Context, path string, query url.Values, v any) error {
	return r.ask(ctx, http.MethodGet, path, query, nil, v)
}

// post sends a JSON body and reads a JSON answer into v.
func (r *remote) post(ctx context.Context, path string, body, v any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return r.ask(ctx, http.MethodPost, path, nil, bytes.NewReader(b), v)
}

func (r *remote) ask(ctx context.Context, method, path string, query url.Values, body io.Reader, v any) error {
	u, err := r.endpoint(path, query)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return err
	}
	if err := r.authorize(req.Header); err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		if ue := (*url.Error)(nil); errors.As(err, &ue) { // without the method and URL that it begins with
			err = ue.Err
		}
		return fmt.Errorf("reach the daemon at %s: %w: is it running? (`catalogizerd serve`, or --server URL)",
			r.Server, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return r.answerError(resp)
	}
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		return fmt.Errorf("read the daemon's answer: %w", err)
	}
	return nil
}

// answerError says what the daemon said instead of an answer.
func (r *remote) answerError(resp *http.Response) error {
	var p struct{ Title, Detail string }
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	switch {
	case json.Unmarshal(b, &p) != nil || p.Title == "":
		return fmt.Errorf("the daemon answered %s", resp.Status)
	case resp.StatusCode != http.StatusUnauthorized:
		return fmt.Errorf("%s: %s", p.Title, p.Detail)
	case r.TokenFile == "" && r.token != "":
		return fmt.Errorf("the daemon at %s does not take the token of the configuration: "+
			"has the token changed, or is it another daemon's? (%s)", r.Server, p.Title)
	case r.TokenFile == "":
		return fmt.Errorf("the daemon wants its token: --token-file FILE (%s)", p.Title)
	}
	return fmt.Errorf("the daemon does not take the token of %s: "+
		"give --token-file the file that its http.token_file names (%s)", r.TokenFile, p.Title)
}
