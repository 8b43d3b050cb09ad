package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Types of programs that are told of changes.
const (
	NotifyJSON     = "json"
	NotifyJellyfin = "jellyfin"
	NotifyMPD      = "mpd"
	NotifyExec     = "exec"
)

// Notify is a program that is told of changes.
type Notify struct {
	Name       string // as a root's
	Type       string // one of those above
	URL        string // where it listens; empty for exec
	TokenFile  string // absolute, or empty; read by Token
	SecretFile string // absolute, or empty: what messages are signed with; read by Secret
	Command    []string
	Roots      []string          // empty: all
	Kinds      []string          // empty: all
	PathMap    map[string]string // root to its path at the target
	Settle     time.Duration     // quiet time before a folder is told

	credentials string // as Config.credentials
	at          string // prefix of its keys in Config.origins
}

// notifyKeys returns every key of a [[notify]].
func notifyKeys() []key[Notify] {
	return []key[Notify]{
		{"name", func(n *Notify) any { return &n.Name }},
		{"type", func(n *Notify) any { return &n.Type }},
		{"url", func(n *Notify) any { return &n.URL }},
		{"token_file", func(n *Notify) any { return &n.TokenFile }},
		{"secret_file", func(n *Notify) any { return &n.SecretFile }},
		{"command", func(n *Notify) any { return &n.Command }},
		{"roots", func(n *Notify) any { return &n.Roots }},
		{"kinds", func(n *Notify) any { return &n.Kinds }},
		{"path_map", func(n *Notify) any { return &n.PathMap }},
		{"settle", func(n *Notify) any { return &n.Settle }},
	}
}

func (c *Config) newNotify(at origin) {
	n := Notify{Settle: 5 * time.Second, at: fmt.Sprintf("notify[%d].", len(c.Notify)), PathMap: map[string]string{}}
	c.origins[n.at] = at
	c.Notify = append(c.Notify, n)
}

// decodeNotify stores what stands in a [[notify]].
func (c *Config) decodeNotify(e entry, at origin) *Error {
	if e.table == "notify" && e.key == "" {
		c.newNotify(at)
		return nil
	}
	if len(c.Notify) == 0 {
		return at.errorf("wants double brackets: write [[notify]] above the keys of each program")
	}
	n := &c.Notify[len(c.Notify)-1]
	switch {
	case e.table == "notify":
		return store(n, notifyKeys(), e.key, n.at, at, e.value, c.origins)
	case e.key == "":
		c.origins[n.at+"path_map"] = at
		return nil
	}
	var path string
	if err := take(&path, e.value, "a path in quotes"); err != nil {
		return at.errorf("%s", err)
	}
	n.PathMap[e.key] = path
	return nil
}

// locate says where one of its keys was set, or where it begins.
func (n *Notify) locate(c *Config, key string) origin {
	if o, ok := c.origins[n.at+key]; ok {
		return o
	}
	return c.origins[n.at]
}

// keyed puts the name of a key before what is wrong with it, where it was not written: then its table is all that can be
// pointed at.
func (c *Config) keyed(at, key, format string) string {
	if _, written := c.origins[at+key]; written {
		return format
	}
	return key + " " + format
}

func (c *Config) validateNotify(p *problems) {
	for i := range c.Notify {
		n := &c.Notify[i]
		n.credentials = c.credentials
		bad := func(key, format string, args ...any) {
			p.add(n.locate(c, key).errorf(c.keyed(n.at, key, format), args...))
		}
		if !isRootName(n.Name) {
			bad("name", "wants a name: 1 to 64 letters, digits or . _ ~ -, not %q", n.Name)
		}
		if slices.ContainsFunc(c.Notify[:i], func(o Notify) bool { return o.Name == n.Name }) {
			bad("name", "there is another [[notify]] called %q: give it a name of its own", n.Name)
		}
		for _, file := range []struct {
			key  string
			path *string
		}{{"token_file", &n.TokenFile}, {"secret_file", &n.SecretFile}} {
			if *file.path != "" {
				c.checkPath(file.path, n.locate(c, file.key), p)
			}
		}
		if n.Settle < 0 || n.Settle > time.Hour {
			bad("settle", "wants a duration from 0 to 1h, not %s", n.Settle)
		}
		isRoot := func(name string) bool {
			return slices.ContainsFunc(c.Roots, func(r Root) bool { return r.Name == name })
		}
		for _, name := range n.Roots {
			if !isRoot(name) {
				bad("roots", "no root is called %q", name)
			}
		}
		for _, kind := range n.Kinds {
			if !slices.Contains(itemKinds, kind) {
				bad("kinds", "no kind is called %q: there are %s", kind, strings.Join(itemKinds, ", "))
			}
		}
		for name := range n.PathMap {
			if !isRoot(name) {
				bad("path_map", "no root is called %q", name)
			}
		}
		if err := n.checkPlace(); err != nil {
			bad(err.key, "%s", err.text)
		}
	}
}

// itemKinds are the kinds of items that there are, as media has them.
var itemKinds = []string{
	"movie", "episode", "video", "track", "audio", "audiobook", "photo", "image", "book", "comic", "subtitle",
	"playlist", "artwork", "metadata", "game", "software", "archive", "disc", "other",
}

type wrongKey struct{ key, text string }

// checkPlace says what is wrong with where a program is.
func (n *Notify) checkPlace() *wrongKey {
	switch n.Type {
	case NotifyExec:
		switch {
		case n.URL != "":
			return &wrongKey{"url", "a program that is run has none: remove it, or say another type"}
		case len(n.Command) == 0 || !filepath.IsAbs(n.Command[0]):
			return &wrongKey{"command", `wants a program by its whole path, and what it is given: ["/usr/local/bin/x", "--all"]`}
		}
		return nil
	case NotifyJSON, NotifyJellyfin, NotifyMPD:
	default:
		return &wrongKey{"type", fmt.Sprintf("wants one of json, jellyfin, mpd, exec, not %q", n.Type)}
	}
	if len(n.Command) > 0 {
		return &wrongKey{"command", "only type exec runs anything: remove it, or say that type"}
	}
	if n.SecretFile != "" && n.Type != NotifyJSON {
		return &wrongKey{"secret_file", "only messages of type json are signed: remove it"}
	}
	schemes, example := []string{"http", "https"}, "http://127.0.0.1:8096"
	if n.Type == NotifyMPD {
		schemes, example = []string{"mpd"}, "mpd://127.0.0.1:6600"
	}
	u, err := url.Parse(n.URL)
	switch {
	case err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme):
		return &wrongKey{"url", "wants a URL such as " + example}
	case u.User != nil:
		return &wrongKey{"url", "holds a password: write it to a file and name that as token_file"}
	}
	return nil
}

// Token reads what the program asks for: from token_file, else from systemd's credential "notify-NAME". It is empty
// where there is none.
func (n *Notify) Token() (string, error) {
	file := n.TokenFile
	if file == "" {
		file = credential(n.credentials, "notify-"+n.Name)
	}
	return readLine(file)
}

// Secret reads what messages are signed with; it is empty where they are not.
func (n *Notify) Secret() (string, error) { return readLine(n.SecretFile) }

func readLine(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	secret, err := readSecret(file)
	if err != nil {
		return "", err
	}
	secret = strings.TrimSpace(secret)
	if secret == "" || strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", fmt.Errorf("%s does not hold one line: write the secret to it", file)
	}
	return secret, nil
}
