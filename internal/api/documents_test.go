package api

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func loadOpenAPI(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOpenAPIDescribesEveryRouteAndNoOther(t *testing.T) {
	var described, served []string
	for path, item := range loadOpenAPI(t).Paths.Map() {
		for method := range item.Operations() {
			if method != "HEAD" { // every GET has one
				described = append(described, method+" "+path)
			}
		}
	}
	s := &Server{metrics: prometheus.NewRegistry()}
	for pattern := range s.table() {
		served = append(served, strings.TrimSuffix(pattern, "{$}")) // "/" and nothing below
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described: %s\nserved: %s", strings.Join(described, ", "), strings.Join(served, ", "))
	}
}

func TestOpenAPIDescribesEveryFilterAndNoOther(t *testing.T) {
	for path, want := range map[string][]string{"/api/v1/items": itemParams, "/api/v1/works": workParams, "/api/v1/duplicates": duplicateParams,
		"/api/v1/facets": facetParams} {
		var described []string
		for _, p := range loadOpenAPI(t).Paths.Value(path).Get.Parameters {
			if p.Value.In == openapi3.ParameterInQuery {
				described = append(described, p.Value.Name)
			}
		}
		slices.Sort(described)
		if sorted := slices.Sorted(slices.Values(want)); !slices.Equal(described, sorted) {
			t.Errorf("%s: described %q, want %q", path, described, sorted)
		}
	}
}

func TestOpenAPIDescribesEveryFieldAndNoOther(t *testing.T) {
	doc := loadOpenAPI(t)
	for name, typ := range map[string]reflect.Type{
		"Description": reflect.TypeFor[media.Description](),
		"Root":        reflect.TypeFor[media.Root](),
		"Scan":        reflect.TypeFor[media.Scan](),
		"Status":      reflect.TypeFor[Status](),
		"Problem":     reflect.TypeFor[problem](),
	} {
		compareFields(t, name, doc.Components.Schemas[name], typ)
	}
	var kinds []any
	for _, k := range media.Kinds() {
		kinds = append(kinds, string(k))
	}
	if got := doc.Components.Schemas["Kind"].Value.Enum; !slices.Equal(got, kinds) {
		t.Errorf("kinds %v, but there are %v", got, kinds)
	}
}

// compareFields compares a schema's properties with a struct's fields, and theirs.
func compareFields(t *testing.T, name string, ref *openapi3.SchemaRef, typ reflect.Type) {
	t.Helper()
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ.PkgPath() == "time" {
		return
	}
	schema := ref.Value
	for _, alternative := range schema.AnyOf {
		if !alternative.Value.Type.Is("null") {
			schema = alternative.Value
		}
	}
	if schema.Items != nil {
		schema = schema.Items.Value
	}
	undescribed := map[string]bool{}
	for property := range schema.Properties {
		undescribed[property] = true
	}
	for i := range typ.NumField() {
		tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		property := schema.Properties[tag]
		if property == nil {
			t.Errorf("%s.%s is not described", name, tag)
			continue
		}
		delete(undescribed, tag)
		compareFields(t, name+"."+tag, property, typ.Field(i).Type)
	}
	for property := range undescribed {
		t.Errorf("%s.%s is described, but there is none", name, property)
	}
}

// compileDocuments gives the schemas of both documents by their address.
func compileDocuments(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	for name, text := range map[string][]byte{"openapi.yaml": openAPI, "asyncapi.yaml": asyncAPI} {
		var doc any
		if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("http://daemon/api/"+name, doc); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestAsyncAPIHasAValidSchemaForEveryMessageAndItsExamplesKeepToThem(t *testing.T) {
	c := compileDocuments(t)
	var doc struct {
		Channels map[string]struct {
			Messages map[string]any `yaml:"messages"`
		} `yaml:"channels"`
		Components struct {
			Messages map[string]struct {
				Examples []struct {
					Payload any `yaml:"payload"`
				} `yaml:"examples"`
			} `yaml:"messages"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(asyncAPI, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Components.Messages) < 11 || len(doc.Channels["live"].Messages) != len(doc.Components.Messages) {
		t.Errorf("%d messages, of which the channel knows %d", len(doc.Components.Messages), len(doc.Channels["live"].Messages))
	}
	for name, m := range doc.Components.Messages {
		s, err := c.Compile("http://daemon/api/asyncapi.yaml#/components/messages/" + name + "/payload")
		if err != nil {
			t.Errorf("message %s: %v", name, err)
			continue
		}
		if len(m.Examples) == 0 {
			t.Errorf("message %s has no example", name)
		}
		for _, e := range m.Examples {
			if err := s.Validate(e.Payload); err != nil {
				t.Errorf("example of %s: %v", name, err)
			}
		}
	}
	for _, ref := range regexp.MustCompile(`\$ref: "#(/[^"]*)"`).FindAllSubmatch(asyncAPI, -1) {
		if !resolves(asyncAPI, string(ref[1])) {
			t.Errorf("nothing is at %s", ref[1])
		}
	}
}

func resolves(text []byte, pointer string) bool {
	var at any
	if yaml.Unmarshal(text, &at) != nil {
		return false
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		m, ok := at.(map[string]any)
		if !ok || m[part] == nil {
			return false
		}
		at = m[part]
	}
	return true
}
