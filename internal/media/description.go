package media

import "reflect"

// Bounds of what the catalog keeps of one item, in bytes.
const (
	MaxText     = 4 << 10  // of one text
	MaxDocument = 64 << 10 // of everything known of it, as JSON
)

// Description is what is known of an item's content, whether its name, its bytes or a sidecar said it.
// The zero value of a field means unknown; nothing in it is ever invented. Its JSON encoding is the
// descriptive part of an item on the public surface.
type Description struct {
	Title           string   `json:"title,omitempty"`
	SortTitle       string   `json:"sort_title,omitempty"`
	Subtitle        string   `json:"subtitle,omitempty"` // of a book, as its folder or its name sets it off
	Year            int      `json:"year,omitempty"`
	Date            string   `json:"date,omitempty"`          // YYYY, YYYY-MM or YYYY-MM-DD
	OriginalDate    string   `json:"original_date,omitempty"` // of the first release, likewise
	Series          string   `json:"series,omitempty"`
	LocalizedSeries string   `json:"localized_series,omitempty"` // of a comic, in the language of its readers
	SeriesIndex     *float64 `json:"series_index,omitempty"`     // place in it; 0: a prequel, 7.5: behind the 7th
	Volume          *float64 `json:"volume,omitempty"`           // of a comic, beside its SeriesIndex
	Chapter         *float64 `json:"chapter,omitempty"`          // of a comic that counts chapters
	Format          string   `json:"format,omitempty"`           // of a comic: Annual, One-Shot, TPB, ...
	Set             string   `json:"set,omitempty"`              // of films
	Season          *int     `json:"season,omitempty"`           // 0 is the specials
	Episodes        []int    `json:"episodes,omitempty"`
	EpisodeTitle    string   `json:"episode_title,omitempty"`
	Artist          string   `json:"artist,omitempty"` // as displayed; several are joined by "; "
	Artists         []string `json:"artists,omitempty"`
	ArtistSort      string   `json:"artist_sort,omitempty"`
	AlbumArtistSort string   `json:"album_artist_sort,omitempty"`
	AlbumArtist     string   `json:"album_artist,omitempty"`
	Album           string   `json:"album,omitempty"`
	AlbumSort       string   `json:"album_sort,omitempty"`
	Track           int      `json:"track,omitempty"`
	TrackTotal      int      `json:"track_total,omitempty"`
	Disc            int      `json:"disc,omitempty"`
	DiscTotal       int      `json:"disc_total,omitempty"`
	Compilation     bool     `json:"compilation,omitempty"`
	Composer        string   `json:"composer,omitempty"`
	Grouping        string   `json:"grouping,omitempty"`      // what belongs together within an album, or over many
	AlbumVersion    string   `json:"album_version,omitempty"` // what tells two albums of one title apart
	Genres          []string `json:"genres,omitempty"`
	Authors         []string `json:"authors,omitempty"`
	Narrator        string   `json:"narrator,omitempty"` // as displayed; several are joined by "; "
	Narrators       []string `json:"narrators,omitempty"`
	Publisher       string   `json:"publisher,omitempty"`
	Plot            string   `json:"plot,omitempty"`
	Edition         string   `json:"edition,omitempty"`
	Regions         []string `json:"regions,omitempty"`  // where a game was sold: ISO 3166-1 alpha-3, EUR, ASI, WORLD
	Revision        float64  `json:"revision,omitempty"` // of a game; a letter counts from A
	Dump            []string `json:"dump,omitempty"`     // how good the copy of a game is: verified, bad, hacked, ...
	ReleaseGroup    string   `json:"release_group,omitempty"`
	Source          string   `json:"source,omitempty"` // Blu-ray, Web, HDTV, ...
	Languages       []string `json:"languages,omitempty"`
	Forced          bool     `json:"forced,omitempty"`           // of a subtitle file
	HearingAid      bool     `json:"hearing_impaired,omitempty"` // of a subtitle file: SDH or CC
	Extra           string   `json:"extra,omitempty"`            // trailer, featurette, sample, ...
	Part            int      `json:"part,omitempty"`             // of a stack: cd1, part 2

	TakenAt   string   `json:"taken_at,omitempty"` // RFC 3339; without a zone where the camera gave none
	Camera    string   `json:"camera,omitempty"`
	Lens      string   `json:"lens,omitempty"`
	Exposure  string   `json:"exposure,omitempty"` // "1/125 s f/2.8 ISO 400"
	Latitude  *float64 `json:"latitude,omitempty"`
	Longitude *float64 `json:"longitude,omitempty"`

	// IDs are identifiers at outside databases, by their usual names: imdb, tmdb, tvdb, isbn,
	// musicbrainz_track, musicbrainz_album, musicbrainz_artist, musicbrainz_albumartist, ...
	IDs map[string]string `json:"ids,omitempty"`

	Media *Media `json:"media,omitempty"`

	// Warnings say what of all this was left out or cut, though the file or a sidecar says it.
	Warnings []string `json:"warnings,omitempty"`

	// Companions are the files beside it that belong to it: descriptions, subtitles, lyrics, pictures.
	Companions []Companion `json:"companions,omitempty"`

	// Of is the id of the item of the same directory that a subtitle, a picture or a description is of. One that speaks
	// for its whole folder has none.
	Of int64 `json:"of,omitempty"`
}

// Take replaces the fields of d by those that a surer description knows.
func (d *Description) Take(surer *Description) {
	to, from := reflect.ValueOf(d).Elem(), reflect.ValueOf(surer).Elem()
	for i := range to.NumField() {
		if f := from.Field(i); !f.IsZero() {
			to.Field(i).Set(f)
		}
	}
}

// Companion is a file that goes with an item of the same directory.
type Companion struct {
	ID         int64  `json:"id,omitempty"`
	Name       string `json:"name"`
	Role       string `json:"role"`                       // description, subtitles, lyrics, cover, artwork or index
	Language   string `json:"language,omitempty"`         // of subtitles
	Forced     bool   `json:"forced,omitempty"`           // likewise
	HearingAid bool   `json:"hearing_impaired,omitempty"` // likewise
}

// Media is what the container and its streams are. Codec names are ffprobe's.
type Media struct {
	Container       string     `json:"container,omitempty"`
	DurationSeconds float64    `json:"duration_seconds,omitempty"`
	BitRate         int64      `json:"bit_rate,omitempty"` // bits per second, of the whole file
	Video           []Video    `json:"video,omitempty"`
	Audio           []Audio    `json:"audio,omitempty"`
	Subtitles       []Subtitle `json:"subtitles,omitempty"`
	Chapters        []Chapter  `json:"chapters,omitempty"`
	Attachments     []string   `json:"attachments,omitempty"` // file names
	Width           int        `json:"width,omitempty"`       // of images, as stored, before any rotation
	Height          int        `json:"height,omitempty"`
	Orientation     int        `json:"orientation,omitempty"` // EXIF 1-8; 0 unknown
	Pages           int        `json:"pages,omitempty"`
	Entries         int        `json:"entries,omitempty"` // of archives and playlists
	Encrypted       bool       `json:"encrypted,omitempty"`
	Truncated       bool       `json:"truncated,omitempty"` // it ends before its own tables say
	Lyrics          bool       `json:"lyrics,omitempty"`    // present in the file
	ReplayGain      *Gain      `json:"replay_gain,omitempty"`
	Artwork         *Artwork   `json:"artwork,omitempty"`
}

// Video is one video stream. Embedded cover pictures are Artwork, not Video.
type Video struct {
	Codec     string  `json:"codec,omitempty"`
	Profile   string  `json:"profile,omitempty"`
	Width     int     `json:"width,omitempty"`
	Height    int     `json:"height,omitempty"`
	FrameRate float64 `json:"frame_rate,omitempty"`
	BitDepth  int     `json:"bit_depth,omitempty"`
	HDR       string  `json:"hdr,omitempty"` // "hdr10", "hlg", "dolby_vision", "pq"
	BitRate   int64   `json:"bit_rate,omitempty"`
	Language  string  `json:"language,omitempty"`
	Title     string  `json:"title,omitempty"`
	Default   bool    `json:"default,omitempty"`
	Forced    bool    `json:"forced,omitempty"`
}

// Audio is one audio stream.
type Audio struct {
	Codec      string `json:"codec,omitempty"`
	Profile    string `json:"profile,omitempty"`
	Channels   int    `json:"channels,omitempty"`
	SampleRate int    `json:"sample_rate,omitempty"` // Hz
	BitDepth   int    `json:"bit_depth,omitempty"`
	BitRate    int64  `json:"bit_rate,omitempty"` // bits per second
	Language   string `json:"language,omitempty"`
	Title      string `json:"title,omitempty"`
	Default    bool   `json:"default,omitempty"`
	Forced     bool   `json:"forced,omitempty"`
}

// Subtitle is one subtitle stream.
type Subtitle struct {
	Codec    string `json:"codec,omitempty"`
	Language string `json:"language,omitempty"`
	Title    string `json:"title,omitempty"`
	Default  bool   `json:"default,omitempty"`
	Forced   bool   `json:"forced,omitempty"`
}

// Chapter is one chapter mark.
type Chapter struct {
	StartSeconds float64 `json:"start_seconds"`
	Title        string  `json:"title,omitempty"`
}

// Gain is ReplayGain as the tags give it, in dB; peaks relative to full scale.
type Gain struct {
	Track     float64 `json:"track,omitempty"`
	TrackPeak float64 `json:"track_peak,omitempty"`
	Album     float64 `json:"album,omitempty"`
	AlbumPeak float64 `json:"album_peak,omitempty"`
}

// Artwork tells where in the file an embedded picture lies. The picture itself is never loaded while
// analysing. Encoding is empty where Offset and Length delimit the picture's own bytes; otherwise it
// says how they are wrapped: "unsync" (ID3v2 unsynchronisation), "base64" (Vorbis comments: a picture, or
// FLAC's PICTURE block around it), "ogg" and "ogg+base64" (the same with headers of Ogg pages between, which
// are to be taken out first: each from "OggS" and a NUL on 27 bytes and as many as the last of them says), or
// "entry:NAME" (an entry of a ZIP).
type Artwork struct {
	Offset   int64  `json:"offset"`
	Length   int64  `json:"length"`
	MIME     string `json:"mime,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}
