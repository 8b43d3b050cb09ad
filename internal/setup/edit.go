package setup

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Root is a tree of files as a configuration names it.
type Root struct {
	Name         string
	Path         string // of a directory
	URL          string // of a share
	PasswordFile string // of a share; empty: none
}

// Where is its path or URL.
func (r Root) Where() string {
	if r.URL != "" {
		return r.URL
	}
	return r.Path
}

// Edit puts roots and values of [http] into the text of a configuration, and leaves the rest of it, comments among it, as
// it is. A value takes the place of the one that stands there, or of the comment that shows the default.
func Edit(text []byte, roots []Root, http map[string]string) []byte {
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	for _, key := range []string{"listen", "token_file"} {
		if value, ok := http[key]; ok {
			lines = setHTTP(lines, key, strconv.Quote(value))
		}
	}
	var b bytes.Buffer
	b.WriteString(strings.Join(lines, "\n"))
	b.WriteByte('\n')
	for _, r := range roots {
		fmt.Fprintf(&b, "\n[[root]]\nname = %q\n", r.Name)
		if r.URL == "" {
			fmt.Fprintf(&b, "path = %s\n", quoted(r.Path))
			continue
		}
		fmt.Fprintf(&b, "url = %s\n", quoted(r.URL))
		if r.PasswordFile != "" {
			fmt.Fprintf(&b, "password_file = %s\n", quoted(r.PasswordFile))
		}
	}
	return b.Bytes()
}

// Kept has a configuration that shows where a service's catalog is kept, and says nothing else, say so. systemd tells
// the service alone, and whoever asks for a backup or a check by the configuration means the same catalog.
func Kept(text []byte) []byte {
	return shownDataDir.ReplaceAll(text, []byte("data_dir = "))
}

var shownDataDir = regexp.MustCompile(`(?m)^#data_dir = `)

// quoted writes a basic string of TOML, whose escapes are few.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

var table = regexp.MustCompile(`^\s*\[`)

// setHTTP sets a key of the table [http], which is made where there is none.
func setHTTP(lines []string, key, value string) []string {
	line := key + " = " + value
	begin, end := -1, len(lines)
	for i, l := range lines {
		switch {
		case begin < 0 && strings.HasPrefix(strings.TrimSpace(l), "[http]"):
			begin = i
		case begin >= 0 && table.MatchString(l):
			end = min(end, i)
		}
	}
	if begin < 0 {
		at := len(lines)
		for i, l := range lines {
			if table.MatchString(l) {
				at = i
				break
			}
		}
		return insert(lines, at, "[http]", line, "")
	}
	for _, prefix := range []string{"", "#"} { // what is said, before the comment that shows the default
		for i := begin + 1; i < end; i++ {
			name, _, found := strings.Cut(strings.TrimSpace(lines[i]), "=")
			if found && strings.TrimSpace(name) == prefix+key {
				lines[i] = line
				return lines
			}
		}
	}
	return insert(lines, begin+1, line)
}

func insert(lines []string, at int, more ...string) []string {
	return append(lines[:at:at], append(more, lines[at:]...)...)
}
