package api

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// atomKinds are the works that a feed of what was added tells of where nobody says otherwise: not those that only hold
// others, which change with each of them.
var atomKinds = []string{
	store.WorkMovie, store.WorkEpisode, store.WorkAlbum, store.WorkTrack, store.WorkAudiobook, store.WorkBook,
	store.WorkIssue,
}

// feedPath is where the feed is.
const feedPath = "/feed.atom"

const atomType = "application/atom+xml; charset=utf-8"

// atomFeed is a feed of RFC 4287.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID       string     `xml:"id"`
	Title    string     `xml:"title"`
	Updated  string     `xml:"updated"`
	Links    []atomLink `xml:"link"`
	Category struct {
		Term string `xml:"term,attr"`
	} `xml:"category"`
	Summary string `xml:"summary"`
}

// getAtom tells feed readers of the works that were added last.
func (s *Server) getAtom(w http.ResponseWriter, r *http.Request) error {
	v, err := params(r, []string{"kind", "root", "limit"})
	if err != nil {
		return err
	}
	if !v.Has("kind") {
		v["kind"] = atomKinds
	}
	q, err := s.workQuery(r.Context(), v)
	if err != nil {
		return err
	}
	q.Sort, q.Descending = "added", true
	if s.unchanged(w, r) {
		return nil
	}
	res, err := s.catalog.QueryWorks(r.Context(), q)
	if err != nil {
		return err
	}
	b, err := xml.Marshal(s.atom(r, res.Works, q.Filter.Values(filter.Kind)))
	if err != nil {
		return fmt.Errorf("write a feed: %w", err)
	}
	w.Header().Set("Content-Type", atomType)
	_, _ = w.Write(slices.Concat([]byte(xml.Header), b)) // the client is gone otherwise
	return nil
}

func (s *Server) atom(r *http.Request, works []store.WorkView, kinds []string) *atomFeed {
	id, name := "urn:catalogizerd", "catalogizerd"
	if s.cfg.Instance != nil {
		instance := s.cfg.Instance()
		id, name = id+":"+instance.ID, instance.Name
	}
	slices.Sort(kinds)
	feed := &atomFeed{
		ID: id + ":added:" + strings.Join(kinds, "+"), Title: "Added to " + name, Author: name, Updated: atomTime(0),
		Links: []atomLink{{Rel: "self", Type: atomType, Href: s.atomSelf(r)}},
	}
	for i := range works {
		work := &works[i]
		if i == 0 {
			feed.Updated = atomTime(work.AddedAt)
		}
		at := fmt.Sprintf("%s/api/v1/works/%d", baseOf(r), work.ID)
		e := atomEntry{
			ID:      fmt.Sprintf("%s:work:%d", id, work.ID),
			Title:   atomTitle(work),
			Updated: atomTime(work.AddedAt),
			Summary: atomSummary(work),
			Links:   []atomLink{{Rel: "alternate", Type: "application/json", Href: at}},
		}
		if work.Artwork != 0 {
			picture := s.asSigned(r, fmt.Sprintf("/api/v1/works/%d/thumbnail", work.ID))
			e.Links = append(e.Links, atomLink{Rel: "related", Type: "image/jpeg", Href: picture})
		}
		e.Category.Term = work.Kind
		feed.Entries = append(feed.Entries, e)
	}
	return feed
}

// atomSelf is the address at which a reader may ask for the feed again, which it may keep in place of the one it has.
func (s *Server) atomSelf(r *http.Request) string {
	at, query := s.asSigned(r, feedPath), r.URL.RawQuery
	switch {
	case query == "":
		return at
	case strings.Contains(at, "?"):
		return at + "&" + query
	}
	return at + "?" + query
}

func atomTime(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339) }

// atomTitle is what a person would call a work, with what it is a part of.
func atomTitle(w *store.WorkView) string {
	title := w.Title
	switch {
	case w.Kind == store.WorkMovie && w.Year != 0:
		title = fmt.Sprintf("%s (%d)", title, w.Year)
	case w.Series != "" && title != "":
		title = w.Series + ": " + title
	case w.Series != "" && w.Number != nil:
		title = fmt.Sprintf("%s %g", w.Series, *w.Number)
	case len(w.Artists) > 0:
		title = strings.Join(w.Artists, ", ") + ": " + title
	case len(w.Authors) > 0:
		title = strings.Join(w.Authors, ", ") + ": " + title
	}
	if title == "" {
		return "Untitled"
	}
	return title
}

func atomSummary(w *store.WorkView) string {
	parts := []string{w.Kind}
	if w.Height != 0 {
		parts = append(parts, fmt.Sprintf("%dp", w.Height))
	}
	if w.Duration != 0 {
		parts = append(parts, (time.Duration(w.Duration) * time.Millisecond).Round(time.Second).String())
	}
	if len(w.Genres) > 0 {
		parts = append(parts, strings.Join(w.Genres, ", "))
	}
	return strings.Join(append(parts, "in "+strings.Join(w.Roots, ", ")), " · ")
}
