package config

import (
	"maps"
	"strings"
	"time"
)

// InForce gives every key of the configuration with its value, as a file would say it: tables by their names, the list
// "root", durations and sizes as texts. Secrets are in files that it only names; a root's URL holds none.
func (c *Config) InForce() map[string]any {
	all := map[string]any{}
	for _, k := range daemonKeys() {
		table, name := all, k.name
		if section, key, ok := strings.Cut(name, "."); ok {
			if all[section] == nil {
				all[section] = map[string]any{}
			}
			table, name = all[section].(map[string]any), key
		}
		table[name] = plain(k.field(c))
	}
	roots := make([]map[string]any, len(c.Roots))
	for i := range c.Roots {
		roots[i] = map[string]any{}
		for _, k := range rootKeys() {
			roots[i][k.name] = plain(k.field(&c.Roots[i]))
		}
	}
	all["root"] = roots
	told := make([]map[string]any, len(c.Notify))
	for i := range c.Notify {
		told[i] = map[string]any{}
		for _, k := range notifyKeys() {
			told[i][k.name] = plain(k.field(&c.Notify[i]))
		}
	}
	all["notify"] = told
	sources := make([]map[string]any, len(c.Sources))
	for i := range c.Sources {
		sources[i] = map[string]any{}
		for _, k := range sourceKeys() {
			sources[i][k.name] = plain(k.field(&c.Sources[i]))
		}
	}
	all["source"] = sources
	return all
}

// plain is a key's value as JSON has it.
func plain(field any) any {
	switch f := field.(type) {
	case *time.Duration:
		return f.String()
	case *ByteSize:
		return f.String()
	case *[]string:
		return append([]string{}, *f...) // never null
	case *map[string]string:
		return maps.Clone(*f)
	case *string:
		return *f
	case *bool:
		return *f
	case *int:
		return *f
	case *float64:
		return *f
	}
	return nil
}
