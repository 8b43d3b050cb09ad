package modeltest

import (
	"fmt"
	"path"
	"strings"
)

// place is where a file may stand: a root, or outside, and the path below it.
type place struct{ root, path string }

// String shortens the longest names: their ends tell them apart.
func (p place) String() string {
	const most = 60
	parts := strings.Split(p.path, "/")
	for i, name := range parts {
		if len(name) > most {
			parts[i] = fmt.Sprintf("%.8s…(%d bytes)…%s", name, len(name), name[len(name)-10:])
		}
	}
	return fmt.Sprintf("%s:%q", p.root, strings.Join(parts, "/"))
}

func (p place) join(name string) place { return place{p.root, path.Join(p.path, name)} }

func (p place) dir() place {
	d := path.Dir(p.path)
	if d == "." {
		d = ""
	}
	return place{p.root, d}
}

// below reports whether p is in the directory d or deeper.
func (p place) below(d place) bool {
	return p.root == d.root && p.path != "" && (d.path == "" || strings.HasPrefix(p.path, d.path+"/"))
}

// moved is p with the directory from, in which it is, moved to another place.
func (p place) moved(from, to place) place {
	return place{to.root, path.Join(to.path, strings.TrimPrefix(p.path, from.path))}
}
