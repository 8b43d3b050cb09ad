package api

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// jsonDocument reads a document as JSON has it.
func jsonDocument(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D", "*", "%2A", "+", "%2B")

// exampleCheck validates the examples of openapi.yaml, and counts them.
type exampleCheck struct {
	t    *testing.T
	c    *jsonschema.Compiler
	seen int
}

// at checks what stands at a path of keys, which is a media type, a header or a parameter.
func (e *exampleCheck) at(m map[string]any, required bool, path ...string) {
	e.t.Helper()
	example, ok := m["example"]
	if !ok {
		if required {
			e.t.Errorf("%s has no example", strings.Join(path, " "))
		}
		return
	}
	e.seen++
	pointer := "http://daemon/api/openapi.yaml#"
	for _, key := range path {
		pointer += "/" + pointerEscapes.Replace(key)
	}
	s, err := e.c.Compile(pointer + "/schema")
	if err != nil {
		e.t.Errorf("schema of %s: %v", strings.Join(path, " "), err)
		return
	}
	if err := s.Validate(example); err != nil {
		e.t.Errorf("example of %s: %v", strings.Join(path, " "), err)
	}
}

// contents checks the examples of all media types of a request or response.
func (e *exampleCheck) contents(m map[string]any, path ...string) {
	e.t.Helper()
	content, _ := m["content"].(map[string]any)
	for name, of := range content {
		isBytes := name == "*/*" || name == "image/jpeg" || name == "application/yaml"
		e.at(of.(map[string]any), !isBytes, append(slices.Clone(path), "content", name)...)
	}
}

func TestOpenAPIHasAnExampleOfEveryRequestAndAnswerAndTheyKeepToTheirSchemas(t *testing.T) {
	doc := jsonDocument(t, openAPI)
	e := &exampleCheck{t: t, c: compileDocuments(t)}
	for path, item := range doc["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			op, ok := operation.(map[string]any)
			if !ok {
				continue // the path's parameters
			}
			if body, ok := op["requestBody"].(map[string]any); ok {
				e.contents(body, "paths", path, method, "requestBody")
			}
			for status, response := range op["responses"].(map[string]any) {
				e.contents(response.(map[string]any), "paths", path, method, "responses", status)
			}
		}
	}
	components := doc["components"].(map[string]any)
	for name, response := range components["responses"].(map[string]any) {
		e.contents(response.(map[string]any), "components", "responses", name)
	}
	for name, parameter := range components["parameters"].(map[string]any) {
		e.at(parameter.(map[string]any), false, "components", "parameters", name)
	}
	if e.seen < 60 {
		t.Errorf("only %d examples looked at", e.seen)
	}
}

// A client that switches over the types of problems must find all of them, and none that never comes.
func TestOpenAPINamesEveryTypeOfProblemAndNoOther(t *testing.T) {
	said := map[string]bool{}
	for _, kind := range problemTypes(t) {
		said[kind] = true
	}
	var described []string
	for _, kind := range loadOpenAPI(t).Components.Schemas["Problem"].Value.Properties["type"].Value.Enum {
		described = append(described, kind.(string))
		if !said[kind.(string)] {
			t.Errorf("%s is described, but nothing says it", kind)
		}
	}
	for kind := range said {
		if !slices.Contains(described, kind) {
			t.Errorf("%s is not described", kind)
		}
	}
	text := string(openAPI)
	for _, kind := range described {
		if !strings.Contains(text, "`"+kind+"`") {
			t.Errorf("no response says that it is the problem %s", kind)
		}
	}
}

// problemTypes reads from the source the types that problems have: what problemf and pathID are called with, and the
// table of asProblem; and what a hub refuses, which has this API too.
func problemTypes(t *testing.T) (out []string) {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.go", "../hub/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err, fs.ErrNotExist)
		}
		files = append(files, found...)
	}
	word := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, _ := strconv.Unquote(lit.Value); word.MatchString(s) {
				out = append(out, s)
			}
		}
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if name, ok := n.Fun.(*ast.Ident); ok && (name.Name == "problemf" || name.Name == "pathID") {
					add(n.Args[1])
				}
			case *ast.CompositeLit:
				if file == "problem.go" && n.Type == nil && len(n.Elts) == 3 { // a line of asProblem's table
					add(n.Elts[2])
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Kind" {
					add(n.Value)
				}
			}
			return true
		})
	}
	return out
}
