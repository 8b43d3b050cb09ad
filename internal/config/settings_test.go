package config

import "fmt"

// setting is one key of a configuration as it is in force.
type setting struct {
	Key    string // "http.listen", or "root.NAME.path"
	Value  string // as TOML writes it
	Origin string // FILE:LINE, "environment", "command line" or "default"
}

// settings lists every setting in force with its origin.
func (c *Config) settings() []setting {
	var all []setting
	for _, k := range daemonKeys() {
		all = append(all, setting{k.name, show(k.field(c)), c.originOf(k.name)})
	}
	for i := range c.Roots {
		r := &c.Roots[i]
		for _, k := range rootKeys() {
			if k.name != "name" {
				all = append(all, setting{"root." + r.Name + "." + k.name, show(k.field(r)), c.originOf(r.at + k.name)})
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
