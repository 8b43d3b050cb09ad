package ignore

import (
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// pattern is one line of gitignore syntax. Between its "**" are runs of names, each a pattern of the
// library's. What is between them is matched here: the library settles for the first place that a run
// fits, never goes back, and lets a pattern match everything below its match, so that "!keep" would
// take back each file below keep.
type pattern struct {
	text     string
	negated  bool
	dirOnly  bool
	anywhere bool // no slash but at the end: matches the name at any depth
	inside   bool // ends in "/**": matches what is below, not the directory itself
	runs     []nameRun
	open     bool // begins with "**/": the first run may begin anywhere
}

// nameRun is some names that follow each other. Nearly all patterns are plain names or "*" and an ending,
// for which the library takes a microsecond; those are compared here.
type nameRun struct {
	length  int
	plain   []string // the names, if they are plain
	ending  string   // what follows "*", if the run is that one name
	library gitignore.Pattern
}

func newRun(names []string) nameRun {
	r := nameRun{length: len(names)}
	text := strings.Join(names, "/")
	switch rest := strings.TrimPrefix(text, "*"); {
	case !strings.ContainsAny(text, `*?[\`):
		r.plain = names
	case len(names) == 1 && rest != "" && !strings.ContainsAny(rest, `*?[\`):
		r.ending = rest
	default:
		r.library = gitignore.ParsePattern("/"+text, nil) // the slash keeps a name such as "!x" a name
	}
	return r
}

// begins says whether the names begin with the run.
func (r *nameRun) begins(names []string) bool {
	if len(names) < r.length {
		return false
	}
	names = names[:r.length:r.length]
	switch {
	case r.plain != nil:
		return slices.Equal(r.plain, names)
	case r.ending != "":
		return strings.HasSuffix(names[0], r.ending)
	}
	return r.library.Match(names, true) == gitignore.Exclude
}

// parsePattern reads one line. ok is false for a blank line or a comment.
func parsePattern(line string) (p pattern, ok bool, err error) {
	text := trimSpaces(line)
	if text == "" || text[0] == '#' {
		return pattern{}, false, nil
	}
	p.text = text
	text, p.negated = strings.CutPrefix(text, "!")
	text, p.dirOnly = strings.CutSuffix(text, "/")
	p.anywhere = !strings.Contains(text, "/")
	text = strings.TrimPrefix(text, "/")
	if text == "" {
		return pattern{}, false, nil // "/" alone matches nothing
	}
	var run []string
	flush := func() {
		if len(run) > 0 {
			p.runs = append(p.runs, newRun(run))
			run = nil
		}
	}
	names := strings.Split(text, "/")
	for i, name := range names {
		if name == "**" && !p.anywhere {
			flush()
			p.open = p.open || i == 0
			p.inside = i == len(names)-1
			continue
		}
		if name, err = shellGlob(name); err != nil {
			return pattern{}, false, err
		}
		run = append(run, name)
	}
	flush()
	return p, true, nil
}

// trimSpaces removes trailing spaces, but not one that a backslash quotes.
func trimSpaces(s string) string {
	trimmed := strings.TrimRight(s, " ")
	slashes := len(trimmed) - len(strings.TrimRight(trimmed, `\`))
	if slashes%2 == 1 && len(trimmed) < len(s) {
		return s[:len(trimmed)+1]
	}
	return trimmed
}

// shellGlob turns the pattern of one name from what a shell understands into what path.Match does:
// asterisks in a row are one, and classes are written differently.
func shellGlob(name string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '\\' && i+1 < len(name):
			b.WriteByte(c)
			i++
			b.WriteByte(name[i])
		case c == '[':
			i += shellClass(&b, name[i:])
		case c == '*' && i > 0 && name[i-1] == '*':
		default:
			b.WriteByte(c)
		}
	}
	if _, err := path.Match(b.String(), ""); err != nil {
		return "", err
	}
	return b.String(), nil
}

// posixClasses are the named classes, for ASCII.
var posixClasses = map[string]string{
	"alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "digit": "0-9", "lower": "a-z", "upper": "A-Z", "xdigit": "0-9a-fA-F",
	"space": " \t\n\r\v\f", "blank": " \t", "punct": "!-/:-@\\[-`{-~",
}

// shellClass writes the class that s begins with and returns the index of its last byte. A shell's class
// is negated by "!" too, may hold "]" in its first place and "-" in its first or last, and named classes.
func shellClass(b *strings.Builder, s string) int {
	b.WriteByte('[')
	i := 1
	if i < len(s) && (s[i] == '!' || s[i] == '^') {
		b.WriteByte('^')
		i++
	}
	for first := i; i < len(s); i++ {
		switch c := s[i]; {
		case c == ']' && i > first:
			b.WriteByte(']')
			return i
		case c == '\\' && i+1 < len(s):
			b.WriteByte(c)
			i++
			b.WriteByte(s[i])
		case c == ']', c == '-' && (i == first || i+1 < len(s) && s[i+1] == ']'):
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '[' && i+1 < len(s) && s[i+1] == ':':
			name, _, ok := strings.Cut(s[i+2:], ":]")
			if !ok {
				b.WriteByte(c)
				continue
			}
			b.WriteString(posixClasses[name])
			i += len(name) + len("[::]") - 1
		default:
			b.WriteByte(c)
		}
	}
	return i // without an end: path.Match reports it
}

// match says whether the pattern matches the entry that the names lead to, from the pattern's own
// directory on.
func (p *pattern) match(names []string, isDir bool) bool {
	if p.anywhere {
		names = names[len(names)-1:]
	}
	if p.dirOnly && !isDir {
		return false
	}
	if !p.inside {
		return matchRuns(p.runs, names, p.open)
	}
	for end := len(names) - 1; end > 0; end-- {
		if matchRuns(p.runs, names[:end], p.open) {
			return true
		}
	}
	return len(p.runs) == 0
}

// matchRuns says whether the names are the runs, with any number of other names before each run but the
// first, and before that one too if open. The first place where a run fits is as good as any later one
// for what follows it, so nothing is tried twice.
func matchRuns(runs []nameRun, names []string, open bool) bool {
	if !open {
		if len(runs) == 0 || !runs[0].begins(names) {
			return false
		}
		names, runs = names[runs[0].length:], runs[1:]
		if len(runs) == 0 {
			return len(names) == 0
		}
	}
	if len(runs) == 0 {
		return true
	}
	last := &runs[len(runs)-1]
	if len(names) < last.length || !last.begins(names[len(names)-last.length:]) {
		return false
	}
	names = names[:len(names)-last.length]
	for i := range runs[:len(runs)-1] {
		for !runs[i].begins(names) {
			if len(names) == 0 {
				return false
			}
			names = names[1:]
		}
		names = names[runs[i].length:]
	}
	return true
}
