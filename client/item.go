package client

import "time"

// Time is a moment; the zero value is none.
type Time = time.Time

// Item is one regular file. It keeps its ID through edits, renames and moves. A field that has its zero value, or is
// nil, is unknown.
type Item struct {
	ID          int64    `json:"id"`
	Root        string   `json:"root"`
	Path        string   `json:"path"`                 // relative to the root, with slashes
	PathBytes   []byte   `json:"path_bytes,omitempty"` // the path's bytes, where Path could not show all of them
	Name        string   `json:"name"`
	Size        int64    `json:"size"`
	ModifiedAt  Time     `json:"modified_at"`
	AddedAt     Time     `json:"added_at"`
	State       string   `json:"state"` // "present" or "missing"
	Kind        string   `json:"kind"`
	Analysis    string   `json:"analysis"`        // "pending", "done", "failed" or "none"
	Error       string   `json:"error,omitempty"` // why the analysis failed
	Fingerprint string   `json:"fingerprint,omitempty"`
	Works       []WorkOf `json:"works,omitempty"` // said by Client.Item, and by lists with include=works

	// Sources says where each field comes from, by its name in JSON: "path", "bytes" or "sidecar", which Sidecar names.
	// Both are said where include=sources asks for them.
	Sources map[string]string `json:"sources,omitempty"`
	Sidecar string            `json:"sidecar,omitempty"`

	Colour string `json:"colour,omitempty"` // "#7f6a5b", the mean of its picture; said where include=colour asks for it

	Title           string   `json:"title,omitempty"`
	SortTitle       string   `json:"sort_title,omitempty"`
	Subtitle        string   `json:"subtitle,omitempty"`
	Year            int      `json:"year,omitempty"`
	Date            string   `json:"date,omitempty"` // YYYY, YYYY-MM or YYYY-MM-DD
	OriginalDate    string   `json:"original_date,omitempty"`
	Series          string   `json:"series,omitempty"`
	LocalizedSeries string   `json:"localized_series,omitempty"`
	SeriesIndex     *float64 `json:"series_index,omitempty"`
	Volume          *float64 `json:"volume,omitempty"`
	Chapter         *float64 `json:"chapter,omitempty"`
	Format          string   `json:"format,omitempty"`
	Set             string   `json:"set,omitempty"`
	Season          *int     `json:"season,omitempty"` // 0 is the specials
	Episodes        []int    `json:"episodes,omitempty"`
	EpisodeTitle    string   `json:"episode_title,omitempty"`
	Artist          string   `json:"artist,omitempty"`
	Artists         []string `json:"artists,omitempty"`
	ArtistSort      string   `json:"artist_sort,omitempty"`
	AlbumArtist     string   `json:"album_artist,omitempty"`
	AlbumArtistSort string   `json:"album_artist_sort,omitempty"`
	Album           string   `json:"album,omitempty"`
	AlbumSort       string   `json:"album_sort,omitempty"`
	AlbumVersion    string   `json:"album_version,omitempty"`
	Track           int      `json:"track,omitempty"`
	TrackTotal      int      `json:"track_total,omitempty"`
	Disc            int      `json:"disc,omitempty"`
	DiscTotal       int      `json:"disc_total,omitempty"`
	Compilation     bool     `json:"compilation,omitempty"`
	Composer        string   `json:"composer,omitempty"`
	Grouping        string   `json:"grouping,omitempty"`
	Genres          []string `json:"genres,omitempty"`
	Authors         []string `json:"authors,omitempty"`
	Narrator        string   `json:"narrator,omitempty"`
	Narrators       []string `json:"narrators,omitempty"`
	Publisher       string   `json:"publisher,omitempty"`
	Plot            string   `json:"plot,omitempty"`
	Edition         string   `json:"edition,omitempty"`
	Regions         []string `json:"regions,omitempty"`
	Revision        float64  `json:"revision,omitempty"`
	Dump            []string `json:"dump,omitempty"`
	ReleaseGroup    string   `json:"release_group,omitempty"`
	Source          string   `json:"source,omitempty"`
	Languages       []string `json:"languages,omitempty"` // BCP 47
	Forced          bool     `json:"forced,omitempty"`
	HearingImpaired bool     `json:"hearing_impaired,omitempty"`
	Extra           string   `json:"extra,omitempty"`
	Part            int      `json:"part,omitempty"`

	TakenAt   string   `json:"taken_at,omitempty"` // RFC 3339, without a zone where the camera gave none
	Camera    string   `json:"camera,omitempty"`
	Lens      string   `json:"lens,omitempty"`
	Exposure  string   `json:"exposure,omitempty"`
	Latitude  *float64 `json:"latitude,omitempty"`
	Longitude *float64 `json:"longitude,omitempty"`

	IDs        map[string]string `json:"ids,omitempty"` // at imdb, tmdb, isbn and others
	Media      *Media            `json:"media,omitempty"`
	Warnings   []string          `json:"warnings,omitempty"`
	Companions []Companion       `json:"companions,omitempty"`
	Of         int64             `json:"of,omitempty"` // the item that a subtitle, a picture or a description is of
}

// WorkOf is a work that holds an item, and what the item is to it.
type WorkOf struct {
	ID   int64  `json:"id"`
	Role string `json:"role"`
}

// Companion is a file of the same directory that goes with an item.
type Companion struct {
	ID              int64  `json:"id"`
	Name            string `json:"name"`
	Role            string `json:"role"`
	Language        string `json:"language,omitempty"`
	Forced          bool   `json:"forced,omitempty"`
	HearingImpaired bool   `json:"hearing_impaired,omitempty"`
}

// Media is what a file's bytes say of its container and streams. Names of codecs are ffprobe's.
type Media struct {
	Container       string      `json:"container,omitempty"`
	DurationSeconds float64     `json:"duration_seconds,omitempty"`
	BitRate         int64       `json:"bit_rate,omitempty"`
	Video           []Video     `json:"video,omitempty"`
	Audio           []Audio     `json:"audio,omitempty"`
	Subtitles       []Subtitle  `json:"subtitles,omitempty"`
	Chapters        []Chapter   `json:"chapters,omitempty"`
	Attachments     []string    `json:"attachments,omitempty"`
	Width           int         `json:"width,omitempty"` // of a picture, as stored
	Height          int         `json:"height,omitempty"`
	Orientation     int         `json:"orientation,omitempty"` // as EXIF counts them
	Pages           int         `json:"pages,omitempty"`
	Entries         int         `json:"entries,omitempty"`
	Encrypted       bool        `json:"encrypted,omitempty"`
	Truncated       bool        `json:"truncated,omitempty"`
	Lyrics          bool        `json:"lyrics,omitempty"`
	ReplayGain      *ReplayGain `json:"replay_gain,omitempty"`
	Artwork         *Artwork    `json:"artwork,omitempty"`
}

// Video is a stream of pictures.
type Video struct {
	Codec     string  `json:"codec,omitempty"`
	Profile   string  `json:"profile,omitempty"`
	Width     int     `json:"width,omitempty"`
	Height    int     `json:"height,omitempty"`
	FrameRate float64 `json:"frame_rate,omitempty"`
	BitDepth  int     `json:"bit_depth,omitempty"`
	HDR       string  `json:"hdr,omitempty"`
	BitRate   int64   `json:"bit_rate,omitempty"`
	Language  string  `json:"language,omitempty"`
	Title     string  `json:"title,omitempty"`
	Default   bool    `json:"default,omitempty"`
	Forced    bool    `json:"forced,omitempty"`
}

// Audio is a stream of sound.
type Audio struct {
	Codec      string `json:"codec,omitempty"`
	Profile    string `json:"profile,omitempty"`
	Channels   int    `json:"channels,omitempty"`
	SampleRate int    `json:"sample_rate,omitempty"`
	BitDepth   int    `json:"bit_depth,omitempty"`
	BitRate    int64  `json:"bit_rate,omitempty"`
	Language   string `json:"language,omitempty"`
	Title      string `json:"title,omitempty"`
	Default    bool   `json:"default,omitempty"`
	Forced     bool   `json:"forced,omitempty"`
}

// Subtitle is a stream of subtitles.
type Subtitle struct {
	Codec    string `json:"codec,omitempty"`
	Language string `json:"language,omitempty"`
	Title    string `json:"title,omitempty"`
	Default  bool   `json:"default,omitempty"`
	Forced   bool   `json:"forced,omitempty"`
}

// Chapter is a mark in a film or a book that is read out.
type Chapter struct {
	StartSeconds float64 `json:"start_seconds"`
	Title        string  `json:"title,omitempty"`
}

// ReplayGain is how loud a track and its album are, in dB.
type ReplayGain struct {
	Track     float64 `json:"track,omitempty"`
	TrackPeak float64 `json:"track_peak,omitempty"`
	Album     float64 `json:"album,omitempty"`
	AlbumPeak float64 `json:"album_peak,omitempty"`
}

// Artwork is where an embedded picture lies; GET /items/{id}/artwork serves it.
type Artwork struct {
	Offset   int64  `json:"offset"`
	Length   int64  `json:"length"`
	MIME     string `json:"mime,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}
