package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing that is wrong with a configuration. Load joins several with errors.Join; use
// errors.As to tell a bad configuration from other failures.
type Error struct {
	File string // the file's path, "environment" or "command line"
	Line int    // 1-based; 0 where there are no lines
	Key  string // as in the file ("http.listen"), a variable's or a flag's name; empty for the file as a whole
	Msg  string // what is wrong and what to write instead
}

// Error implements error as FILE:LINE: KEY: MSG.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	if e.Key != "" {
		b.WriteString(": " + e.Key)
	}
	b.WriteString(": " + e.Msg)
	return b.String()
}

// Names that stand for a file's in errors and settings.
const (
	fromEnvironment = "environment"
	fromCommandLine = "command line"
	fromDefault     = "default"
)

// origin is where a value was said.
type origin struct {
	file string
	line int
	key  string // as the person wrote it
}

func (o origin) errorf(format string, args ...any) *Error {
	return &Error{File: o.file, Line: o.line, Key: o.key, Msg: fmt.Sprintf(format, args...)}
}

// RootError is an error of a root's key that only those who use its value can find, and says where the key was set.
func (c *Config) RootError(r Root, key, format string, args ...any) *Error {
	return r.locate(c, key).errorf(format, args...)
}

// problems collects errors, so that one run shows all of them.
type problems []*Error

func (p *problems) add(e *Error) { *p = append(*p, e) }

// join returns nil or the errors in the order of a reader: by file, then line.
func (p problems) join() error {
	slices.SortStableFunc(p, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	all := make([]error, len(p))
	for i, e := range p {
		all[i] = e
	}
	return errors.Join(all...)
}
