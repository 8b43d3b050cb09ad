package hub_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub"
)

// strange is a source that holds some films, has no WebSocket, and at times answers as no daemon does.
type strange struct {
	mu     sync.Mutex
	films  int                             // numbered from 1 on, as the feed's numbers are
	roots  string                          // that it says
	answer func(what string) (text string) // in place of its own; empty: its own. Its first word may be a status
	asked  int                             // how often it has answered so
	begun  int                             // how often it was asked for all that it has
	news   chan struct{}                   // closed when it would answer otherwise
}

const strangeItem = `{"id":%d,"root":"films","size":1,"modified_at":"2026-01-02T03:04:05Z",` +
	`"added_at":"2026-01-02T03:04:05Z","path":"%d.mkv","name":"%d.mkv","kind":"movie","state":"present","analysis":"done"}`

func (s *strange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	what, asks := strings.TrimPrefix(r.URL.Path, "/api/v1/"), r.URL.Query()
	status, text, later := s.says(what, asks.Get("since"))
	for later != nil && asks.Get("wait") != "0s" && r.Context().Err() == nil {
		select {
		case <-later:
		case <-r.Context().Done():
		}
		status, text, later = s.says(what, asks.Get("since"))
	}
	if w.Header().Set("Retry-After", "1"); status/100 == 3 {
		w.Header().Set("Location", "/login")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// says is its answer; later is closed when there may be more in it, where it says nothing.
func (s *strange) says(what, since string) (status int, text string, later chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answer != nil {
		if text := s.answer(what); text != "" {
			s.asked++
			word, rest, _ := strings.Cut(text, " ")
			if n, err := strconv.Atoi(word); err == nil {
				return n, rest, nil
			}
			return http.StatusOK, text, nil
		}
	}
	switch what {
	case "status":
		return http.StatusOK, `{"version":"1","instance":{"id":"s1"},"idle":true,"roots":[` + s.roots + `]}`, nil
	case "changes":
		if since == "" {
			s.begun++
		}
		at, _ := strconv.Atoi(since)
		var all []string
		for id := at + 1; id <= s.films; id++ {
			all = append(all, fmt.Sprintf(`{"op":"upsert","id":%d,"item":`+strangeItem+`}`, id, id, id, id))
		}
		if len(all) == 0 {
			later = s.news
		}
		return http.StatusOK, fmt.Sprintf(`{"changes":[%s],"cursor":"%d","more":false}`, strings.Join(all, ","), s.films), later
	}
	return http.StatusNotFound, "", nil
}

func (s *strange) tell() {
	close(s.news)
	s.news = make(chan struct{})
}

func (s *strange) answers(as func(what string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer, s.asked = as, 0
	s.tell()
}

func (s *strange) wasAsked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked > 1
}

func (s *strange) wasAskedForAll() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begun > 1
}

func (s *strange) more() (films int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.films++
	s.tell()
	return s.films
}

func always(text string) func(string) string { return func(string) string { return text } }

func feed(text string) func(string) string {
	return func(what string) string {
		if what == "changes" {
			return text
		}
		return ""
	}
}

// Whatever answers in a source's place, or however broken it comes over the network: what is held stays, and the source
// is followed on from where it was as soon as it answers again.
func TestWhateverASourceAnswersNothingIsLost(t *testing.T) {
	t.Parallel()
	s := &strange{films: 2, news: make(chan struct{}), roots: `{"name":"films","state":"online"}`}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	h := startHubOf(t, shared.Database(t), []hub.Source{{Name: "nas", URL: server.URL}})
	t.Cleanup(server.CloseClientConnections)
	holds := func(films int, when string) {
		t.Helper()
		var have int
		var err error
		if !apptest.Within(patience, func() bool {
			var all map[string]string
			all, err = h.held(t.Context())
			have = len(all)
			return err == nil && have == films && h.States()[0].Idle
		}) {
			t.Fatalf("%s: %d items, want %d, %v, %+v", when, have, films, err, h.States())
		}
	}
	holds(2, "at first")
	for name, as := range map[string]func(string) string{
		"a page":               always("<html>no such host</html>"),
		"a login page":         always("302 "),
		"half an answer":       always(`{"changes":[{"op":"upsert","id":`),
		"null":                 always("null"),
		"nothing in it":        always("{}"),
		"a list":               always("[]"),
		"refused":              always("401 no"),
		"too often":            always("429 later"),
		"out of order":         always("503 soon"),
		"no place":             feed(`{"changes":[],"more":false}`),
		"a place of no use":    feed(`{"changes":[],"cursor":"","more":false}`),
		"an item that is none": feed(`{"changes":[{"op":"upsert","id":1,"item":7}],"cursor":"2","more":false}`),
		"an item left out":     feed(`{"changes":[{"op":"upsert","id":1}],"cursor":"2","more":false}`),
		"another's item":       feed(`{"changes":[{"op":"upsert","id":1,"item":` + fmt.Sprintf(strangeItem, 2, 1, 1) + `}],"cursor":"2"}`),
	} {
		s.answers(as)
		if !apptest.Within(patience, s.wasAsked) {
			t.Fatalf("%s: it is not asked any more", name)
		}
		all, err := h.held(t.Context())
		if want := s.films; err != nil || len(all) != want {
			t.Errorf("%s: %d items, want %d, %v", name, len(all), want, err)
		}
		s.answers(nil)
		holds(s.more(), name)
		if s.wasAskedForAll() {
			t.Fatalf("%s: it is loaded anew", name)
		}
	}
}

// A root that cannot be one keeps nothing else of its source out.
func TestARootWithoutANameKeepsNothingElseOut(t *testing.T) {
	t.Parallel()
	s := &strange{films: 2, news: make(chan struct{}),
		roots: `{"name":"a\u0000b","state":"online"},{"name":"` + strings.Repeat("x", 5000) +
			`","state":"online"},{"name":"films","state":"online"}`}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	h := startHubOf(t, shared.Database(t), []hub.Source{{Name: "nas", URL: server.URL}})
	t.Cleanup(server.CloseClientConnections)
	if !apptest.Within(patience, func() bool {
		all, err := h.held(t.Context())
		return err == nil && len(all) == 2 && h.States()[0].Idle
	}) {
		t.Fatalf("%+v", h.States())
	}
	if roots, err := h.Roots(t.Context()); err != nil || len(roots) != 1 || roots[0].Name != "nas~films" {
		t.Errorf("%+v, %v", roots, err)
	}
}

// Another daemon may take a source's place just when it is asked for all that it has, and be asked for changes alone.
func TestADaemonThatTakesAnothersPlaceIsNotTakenForIt(t *testing.T) {
	t.Parallel()
	s := &strange{films: 2, news: make(chan struct{}), roots: `{"name":"films","state":"online"}`}
	first := true
	s.answers(func(what string) string {
		if what != "status" || !first {
			return ""
		}
		first = false
		return `{"version":"1","instance":{"id":"s0"},"idle":true,"roots":[]}`
	})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	h := startHubOf(t, shared.Database(t), []hub.Source{{Name: "nas", URL: server.URL}})
	t.Cleanup(server.CloseClientConnections)
	if !apptest.Within(patience, func() bool {
		st := h.States()[0]
		all, err := h.held(t.Context())
		return err == nil && len(all) == 2 && st.Idle && st.Catalog == 2
	}) {
		t.Fatalf("what the second one has is taken for the first one's: %+v", h.States())
	}
}
