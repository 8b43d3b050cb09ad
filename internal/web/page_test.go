package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// The page is small: what it is allowed to weigh, as it is and as it is sent.
const (
	mostPlain = 260 << 10
	mostSent  = 70 << 10
)

func open(t *testing.T) *Page {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *Page) all() map[string]asset {
	all := map[string]asset{"index.html": p.index}
	for name, a := range p.assets {
		all[name] = a
	}
	return all
}

func TestThePageKeepsToItsWeight(t *testing.T) {
	plain, sent := 0, 0
	for _, a := range open(t).all() {
		plain += len(a.plain)
		sent += min(len(a.small), len(a.plain))
	}
	t.Logf("%d bytes, of which %d are sent", plain, sent)
	if plain > mostPlain || sent > mostSent {
		t.Errorf("the page has %d bytes and sends %d; at most %d and %d", plain, sent, mostPlain, mostSent)
	}
}

func TestThePageNamesNoOtherHost(t *testing.T) {
	other := regexp.MustCompile(`(?i:\b(https?:|wss?:)?//[a-z0-9-]+\.[a-z])|@import|\burl\(`)
	for name, a := range open(t).all() {
		text := strings.ReplaceAll(string(a.plain), "http://www.w3.org/2000/svg", "") // a name, of which nothing is loaded
		if found := other.FindString(text); found != "" {
			t.Errorf("%s loads from elsewhere: %q", name, found)
		}
	}
}

func TestTheDocumentHoldsNoScriptAndNoStyle(t *testing.T) {
	inline := regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle=|\son[a-z]+=|javascript:`)
	if found := inline.FindString(string(open(t).index.plain)); found != "" {
		t.Errorf("index.html has %q, which the policy forbids", found)
	}
	markup := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|DOMParser`)
	for name, a := range open(t).all() {
		if found := markup.FindString(string(a.plain)); found != "" && strings.HasSuffix(name, ".js") {
			t.Errorf("%s makes a document of text: %q", name, found)
		}
	}
}

func TestEveryModuleImportsWhatThereIs(t *testing.T) {
	p := open(t)
	imports := regexp.MustCompile(`(?:from|import\() ?'\./([^']+)'|assets/` + p.version + `/([^"]+)"|new URL\('([a-z.]+)', import\.meta`)
	for name, a := range p.all() {
		for _, m := range imports.FindAllStringSubmatch(string(a.plain), -1) {
			if other := m[1] + m[2] + m[3]; p.assets[other].plain == nil {
				t.Errorf("%s wants %s, which there is not", name, other)
			}
		}
	}
}

func TestTheDocumentAsksForAllThatEveryVisitRuns(t *testing.T) {
	p := open(t)
	preloaded := func(name string) bool {
		return bytes.Contains(p.index.plain, []byte(`<link rel="modulepreload" href="assets/`+p.version+`/`+name+`">`))
	}
	statically := regexp.MustCompile(`from '\./([^']+)'`)
	for name, a := range p.assets {
		for _, m := range statically.FindAllSubmatch(a.plain, -1) {
			if preloaded(name) && !preloaded(string(m[1])) {
				t.Errorf("%s is asked for at once, and %s, which it imports, is not", name, m[1])
			}
		}
	}
	if !preloaded("app.js") || !preloaded("home.js") || preloaded("machine.js") {
		t.Errorf("the document: %s", p.index.plain)
	}
}

func TestAScriptIsSentWithoutItsCommentsAndSaysTheSame(t *testing.T) {
	const text = "// of two\nexport const a = 1;\n  // of b\n  const b = 'a // b';\n"
	if got := string(lean("x.js", []byte(text))); got != "\nexport const a = 1;\n\nconst b = 'a // b';\n" {
		t.Errorf("%q", got)
	}
	for name, a := range open(t).assets {
		for i, line := range bytes.Split(a.plain, []byte("\n")) {
			if strings.HasSuffix(name, ".js") && bytes.Count(line, []byte("`"))%2 == 1 {
				t.Errorf("%s:%d: a text goes over lines, whose indentation would be lost: %s", name, i+1, line)
			}
		}
	}
}

func (p *Page) ask(path string, gzipped bool, headers ...string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if path == "/" {
		p.Index(w, r, gzipped)
		return w
	}
	version, name, _ := strings.Cut(strings.TrimPrefix(path, "/assets/"), "/")
	if !p.Asset(w, r, version, name, gzipped) {
		w.WriteHeader(http.StatusNotFound)
	}
	return w
}

func TestAssetsAreKeptForGoodAndTheDocumentIsAskedForAgain(t *testing.T) {
	p := open(t)
	index := p.ask("/", false)
	if cc := index.Header().Get("Cache-Control"); index.Code != http.StatusOK || cc != "no-cache" {
		t.Errorf("the document: %d, %q", index.Code, cc)
	}
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} {
		if csp := index.Header().Get("Content-Security-Policy"); !strings.Contains(csp, want) || strings.Contains(csp, "unsafe") {
			t.Errorf("the policy %q has no %s", csp, want)
		}
	}
	path := regexp.MustCompile(`assets/[0-9a-f]+/app\.js`).FindString(index.Body.String())
	app := p.ask("/"+path, false)
	if cc := app.Header().Get("Cache-Control"); app.Code != http.StatusOK || !strings.Contains(cc, "immutable") {
		t.Errorf("%s: %d, %q", path, app.Code, cc)
	}
	for _, again := range []string{"/", "/" + path} {
		tag := p.ask(again, false).Header().Get("ETag")
		if w := p.ask(again, true, "If-None-Match", `"other", W/`+tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
			t.Errorf("%s once more: %d with %d bytes", again, w.Code, w.Body.Len())
		}
	}
	if w := p.ask("/assets/0123456789abcdef/app.js", false); w.Code != http.StatusNotFound {
		t.Errorf("an asset of another release: %d", w.Code)
	}
}

func TestAnAssetIsPackedForWhoTakesIt(t *testing.T) {
	p := open(t)
	path := "/assets/" + p.version + "/app.js"
	plain, small := p.ask(path, false), p.ask(path, true)
	if small.Header().Get("Content-Encoding") != "gzip" || small.Body.Len() >= plain.Body.Len() {
		t.Fatalf("%d bytes packed, %d plain", small.Body.Len(), plain.Body.Len())
	}
	gz, err := gzip.NewReader(small.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(gz); err != nil || !bytes.Equal(got, plain.Body.Bytes()) {
		t.Errorf("unpacked it is another: %v", err)
	}
}

func TestAnyChangeOfTheAssetsIsAnotherVersion(t *testing.T) {
	files := fstest.MapFS{"index.html": {Data: []byte(`src="assets/VERSION/a.js"`)}, "a.js": {Data: []byte("1")}}
	first, err := newPage(files)
	if err != nil {
		t.Fatal(err)
	}
	files["a.js"] = &fstest.MapFile{Data: []byte("2")}
	second, err := newPage(files)
	if err != nil {
		t.Fatal(err)
	}
	if first.version == second.version || !bytes.Contains(second.index.plain, []byte("assets/"+second.version+"/a.js")) {
		t.Errorf("versions %s and %s, the document says %s", first.version, second.version, second.index.plain)
	}
	files["b.exe"] = &fstest.MapFile{}
	if _, err := newPage(files); err == nil {
		t.Error("a file of a kind that no page has was taken in")
	}
}
