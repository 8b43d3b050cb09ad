package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/config"
)

type loginCommand struct {
	Config string `help:"Configuration file (TOML), which names the token." placeholder:"FILE" type:"path"`
}

// Run prints links that work once. The daemon need not run yet.
func (c *loginCommand) Run(p *process) error {
	r := remote{Config: c.Config}
	cfg, err := config.Load(config.LoadOptions{File: c.Config, Env: r.environment()})
	if err != nil {
		return err
	}
	links, err := loginLinks(cfg)
	if err != nil {
		return err
	}
	switch {
	case len(links) > 0:
	case c.Config == "":
		return usageError{errors.New("no token is known: name the daemon's configuration with --config FILE; " +
			"a daemon without a token needs no link")}
	default:
		return usageError{fmt.Errorf("this configuration has no token, so nobody needs one: open http://%s in a browser; "+
			"a token that systemd hands to the service (credential http-token) is not seen here", cfg.HTTP.Listen)}
	}
	for _, link := range links {
		if _, err := fmt.Fprintln(p.out, link); err != nil {
			return err
		}
	}
	fmt.Fprintln(p.err, "One of them lets a browser in, once, within an hour.")
	return nil
}

// loginLinks makes links for the addresses under which browsers reach a daemon of this configuration: none where nobody
// needs a token.
func loginLinks(cfg *config.Config) (links []string, err error) {
	token, err := cfg.Token()
	if err != nil || token == "" {
		return nil, err
	}
	host, port, err := net.SplitHostPort(cfg.HTTP.Listen)
	if err != nil {
		return nil, usageError{fmt.Errorf("read http.listen: %w", err)}
	}
	path, err := url.Parse(api.LoginPath(token, time.Now().Add(api.LoginTime)))
	if err != nil {
		return nil, err
	}
	for _, at := range hostsOf(host) {
		link := *path
		link.Scheme, link.Host = "http", net.JoinHostPort(at, port)
		links = append(links, link.String())
	}
	return links, nil
}

// hostsOf are the hosts by which a listen address is reached: of every address, those of the local network.
func hostsOf(host string) (hosts []string) {
	ip := net.ParseIP(host)
	if host != "" && (ip == nil || !ip.IsUnspecified()) {
		return []string{host}
	}
	addresses, _ := net.InterfaceAddrs() // a sandbox may hide them
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsPrivate() {
			hosts = append(hosts, n.IP.String())
		}
	}
	if len(hosts) == 0 { // a name would have to be one of http.allowed_hosts
		return []string{"127.0.0.1"}
	}
	return hosts
}
