package smb

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Defaults of a Config.
const (
	defaultPort = 445
	// defaultTimeout leaves room for a disk that has to spin up (10 to 15 s).
	defaultTimeout     = 20 * time.Second
	defaultDialTimeout = 10 * time.Second
	defaultIdleTimeout = 15 * time.Second
)

// Config says which directory of which share a Share is, and how to reach it.
type Config struct {
	Host  string // name or address; IPv6 without brackets
	Port  int    // 0 is 445
	Share string // the share's name
	Path  string // of the root below the share, slash-separated; "" is the share itself

	// User logs on. Without one the share is entered as a guest, and only then may the server make us one.
	User   string
	Domain string
	// Password is asked at every attempt to log on, and its answer is kept by nobody. nil means none.
	Password func() (string, error)

	// RequireSigning refuses a server that does not sign what it sends with a key made of the password and of all that
	// was said while logging on: SMB 3.1.1.
	RequireSigning bool

	// Timeout bounds one request; 0 is 20 s. A server that keeps silent for so long is away.
	Timeout time.Duration
	// dialTimeout bounds connecting, logging on and mounting together; 0 is 10 s, or Timeout if that is
	// shorter. idleTimeout is how long a session lives unused; 0 is 15 s. Only tests set them.
	dialTimeout, idleTimeout time.Duration

	// Witnesses, if not nil, names up to a few dozen paths that the catalog believes to be present. They
	// are asked for where the file system of the root has changed its size, to tell a volume that was
	// enlarged from another disk.
	Witnesses func() []string
}

// complete fills in the defaults and validates.
func (c Config) complete() (Config, error) {
	c.Port = cmp.Or(c.Port, defaultPort)
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	c.dialTimeout = cmp.Or(c.dialTimeout, min(defaultDialTimeout, c.Timeout))
	c.idleTimeout = cmp.Or(c.idleTimeout, defaultIdleTimeout)
	c.Path = strings.Trim(c.Path, "/")
	switch {
	case c.Host == "" || strings.ContainsAny(c.Host, `/\[]`):
		return c, errors.New("configure share: wants a host name or an address")
	case c.Port < 0 || c.Port > 65535:
		return c, fmt.Errorf("configure share: no port %d", c.Port)
	case c.Share == "" || strings.ContainsAny(c.Share, "/\\\x00"):
		return c, errors.New("configure share: wants the name of a share")
	case c.Path != "" && c.Path != path.Clean(c.Path) || checkPath(c.Path) != nil:
		return c, errors.New("configure share: wants a path of plain names")
	case c.Timeout < 0:
		return c, errors.New("configure share: the timeout is negative")
	case c.guest() && c.RequireSigning:
		return c, errors.New("configure share: a guest has no key to sign with: name a user")
	}
	return c, nil
}

func (c Config) guest() bool { return c.User == "" }

// credentials are what to log on with. Servers that admit guests know them by that name.
func (c Config) credentials(password string) credentials {
	if c.guest() {
		return credentials{user: "guest"}
	}
	return credentials{user: c.User, domain: c.Domain, password: password}
}

// acceptable refuses a session in which the server takes the user for somebody else. Servers that map unknown users
// to guests do so without a word, also where the client requires signing: the library then neither signs nor checks
// signatures.
func (c Config) acceptable(f facts) error {
	if !c.guest() && f.flags&(sessionGuest|sessionNull) != 0 {
		return &classedError{class: refused, err: fmt.Errorf(
			"log on: the server does not know the user %q and lets us in as a guest only", c.User)}
	}
	return nil
}

// location names the root in messages and in its identity. It holds no user and no password.
func (c Config) location() string {
	host := strings.ToLower(c.Host)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if c.Port != defaultPort {
		host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(c.Port))
	}
	return path.Join(host, strings.ToLower(c.Share), c.Path)
}

// checkPath refuses what is no path of a tree on a share: empty parts, . and .., and characters that mean
// something else to a server than a part of a name (a colon names a stream of the file before it).
func checkPath(p string) error {
	if p == "" {
		return nil
	}
	for part := range strings.SplitSeq(p, "/") {
		if err := checkName(part); err != nil {
			return err
		}
	}
	return nil
}

var errBadName = errors.New("no name that a share can hold")

func checkName(name string) error {
	switch {
	case name == "", name == ".", name == "..", strings.ContainsAny(name, "/\\:\x00"), !utf8.ValidString(name):
		return errBadName
	}
	return nil
}
