package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Changes is what a reload would change.
type Changes struct {
	// Fixed lists the keys that differ and that only a restart can change; a reload leaves them.
	Fixed []string
	// Keys lists the other keys outside of roots that differ.
	Keys []string
	// Added and Removed roots by name, in the order of their configuration. A root whose place changed
	// under the same name is in both.
	Added, Removed []Root
	// Changed roots are where they were and differ in something else.
	Changed []RootChange
}

// RootChange is a root before and after, and the keys in which they differ.
type RootChange struct {
	Old, New Root
	Keys     []string
}

// Empty says that nothing changes.
func (c Changes) Empty() bool {
	return len(c.Fixed)+len(c.Keys)+len(c.Added)+len(c.Removed)+len(c.Changed) == 0
}

// Diff compares a configuration with the one that is to replace it.
func Diff(old, new *Config) Changes {
	var c Changes
	for _, name := range differing(daemonKeys(), old, new) {
		if name == "data_dir" || name == "http.listen" {
			c.Fixed = append(c.Fixed, name)
		} else {
			c.Keys = append(c.Keys, name)
		}
	}
	byName := func(roots []Root, name string) (Root, bool) {
		i := slices.IndexFunc(roots, func(r Root) bool { return r.Name == name })
		if i < 0 {
			return Root{}, false
		}
		return roots[i], true
	}
	for _, before := range old.Roots {
		after, ok := byName(new.Roots, before.Name)
		if !ok || after.Location() != before.Location() {
			c.Removed = append(c.Removed, before)
		} else if keys := differing(rootKeys(), &before, &after); len(keys) > 0 {
			c.Changed = append(c.Changed, RootChange{before, after, keys})
		}
	}
	for _, after := range new.Roots {
		if before, ok := byName(old.Roots, after.Name); !ok || after.Location() != before.Location() {
			c.Added = append(c.Added, after)
		}
	}
	return c
}

func differing[T any](keys []key[T], a, b *T) []string {
	var all []string
	for _, k := range keys {
		if show(k.field(a)) != show(k.field(b)) {
			all = append(all, k.name)
		}
	}
	return all
}

// Setting is one key of a configuration as it is in force.
type Setting struct {
	Key    string // "http.listen", or "root.NAME.path"
	Value  string // as TOML writes it
	Origin string // FILE:LINE, "environment", "command line" or "default"
}

// Redacted lists every setting in force, fit for a log or a bug report: a configuration holds no secret,
// only the paths of the files that do.
func (c *Config) Redacted() []Setting {
	var all []Setting
	for _, k := range daemonKeys() {
		all = append(all, Setting{k.name, show(k.field(c)), c.originOf(k.name)})
	}
	for i := range c.Roots {
		r := &c.Roots[i]
		for _, k := range rootKeys() {
			if k.name != "name" {
				all = append(all, Setting{"root." + r.Name + "." + k.name, show(k.field(r)), c.originOf(r.at + k.name)})
			}
		}
	}
	return all
}

func (c *Config) originOf(key string) string {
	o, ok := c.origins[key]
	switch {
	case !ok:
		return fromDefault
	case o.line > 0:
		return fmt.Sprintf("%s:%d", o.file, o.line)
	}
	return o.file
}

// show writes a key's value as TOML does.
func show(field any) string {
	switch v := reflect.ValueOf(field).Elem().Interface().(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case time.Duration:
		return fmt.Sprintf("%q", v)
	case []string:
		quoted := make([]string, len(v))
		for i := range v {
			quoted[i] = fmt.Sprintf("%q", v[i])
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	default:
		return fmt.Sprint(v)
	}
}
