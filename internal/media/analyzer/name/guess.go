package name

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Type says what a path most likely names.
type Type string

// The types that Parse tells apart. A path that fits none has no type.
const (
	Movie     Type = "movie"
	Episode   Type = "episode" // an episode, several, or a whole season
	Track     Type = "track"
	Album     Type = "album"
	Music     Type = "music" // an album or single as scene releases name it
	Audiobook Type = "audiobook"
	Book      Type = "book"
	Comic     Type = "comic"
	Magazine  Type = "magazine"
	Education Type = "education"
	Photo     Type = "photo"
	Game      Type = "game"
	App       Type = "app"
)

// Guess is what a path says. A zero field means that the path says nothing of it. Its JSON encoding
// uses guessit's property names; text in it is always valid UTF-8.
type Guess struct {
	Type Type   `json:"type,omitempty"`
	Kind string `json:"kind,omitempty"` // "photo" for pictures

	Title            string  `json:"title,omitempty"`
	AlternativeTitle Strings `json:"alternative_title,omitempty"`
	Year             int     `json:"year,omitempty"`
	Country          string  `json:"country,omitempty"`
	Season           Ints    `json:"season,omitempty"`
	SeasonCount      int     `json:"season_count,omitempty"`
	Episode          Numbers `json:"episode,omitempty"` // 7.5 is a recap behind the seventh
	EpisodeCount     int     `json:"episode_count,omitempty"`
	AbsoluteEpisode  Numbers `json:"absolute_episode,omitempty"` // beside Season and Episode only
	EpisodeTitle     string  `json:"episode_title,omitempty"`
	EpisodeDetails   Strings `json:"episode_details,omitempty"` // Special, Pilot, Unaired, Final
	Date             string  `json:"date,omitempty"`            // YYYY-MM-DD
	Time             string  `json:"time,omitempty"`            // hh:mm:ss
	Part             Ints    `json:"part,omitempty"`
	CD               int     `json:"cd,omitempty"`
	CDCount          int     `json:"cd_count,omitempty"`
	Disc             Ints    `json:"disc,omitempty"`
	Film             int     `json:"film,omitempty"`
	Bonus            int     `json:"bonus,omitempty"`
	BonusTitle       string  `json:"bonus_title,omitempty"`
	FilmTitle        string  `json:"film_title,omitempty"`
	Version          int     `json:"version,omitempty"`
	ProperCount      int     `json:"proper_count,omitempty"`

	Edition          Strings `json:"edition,omitempty"`
	ScreenSize       string  `json:"screen_size,omitempty"`
	AspectRatio      float64 `json:"aspect_ratio,omitempty"` // of a screen size given as width and height
	FrameRate        string  `json:"frame_rate,omitempty"`
	Source           string  `json:"source,omitempty"`
	StreamingService Strings `json:"streaming_service,omitempty"`
	VideoCodec       string  `json:"video_codec,omitempty"`
	VideoProfile     string  `json:"video_profile,omitempty"`
	VideoAPI         string  `json:"video_api,omitempty"`
	ColorDepth       string  `json:"color_depth,omitempty"`
	AudioCodec       Strings `json:"audio_codec,omitempty"`
	AudioProfile     Strings `json:"audio_profile,omitempty"`
	AudioChannels    string  `json:"audio_channels,omitempty"`
	AudioBitRate     string  `json:"audio_bit_rate,omitempty"`
	Format3D         string  `json:"format_3d,omitempty"`
	Other            Strings `json:"other,omitempty"`
	Size             string  `json:"size,omitempty"`

	Language         Strings `json:"language,omitempty"` // BCP 47, with a region or a script where the name gives one
	SubtitleLanguage Strings `json:"subtitle_language,omitempty"`
	SubtitleFlags    Strings `json:"subtitle_flags,omitempty"` // default, forced, hearing_impaired
	SubtitleTitle    string  `json:"subtitle_title,omitempty"`

	ReleaseGroup string `json:"release_group,omitempty"`
	Website      string `json:"website,omitempty"`
	CRC32        string `json:"crc32,omitempty"`
	Container    string `json:"container,omitempty"`
	MIMEType     string `json:"mimetype,omitempty"`

	Artist string `json:"artist,omitempty"`
	Album  string `json:"album,omitempty"`
	Track  int    `json:"track,omitempty"`

	Author      string  `json:"author,omitempty"`
	Subtitle    string  `json:"subtitle,omitempty"`
	Narrators   Strings `json:"narrators,omitempty"`
	Series      string  `json:"series,omitempty"`
	SeriesIndex Number  `json:"series_index,omitempty"`
	Chapter     Span    `json:"chapter,omitzero"`
	Volume      Span    `json:"volume,omitzero"`
	Issue       Span    `json:"issue,omitzero"`

	// Of a game:
	Region   Strings `json:"region,omitempty"`   // where it was sold: ISO 3166-1 alpha-3, EUR, ASI, WORLD
	Revision Number  `json:"revision,omitempty"` // a letter counts from A
	Dump     Strings `json:"dump,omitempty"`     // verified, bad, hacked, ...

	// Extra is what a file beside the feature is: trailer, sample, deletedscene, behindthescenes,
	// interview, scene, clip, short, featurette, opening, ending, promo, themesong, themevideo, or unknown.
	Extra string `json:"extra,omitempty"`
	// Stub is the medium that a ".disc" placeholder stands for: dvd, bluray, hddvd, vhs, tv.
	Stub   string `json:"stub,omitempty"`
	IsStub bool   `json:"is_stub,omitempty"`

	IMDBID   string `json:"imdb_id,omitempty"`
	TMDBID   string `json:"tmdb_id,omitempty"`
	TVDBID   string `json:"tvdb_id,omitempty"`
	TVMazeID string `json:"tvmaze_id,omitempty"`

	// SeasonFolder and DiscFolder are set for paths that look like folders: whether the last part is
	// the folder of a season, or of one disc of an album.
	SeasonFolder *bool `json:"season_folder,omitempty"`
	DiscFolder   *bool `json:"disc_folder,omitempty"`
}

// Ints are numbers of which a name mostly has one. One encodes as a scalar, several as a list.
type Ints []int

// MarshalJSON implements json.Marshaler.
func (n Ints) MarshalJSON() ([]byte, error) { return scalarOrList(n) }

// scalarOrList encodes one value as itself.
func scalarOrList[T any](v []T) ([]byte, error) {
	if len(v) == 1 {
		return json.Marshal(v[0])
	}
	return json.Marshal(v)
}

// Numbers are numbers, mostly whole ones, of which a name mostly has one. One encodes as a scalar, several as a list.
type Numbers []float64

// MarshalJSON implements json.Marshaler.
func (n Numbers) MarshalJSON() ([]byte, error) { return scalarOrList(n) }

// Whole returns the numbers as integers, nil if one of them is none.
func (n Numbers) Whole() []int {
	var out []int
	for _, v := range n {
		if v != float64(int(v)) {
			return nil
		}
		out = append(out, int(v))
	}
	return out
}

func (n *Numbers) addInts(v []int) {
	if *n == nil {
		*n = make(Numbers, 0, len(v))
	}
	for _, x := range v {
		*n = append(*n, float64(x))
	}
}

// Has reports whether v is among the numbers.
func (n Ints) Has(v int) bool { return slices.Contains(n, v) }

// Strings are words of which a name mostly has one. One encodes as a scalar, several as a list.
type Strings []string

// MarshalJSON implements json.Marshaler.
func (s Strings) MarshalJSON() ([]byte, error) { return scalarOrList(s) }

// Has reports whether v is among the words.
func (s Strings) Has(v string) bool { return slices.Contains(s, v) }

func (s *Strings) add(v string) {
	if !s.Has(v) {
		*s = append(*s, v)
	}
}

// Span is one number, or the first and the last of several. One encodes as a scalar, several as a list of two.
type Span struct{ First, Last Number }

// MarshalJSON implements json.Marshaler.
func (n Span) MarshalJSON() ([]byte, error) {
	if n.Last == "" {
		return n.First.MarshalJSON()
	}
	return json.Marshal([]Number{n.First, n.Last})
}

// Number is a decimal number as the name writes it, without leading zeros: "3", "1.5", "0". It
// encodes as a JSON number.
type Number string

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// Float returns the number, 0 if there is none.
func (n Number) Float() float64 {
	if n == "" { // whose error would be made for nearly every name
		return 0
	}
	f, _ := strconv.ParseFloat(string(n), 64)
	return f
}
