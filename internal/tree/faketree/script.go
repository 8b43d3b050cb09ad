package faketree

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Run makes the changes of a script, one a line, and stops at the first that fails:
//
//	mkdir a/b             with all directories above it
//	write a/b/f content   the rest of the line is the content
//	append a/b/f more
//	rename a/b a/c        also replaces
//	swap a/f a/g
//	link a/f a/h
//	symlink target a/l
//	fifo a/p
//	remove a              with everything below it
//	time a/f -24h         the modification time, relative to the clock
//	clock 5s              the clock goes ahead
//
// A path with spaces or odd bytes is a Go string in double quotes. Blank lines and those that begin with
// # are passed over.
func (t *Tree) Run(script string) error {
	for i, line := range strings.Split(script, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := t.command(line); err != nil {
			return fmt.Errorf("line %d, %q: %w", i+1, line, err)
		}
	}
	return nil
}

var errWords = errors.New("not a command with its words")

func (t *Tree) command(line string) error {
	verb, line, _ := strings.Cut(line, " ")
	one, rest, err := word(line)
	if err != nil {
		return err
	}
	switch verb {
	case "write":
		return t.Write(one, []byte(rest))
	case "append":
		return t.Append(one, []byte(rest))
	case "rename", "swap", "link", "symlink", "time":
		two, _, err := word(rest)
		if err != nil {
			return err
		}
		return t.withTwo(verb, one, two)
	}
	if rest != "" {
		return errWords
	}
	switch verb {
	case "mkdir":
		return t.mkdirAll(one)
	case "fifo":
		return t.Mkfifo(one)
	case "remove":
		return t.RemoveAll(one)
	case "clock":
		by, err := time.ParseDuration(one)
		t.Advance(by)
		return err
	}
	return errWords
}

func (t *Tree) withTwo(verb, one, two string) error {
	switch verb {
	case "rename":
		return t.Rename(one, two)
	case "swap":
		return t.Swap(one, two)
	case "link":
		return t.Link(one, two)
	case "symlink":
		return t.Symlink(one, two)
	}
	by, err := time.ParseDuration(two)
	if err != nil {
		return err
	}
	return t.SetTime(one, t.now().Add(by))
}

// now is the tree's own clock.
func (t *Tree) now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.opts.Now().Add(t.ahead)
}

func (t *Tree) mkdirAll(path string) error {
	for i := 0; i <= len(path); i++ {
		if i == len(path) || path[i] == '/' {
			if err := t.Mkdir(path[:i]); err != nil && !errors.Is(err, syscall.EEXIST) {
				return err
			}
		}
	}
	return nil
}

// word cuts the first word off a line.
func word(line string) (first, rest string, err error) {
	line = strings.TrimLeft(line, " ")
	if line == "" {
		return "", "", errWords
	}
	if line[0] != '"' {
		first, rest, _ = strings.Cut(line, " ")
		return first, rest, nil
	}
	quoted, err := strconv.QuotedPrefix(line)
	if err != nil {
		return "", "", err
	}
	first, err = strconv.Unquote(quoted)
	return first, strings.TrimPrefix(line[len(quoted):], " "), err
}
