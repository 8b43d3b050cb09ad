package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Hub is where a hub keeps what its sources say.
type Hub struct {
	Database     string // of PostgreSQL: a URL, or key=value pairs; never with a password
	PasswordFile string // absolute, or empty; read by DatabasePassword
}

// Source is a daemon whose items a hub takes in.
type Source struct {
	Name      string // as a root's, without "~"
	URL       string
	TokenFile string // absolute, or empty; read by Token

	credentials string // as Config.credentials
	at          string // prefix of its keys in Config.origins
}

// sourceKeys returns every key of a [[source]].
func sourceKeys() []key[Source] {
	return []key[Source]{
		{"name", func(s *Source) any { return &s.Name }},
		{"url", func(s *Source) any { return &s.URL }},
		{"token_file", func(s *Source) any { return &s.TokenFile }},
	}
}

// decodeSource stores what stands in a [[source]].
func (c *Config) decodeSource(e entry, at origin) *Error {
	if e.key == "" {
		s := Source{at: fmt.Sprintf("source[%d].", len(c.Sources))}
		c.origins[s.at] = at
		c.Sources = append(c.Sources, s)
		return nil
	}
	s := &c.Sources[len(c.Sources)-1]
	return store(s, sourceKeys(), e.key, s.at, at, e.value, c.origins)
}

// locate says where one of its keys was set, or where it begins.
func (s *Source) locate(c *Config, key string) origin {
	if o, ok := c.origins[s.at+key]; ok {
		return o
	}
	return c.origins[s.at]
}

func (c *Config) validateHub(p *problems) {
	if holdsPassword(c.Hub.Database) {
		p.add(c.locate("hub.database").errorf(
			"holds a password: write it to a file and name that as hub.password_file"))
	}
	if c.Hub.PasswordFile != "" {
		c.checkPath(&c.Hub.PasswordFile, c.locate("hub.password_file"), p)
	}
	for i := range c.Sources {
		s := &c.Sources[i]
		s.credentials = c.credentials
		bad := func(key, format string, args ...any) {
			p.add(s.locate(c, key).errorf(c.keyed(s.at, key, format), args...))
		}
		if !isRootName(s.Name) || strings.Contains(s.Name, "~") {
			bad("name", "wants a name: 1 to 64 letters, digits or . _ -, not %q", s.Name)
		}
		if slices.ContainsFunc(c.Sources[:i], func(o Source) bool { return o.Name == s.Name }) {
			bad("name", "there is another [[source]] called %q: give it a name of its own", s.Name)
		}
		switch u, err := url.Parse(s.URL); {
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
			bad("url", "wants the URL of a daemon, such as http://nas.lan:8780")
		case u.User != nil:
			bad("url", "holds a password: write the token to a file and name that as token_file")
		}
		if s.TokenFile != "" {
			c.checkPath(&s.TokenFile, s.locate(c, "token_file"), p)
		}
	}
}

func holdsPassword(database string) bool {
	if u, err := url.Parse(database); err == nil && u.User != nil {
		if _, set := u.User.Password(); set {
			return true
		}
	}
	return strings.Contains(database, "password=")
}

// DatabasePassword reads the password of hub.database from hub.password_file, else from systemd's credential
// "hub-password". It is empty where there is none.
func (c *Config) DatabasePassword() (string, error) {
	file := c.Hub.PasswordFile
	if file == "" {
		file = credential(c.credentials, "hub-password")
	}
	return readLine(file)
}

// Token reads what the source asks for: from token_file, else from systemd's credential "source-NAME". It is empty
// where there is none.
func (s *Source) Token() (string, error) {
	file := s.TokenFile
	if file == "" {
		file = credential(s.credentials, "source-"+s.Name)
	}
	return readLine(file)
}

// IsHub reports whether a configuration is a hub's: it has sources or a database, and no roots.
func (c *Config) IsHub() bool {
	return len(c.Roots) == 0 && (c.Hub.Database != "" || len(c.Sources) > 0)
}

// CheckHub says what a hub lacks in a configuration that is good otherwise.
func (c *Config) CheckHub() error {
	switch {
	case c.Hub.Database == "":
		return c.locate("hub.database").errorf(
			"a hub wants a database of PostgreSQL, such as postgres://catalogizerd@/catalogizerd?host=/run/postgresql")
	case len(c.Sources) == 0:
		return c.locate("hub.database").errorf("a hub wants sources: write a [[source]] for each daemon")
	}
	return nil
}
