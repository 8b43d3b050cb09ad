package api

import (
	"net/http/httptest"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// lagging is a catalog whose index may be behind its feed.
type lagging struct {
	Catalog
	head, indexed int64
}

func (c *lagging) Head() int64      { return c.head }
func (c *lagging) IndexedTo() int64 { return c.indexed }
func (c *lagging) Cursor(seq int64) media.Cursor {
	return media.Cursor{Seq: seq}
}

func TestAListOfWhatWasIndexedByThenIsNotTakenForTheWholeOne(t *testing.T) {
	c := &lagging{head: 7, indexed: 5}
	s := &Server{catalog: c}
	tag := func() string {
		w := httptest.NewRecorder()
		s.unchanged(w, httptest.NewRequest("GET", "/api/v1/items", nil))
		return w.Header().Get("ETag")
	}
	behind := tag()
	if tag() != behind {
		t.Error("the same list has another tag")
	}
	c.indexed = 7 // what was not shown is now, and nothing has changed in the feed
	if tag() == behind {
		t.Error("the list of what was indexed by then has the tag of the whole one")
	}
}

func TestWhatIsHeldHasNoTag(t *testing.T) {
	s := &Server{catalog: &lagging{}}
	for _, query := range []string{"held=true", "not_held=true", "q=x"} {
		w := httptest.NewRecorder()
		s.unchanged(w, httptest.NewRequest("GET", "/api/v1/items?"+query, nil))
		if tag := w.Header().Get("ETag"); tag != "" {
			t.Errorf("%s has the tag %s", query, tag)
		}
	}
}
