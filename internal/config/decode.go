package config

import (
	"fmt"
	"slices"
	"strings"
)

// decode stores what a document says and reports keys that do not exist and values of the wrong type.
func (c *Config) decode(file string, entries []entry, p *problems) {
	foreign := "" // the table that was reported as a whole, and whose keys say nothing more
	for _, e := range entries {
		at := origin{file, e.line, e.name()}
		if foreign != "" && (e.table == foreign || strings.HasPrefix(e.table, foreign+".")) && e.key != "" {
			continue
		}
		var bad *Error
		switch {
		case e.table == "root" && e.element >= 0 && e.key == "":
			c.newRoot(at)
		case e.table == "root" && e.element >= 0:
			r := &c.Roots[len(c.Roots)-1]
			bad = store(r, rootKeys(), e.key, r.at, at, e.value, c.origins)
		case e.table == "notify" && e.element >= 0, e.table == "notify.path_map" && e.element < 0:
			bad = c.decodeNotify(e, at)
		case e.table == "source" && e.element >= 0:
			bad = c.decodeSource(e, at)
		case e.key == "":
			if bad = checkTable(e, at); bad != nil {
				foreign = e.table
			}
		default:
			bad = store(c, daemonKeys(), e.name(), "", at, e.value, c.origins)
		}
		if bad != nil {
			p.add(bad)
		}
	}
}

func (c *Config) newRoot(at origin) *Root {
	r := DefaultRoot()
	r.at = fmt.Sprintf("root[%d].", len(c.Roots))
	c.origins[r.at] = at
	c.Roots = append(c.Roots, r)
	return &c.Roots[len(c.Roots)-1]
}

// store assigns a value to the key called name, and remembers under prefix+name where it was said.
func store[T any](
	target *T, keys []key[T], name, prefix string, at origin, value any, origins map[string]origin,
) *Error {
	for _, k := range keys {
		if k.name != name {
			continue
		}
		if err := assign(k.field(target), value); err != nil {
			return at.errorf("%s", err)
		}
		origins[prefix+name] = at
		return nil
	}
	switch {
	case slices.Contains(sections(), name):
		return at.errorf("is a table: write its keys below a line [%s]", name)
	case slices.Contains(lists, name):
		return at.errorf("is a list of tables: write a line [[%s]] above the keys of each %s", name, listed(name))
	}
	return at.errorf("no such key: did you mean %s?", nearest(name, names(keys)))
}

// checkTable judges a header that does not open a root.
func checkTable(e entry, at origin) *Error {
	switch known := slices.Contains(sections(), e.table); {
	case slices.Contains(lists, e.table):
		return at.errorf("wants double brackets: write [[%s]] above the keys of each %s", e.table, listed(e.table))
	case known && e.element >= 0:
		return at.errorf("there is one such table only: write [%s]", e.table)
	case !known && e.table != "":
		all := append(sections(), "[root]", "[notify]", "[source]")
		return at.errorf("no such table: did you mean [%s]?", nearest(e.table, all))
	}
	return nil
}

// sections returns the tables that a document may have beside [[root]].
func sections() []string {
	var all []string
	for _, k := range daemonKeys() {
		if table, _, ok := strings.Cut(k.name, "."); ok {
			all = append(all, table)
		}
	}
	return slices.Compact(all)
}

// lists are the tables of which there may be several.
var lists = []string{"root", "notify", "source"}

// listed is what a list of tables is of, for people.
func listed(name string) string {
	if name == "notify" {
		return "program"
	}
	return name
}
