package ignore

import (
	"path"
	"strings"
)

// pattern is one line of gitignore syntax.
type pattern struct {
	text     string
	negated  bool
	dirOnly  bool
	anywhere bool // no slash but at the end: matches the name at any depth
	parts    []part
}

// part is what a pattern says of one name, or "**": any number of names. Nearly all are plain names or "*" and an
// ending, which are compared without path.Match.
type part struct {
	anyNames bool
	glob     string // in the syntax of path.Match
	plain    bool   // glob is the name itself
	ending   string // what follows "*", if glob is no more than that
}

func newPart(glob string) part {
	p := part{glob: glob, plain: !strings.ContainsAny(glob, `*?[\`)}
	if rest, ok := strings.CutPrefix(glob, "*"); ok && !strings.ContainsAny(rest, `*?[\`) {
		p.ending = rest
	}
	return p
}

func (p *part) match(name string) bool {
	switch {
	case p.plain:
		return name == p.glob
	case p.ending != "":
		return strings.HasSuffix(name, p.ending)
	}
	ok, _ := path.Match(p.glob, name) // parsePattern has seen that it is a pattern
	return ok
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
	names := strings.Split(text, "/")
	for i, name := range names {
		if name == "**" && !p.anywhere {
			p.parts = append(p.parts, part{anyNames: true})
			if i < len(names)-1 {
				continue
			}
			name = "*" // the last matches what is below, not the directory itself
		}
		if name, err = shellGlob(name); err != nil {
			return pattern{}, false, err
		}
		p.parts = append(p.parts, newPart(name))
	}
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
	first := 1
	b.WriteByte('[')
	if strings.HasPrefix(s[1:], "!") || strings.HasPrefix(s[1:], "^") {
		b.WriteByte('^')
		first++
	}
	for i := first; i < len(s); {
		if s[i] == ']' && i > first {
			b.WriteByte(']')
			return i
		}
		text, n := classMember(s[i:], i == first)
		b.WriteString(text)
		i += n
	}
	return len(s) // without an end: path.Match reports it
}

// classMember is what the member of a class that s begins with is to path.Match, and its length.
func classMember(s string, first bool) (text string, n int) {
	if class, ok := strings.CutPrefix(s, "[:"); ok {
		if name, _, ended := strings.Cut(class, ":]"); ended {
			return posixClasses[name], len("[:" + name + ":]")
		}
	}
	switch {
	case s[0] == '\\' && len(s) > 1:
		return s[:2], 2
	case s[0] == ']', s[0] == '-' && (first || strings.HasPrefix(s, "-]")):
		return `\` + s[:1], 1
	}
	return s[:1], 1
}

// match says whether the pattern matches the entry that the names lead to, from the pattern's own
// directory on.
func (p *pattern) match(names []string, isDir bool) bool {
	if p.dirOnly && !isDir {
		return false
	}
	if p.anywhere {
		names = names[len(names)-1:]
	}
	// What "**" stands for begins with nothing and grows by a name where the rest does not match. Only the last one
	// has to grow: what those before it stand for is as good as anything longer.
	at, retry, from := 0, -1, 0
	for n := 0; n < len(names); {
		switch {
		case at < len(p.parts) && p.parts[at].anyNames:
			retry, from = at, n
			at++
		case at < len(p.parts) && p.parts[at].match(names[n]):
			at++
			n++
		case retry >= 0:
			from++
			at, n = retry+1, from
		default:
			return false
		}
	}
	return at == len(p.parts) // it never ends with "**"
}
