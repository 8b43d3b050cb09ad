package hub_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// alike is a daemon with the sample library, and a hub of it alone.
type alike struct {
	daemon, hub *apptest.Daemon
	item        int64 // of the daemon's
	scan        int64
}

const sourceName = "attic"

func startAlike(t *testing.T) *alike {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "library")
	if err := os.CopyFS(dir, os.DirFS("../../testdata/library")); err != nil {
		t.Fatal(err)
	}
	twice, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	large := append(make([]byte, 200<<10), twice...)
	more := map[string][]byte{"README again.txt": twice, "a.bin": large, "b.bin": large, "Broken.flac": twice}
	for name, b := range more {
		if err := os.WriteFile(filepath.Join(dir, "Music", name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	roots := []apptest.Root{{Name: "library", Path: dir}}
	a := &alike{daemon: apptest.Start(t, apptest.Config{DataDir: t.TempDir(), Roots: roots})}
	a.daemon.WaitIdle(t, patience)
	config := fmt.Sprintf("[hub]\ndatabase = %q\n[[source]]\nname = %q\nurl = \"http://%s\"\n", shared.Database(t),
		sourceName, a.daemon.Addr())
	a.hub = apptest.Start(t, apptest.Config{Command: "hub", DataDir: t.TempDir(), More: config})
	want := len(a.daemon.Items(t, ""))
	if !apptest.Within(patience, func() bool { return len(a.hub.Items(t, "")) == want && a.hub.Status(t).Idle }) {
		t.Fatalf("the hub does not become what the daemon is: %+v", a.hub.Status(t))
	}
	takenIn(t, a.hub)
	for _, it := range a.daemon.Items(t, "") {
		if strings.HasSuffix(it.Path, ".mkv") {
			a.item = it.ID
		}
	}
	var root struct {
		LastScan struct{ ID int64 } `json:"last_scan"`
	}
	a.daemon.Get(t, "/api/v1/roots/library", &root)
	a.scan = root.LastScan.ID
	return a
}

// takenIn waits until a server has taken in all words.
func takenIn(t *testing.T, d *apptest.Daemon) {
	t.Helper()
	var lag struct{ Search int64 }
	isIn := func() bool {
		var s struct {
			Lag struct{ Search *int64 }
		}
		d.Get(t, "/api/v1/status", &s)
		if s.Lag.Search == nil {
			t.Fatal("it does not say how many words are still to come")
		}
		lag.Search = *s.Lag.Search
		return lag.Search == 0
	}
	if !apptest.Within(patience, isIn) {
		t.Fatalf("words are not taken in: %+v", lag)
	}
}

// answer is what was answered, as it is compared.
type answer struct {
	status int
	kind   string
	body   any
	next   string
}

var noItem = regexp.MustCompile(`item \d{13,}`)

// asked asks one of the two, by the daemon's own names and ids, and has the answer be in these too.
func asked(t *testing.T, d *apptest.Daemon, method, path string) (a answer) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.Addr()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a.status, a.kind = resp.StatusCode, resp.Header.Get("Content-Type")
	if !strings.Contains(a.kind, "json") || method == http.MethodHead {
		a.body = string(b)
		return a
	}
	text := strings.ReplaceAll(string(b), sourceName+"~", "")
	text = noItem.ReplaceAllStringFunc(text, func(said string) string {
		id, _ := strconv.ParseInt(said[strings.LastIndexByte(said, ' ')+1:], 10, 64)
		_, at := postgres.SourceID(id)
		return fmt.Sprint("item ", at)
	})
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&a.body); err != nil {
		t.Fatalf("%s: %v: %s", path, err, b)
	}
	if m, is := a.body.(map[string]any); is {
		a.next, _ = m["next"].(string)
	}
	a.body = likeAtSource(a.body)
	return a
}

// likeAtSource is a value of a hub's answer as its source has it.
func likeAtSource(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = likeAtSource(v[i])
		}
	case map[string]any:
		for _, own := range []string{"certain", "as_of", "next", "cursor", "works"} {
			delete(v, own)
		}
		if _, isRoot := v["location"]; isRoot {
			delete(v, "source")
		}
		for k := range v {
			v[k] = likeAtSource(v[k])
		}
		if n, is := v["duration_seconds"].(json.Number); is { // a sum, in whatever order
			f, _ := n.Float64()
			v["duration_seconds"] = math.Round(f*1e6) / 1e6
		}
	case json.Number:
		if n, err := v.Int64(); err == nil && n >= 1<<40 {
			_, n = postgres.SourceID(n)
			return json.Number(fmt.Sprint(n))
		}
	}
	return v
}

// ofHub is a path as the hub has it: its ids and roots are others.
func (a *alike) ofHub(t *testing.T, path string) string {
	t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(u.Path, "/")
	if len(parts) > 4 {
		switch parts[3] {
		case "items", "scans":
			var id int64
			if _, err := fmt.Sscan(parts[4], &id); err == nil && id < 1<<30 {
				parts[4] = fmt.Sprint(postgres.ID(1, id))
			}
		case "roots":
			parts[4] = sourceName + "~" + parts[4]
		}
	}
	q := u.Query()
	for _, name := range []string{"root", "not_root"} {
		if q.Has(name) {
			q.Set(name, sourceName+"~"+q.Get(name))
		}
	}
	u.Path, u.RawQuery = strings.Join(parts, "/"), q.Encode()
	return u.String()
}

// compare asks both, page by page.
func (a *alike) compare(t *testing.T, method, path string) {
	t.Helper()
	at, hubAt := path, a.ofHub(t, path)
	for page := range 50 {
		var want, have answer
		var wantText, haveText []byte
		if !apptest.Within(patience, func() bool { // a page ends after its time, which a busy machine may take for less
			want, have = asked(t, a.daemon, method, at), asked(t, a.hub, method, hubAt)
			wantText, _ = json.Marshal(want.body)
			haveText, _ = json.Marshal(have.body)
			return want.status == have.status && want.kind == have.kind && string(wantText) == string(haveText) &&
				(want.next == "") == (have.next == "")
		}) {
			t.Fatalf("%s %s, page %d: the hub answers %d %s\n%.3000s\nand the daemon %d %s\n%.3000s", method, path,
				page+1, have.status, have.kind, haveText, want.status, want.kind, wantText)
		}
		if want.next == "" {
			return
		}
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		at, hubAt = path+separator+"after="+want.next, a.ofHub(t, path)+separator+"after="+url.QueryEscape(have.next)
		if strings.Contains(path, "?") && !strings.Contains(hubAt, "?") {
			t.Fatal(hubAt)
		}
	}
}

// questions are those of all filters, sorts and facets.
func (a *alike) questions(t *testing.T) (out []string) {
	t.Helper()
	values := a.values(t)
	for _, name := range filter.Names(filter.Items) {
		of := values[strings.TrimPrefix(name, "not_")]
		if len(of) == 0 {
			t.Errorf("no value is tried of the filter %s", name)
		}
		for i, v := range of {
			sort := []string{"path", "-title", "size", "-year"}[i%4]
			out = append(out, "/api/v1/items?limit=25&sort="+sort+"&"+name+"="+url.QueryEscape(v))
		}
		out = append(out, "/api/v1/facets?by=kind,genre,year,folder&"+name+"="+url.QueryEscape(of[0]),
			"/api/v1/duplicates?"+name+"="+url.QueryEscape(of[0]))
	}
	sorts := []string{"path", "title", "added", "modified", "size", "year", "duration", "taken", "track", "episode"}
	for _, sort := range sorts {
		for _, sort := range []string{sort, "-" + sort} {
			out = append(out, "/api/v1/items?limit=15&sort="+sort, "/api/v1/items?limit=6&kind=track,photo&sort="+sort,
				"/api/v1/items?limit=5&under=Music&sort="+sort)
		}
	}
	for _, by := range store.ItemFacets() {
		out = append(out, "/api/v1/facets?by="+by, "/api/v1/facets?kind=track,movie&by="+by,
			"/api/v1/facets?under=Music&by="+by, "/api/v1/facets?size=100..&by="+by)
	}
	for i, q := range []string{"the", "a", "th", "mkv", "flac", "heat", "Heat 1995", "haet", "eat", "music", `"the`,
		"x-files", "01", "nothing of the kind", "%", "*", "東", "music flac", "s01e01", "read me", "readme", "broken",
		"amelie"} {
		q = url.QueryEscape(q)
		sort := []string{"path", "-title", "size", "-year"}[i%4]
		out = append(out, "/api/v1/items?limit=7&q="+q, "/api/v1/items?limit=7&sort="+sort+"&q="+q,
			"/api/v1/items?kind=track,movie&q="+q, "/api/v1/items?under=Music&not_kind=track&q="+q,
			"/api/v1/facets?by=kind,year,artist,folder&q="+q, "/api/v1/duplicates?q="+q)
	}
	return append(out, "/api/v1/items?q="+strings.Repeat("x", 2000), "/api/v1/items?q=a&after=x",
		"/api/v1/items?from=M&sort=title&limit=5", "/api/v1/items?from=2000&sort=-year&limit=5",
		"/api/v1/items?sort=nothing", "/api/v1/items?nothing=1", "/api/v1/items?year=x", "/api/v1/items?after=x",
		"/api/v1/items?limit=0", "/api/v1/facets?by=nothing", "/api/v1/facets", "/api/v1/duplicates",
		"/api/v1/duplicates?limit=1", "/api/v1/duplicates?after=x", "/api/v1/items?root=nothing", "/api/v1/items?kind=x")
}

// values are some of each filter, of which most are some item's.
func (a *alike) values(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{"root": {"library"}, "year": {"..1999", "2000..", "1995"}, "added": {"2020..", "..2020"},
		"size": {"..1000", "1000..100000"}, "duration": {"1..", "..10"}, "height": {"..719", "720.."},
		"hdr": {"any", "hdr10"}, "audio": {"any", "en", "de"}, "subtitles": {"any", "en"},
		"state":    {"present", "missing"},
		"has":      {"artwork", "subtitles", "chapters", "location", "error", "warnings"},
		"analysis": {"done", "failed", "pending,none"}, "modified": {"2020..", "..2020"}, "taken": {"2000..", "2010-05"},
		"bbox": {"-180,-90,180,90", "170,-90,-170,90", "0,0,90,90"}, "held": {"true"}, "ids": {"imdb:tt0113277"},
		"work": {"999999999"}, "album": {"nothing"}, "fingerprint": {"0000000000000000"}}
	for _, by := range []string{"kind", "genre", "artist", "author", "series", "camera", "codec", "extension"} {
		var f struct {
			Facets map[string][]struct{ Value any }
		}
		a.daemon.Get(t, "/api/v1/facets?by="+by, &f)
		for _, v := range f.Facets[by] {
			if text, is := v.Value.(string); is && len(out[by]) < 3 {
				out[by] = append(out[by], text, strings.ToUpper(text))
			}
		}
		out[by] = append(out[by], "nothing")
		if by == "kind" {
			out[by] = []string{"track", "movie,photo"}
		}
	}
	for _, it := range a.daemon.Items(t, "") {
		var said struct{ Album, Fingerprint string }
		if err := json.Unmarshal([]byte(it.JSON), &said); err != nil {
			t.Fatal(err)
		}
		if said.Album != "" && len(out["album"]) < 3 {
			out["album"] = append(out["album"], said.Album)
		}
		if said.Fingerprint != "" && len(out["fingerprint"]) < 3 {
			out["fingerprint"] = append(out["fingerprint"], said.Fingerprint)
		}
	}
	return out
}

const ofWorks = "works have other ids: TestAHubAnswersOfWorksAsItsDaemonWould"

// elsewhere are the operations whose answers other tests compare, or that answer of the one who is asked.
var elsewhere = map[string]string{
	"live":       "followers of a hub's feed: TestClientsCannotTellAHubFromADaemon",
	"getChanges": "followers of a hub's feed: TestClientsCannotTellAHubFromADaemon",
	"getPage":    "test/page",
	"getAsset":   "test/page",
	"metrics":    "of its own process",
	"login":      "of its own", "getSession": "of its own", "openSession": "of its own", "endSession": "of its own",
	"getConfig": "of its own", "linkItem": "of its own", "linkFeed": "of its own", "linkWork": "of its own",
	"getStatus": "of its own", "testTarget": "of its own",
	"getAtom":  "a list of works, whose ids are its own",
	"getWorks": ofWorks, "getWork": ofWorks, "getWorkItems": ofWorks, "getWorkChildren": ofWorks,
	"getWorkArtwork": ofWorks, "headWorkArtwork": ofWorks, "getWorkThumbnail": ofWorks, "headWorkThumbnail": ofWorks,
	"search": "of words",
}

// Whoever asks a hub of one daemon gets what that daemon would have answered, but for ids, roots' names and cursors.
func TestAHubAnswersAsItsDaemonWould(t *testing.T) {
	t.Parallel()
	a := startAlike(t)
	began := time.Now()
	all := a.questions(t)
	for _, q := range all {
		a.compare(t, http.MethodGet, q)
	}
	t.Logf("%d questions in %v", len(all), time.Since(began))
	certain := func() bool {
		var page struct{ Groups []struct{ Certain bool } }
		a.hub.Get(t, "/api/v1/duplicates", &page)
		return slices.ContainsFunc(page.Groups, func(g struct{ Certain bool }) bool { return g.Certain })
	}
	if !apptest.Within(patience, certain) {
		t.Error("the hub has not compared what small files at a source hold")
	}
	item, scan := fmt.Sprintf("/api/v1/items/%d", a.item), fmt.Sprintf("/api/v1/scans/%d", a.scan)
	const root = "/api/v1/roots/library"
	byOperation := map[string][]string{
		"getItems": {"GET /api/v1/items?include=works"}, "getFacets": {"GET /api/v1/facets?by=kind"},
		"getDuplicates": {"GET /api/v1/duplicates"}, "healthz": {"GET /healthz"}, "readyz": {"GET /readyz"},
		"openapi": {"GET /api/openapi.yaml"}, "asyncapi": {"GET /api/asyncapi.yaml"},
		"getRoots": {"GET /api/v1/roots"}, "getRoot": {"GET " + root, "GET /api/v1/roots/nothing"},
		"getScans": {"GET /api/v1/scans"}, "getScan": {"GET " + scan, "GET /api/v1/scans/9999"},
		"cancelScan": {"DELETE " + scan, "DELETE /api/v1/scans/9999"},
		"startScan":  {"POST " + root + "/scan?x=1"}, "acceptRemovals": {"POST " + root + "/accept-removals"},
		"acceptVolume": {"POST " + root + "/accept-volume"}, "reconnect": {"POST " + root + "/reconnect"},
		"analyseItems": {"POST /api/v1/items/analyse", "POST /api/v1/items/analyse?kind=movie"},
		"getItem":      {"GET " + item, "GET " + item + "?include=sources,works", "GET /api/v1/items/9999"},
		"analyseItem":  {"POST " + item + "/analyse", "POST /api/v1/items/9999/analyse"},
		"getContent":   {"GET " + item + "/content", "GET /api/v1/items/9999/content"},
		"headContent":  {"HEAD " + item + "/content"},
		"getArtwork":   {"GET " + item + "/artwork"}, "headArtwork": {"HEAD " + item + "/artwork"},
		"getThumbnail":  {"GET " + item + "/thumbnail?size=256", "GET " + item + "/thumbnail?size=1"},
		"headThumbnail": {"HEAD " + item + "/thumbnail?size=256"}, "listTargets": {"GET /api/v1/notify"},
	}
	for _, name := range operations(t) {
		if len(byOperation[name]) == 0 && elsewhere[name] == "" {
			t.Errorf("nobody compares what a hub answers to %s", name)
		}
		for _, q := range byOperation[name] {
			method, path, _ := strings.Cut(q, " ")
			a.compare(t, method, path)
		}
	}
}

// operations are those that openapi.yaml names.
func operations(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]any
	}
	if err := yaml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, methods := range doc.Paths {
		for _, of := range methods {
			if m, is := of.(map[string]any); is {
				if id, is := m["operationId"].(string); is {
					out[id] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(out))
}
