package hub_test

import (
	"net/http"
	"slices"
	"testing"
)

// What a hub says that it can be asked for, it answers, and what it does not say it refuses, or has none of: the page
// and other clients offer what it says.
func TestAHubSaysWhatItCanBeAskedFor(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "Heat (1995).mkv")
	h := process(t, shared.Database(t), a)
	shows(t, h, a)
	h.WaitIdle(t, patience)
	var says struct{ Capabilities []string }
	h.Get(t, "/api/v1/session", &says)
	can := func(what string) bool { return slices.Contains(says.Capabilities, what) }
	if !can("sources") {
		t.Errorf("it says %q, and not that it has sources", says.Capabilities)
	}
	code, text := get(t, "http://"+h.Addr()+"/api/v1/search?q=heat")
	if found := code == http.StatusOK; found != can("search") {
		t.Errorf("it says %q, and to a search %d %s", says.Capabilities, code, text)
	}
	var page struct{ Works []any }
	h.Get(t, "/api/v1/works", &page)
	if there := len(page.Works) > 0; there != can("works") {
		t.Errorf("it says %q, and has %d works of a film", says.Capabilities, len(page.Works))
	}
	takenIn(t, h)
	if h.Get(t, "/api/v1/works?q=heat", &page); len(page.Works) != 1 {
		t.Errorf("words find %d works of a film", len(page.Works))
	}
	var found struct{ Works, Items []any }
	if h.Get(t, "/api/v1/search?q=heat", &found); len(found.Works) != 1 || len(found.Items) != 0 {
		t.Errorf("a search finds %v", found)
	}
}
