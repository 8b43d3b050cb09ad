package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const repository = "../.."

var (
	quoted     = regexp.MustCompile("`([^`\n]+)`")
	identifier = regexp.MustCompile(`^[A-Za-z_]\w*$`)
)

// docs/architecture.md leads newcomers by names of directories and files, and of what is declared in the file named
// before on the same line. All of them must be there.
func TestTheArchitectureNamesWhatIsThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, names := 0, 0
	for n, line := range strings.Split(string(text), "\n") {
		var declared map[string]bool // in the file that was named last
		var file string
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			switch name := m[1]; {
			case strings.HasSuffix(name, ".go"), strings.HasSuffix(name, "/"), strings.Contains(name, "/"):
				path, ok := find(name)
				if !ok {
					t.Errorf("line %d: %s is not there", n+1, name)
				}
				file, declared = name, nil
				if ok && strings.HasSuffix(name, ".go") {
					declared = declarations(t, path)
					files++
				}
			case declared != nil && identifier.MatchString(name):
				if names++; !declared[name] {
					t.Errorf("line %d: %s declares no %s", n+1, file, name)
				}
			}
		}
	}
	if files < 40 || names < 40 {
		t.Errorf("%d files and %d names in them were found, want at least 40 of each: does the test still read the document?", files, names)
	}
}

// find gives the path of what the document names: below internal, or below the repository.
func find(name string) (string, bool) {
	for _, below := range []string{"internal", "."} {
		path := filepath.Join(repository, below, name)
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
	}
	return "", false
}

// declarations are the names of a file's functions, methods, types, constants and variables.
func declarations(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[d.Name.Name] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, name := range s.Names {
						names[name.Name] = true
					}
				}
			}
		}
	}
	return names
}
