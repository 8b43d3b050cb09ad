package config

import (
	"os"
	"strings"
	"unicode"
)

// longestName is how many bytes http.name may have.
const longestName = 200

// Name is what people call this daemon: http.name, or else the host's name.
func (c *Config) Name() string {
	if c.HTTP.Name != "" {
		return c.HTTP.Name
	}
	if host, err := os.Hostname(); err == nil && host != "" {
		return host
	}
	return "catalogizerd"
}

func (c *Config) checkName(p *problems) {
	name := c.HTTP.Name
	if len(name) > longestName || strings.ContainsFunc(name, unicode.IsControl) || strings.TrimSpace(name) != name {
		p.add(c.locate("http.name").errorf("wants one line of at most %d bytes, without blanks around it", longestName))
	}
}
