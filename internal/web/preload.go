package web

import (
	"bytes"
	"regexp"
	"strings"
)

// begun are the modules that every visit runs: the frame, and the view that an address without a place shows, whose
// modules are those of the walls too.
var begun = []string{"app.js", "home.js"}

var importsOf = regexp.MustCompile(`(?m)^(?:import|export) .*?from '\./([a-z-]+\.js)'`)

// preloads are the lines of the document that have a browser ask for all of begun at once. Without them it learns what
// a module imports when that is there, and the last is asked for five answers after the document.
func preloads(assets map[string]asset) []byte {
	var lines bytes.Buffer
	seen := map[string]bool{}
	queue := append([]string(nil), begun...)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		a, found := assets[name]
		if seen[name] || !found {
			continue
		}
		seen[name] = true
		lines.WriteString(`<link rel="modulepreload" href="assets/VERSION/` + name + `">` + "\n")
		for _, m := range importsOf.FindAllSubmatch(a.plain, -1) {
			queue = append(queue, string(m[1]))
		}
	}
	return lines.Bytes()
}

// document is the index with what it loads, of a version.
func document(index []byte, version string, assets map[string]asset) []byte {
	index = bytes.Replace(index, []byte("<!-- modules -->\n"), preloads(assets), 1)
	return []byte(strings.ReplaceAll(string(index), "assets/VERSION/", "assets/"+version+"/"))
}
