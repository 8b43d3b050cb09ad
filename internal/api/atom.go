package api

import (
	"context"
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
	feed, err := s.atom(r, res.Works, q.Filter.Values(filter.Kind))
	if err != nil {
		return err
	}
	b, err := xml.Marshal(feed)
	if err != nil {
		return fmt.Errorf("write a feed: %w", err)
	}
	w.Header().Set("Content-Type", atomType)
	_, _ = w.Write(slices.Concat([]byte(xml.Header), b)) // the client is gone otherwise
	return nil
}

func (s *Server) atom(r *http.Request, works []store.WorkView, kinds []string) (*atomFeed, error) {
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
	seasons := map[int64]string{}
	for i := range works {
		work := &works[i]
		if i == 0 {
			feed.Updated = atomTime(work.AddedAt)
		}
		season, err := s.seasonOf(r.Context(), work, seasons)
		if err != nil {
			return nil, err
		}
		base := baseOf(r)
		e := atomEntry{
			ID:      fmt.Sprintf("%s:work:%d", id, work.ID),
			Title:   atomTitle(work, season),
			Updated: atomTime(work.AddedAt),
			Summary: atomSummary(work),
			Links: []atomLink{ // for people first, which is the one that readers open
				{Rel: "alternate", Type: "text/html", Href: fmt.Sprintf("%s/#/work/%d", base, work.ID)},
				{Rel: "alternate", Type: "application/json", Href: fmt.Sprintf("%s/api/v1/works/%d", base, work.ID)},
			},
		}
		if work.Artwork != 0 {
			picture := s.asSigned(r, fmt.Sprintf("/api/v1/works/%d/thumbnail", work.ID))
			e.Links = append(e.Links, atomLink{Rel: "related", Type: "image/jpeg", Href: picture})
		}
		e.Category.Term = work.Kind
		feed.Entries = append(feed.Entries, e)
	}
	return feed, nil
}

// seasonOf is what the season of an episode is called that has nothing but its number in it: each season has one of that
// number. known holds what was asked before.
func (s *Server) seasonOf(ctx context.Context, w *store.WorkView, known map[int64]string) (string, error) {
	if w.Kind != store.WorkEpisode || w.Title != "" || w.Number == nil {
		return "", nil
	}
	title, asked := known[w.Parent]
	if !asked {
		season, _, err := s.catalog.Work(ctx, w.Parent)
		if err != nil {
			return "", err
		}
		title = season.Title
		known[w.Parent] = title
	}
	return title, nil
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

// atomTitle is what a person would call a work, with what it is a part of. An episode without a title is called by its
// season and number, or by its day.
func atomTitle(w *store.WorkView, season string) string {
	title := w.Title
	switch {
	case w.Kind == store.WorkMovie && w.Year != 0:
		title = fmt.Sprintf("%s (%d)", title, w.Year)
	case w.Series != "" && title != "":
		title = w.Series + ": " + title
	case season != "" && w.Series != "":
		title = fmt.Sprintf("%s: %s, episode %g", w.Series, season, *w.Number)
	case w.Series != "" && w.Number != nil:
		title = fmt.Sprintf("%s %g", w.Series, *w.Number)
	case w.Series != "" && w.Date != "":
		title = w.Series + ": " + w.Date
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
