package api

import (
	"fmt"
	"testing"
)

// Generators of clients make nothing of an enum without a type, take integers to have 32 bits and numbers to have 24
// significant ones where no format says otherwise, and do not know schemas that are true or false.
func TestDocumentsSayWhatGeneratorsOfClientsNeed(t *testing.T) {
	for name, of := range map[string]struct {
		text    []byte
		schemas int // there are at least
	}{"openapi.yaml": {openAPI, 200}, "asyncapi.yaml": {asyncAPI, 30}} {
		t.Run(name, func(t *testing.T) { checkForGenerators(t, of.text, of.schemas) })
	}
}

func checkForGenerators(t *testing.T, text []byte, least int) {
	t.Helper()
	schemas := 0
	walk(jsonDocument(t, text), "", func(at string, m map[string]any) {
		if alternatives, ok := m["oneOf"].([]any); ok && len(alternatives) > 2 && m["discriminator"] == nil {
			t.Errorf("%s has alternatives and no discriminator", at)
		}
		types := typesOf(m)
		_, isEnum := m["enum"].([]any)
		if isEnum && len(types) == 0 {
			t.Errorf("%s has an enum and no type", at)
		}
		if _, isConst := m["const"]; isConst {
			t.Errorf("%s has a const: say an enum of one", at)
		}
		for _, kind := range types {
			schemas++
			want := map[string]string{"integer": "int64", "number": "double"}[kind]
			if want != "" && m["format"] != want {
				t.Errorf("%s is of the type %s without the format %s", at, kind, want)
			}
		}
		properties, _ := m["properties"].(map[string]any)
		for name, property := range properties {
			if _, isBool := property.(bool); isBool {
				t.Errorf("%s.%s is %v, not a schema", at, name, property)
			}
		}
	})
	if schemas < least {
		t.Errorf("only %d schemas looked at", schemas)
	}
}

func typesOf(m map[string]any) (out []string) {
	switch v := m["type"].(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, one := range v {
			out = append(out, fmt.Sprint(one))
		}
	}
	return out
}

// walk visits every map of a document.
func walk(at any, path string, visit func(string, map[string]any)) {
	switch v := at.(type) {
	case map[string]any:
		if path == "" || path[max(0, len(path)-11):] != "/properties" { // its keys are names, of which one may be type
			visit(path, v)
		}
		for key, below := range v {
			if key == "example" || key == "examples" {
				continue // which are values
			}
			walk(below, path+"/"+key, visit)
		}
	case []any:
		for i, below := range v {
			walk(below, fmt.Sprint(path, "/", i), visit)
		}
	}
}
