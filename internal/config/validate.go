package config

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxWorkers bounds the pools: more than this is a slip of the finger.
const maxWorkers = 1024

// locate says where a key was set, for an error about its value.
func (c *Config) locate(key string) origin {
	if o, ok := c.origins[key]; ok {
		return o
	}
	return origin{fromDefault, 0, key}
}

// locate says where one of the root's keys was set, or where the root begins.
func (r Root) locate(c *Config, key string) origin {
	if o, ok := c.origins[r.at+key]; ok {
		return o
	}
	return c.origins[r.at]
}

// validate judges the values together, and brings paths and host names into their one form.
func (c *Config) validate(o LoadOptions, p *problems) {
	c.checkPath(&c.DataDir, c.locate("data_dir"), p)
	positive := func(key string, d time.Duration) {
		if d <= 0 {
			p.add(c.locate(key).errorf("wants a duration above zero, not %s", d))
		}
	}
	positive("shutdown_timeout", c.ShutdownTimeout)
	positive("analyzer.file_timeout", c.Analyzer.FileTimeout)
	positive("watcher.debounce", c.Watcher.Debounce)
	if c.Watcher.Debounce > 0 && c.Watcher.MaxWait < c.Watcher.Debounce {
		at := c.locate("watcher.max_wait")
		if at.file == fromDefault {
			at = c.locate("watcher.debounce")
		}
		p.add(at.errorf("max_wait (%s) cannot be shorter than debounce (%s)", c.Watcher.MaxWait, c.Watcher.Debounce))
	}
	if c.Scanner.RescanInterval < 0 {
		p.add(c.locate("scanner.rescan_interval").errorf(`wants a duration, or "0" for never, not %s`,
			c.Scanner.RescanInterval))
	}
	if _, err := parseHours(c.Scanner.Window); err != nil {
		p.add(c.locate("scanner.window").errorf("%v", err))
	}
	c.checkWorkers("scanner.workers", c.Scanner.Workers, p)
	c.checkWorkers("analyzer.workers", c.Analyzer.Workers, p)
	c.checkWorkers("thumbnails.workers", c.Thumbnails.Workers, p)
	c.checkBackup(p)
	c.checkChoice("log.level", c.Log.Level, []string{"debug", "info", "warn", "error"}, p)
	c.checkChoice("log.format", c.Log.Format, []string{"text", "json"}, p)
	c.validateHTTP(p)
	c.validateRoots(p)
	c.validateNotify(p)
	c.validateHub(p)
	if o.NeedRoots && len(c.Roots) == 0 && !(o.HubToo && c.IsHub()) {
		at := origin{fromCommandLine, 0, ""}
		if o.File != "" {
			at.file = o.File
		}
		if c.IsHub() {
			p.add(at.errorf("no root, but sources: this is a hub's configuration, which is for `catalogizerd hub`"))
			return
		}
		p.add(at.errorf("no root: name a directory or smb:// URL as an argument, or write a [[root]]"))
	}
}

func (c *Config) checkWorkers(key string, n int, p *problems) {
	if n < 0 || n > maxWorkers {
		p.add(c.locate(key).errorf("wants 0 (chosen from the CPUs) to %d, not %d", maxWorkers, n))
	}
}

// minBackupTime is the least between two backups: each reads the whole catalog, and writes it.
const minBackupTime = 10 * time.Minute

func (c *Config) checkBackup(p *problems) {
	if b := c.Backup.Every; b != 0 && b < minBackupTime {
		p.add(c.locate("backup.every").errorf(`wants a duration of %s or more, or "0" for never, not %s`, minBackupTime, b))
	}
	if c.Backup.Keep < 1 {
		p.add(c.locate("backup.keep").errorf("wants how many backups to keep, 1 or more, not %d", c.Backup.Keep))
	}
	if c.Backup.Dir == "" {
		return
	}
	at := c.locate("backup.dir")
	c.checkPath(&c.Backup.Dir, at, p)
	for _, r := range c.Roots {
		if r.Path == "" {
			continue
		}
		if rel, err := filepath.Rel(r.Path, c.Backup.Dir); err == nil && filepath.IsLocal(rel) {
			p.add(at.errorf("%s lies in root %q, which is only ever read: choose a directory outside of it",
				c.Backup.Dir, r.Name))
		}
	}
}

func (c *Config) checkChoice(key, value string, choices []string, p *problems) {
	if !slices.Contains(choices, value) {
		p.add(c.locate(key).errorf("wants one of %s, not %q", strings.Join(choices, ", "), value))
	}
}

// checkPath cleans a path that must be absolute.
func (c *Config) checkPath(path *string, at origin, p *problems) {
	switch {
	case noPath(*path) != "":
		p.add(at.errorf("%s", noPath(*path)))
	case !filepath.IsAbs(*path):
		p.add(at.errorf("wants an absolute path, one that begins with /, not %q", *path))
	case strings.ContainsRune(*path, 0):
		p.add(at.errorf("holds a NUL byte"))
	default:
		*path = filepath.Clean(*path)
	}
}

// noPath says what to write instead of what is a path to a shell, or to Windows, and none here. It repeats nothing of
// what could be a URL, which can hold a password.
func noPath(path string) string {
	switch {
	case strings.HasPrefix(path, "~"):
		return `wants the whole path, such as "/home/me/Videos": ~ is somebody else's home where the daemon has a user of its own`
	case strings.HasPrefix(strings.ToLower(path), "smb:"):
		return `no directory is written so: a share is url = "smb://[user@]host[:port]/share[/path]"`
	case strings.HasPrefix(path, `\\`):
		return fmt.Sprintf("no directory is written so: a share is url = %q", "smb:"+strings.ReplaceAll(path, `\`, "/"))
	case strings.HasPrefix(strings.ToLower(path), "file:"):
		return "wants the path alone, as it is on this machine, without file:"
	}
	return ""
}

func (c *Config) validateRoots(p *problems) {
	seen := map[string]Root{}
	for i := range c.Roots {
		r := &c.Roots[i]
		c.checkRoot(r, p)
		if !isRootName(r.Name) {
			msg := "wants a name: 1 to 64 letters, digits or . _ ~ -, which stand in URLs as they are"
			if r.Name != "" {
				msg += fmt.Sprintf(", not %q", r.Name)
			}
			p.add(r.locate(c, "name").errorf("%s", msg))
			continue
		}
		if other, ok := seen[r.Name]; ok {
			p.add(r.locate(c, "name").errorf("%q is the name of another root already (%s): choose another", r.Name,
				cmp.Or(other.Path, "a share")))
		}
		seen[r.Name] = *r
	}
	c.checkOverlaps(p)
}

func (c *Config) checkRoot(r *Root, p *problems) {
	switch {
	case r.Path == "" && r.URL == "":
		p.add(c.origins[r.at].errorf(`has no place: set path = "/…" or url = "smb://…"`))
	case r.Path != "" && r.URL != "":
		p.add(r.locate(c, "url").errorf("a root has a path or a url, not both: make them two roots"))
	case r.Path != "":
		c.checkDirectory(r, p)
	default:
		c.checkShare(r, p)
	}
	for _, pattern := range r.Exclude {
		if err := r.checkExclude(pattern); err != nil {
			p.add(r.locate(c, "exclude").errorf("%s", err))
		}
	}
	if !(r.MaxRemovals >= 0 && r.MaxRemovals <= 1) { // also NaN
		p.add(r.locate(c, "max_removals").errorf("wants a share from 0 to 1 (0.5 is half of the root), not %v",
			r.MaxRemovals))
	}
	if r.PollInterval < 0 {
		p.add(r.locate(c, "poll_interval").errorf(`wants a duration, or "0" for never, not %s`, r.PollInterval))
	}
}

// checkDirectory checks a root that is a directory: that it has none of the keys of shares.
func (c *Config) checkDirectory(r *Root, p *problems) {
	c.checkPath(&r.Path, r.locate(c, "path"), p)
	if r.Path == c.DataDir {
		p.add(r.locate(c, "path").errorf("is the data directory, which holds the catalog and no media"))
	}
	set := map[string]bool{
		"password_file": r.PasswordFile != "", "timeout": r.Timeout != DefaultRoot().Timeout, "signing": r.Signing != "",
	}
	for _, key := range slices.Sorted(maps.Keys(set)) {
		if set[key] {
			p.add(r.locate(c, key).errorf("is for shares (url), and this root is a directory (path): remove it"))
		}
	}
}

// checkShare checks a root that is a share.
func (c *Config) checkShare(r *Root, p *problems) {
	at, err := ParseShare(r.URL)
	if err != nil {
		p.add(r.locate(c, "url").errorf("%s", err))
	}
	switch {
	case r.Signing != "" && r.Signing != SigningRequired && r.Signing != SigningAllowed:
		p.add(r.locate(c, "signing").errorf(`wants "required" or "allowed", not %q`, r.Signing))
	case r.Signing == SigningRequired && err == nil && at.User == "":
		p.add(r.locate(c, "signing").errorf("a guest has no key to sign with: name a user, smb://user@host/share, or remove it"))
	}
	if r.PasswordFile != "" {
		c.checkPath(&r.PasswordFile, r.locate(c, "password_file"), p)
	}
	if r.CrossMounts {
		p.add(r.locate(c, "cross_mounts").errorf("is for directories (path), and this root is a share (url): remove it"))
	}
	if r.Timeout <= 0 {
		p.add(r.locate(c, "timeout").errorf("wants a duration above zero, not %s", r.Timeout))
	}
}

// isNameRune tells the characters that RFC 3986 leaves unreserved: they need no escaping in a URL.
func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '~' || r == '-'
}

func isRootName(s string) bool {
	isOther := func(r rune) bool { return !isNameRune(r) }
	return s != "" && s != "." && s != ".." && len(s) <= 64 && !strings.ContainsFunc(s, isOther)
}
