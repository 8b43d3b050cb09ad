package api_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// atomDocument is what a feed reader takes of a feed.
type atomDocument struct {
	ID      string    `xml:"id"`
	Title   string    `xml:"title"`
	Updated time.Time `xml:"updated"`
	Author  string    `xml:"author>name"`
	Link    []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entry []struct {
		ID       string    `xml:"id"`
		Title    string    `xml:"title"`
		Updated  time.Time `xml:"updated"`
		Category struct {
			Term string `xml:"term,attr"`
		} `xml:"category"`
		Link []struct {
			Type string `xml:"type,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
	} `xml:"entry"`
}

func (d *daemon) atom(query string) (doc atomDocument) {
	d.t.Helper()
	a := d.get("/feed.atom" + query).is(http.StatusOK)
	if got := a.Header.Get("Content-Type"); !strings.HasPrefix(got, "application/atom+xml") {
		d.t.Fatalf("a feed of the type %s", got)
	}
	decoder := xml.NewDecoder(bytes.NewReader(a.body))
	if err := decoder.Decode(&doc); err != nil {
		d.t.Fatalf("%v: %s", err, a.body)
	}
	if _, err := decoder.Token(); err != io.EOF {
		d.t.Fatalf("more follows the feed: %v", err)
	}
	return doc
}

func TestAFeedReaderSeesWhatWasAddedNewestFirst(t *testing.T) {
	d := start(t, map[string]string{"Alien (1979)/Alien (1979).mkv": "x"}, "")
	d.untilIdle()
	d.write("Tom & Jerry (1992)/Tom & Jerry (1992).mkv", "xx")
	d.until(func(s status) bool { return s.Idle && s.Counts.Items == 2 })
	doc := d.atom("")
	if len(doc.Entry) != 2 || doc.Entry[0].Title != "Tom & Jerry (1992)" || doc.Entry[1].Title != "Alien (1979)" {
		t.Fatalf("%+v", doc)
	}
	first := doc.Entry[0]
	if doc.ID == "" || doc.Title == "" || doc.Author == "" || !doc.Updated.Equal(first.Updated) || first.Updated.IsZero() || first.Category.Term != "movie" {
		t.Errorf("%+v", doc)
	}
	if first.ID == doc.Entry[1].ID {
		t.Error("two entries of one id")
	}
	page, found := strings.CutPrefix(first.Link[0].Href, "/#/work/")
	if !found || first.Link[0].Type != "text/html" || first.Link[1].Href != "/api/v1/works/"+page {
		t.Errorf("a reader opens %+v, want the page of the work", first.Link)
	}
	d.get(first.Link[1].Href).is(http.StatusOK)
	if again := d.atom("?kind=movie&limit=1"); len(again.Entry) != 1 || again.Entry[0].ID != first.ID {
		t.Errorf("the newest film is %+v", again)
	}
	if none := d.atom("?kind=album"); len(none.Entry) != 0 {
		t.Errorf("albums: %+v", none)
	}
	d.refuses("/feed.atom", "?kind=nonsense", "?root=nowhere")
	tag := d.get("/feed.atom").Header.Get("ETag")
	d.get("/feed.atom", "If-None-Match", tag).is(http.StatusNotModified)
}

// Most episodes of a disc are called by their number, which each season has, or by their day.
func TestAFeedReaderIsToldWhatHasNoTitle(t *testing.T) {
	d := start(t, map[string]string{
		"Gull Point/Season 1/Gull.Point.S01E04.mkv": "1", "Gull Point/Season 2/Gull.Point.S02E04.mkv": "22",
		"Gull Daily/Gull.Daily.2021.03.15.mkv": "333", "Gull Tales/Gull Tales 007 (2018).cbz": "4444",
	}, "")
	d.untilIdle()
	var got []string
	for _, e := range d.atom("").Entry {
		got = append(got, e.Title)
	}
	slices.Sort(got)
	want := []string{
		"Gull Daily: 2021-03-15", "Gull Point: Season 1, episode 4", "Gull Point: Season 2, episode 4", "Gull Tales 7",
	}
	if !slices.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
}
