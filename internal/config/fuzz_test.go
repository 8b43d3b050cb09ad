package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever a file holds, Load does not panic; every error has a line that the file has; and what is
// accepted keeps the promises of Config.
func FuzzLoadFile(f *testing.F) {
	seeds, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(seeds, "../../configs/catalogizerd.toml") {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("root = [{}, {name='x', path='/x'}]\n[http]\nlisten.a = [[1], {}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, bad := parse("f", data)
		var p problems
		c := Default()
		c.DataDir = "/data"
		if bad != nil {
			p.add(bad)
		} else {
			c.decode("f", entries, &p)
			if len(p) == 0 {
				c.validate(LoadOptions{File: "f"}, &p)
			}
		}
		for _, e := range p {
			if e.Line < 1 || e.Line > bytes.Count(data, []byte("\n"))+1 || e.Msg == "" || strings.ContainsRune(e.Msg, '\n') {
				t.Errorf("error %+v of %q", *e, data)
			}
		}
		if len(p) > 0 {
			return
		}
		c.keepDataDirOut()
		names := map[string]bool{}
		for _, r := range c.Roots {
			if r.Name == "" || names[r.Name] || (r.Path == "") == (r.URL == "") || r.Path != "" && !filepath.IsAbs(r.Path) {
				t.Errorf("accepted root %+v of %q", r, data)
			}
			names[r.Name] = true
		}
		if c.Watcher.Debounce <= 0 || c.Watcher.MaxWait < c.Watcher.Debounce || c.ShutdownTimeout <= 0 {
			t.Errorf("accepted durations %+v of %q", c.Watcher, data)
		}
		if fixed, others := Diff(c, c); len(fixed)+len(others) > 0 {
			t.Errorf("a configuration differs from itself in %q and %q: %q", fixed, others, data)
		}
	})
}
