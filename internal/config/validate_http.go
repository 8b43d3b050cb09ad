package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (c *Config) validateHTTP(p *problems) {
	h := &c.HTTP
	c.checkChoice("http.auth", h.Auth, []string{AuthToken, AuthNone}, p)
	if h.TokenFile != "" {
		c.checkPath(&h.TokenFile, c.locate("http.token_file"), p)
		if h.Auth == AuthNone {
			p.add(c.locate("http.auth").errorf(`"none" contradicts token_file: remove one of them`))
		}
	}
	c.checkName(p)
	c.checkReadToken(p)
	if err := c.checkListen(); err != nil {
		p.add(err)
	}
	for i, host := range h.AllowedHosts {
		if !isHostName(host) {
			p.add(c.locate("http.allowed_hosts").errorf("wants host names without scheme, port or wildcard, not %q",
				host))
		}
		h.AllowedHosts[i] = strings.ToLower(host)
	}
	c.checkOrigins(p)
	base, err := CleanBase(h.BasePath)
	if err != nil {
		p.add(c.locate("http.base_path").errorf("%s", err))
	}
	h.BasePath = base
}

// checkListen judges the listen address, and whether the door that it opens has a lock.
func (c *Config) checkListen() *Error {
	loopback, err := splitListen(c.HTTP.Listen)
	switch {
	case err != nil:
		return c.locate("http.listen").errorf("%s", err)
	case !loopback && c.HTTP.Auth != AuthNone && !c.HasToken():
		return c.locate("http.listen").errorf(
			`%s can be reached from other machines: set http.token_file, or http.auth = "none" to let everybody in`,
			c.HTTP.Listen)
	}
	return nil
}

// KeepFixed gives the configuration the values that only a restart can change, from the one in force. It is an
// error where the rest does not go with them: an address that other machines can reach stays locked.
func (c *Config) KeepFixed(inForce *Config) error {
	c.DataDir, c.HTTP.Listen, c.Thumbnails = inForce.DataDir, inForce.HTTP.Listen, inForce.Thumbnails
	c.Backup.Dir, c.Hub = inForce.Backup.Dir, inForce.Hub
	c.origins["http.listen"] = inForce.locate("http.listen")
	if err := c.checkListen(); err != nil {
		return err // a nil *Error would be an error
	}
	return nil
}

// splitListen judges a listen address, and says whether only this machine can reach it.
func splitListen(listen string) (loopback bool, err error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return false, fmt.Errorf(`wants HOST:PORT, such as "127.0.0.1:8780" or "[::1]:8780", not %q`, listen)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return false, fmt.Errorf("wants a port from 0 to 65535, not %q", port)
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsLoopback(), nil
	}
	if host != "" && !isHostName(host) {
		return false, fmt.Errorf("wants a host name or an address, not %q", host)
	}
	return strings.EqualFold(host, "localhost"), nil
}

// checkReadToken wants a token that reads and changes nothing to stand beside one that may do everything: without
// that, nobody needs any.
func (c *Config) checkReadToken(p *problems) {
	h := &c.HTTP
	if h.ReadTokenFile == "" {
		return
	}
	at := c.locate("http.read_token_file")
	c.checkPath(&h.ReadTokenFile, at, p)
	switch {
	case h.Auth == AuthNone:
		p.add(at.errorf(`auth = "none" lets everybody in: remove one of them`))
	case h.ReadTokenFile == h.TokenFile:
		p.add(at.errorf("is the file of http.token_file, whose token changes everything: name another one"))
	case !c.HasToken():
		p.add(at.errorf("wants http.token_file beside it: without that token, nobody needs one"))
	}
}

// checkOrigins brings the origins into the form in which browsers send them (RFC 6454, 6.2).
func (c *Config) checkOrigins(p *problems) {
	at := c.locate("http.allowed_origins")
	for i, text := range c.HTTP.AllowedOrigins {
		if text == AnyOrigin {
			if c.HTTP.Auth == AuthNone || !c.HasToken() {
				p.add(at.errorf(`"*" lets every page of the web ask, so it wants http.token_file: ` +
					`set that, or name the origins`))
			}
			continue
		}
		origin, err := cleanOrigin(text)
		if err != nil {
			p.add(at.errorf("%s", err))
		}
		c.HTTP.AllowedOrigins[i] = origin
	}
}

func cleanOrigin(text string) (string, error) {
	wants := fmt.Errorf(
		`wants origins as browsers send them, such as "https://tv.lan" or "http://tv.lan:8080", not %q`, text)
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Scheme+"://"+u.Host != text {
		return "", wants
	}
	host := strings.ToLower(u.Hostname())
	if _, err := netip.ParseAddr(host); err != nil && !isHostName(host) {
		return "", wants
	}
	usual := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	if port := u.Port(); port == usual || strings.HasSuffix(u.Host, ":") {
		return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":"+port), nil
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// CleanBase brings a base path into its one form, "" or "/path": segments of what needs no escaping, none of them "."
// or "..", without a slash at the end.
func CleanBase(text string) (string, error) {
	base := strings.TrimSuffix(text, "/")
	if base == "" {
		return "", nil
	}
	segments := strings.Split(base, "/")
	if segments[0] != "" || slices.ContainsFunc(segments[1:], func(s string) bool { return !isRootName(s) }) {
		return "", fmt.Errorf(
			`wants a path such as "/catalog", of letters, digits or . _ ~ - between slashes, not %q`, text)
	}
	if slices.Contains(ownPaths, segments[1]) {
		return "", fmt.Errorf(`wants a path that the daemon has no other use for, such as "/catalog": %q would hide /%s`, text, segments[1])
	}
	return base, nil
}

// ownPaths are the first segments of the paths that the daemon answers at itself.
var ownPaths = []string{"api", "assets", "feed.atom", "healthz", "login", "metrics", "readyz"}

// isHostName accepts what DNS and the files of hosts use, underscores included.
func isHostName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "-") != label {
			return false
		}
		for _, r := range label {
			if !isNameRune(r) || r == '~' || r == '.' {
				return false
			}
		}
	}
	return true
}
