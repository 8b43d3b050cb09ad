package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// maxSortKey bounds the collation key of a title, in bytes. Titles that agree that far sort by id.
const maxSortKey = 160

// known is what the index needs of an item's document.
type known struct {
	Title           string   `json:"title"`
	SortTitle       string   `json:"sort_title"`
	Year            int64    `json:"year"`
	Series          string   `json:"series"`
	EpisodeTitle    string   `json:"episode_title"`
	Artist          string   `json:"artist"`
	AlbumArtist     string   `json:"album_artist"`
	Album           string   `json:"album"`
	Composer        string   `json:"composer"`
	Narrator        string   `json:"narrator"`
	Authors         []string `json:"authors"`
	TakenAt         string   `json:"taken_at"`
	Season          *int     `json:"season"`
	Episodes        []int    `json:"episodes"`
	Disc            int      `json:"disc"`
	Track           int      `json:"track"`
	ArtistSort      string   `json:"artist_sort"`
	AlbumSort       string   `json:"album_sort"`
	AlbumArtistSort string   `json:"album_artist_sort"`
	Media           struct {
		DurationSeconds float64 `json:"duration_seconds"`
	} `json:"media"`
}

func knownOf(doc []byte) (k known) {
	if len(doc) == 0 {
		return k
	}
	object := append(append([]byte{'{'}, doc...), '}')
	if err := json.Unmarshal(object, &k); err != nil {
		return known{}
	}
	return k
}

// searchColumns are those of the table search.
var searchColumns = [...]string{"title", "people", "album", "path"}

// texts are what an item is found by, a text for each of searchColumns.
func (k *known) texts(path string) [len(searchColumns)]string {
	people := append([]string{k.Artist, k.AlbumArtist, k.Composer, k.Narrator}, k.Authors...)
	return [...]string{
		words.Of(strings.Join([]string{k.Title, k.Series, k.EpisodeTitle}, " ")),
		words.Of(strings.Join(people, " ")), words.Of(k.Album), words.Of(path),
	}
}

// Bounds of what a search may ask for: the work of a search grows with the square of its words.
const (
	MaxQueryWords = 16
	MaxQueryBytes = 1 << 10
)

// checkText refuses a search that is longer than its bounds. A run of signs without spaces, as Chinese is written, is
// one word.
func checkText(q string) error {
	if len(q) > MaxQueryBytes {
		return fmt.Errorf("%w: q has %d bytes: at most %d", ErrQuery, len(q), MaxQueryBytes)
	}
	words := strings.FieldsFunc(q, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	if len(words) > MaxQueryWords {
		return fmt.Errorf("%w: q has %d words: at most %d", ErrQuery, len(words), MaxQueryWords)
	}
	return nil
}
