package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/config"
)

const defaultServer = "http://127.0.0.1:8780"

// locate fills in what the command line leaves open. Server: CATALOGIZERD_SERVER, then where the configuration has the
// daemon listen, then the default. Token: CATALOGIZERD_TOKEN_FILE, then that of the configuration, which goes to the
// server of the configuration only: another daemon is not to learn it.
func (r *remote) locate() error {
	if r.located {
		return nil
	}
	r.located = true
	if r.TokenFile == "" {
		r.TokenFile = os.Getenv(config.TokenFileVariable)
	}
	if r.Server == "" {
		r.Server = os.Getenv(config.ServerVariable)
	}
	if r.Server != "" {
		return nil
	}
	r.Server = defaultServer
	if r.Config == "" &&
		os.Getenv(config.EnvName("http.listen")) == "" && os.Getenv(config.EnvName("http.token_file")) == "" {
		return nil
	}
	cfg, err := config.Load(config.LoadOptions{File: r.Config, Env: r.environment()})
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(cfg.HTTP.Listen)
	if err != nil {
		return usageError{fmt.Errorf("read http.listen: %w", err)}
	}
	if port == "0" {
		return usageError{fmt.Errorf("http.listen is %s, which lets the system choose the port: say --server URL",
			cfg.HTTP.Listen)}
	}
	r.Server = (&url.URL{Scheme: "http", Host: net.JoinHostPort(reachable(host), port)}).String()
	if r.TokenFile == "" && cfg.HasToken() {
		r.token, err = cfg.Token()
	}
	return err
}

// environment is the process's, with a place for the catalog: none is needed here, nor the HOME that it is looked for
// in.
func (r *remote) environment() []string {
	return append(os.Environ(), "STATE_DIRECTORY="+os.TempDir())
}

// reachable gives the address by which a daemon that listens on all addresses is asked.
func reachable(host string) string {
	ip := net.ParseIP(host)
	switch {
	case host == "", ip != nil && ip.IsUnspecified() && ip.To4() != nil:
		return "127.0.0.1"
	case ip != nil && ip.IsUnspecified():
		return "::1"
	}
	return host
}

// readToken returns the token to show, or none.
func (r *remote) readToken() (string, error) {
	if r.TokenFile == "" {
		return r.token, nil
	}
	b, err := os.ReadFile(r.TokenFile)
	if err != nil {
		return "", usageError{fmt.Errorf("read token: %w", err)}
	}
	return strings.TrimSpace(string(b)), nil
}
