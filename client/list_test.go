package client_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/catalogizer/catalogizerd/client"
)

func TestAClientAsksTheDaemon(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	change(t, dir, 0)
	d, c := daemonOn(t, dir, "", client.Options{})
	d.WaitIdle(t, patience)

	var paths []string
	for item, err := range c.Items(t.Context(), url.Values{"limit": {"2"}, "sort": {"-path"}}) {
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, item.Path)
	}
	if want := []string{film(4), film(3), film(2), film(1), film(0)}; !slices.Equal(paths, want) {
		t.Errorf("items %q, want %q", paths, want)
	}
	for item, err := range c.Items(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Content(t.Context(), item.ID, 5)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(b)
		if b.Close(); err != nil || string(text) != "0 0" {
			t.Errorf("behind its fifth byte %s holds %q, %v", item.Path, text, err)
		}
		whole, err := c.Item(t.Context(), item.ID)
		if err != nil || len(whole.Works) != 1 {
			t.Fatalf("item %d: %+v, %v; want it with its work", item.ID, whole, err)
		}
		work, err := c.Work(t.Context(), whole.Works[0].ID)
		if err != nil || len(work.Items) != 1 || work.Items[0].ID != item.ID {
			t.Errorf("its work: %+v, %v", work, err)
		}
		for member, err := range c.Members(t.Context(), work.ID, url.Values{"role": {"main"}}) {
			if err != nil || member.ID != item.ID {
				t.Errorf("its member: %+v, %v", member, err)
			}
		}
		break // leaves the loop in the middle of a page
	}
	found, err := c.Search(t.Context(), "lantern 3", url.Values{"limit": {"5"}})
	if err != nil || len(found.Works) == 0 || found.Works[0].Title != "Lantern 3" {
		t.Errorf("a search found %+v, %v", found, err)
	}
	links, err := c.Link(t.Context(), found.Works[0].ID, "12h")
	if err != nil || !strings.HasPrefix(links.Content, "/api/v1/items/") || links.ExpiresAt.IsZero() {
		t.Errorf("links %+v, %v", links, err)
	}
	scan, err := c.StartScan(t.Context(), "films", "", true)
	if err != nil || scan.Root != "films" {
		t.Errorf("a scan: %+v, %v", scan, err)
	}
	root, err := c.Root(t.Context(), "films")
	if err != nil || root.Items != 5 {
		t.Errorf("the root: %+v, %v", root, err)
	}
	var facets struct{ Total struct{ Count int } }
	if err := c.Get(t.Context(), "facets", url.Values{"by": {"kind"}}, &facets); err != nil || facets.Total.Count != 5 {
		t.Errorf("facets: %+v, %v", facets, err)
	}
}

func TestWhatTheDaemonRefusesIsAProblem(t *testing.T) {
	t.Parallel()
	_, c := daemonOn(t, t.TempDir(), "", client.Options{})
	for _, err := range c.Items(t.Context(), url.Values{"colour": {"red"}}) {
		if !client.IsProblem(err, "bad-request") || !strings.Contains(err.Error(), "colour") {
			t.Errorf("a filter that there is not: %v", err)
		}
	}
	if _, err := c.Item(t.Context(), 999); !client.IsProblem(err, "no-such-item") {
		t.Errorf("an item that there is not: %v", err)
	}
	if _, err := client.New("nas:8780", client.Options{}); err == nil {
		t.Error("a URL without http:// is taken")
	}
}

// A page that has used up its time may be empty while there is more; a daemon that is quick never shows one.
func TestListsGoOnBehindEmptyPages(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"":  `{"items": [{"id": 1}], "next": "a", "as_of": "c0"}`,
		"a": `{"items": [], "next": "b", "as_of": "c1"}`,
		"b": `{"items": [{"id": 2}], "next": null, "as_of": "c2"}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, pages[r.URL.Query().Get("after")])
	}))
	defer server.Close()
	c, err := client.New(server.URL+"/", client.Options{HTTP: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for item, err := range c.Items(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, item.ID)
	}
	if !slices.Equal(ids, []int64{1, 2}) {
		t.Errorf("items %v, want 1 and 2", ids)
	}
	page, err := c.ItemsPage(t.Context(), url.Values{"after": {"b"}})
	if err != nil || page.Next != "" || page.AsOf != "c2" {
		t.Errorf("the last page: %+v, %v", page, err)
	}
}

// What the daemon may say of an item, a work or a root has a field here, of a type that holds it.
func TestTypesHaveEveryFieldThatIsDescribed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../internal/api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct {
			Schemas map[string]map[string]any `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	for name, typ := range map[string]reflect.Type{
		"Item": reflect.TypeFor[client.Item](), "Description": reflect.TypeFor[client.Item](),
		"Media": reflect.TypeFor[client.Media](), "Work": reflect.TypeFor[client.Work](),
		"Member": reflect.TypeFor[client.Member](), "Status": reflect.TypeFor[client.Status](),
		"Root": reflect.TypeFor[client.Root](), "Scan": reflect.TypeFor[client.Scan](),
		"Problem": reflect.TypeFor[client.Problem](), "Links": reflect.TypeFor[client.Links](),
	} {
		compare(t, name, doc.Components.Schemas[name], typ)
	}
}

func compare(t *testing.T, name string, schema map[string]any, typ reflect.Type) {
	t.Helper()
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if items, ok := schema["items"].(map[string]any); ok {
		schema = items
	}
	if alternatives, ok := schema["anyOf"].([]any); ok {
		schema = alternatives[len(alternatives)-1].(map[string]any)
	}
	properties, ok := schema["properties"].(map[string]any)
	if !ok || typ.Kind() != reflect.Struct {
		return
	}
	fields := map[string]reflect.Type{}
	for i := range typ.NumField() {
		tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		fields[tag] = typ.Field(i).Type
	}
	for property, of := range properties {
		if fields[property] == nil {
			t.Errorf("%s.%s has no field", name, property)
			continue
		}
		compare(t, name+"."+property, of.(map[string]any), fields[property])
	}
}
