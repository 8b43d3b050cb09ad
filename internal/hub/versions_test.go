package hub_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
)

// A daemon of an earlier version is followed as it is: its items, what becomes of them, and its bytes. HUB_OLD_DAEMON
// names its program (scripts/verify.sh upgrade builds one); without it, it is one of today.
func TestADaemonOfAnEarlierVersionIsASource(t *testing.T) {
	t.Parallel()
	a := &daemon{name: "attic", dir: t.TempDir(), program: os.Getenv("HUB_OLD_DAEMON")}
	a.write(t, "Heat (1995).mkv", "Heat (1995).srt", "Show/Season 1/Show - S01E01.mkv")
	a.serve(t)
	b := startDaemon(t, "cellar", "Alien (1979).mkv")
	h := startHub(t, shared.Database(t), a, b)
	h.becomes(t, a, b)
	id := idAt(t, h, "Heat (1995).mkv")
	a.move(t, "Heat (1995).mkv", "Heat 2 (1995).mkv")
	a.remove(t, "Show")
	h.becomes(t, a, b)
	if now := idAt(t, h, "Heat 2 (1995).mkv"); now != id {
		t.Errorf("an item that moved is %d, and was %d", now, id)
	}
	w := httptest.NewRecorder()
	asks := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if err := h.PassItem(w, asks, id, "content"); err != nil {
		t.Error(err)
	}
	if w.Code != http.StatusOK || w.Body.String() != "Heat (1995).mkv" {
		t.Errorf("content: %d %q", w.Code, w.Body)
	}
	a.Kill(t)
	a.program = "" // and then it is brought up to date
	a.update(t)
	a.write(t, "Ran (1985).mkv")
	h.becomes(t, a, b)
	if now := idAt(t, h, "Heat 2 (1995).mkv"); now != id {
		t.Errorf("with the source's upgrade the item is %d, and was %d", now, id)
	}
}

// A daemon of an early version does not say which it is. When one in its place says so and goes on from its cursor, it is
// the same, brought up to date: nothing is loaded again, and it is known by that name from then on.
func TestADaemonThatSaysWhichItIsOnlyLaterStaysTheSame(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "Heat (1995).mkv")
	early := nameless(t, a)
	at := shared.Database(t)
	h := startHubOf(t, at, []hub.Source{{Name: a.name, URL: early.URL}})
	h.becomes(t, a)
	id := idAt(t, h, "Heat (1995).mkv")
	h.stop()
	h = startHub(t, at, a)
	a.write(t, "Ran (1985).mkv")
	h.becomes(t, a)
	if now := idAt(t, h, "Heat (1995).mkv"); now != id {
		t.Errorf("once its daemon says which it is the item is %d, and was %d", now, id)
	}
	h.stop()
	a.replace(t) // by one with a catalog of its own, which no cursor of the other is for
	h = startHub(t, at, a)
	h.becomes(t, a)
	if now := idAt(t, h, "Heat (1995).mkv"); now == id {
		t.Error("an item of another catalog has the id of one of the first")
	}
}

// nameless stands before a daemon and says nothing of which that is, as its early versions did. It has no WebSocket.
func nameless(t *testing.T, d *daemon) *httptest.Server {
	t.Helper()
	to := &httputil.ReverseProxy{
		ErrorLog: log.New(io.Discard, "", 0), // who asks may go away
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: d.Addr()})
			r.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: func(r *http.Response) error {
			if r.Header.Get("Content-Type") != "application/json" {
				return nil
			}
			var said map[string]json.RawMessage
			err := json.NewDecoder(r.Body).Decode(&said)
			delete(said, "instance")
			b, wrong := json.Marshal(said)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
			r.Header.Set("Content-Length", strconv.Itoa(len(b)))
			return errors.Join(err, wrong)
		},
	}
	early := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/live") {
			http.NotFound(w, r)
			return
		}
		to.ServeHTTP(w, r)
	}))
	t.Cleanup(early.Close)
	return early
}

func idAt(t *testing.T, h *running, path string) int64 {
	t.Helper()
	for id, ch := range follow(t, h).held {
		if ch.Was.Path == path {
			return id
		}
	}
	t.Fatalf("nothing is at %s", path)
	return 0
}

// A daemon of a later version may say what this one has never heard of: more members, other kinds, other states, other
// changes. What can be understood is taken in, and given on as it came.
func TestADaemonOfALaterVersionIsASource(t *testing.T) {
	t.Parallel()
	const item = `"root":"films","size":1,"modified_at":"2026-01-02T03:04:05Z","added_at":"2026-01-02T03:04:05Z"`
	answers := map[string]string{
		"status": `{"version":"99.0","instance":{"id":"later","name":"nas","age":7},"idle":true,"mood":"good",` +
			`"roots":[{"name":"films","kind":"tape","state":"online","reels":3},{"name":"new","shape":[]}]}`,
		"changes": `{"changes":[` +
			`{"op":"upsert","id":1,"why":"x","item":{"id":1,` + item + `,"path":"a.holo","name":"a.holo",` +
			`"kind":"hologram","state":"present","analysis":"done","depth":{"of":[1,2.5]}}},` +
			`{"op":"entangle","id":2,"with":[1]},` +
			`{"op":"upsert","id":3,"item":{"id":3,` + item + `,"path":"b.mkv","name":"b.mkv","kind":"movie",` +
			`"state":"lent","analysis":"dreamt","title":"B"}}],"cursor":"later-1","more":false,"mood":"good"}`,
	}
	later := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what := strings.TrimPrefix(r.URL.Path, "/api/v1/")
		switch {
		case answers[what] == "": // it has no WebSocket here, so it is asked for changes
			http.NotFound(w, r)
		case r.URL.Query().Get("since") == "":
			_, _ = io.WriteString(w, answers[what])
		case r.URL.Query().Get("wait") != "0s":
			<-r.Context().Done()
		default:
			_, _ = io.WriteString(w, `{"changes":[],"cursor":"later-1","more":false}`)
		}
	}))
	t.Cleanup(later.Close)
	h := startHubOf(t, shared.Database(t), []hub.Source{{Name: "nas", URL: later.URL}})
	t.Cleanup(later.CloseClientConnections)
	var have films
	if !apptest.Within(patience, func() (is bool) {
		var err error
		have, err = h.held(t.Context())
		return err == nil && len(have) == 2
	}) {
		t.Fatalf("%v, %+v", have, h.States())
	}
	first, second := have["nas"+postgres.Separator+"films/a.holo"], have["nas"+postgres.Separator+"films/b.mkv"]
	if !strings.Contains(first, `"depth":{"of":[1,2.5]}`) || !strings.Contains(first, `"kind":"hologram"`) {
		t.Errorf("what is new is lost: %s", first)
	}
	if !strings.Contains(second, `"state":"missing"`) || !strings.Contains(second, `"title":"B"`) {
		t.Errorf("an item in a state that nobody knows is not shown as missing: %s", second)
	}
	if of, err := h.Daemons(t.Context()); err != nil || of[0].Version != "99.0" || of[0].Poison != 0 {
		t.Errorf("%+v, %v", of, err)
	}
}
