package client

// Work is what items make together: a film, a series, an album, a book. It keeps its ID for as long as its files live.
type Work struct {
	ID                int64             `json:"id"`
	Kind              string            `json:"kind"`
	ParentID          *int64            `json:"parent_id"` // the series of a season, the artist of an album, ...
	Title             string            `json:"title,omitempty"`
	SortTitle         string            `json:"sort_title,omitempty"`
	Number            *float64          `json:"number,omitempty"` // its place in what is above it, or of a book in its series
	Date              string            `json:"date,omitempty"`
	Year              int               `json:"year,omitempty"`
	EndYear           int               `json:"end_year,omitempty"`
	Group             string            `json:"group"`
	Roots             []string          `json:"roots"`
	State             string            `json:"state"`             // "missing" where no main item is present
	AddedAt           Time              `json:"added_at,omitzero"` // of its newest main item
	UpdatedAt         Time              `json:"updated_at"`
	Counts            Counts            `json:"counts"`
	Size              int64             `json:"size"`
	DurationSeconds   float64           `json:"duration_seconds,omitempty"`
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
	Artwork           int64             `json:"artwork,omitempty"`    // the item that shows it
	Colour            string            `json:"colour,omitempty"`     // of its picture, as "#7f6a5b"; with include=colour
	Gaps              [][2]int          `json:"gaps,omitempty"`       // what is missing of what is numbered, from and to
	Items             []Member          `json:"items,omitempty"`      // main ones first, in playing order, at most 1,000
	ItemsMore         bool              `json:"items_more,omitempty"` // Client.Members has all
}

// Counts says how many of what a work has.
type Counts struct {
	Items    int64 `json:"items"`
	Children int64 `json:"children"`
	Versions int64 `json:"versions"`
	Missing  int64 `json:"missing"`
}

// Member is an item of a work.
type Member struct {
	ID       int64  `json:"id"`
	Role     string `json:"role"`              // "main", "extra", "subtitle", "artwork", "lyrics", "index" or "metadata"
	Version  int    `json:"version,omitempty"` // from 1 on; 0: there is one
	Part     int    `json:"part,omitempty"`    // likewise
	Extra    string `json:"extra,omitempty"`
	Language string `json:"language,omitempty"`
	Root     string `json:"root,omitempty"` // said by the command `catalogizerd works` alone
	Path     string `json:"path,omitempty"`
}
