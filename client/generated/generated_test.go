package generated_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client/generated"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
)

func TestMain(m *testing.M) { os.Exit(apptest.Main(m, postgres.Stop)) }

// postgres is the server of the hub.
var postgres pgtest.Shared

// patience is how long a busy machine may take for anything.
const patience = 3 * time.Minute

const repository = "../.."

// Who changes openapi.yaml or how clients are made of it makes them anew.
func TestWhatIsGeneratedIsOfTheDocumentAsItIs(t *testing.T) {
	list, err := os.ReadFile("SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for line := range strings.Lines(string(list)) {
		sum, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		b, err := os.ReadFile(filepath.Join(repository, file))
		if err != nil {
			t.Fatal(err)
		}
		if got := sha256.Sum256(b); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s is another than when the clients were generated: run `make generate`", file)
		}
		files++
	}
	if files < 6 {
		t.Errorf("%d files are named; want what is read and what is made of it", files)
	}
}

// server is who is asked: a daemon with the sample library, or a hub over two who have a part of it each.
type server struct {
	url  string
	root string // one of its roots
	can  []string
}

// start starts a daemon on parts of the sample library; none: on all of it.
func start(t *testing.T, parts ...string) *apptest.Daemon {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join(repository, "testdata", "library"))
	if err != nil {
		t.Fatal(err)
	}
	roots := []apptest.Root{{Name: "library", Path: dir}}
	if len(parts) > 0 {
		roots = nil
	}
	for _, part := range parts {
		roots = append(roots, apptest.Root{Name: part, Path: filepath.Join(dir, part)})
	}
	d := apptest.Start(t, apptest.Config{DataDir: t.TempDir(), Roots: roots})
	d.WaitIdle(t, patience)
	return d
}

// servers calls a test with each that there is.
func servers(t *testing.T, test func(*testing.T, server)) {
	t.Helper()
	t.Run("daemon", func(t *testing.T) { test(t, served(t, start(t), "library")) })
	t.Run("hub", func(t *testing.T) {
		a, b := start(t, "Films", "Series"), start(t, "Music", "Photos", "Audiobooks", "Books", "Comics")
		h := apptest.Start(t, apptest.Config{Command: "hub", DataDir: t.TempDir(), More: fmt.Sprintf(
			"[hub]\ndatabase = %q\n[[source]]\nname = \"attic\"\nurl = \"http://%s\"\n"+
				"[[source]]\nname = \"cellar\"\nurl = \"http://%s\"\n", postgres.Database(t), a.Addr(), b.Addr())})
		all := a.Status(t).Counts.Items + b.Status(t).Counts.Items
		if !apptest.Within(patience, func() bool { s := h.Status(t); return s.Idle && s.Counts.Items == all }) {
			t.Fatalf("the hub holds %+v, want %d items", h.Status(t).Counts, all)
		}
		test(t, served(t, h, "attic~Films"))
	})
}

func served(t *testing.T, d *apptest.Daemon, root string) server {
	t.Helper()
	var session struct{ Capabilities []string }
	d.Get(t, "/api/v1/session", &session)
	return server{"http://" + d.Addr(), root, session.Capabilities}
}

func (s *server) hasWorks() bool {
	return slices.Contains(s.can, string(generated.SessionCapabilitiesWorks))
}

func TestTheGeneratedGoClientAsksADaemonAndAHub(t *testing.T) { servers(t, asksInGo) }

func asksInGo(t *testing.T, of server) {
	ctx := t.Context()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	c, err := generated.NewClientWithResponses(of.url, generated.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	kinds, limit := []generated.Kind{generated.KindMovie}, int64(2)
	items, err := c.GetItemsWithResponse(ctx, &generated.GetItemsParams{Kind: &kinds, Limit: &limit})
	if err != nil || items.JSON200 == nil || len(items.JSON200.Items) != 2 || items.JSON200.Next == nil {
		t.Fatalf("two of three films: %+v, %v", items, err)
	}
	id := items.JSON200.Items[0].Id

	t.Run("bytes and ranges", func(t *testing.T) {
		all, err := c.GetContentWithResponse(ctx, id, nil)
		if err != nil || int64(len(all.Body)) != items.JSON200.Items[0].Size {
			t.Errorf("the film's bytes: %v, %+v", err, all)
		}
		of := "bytes=0-9"
		some, err := c.GetContentWithResponse(ctx, id, &generated.GetContentParams{Range: &of})
		if err != nil || some.StatusCode() != http.StatusPartialContent || !bytes.Equal(some.Body, all.Body[:10]) {
			t.Errorf("its first ten: %v, %+v", err, some)
		}
	})
	t.Run("the feed", func(t *testing.T) { checkFeed(t, c, of.hasWorks()) })
	t.Run("problems", func(t *testing.T) {
		none, err := c.GetItemWithResponse(ctx, 9999, nil)
		if err != nil || none.ApplicationproblemJSON404 == nil ||
			none.ApplicationproblemJSON404.Type != generated.ProblemTypeNoSuchItem {
			t.Errorf("an item that there is not: %+v, %v", none, err)
		}
	})
	t.Run("a body", func(t *testing.T) {
		full := true
		scan, err := c.StartScanWithResponse(ctx, of.root, generated.StartScanJSONRequestBody{Full: &full})
		if err != nil || scan.JSON202 == nil || scan.JSON202.Root != of.root {
			t.Errorf("a scan: %+v, %v", scan, err)
		}
	})
}

// checkFeed reads the whole feed, whose entries are told apart by op.
func checkFeed(t *testing.T, c *generated.ClientWithResponses, hasWorks bool) {
	t.Helper()
	ctx := t.Context()
	works, since := true, (*string)(nil)
	counts := map[string]int{}
	for more := true; more; {
		page, err := c.GetChangesWithResponse(ctx, &generated.GetChangesParams{Works: &works, Since: since})
		if err != nil || page.JSON200 == nil {
			t.Fatal(page, err)
		}
		for i := range page.JSON200.Changes {
			change, err := page.JSON200.Changes[i].ValueByDiscriminator()
			if err != nil {
				t.Fatal(err)
			}
			switch change := change.(type) {
			case generated.Upsert:
				counts[string(change.Item.State)]++
			case generated.WorkUpsert:
				counts["works"]++
			default:
				t.Errorf("%T in a first load", change)
			}
		}
		since, more = &page.JSON200.Cursor, page.JSON200.More
	}
	status, err := c.GetStatusWithResponse(ctx)
	if err != nil || status.JSON200 == nil {
		t.Fatal(status, err)
	}
	if all := status.JSON200.Counts.Items; int64(counts["present"]) != all || counts["works"] > 0 != hasWorks {
		t.Errorf("the feed holds %v, but there are %d items", counts, all)
	}
}

func TestTheGeneratedTypeScriptCompilesAndAsksADaemonAndAHub(t *testing.T) {
	const compiler = "node_modules/typescript/lib/tsc.js"
	if _, err := os.Stat(filepath.Join("typescript", compiler)); err != nil {
		t.Skip("the modules of TypeScript are not here: make test-clients")
	}
	node := func(args ...string) []byte {
		cmd := exec.CommandContext(t.Context(), "node", args...)
		cmd.Dir, cmd.Stderr = "typescript", os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("node %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	node(compiler, "--project", ".")
	servers(t, func(t *testing.T, of server) {
		var said struct {
			Films                 []string
			Items, Works, Counted int
			Problem               string
			Status                int
		}
		if err := json.Unmarshal(node("build/use.mjs", of.url), &said); err != nil {
			t.Fatal(err)
		}
		if len(said.Films) != 2 || said.Items != said.Counted || said.Items == 0 || said.Works > 0 != of.hasWorks() ||
			said.Problem != "no-such-item" || said.Status != http.StatusNotFound {
			t.Errorf("it found %+v", said)
		}
	})
}
