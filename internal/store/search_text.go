package store

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// maxSortKey bounds the collation key of a title, in bytes. Titles that agree that far sort by id.
const maxSortKey = 160

// known is what the index needs of an item's document.
type known struct {
	Title, SortTitle, Series, EpisodeTitle          string
	Artist, AlbumArtist, Album, Composer, Narrator  string
	ArtistSort, AlbumSort, AlbumArtistSort, TakenAt string
	Authors                                         []string
	Year                                            int64
	Season                                          *int
	Episodes                                        []int
	Disc, Track                                     int
	DurationSeconds                                 float64
}

// knownOf reads what the index needs of a document. One that cannot be read says nothing.
func knownOf(doc []byte) (k known) {
	r := jsonReader{rest: string(doc)} // the texts are parts of it
	for r.rest != "" && !r.bad {
		k.read(&r)
		r.comma()
	}
	if r.bad {
		return known{}
	}
	return k
}

// read reads a member.
func (k *known) read(r *jsonReader) {
	name := r.name()
	if text := k.text(name); text != nil {
		*text = r.text()
		return
	}
	switch name {
	case "authors":
		k.Authors = r.texts()
	case "year":
		k.Year = r.number()
	case "season":
		n := r.whole()
		k.Season = &n
	case "episodes":
		k.Episodes = r.wholes()
	case "disc":
		k.Disc = r.whole()
	case "track":
		k.Track = r.whole()
	case "media":
		r.object(k.readMedia(r))
	default:
		r.skip()
	}
}

func (k *known) readMedia(r *jsonReader) func(name string) {
	return func(name string) {
		if name != "duration_seconds" {
			r.skip()
		} else if n := r.fraction(); n != nil {
			k.DurationSeconds = *n
		}
	}
}

// text is where a member's text goes; nil where it is none, or not needed.
func (k *known) text(name string) *string {
	switch name {
	case "title":
		return &k.Title
	case "sort_title":
		return &k.SortTitle
	case "series":
		return &k.Series
	case "episode_title":
		return &k.EpisodeTitle
	case "artist":
		return &k.Artist
	case "album_artist":
		return &k.AlbumArtist
	case "album":
		return &k.Album
	case "composer":
		return &k.Composer
	case "narrator":
		return &k.Narrator
	case "taken_at":
		return &k.TakenAt
	case "artist_sort":
		return &k.ArtistSort
	case "album_sort":
		return &k.AlbumSort
	case "album_artist_sort":
		return &k.AlbumArtistSort
	}
	return nil
}

// searchColumns are those of the table search.
var searchColumns = [...]string{"title", "people", "album", "path"}

// texts are what an item is found by, a text for each of searchColumns.
func (k *known) texts(path string) [len(searchColumns)]string { return new(textRoom).of(k, path) }

// textRoom is where the texts of items are put together. It belongs to one goroutine.
type textRoom struct{ joined, words []byte }

// of gives known.texts, all of them parts of one piece of memory.
func (t *textRoom) of(k *known, path string) (texts [len(searchColumns)]string) {
	t.words = t.words[:0]
	var ends [len(searchColumns)]int
	for i := range ends {
		t.joined = t.joined[:0]
		switch i {
		case 0:
			t.join(k.Title, k.Series, k.EpisodeTitle)
		case 1:
			t.join(k.Artist, k.AlbumArtist, k.Composer, k.Narrator)
			t.join(k.Authors...)
		case 2:
			t.join(k.Album)
		case 3:
			t.join(path)
		}
		t.words = words.Append(t.words, t.joined)
		ends[i] = len(t.words)
	}
	all, from := string(t.words), 0
	for i, end := range ends {
		texts[i], from = all[from:end], end
	}
	return texts
}

func (t *textRoom) join(texts ...string) {
	for _, text := range texts {
		if text != "" {
			t.joined = append(append(t.joined, text...), ' ')
		}
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
