package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// addRoot adds a ROOT argument, under a name made of the last part of where it is.
func (c *Config) addRoot(arg, home string, mustExist bool, p *problems) {
	at := origin{fromCommandLine, 0, fmt.Sprintf("ROOT %q", arg)}
	scheme, _, isURL := strings.Cut(arg, "://")
	if isURL {
		at.key = "ROOT" // a URL can hold a password
	}
	r := c.newRoot(at)
	switch {
	case arg == "":
		p.add(at.errorf("is empty: name a directory or a smb:// URL"))
	case arg == "-":
		p.add(at.errorf("is no directory, and roots are not read from standard input: name a directory, " +
			"or ./- for one of that name"))
	case !isURL && strings.HasPrefix(strings.ToLower(arg), "smb:"):
		at.key = "ROOT" // as above
		p.add(at.errorf("a share is written smb://[user@]host[:port]/share[/path], with two slashes; " +
			"a directory of such a name, ./smb:NAME"))
	case strings.HasPrefix(arg, `\\`):
		p.add(at.errorf("a share is written with slashes: smb:%s", strings.ReplaceAll(arg, `\`, "/")))
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
		dir, err := filepath.Abs(atHome(arg, home))
		if err != nil {
			p.add(at.errorf("cannot be made absolute: %v", err))
			return
		}
		if mustExist {
			if err := checkDirectory(dir); err != nil {
				p.add(at.errorf("%s", err))
			}
		}
		r.Path = dir
		c.origins[r.at+"path"] = at
		r.Name = c.freeName(filepath.Base(dir), "root")
	}
}

// atHome takes ~ as a shell does that was kept from it by quotes, and as the flags that take paths do.
func atHome(arg, home string) string {
	if rest, ok := strings.CutPrefix(arg, "~"); ok && filepath.IsAbs(home) && (rest == "" || rest[0] == '/') {
		return filepath.Join(home, rest)
	}
	return arg
}

// lookTime is how long a disk may take to say what a directory is; then it may hang.
const lookTime = 5 * time.Second

// checkDirectory says why a directory that a person has just typed can be none. One that cannot be looked at may be.
func checkDirectory(dir string) error {
	found := make(chan error, 1) // the one answer
	//concurrencylint:allow nobody can wait for a disk that hangs
	go func() { found <- lookAt(dir) }()
	select {
	case err := <-found:
		return err
	case <-time.After(lookTime):
		return nil
	}
}

func lookAt(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return errors.New("there is no such directory: name one that is there, a share as smb://host/share, and one that " +
			"may be away at the start in the configuration, as [[root]]")
	case err == nil && !info.IsDir():
		return fmt.Errorf("is no directory: name the one that it lies in, %s", filepath.Dir(dir))
	}
	return nil
}

// freeName makes a root's name of any text: what a name cannot hold becomes a hyphen, and a number
// follows where the name is taken.
func (c *Config) freeName(text, fallback string) string {
	fields := strings.FieldsFunc(text, func(r rune) bool { return !isNameRune(r) })
	base := strings.Join(fields, "-")
	base = strings.Trim(base[:min(len(base), 60)], ".-")
	base = cmp.Or(base, fallback)
	name := base
	taken := func(r Root) bool { return r.Name == name }
	for n := 2; slices.ContainsFunc(c.Roots, taken); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	return name
}

// checkOverlaps refuses roots that are the same, or inside of another, as far as their paths tell:
// every file would be two items. Links and bind mounts show only once the roots are opened. Where the outer root has
// patterns, whoever can read them decides: see Nested.
func (c *Config) checkOverlaps(p *problems) {
	for i, inner := range c.Roots {
		for j, outer := range c.Roots {
			rel, inside := inner.inside(outer)
			switch {
			case i == j || !inside || rel == "" && i < j:
				continue
			case rel == "":
				p.add(inner.locate(c, inner.placeKey()).errorf("is the same place as root %q: remove one of them",
					outer.Name))
			case len(outer.Exclude) == 0:
				p.add(c.NestedError(inner, outer, rel))
			default:
				continue
			}
			break
		}
	}
}

// Nesting is a root that lies inside of another one, which has patterns of what is passed over.
type Nesting struct {
	Inner, Outer Root
	Rel          string // the inner one's path from the outer one
}

// Nested gives the roots that lie inside of others by their paths, where patterns of the outer one may pass over the
// inner.
func (c *Config) Nested() (found []Nesting) {
	for _, inner := range c.Roots {
		for _, outer := range c.Roots {
			if rel, inside := inner.inside(outer); inside && rel != "" && len(outer.Exclude) > 0 {
				found = append(found, Nesting{inner, outer, rel})
			}
		}
	}
	return found
}

// inside tells whether a root is another one, or lies in it by its path, which it gives from there on.
func (r Root) inside(outer Root) (rel string, ok bool) {
	a, b := r.comparable(), outer.comparable()
	return relative(a, b), a != "" && b != "" && within(a, b)
}

// NestedError is the error of a root inside of another one.
func (c *Config) NestedError(inner, outer Root, rel string) *Error {
	return c.RootError(inner, inner.placeKey(),
		`lies inside root %q (%s), which catalogues it already: remove one of them, `+
			`or have the outer one pass over it: exclude = ["/%s/"]`, outer.Name, outer.Location(), rel)
}

// relative is the path of what lies within from there.
func relative(inner, outer string) string { return strings.Trim(strings.TrimPrefix(inner, outer), "/") }

// placeKey is the key that says where a root is.
func (r Root) placeKey() string {
	if r.URL != "" {
		return "url"
	}
	return "path"
}

// checkExclude refuses a pattern that can match nothing, since it leads to where no name of the root is.
func (r Root) checkExclude(pattern string) error {
	text := strings.TrimPrefix(pattern, "!")
	names := strings.Split(strings.TrimSuffix(text, "/"), "/")
	switch {
	case r.Path != "" && r.Path != "/" && within(strings.TrimSuffix(text, "/"), r.Path):
		inside := relative(text, r.Path)
		if inside == "" {
			return fmt.Errorf("%q is the root itself: remove the root instead", pattern)
		}
		return fmt.Errorf("%q matches nothing, since patterns begin at the root: write %q", pattern, "/"+inside)
	case strings.Contains(text, "://"):
		return fmt.Errorf("%q matches nothing, since patterns begin at the root: "+
			"write what follows its URL, such as \"/Extras\"", pattern)
	case slices.Contains(names, ".."):
		return fmt.Errorf("%q matches nothing, since no pattern leads out of the root: remove it, "+
			"or write the path from the root on, such as %q", pattern, path.Clean("/"+text))
	case slices.Contains(names, "."):
		return fmt.Errorf("%q matches nothing, since no name is a single dot: write %q", pattern, path.Clean("/"+text))
	}
	return nil
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
		r.Exclude = append(r.Exclude, "/"+ignoreEscaper.Replace(relative(c.DataDir, r.Path))+"/")
	}
}

// ignoreEscaper takes the meaning from the characters that have one in a gitignore pattern.
var ignoreEscaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, ` `, `\ `)
