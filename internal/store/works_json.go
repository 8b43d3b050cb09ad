package store

import (
	"bytes"
	"encoding/json"
	"time"
)

// workJSON is a work on the public surface.
type workJSON struct {
	ID                int64             `json:"id"`
	Kind              string            `json:"kind"`
	Parent            *int64            `json:"parent_id"`
	Title             string            `json:"title,omitempty"`
	SortTitle         string            `json:"sort_title,omitempty"`
	Number            *float64          `json:"number,omitempty"`
	Date              string            `json:"date,omitempty"`
	Year              int               `json:"year,omitempty"`
	EndYear           int               `json:"end_year,omitempty"`
	Group             string            `json:"group"`
	Roots             []string          `json:"roots"`
	State             string            `json:"state"`
	AddedAt           *time.Time        `json:"added_at,omitempty"`
	UpdatedAt         time.Time         `json:"updated_at"`
	Counts            countsJSON        `json:"counts"`
	Size              int64             `json:"size"`
	Duration          float64           `json:"duration_seconds,omitempty"`
	Genres            []string          `json:"genres,omitempty"`
	Languages         []string          `json:"languages,omitempty"`
	SubtitleLanguages []string          `json:"subtitle_languages,omitempty"`
	Authors           []string          `json:"authors,omitempty"`
	Narrators         []string          `json:"narrators,omitempty"`
	Artists           []string          `json:"artists,omitempty"`
	Series            string            `json:"series,omitempty"`
	Height            int               `json:"height,omitempty"`
	HDR               string            `json:"hdr,omitempty"`
	IDs               map[string]string `json:"ids,omitempty"`
	Artwork           int64             `json:"artwork,omitempty"`
	Gaps              [][2]int          `json:"gaps,omitempty"`
	Items             *[]memberJSON     `json:"items,omitempty"`
	More              bool              `json:"items_more,omitempty"`
}

type countsJSON struct {
	Items    int `json:"items"`
	Children int `json:"children"`
	Versions int `json:"versions"`
	Missing  int `json:"missing"`
}

type memberJSON struct {
	ID       int64  `json:"id"`
	Root     string `json:"root,omitempty"`
	Path     string `json:"path,omitempty"`
	Role     string `json:"role"`
	Version  int    `json:"version,omitempty"`
	Part     int    `json:"part,omitempty"`
	Extra    string `json:"extra,omitempty"`
	Language string `json:"language,omitempty"`
}

// AppendJSON appends the work's JSON object to dst, with the members that it was read with where they are asked for.
func (w *WorkView) AppendJSON(dst []byte, members bool) []byte {
	var items *[]memberJSON
	if members {
		list := make([]memberJSON, len(w.Members))
		for i := range w.Members {
			list[i] = w.Members[i].json()
		}
		items = &list
	}
	return w.appendWith(dst, items, members && w.More)
}

func (m *Member) json() memberJSON {
	return memberJSON{ID: m.Item, Role: m.Role, Version: m.Version, Part: m.Part, Extra: m.Extra, Language: m.Language}
}

func (w *WorkView) appendWith(dst []byte, items *[]memberJSON, more bool) []byte {
	j := workJSON{ID: w.ID, Kind: w.Kind, Title: w.Title, SortTitle: w.SortTitle, Number: w.Number,
		Date: w.Date, Year: w.Year, EndYear: w.EndYear, Group: w.Group, Roots: w.Roots,
		State: w.State(), UpdatedAt: time.Unix(0, w.UpdatedAt).UTC(),
		Counts: countsJSON{w.Items, w.Children, w.Versions, w.Missing},
		Size:   w.Size, Duration: float64(w.Duration) / 1000, Genres: w.Genres,
		Languages: w.Languages, SubtitleLanguages: w.SubtitleLanguages, Authors: w.Authors,
		Narrators: w.Narrators, Artists: w.Artists, Series: w.Series, Height: w.Height, HDR: w.HDR,
		IDs: w.IDs, Artwork: w.Artwork, Gaps: w.Gaps, Items: items, More: more}
	if w.Parent != 0 {
		j.Parent = &w.Parent
	}
	if w.AddedAt != 0 {
		at := time.Unix(0, w.AddedAt).UTC()
		j.AddedAt = &at
	}
	if j.Roots == nil {
		j.Roots = []string{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(&j); err != nil { // a number that JSON has not
		return append(dst, "{}"...)
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte{'\n'})...)
}
