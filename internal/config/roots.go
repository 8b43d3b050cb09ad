package config

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// addRoot adds a ROOT argument, under a name made of the last part of where it is.
func (c *Config) addRoot(arg string, p *problems) {
	at := origin{fromCommandLine, 0, fmt.Sprintf("ROOT %q", arg)}
	scheme, _, isURL := strings.Cut(arg, "://")
	if isURL {
		at.key = "ROOT" // a URL can hold a password
	}
	r := c.newRoot(at)
	switch {
	case arg == "":
		p.add(at.errorf("is empty: name a directory or a smb:// URL"))
	case isURL:
		r.URL = arg
		share, err := ParseShare(arg)
		if err != nil {
			p.add(at.errorf("%s", err))
			return
		}
		c.origins[r.at+"url"] = at
		r.Name = c.freeName(path.Base(path.Join(share.Share, share.Path)), scheme)
	default:
		dir, err := filepath.Abs(arg)
		if err != nil {
			p.add(at.errorf("cannot be made absolute: %v", err))
			return
		}
		r.Path = dir
		c.origins[r.at+"path"] = at
		r.Name = c.freeName(filepath.Base(dir), "root")
	}
}

// freeName makes a root's name of any text: what a name cannot hold becomes a hyphen, and a number
// follows where the name is taken.
func (c *Config) freeName(text, fallback string) string {
	fields := strings.FieldsFunc(text, func(r rune) bool { return !isNameRune(r) })
	base := strings.Join(fields, "-")
	base = strings.Trim(base[:min(len(base), 60)], ".-")
	base = cmp.Or(base, fallback)
	name := base
	for n := 2; c.hasRoot(name); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	return name
}

func (c *Config) hasRoot(name string) bool {
	for _, r := range c.Roots {
		if r.Name == name {
			return true
		}
	}
	return false
}

// checkOverlaps refuses roots that are the same, or inside of another, as far as their paths tell:
// every file would be two items. Links and bind mounts show only once the roots are opened.
func (c *Config) checkOverlaps(p *problems) {
	for i, inner := range c.Roots {
		for j, outer := range c.Roots {
			a, b := inner.comparable(), outer.comparable()
			if i == j || a == "" || b == "" || !within(a, b) || a == b && i < j {
				continue
			}
			key := "path"
			if inner.URL != "" {
				key = "url"
			}
			at := inner.locate(c, key)
			if a == b {
				p.add(at.errorf("is the same place as root %q: remove one of them", outer.Name))
			} else {
				p.add(at.errorf("lies inside root %q (%s), which catalogues it already: remove one of them", outer.Name, outer.Location()))
			}
			break
		}
	}
}

// comparable is a location in a form in which a prefix means containment; empty where there is none.
// Servers of shares take no notice of case.
func (r Root) comparable() string {
	if r.Path != "" {
		return r.Path
	}
	share, err := ParseShare(r.URL)
	if err != nil {
		return ""
	}
	return strings.ToLower(fmt.Sprintf("//%s:%d/%s", share.Host, share.Port, path.Join(share.Share, share.Path)))
}

// within tells whether a clean path is another or lies below it.
func within(inner, outer string) bool {
	rest, ok := strings.CutPrefix(inner, outer)
	return ok && (rest == "" || outer == "/" || rest[0] == '/')
}

// keepDataDirOut excludes the data directory from the root that it lies in: a catalog that catalogues
// its own database changes whenever it notes that it changed.
func (c *Config) keepDataDirOut() {
	for i := range c.Roots {
		r := &c.Roots[i]
		if r.Path == "" || r.Path == c.DataDir || !within(c.DataDir, r.Path) {
			continue
		}
		rest := strings.TrimPrefix(strings.TrimPrefix(c.DataDir, r.Path), "/")
		r.Exclude = append(r.Exclude, "/"+ignoreEscaper.Replace(rest)+"/")
	}
}

// ignoreEscaper takes the meaning from the characters that have one in a gitignore pattern.
var ignoreEscaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, ` `, `\ `)
