package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxSecret bounds a token or password, in bytes.
const maxSecret = 4096

// MinToken is how long a token must be that other machines may guess at, in characters.
const MinToken = 16

// HasToken says whether a token is configured, without reading it.
func (c *Config) HasToken() bool {
	return c.HTTP.TokenFile != "" || c.httpToken != ""
}

// Token reads the bearer token that clients must show: from http.token_file, else from systemd's
// credential "http-token". It is empty where there is none, or where auth = "none".
func (c *Config) Token() (string, error) {
	return c.token("http.token_file", c.HTTP.TokenFile, "http-token", c.httpToken)
}

// ReadToken reads the token that lets clients read and nothing more: from http.read_token_file, else from systemd's
// credential "http-read-token". It is empty where there is none.
func (c *Config) ReadToken() (string, error) {
	return c.token("http.read_token_file", c.HTTP.ReadTokenFile, "http-read-token", c.readToken)
}

// token reads a token of the file that a key names, else of a credential's.
func (c *Config) token(key, file, name, handed string) (string, error) {
	if c.HTTP.Auth == AuthNone {
		return "", nil
	}
	at := c.locate(key)
	if file == "" {
		at, file = origin{fromEnvironment, 0, "credential " + name}, handed
	}
	if file == "" {
		return "", nil
	}
	secret, err := readSecret(file)
	token := strings.TrimSpace(secret)
	switch {
	case err != nil:
		return "", at.errorf("%s", err)
	case token == "":
		return "", at.errorf("the token in %s is empty: fill it, for example with `openssl rand -hex 32`", file)
	case len(token) < MinToken && !c.onlyHere():
		return "", at.errorf("the token in %s has %d characters, and other machines may guess at it: write at least %d, "+
			"for example with `openssl rand -hex 32`", file, len(token), MinToken)
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", at.errorf("the token in %s cannot stand in an HTTP header: use letters and digits on one line", file)
	}
	return token, nil
}

// onlyHere says that no other machine can reach the daemon.
func (c *Config) onlyHere() bool {
	loopback, err := splitListen(c.HTTP.Listen)
	return err == nil && loopback
}

// Password reads the password of a share: from password_file, else from systemd's credential
// "smb-password-NAME". It is empty where there is none.
func (r Root) Password() (string, error) {
	file := r.PasswordFile
	if file == "" {
		file = credential(r.credentials, "smb-password-"+r.Name)
	}
	if file == "" {
		return "", nil
	}
	secret, err := readSecret(file)
	if err != nil {
		return "", fmt.Errorf("read password of root %s: %w", r.Name, err)
	}
	// Editors end the line; everything else can be part of a password.
	password := strings.TrimSuffix(strings.TrimSuffix(secret, "\n"), "\r")
	if strings.ContainsAny(password, "\x00\r\n") {
		return "", fmt.Errorf("read password of root %s: %s holds more than one line", r.Name, file)
	}
	return password, nil
}

// credential returns the file of a credential that systemd handed over, or an empty string.
func credential(dir, name string) string {
	if dir == "" {
		return ""
	}
	file := filepath.Join(dir, name)
	if _, err := os.Stat(file); err != nil {
		return ""
	}
	return file
}

func readSecret(file string) (string, error) {
	data, err := readAtMost(file, maxSecret, fmt.Sprintf("is longer than %d bytes: is this the right file?", maxSecret))
	if err != nil {
		return "", fmt.Errorf("%s %w", file, err)
	}
	return string(data), nil
}

// Warnings tells which variables with our prefix there are not, looks at the files of credentials, and tells which
// others than their owner and group can read or write, and which cannot be read at all. Nothing of it keeps the daemon
// from starting.
func (c *Config) Warnings() []*Error {
	all := slices.Clone(c.unknown)
	look := func(file string, at origin) {
		info, err := os.Stat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			all = append(all, at.errorf("%s does not exist", file))
		case err != nil:
			all = append(all, at.errorf("%s %s", file, unreadable(err)))
		case info.Mode().Perm()&0o007 != 0:
			all = append(all, at.errorf("%s is open to every user (mode %#o): chmod o= it", file, info.Mode().Perm()))
		case info.Mode().Perm()&0o020 != 0:
			all = append(all, at.errorf("%s can be changed by its group (mode %#o): chmod g-w it", file,
				info.Mode().Perm()))
		}
	}
	if c.HTTP.TokenFile != "" {
		look(c.HTTP.TokenFile, c.locate("http.token_file"))
	}
	if c.HTTP.ReadTokenFile != "" {
		look(c.HTTP.ReadTokenFile, c.locate("http.read_token_file"))
	}
	for _, r := range c.Roots {
		if r.PasswordFile != "" {
			look(r.PasswordFile, r.locate(c, "password_file"))
		}
	}
	for i := range c.Notify {
		n := &c.Notify[i]
		for _, f := range [][2]string{{"token_file", n.TokenFile}, {"secret_file", n.SecretFile}} {
			if f[1] != "" {
				look(f[1], n.locate(c, f[0]))
			}
		}
	}
	if c.Hub.PasswordFile != "" {
		look(c.Hub.PasswordFile, c.locate("hub.password_file"))
	}
	for i := range c.Sources {
		if s := &c.Sources[i]; s.TokenFile != "" {
			look(s.TokenFile, s.locate(c, "token_file"))
		}
	}
	return all
}
