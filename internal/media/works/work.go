package works

import "time"

// Kind says what a work is.
type Kind string

// The kinds of works, as the public surface spells them.
const (
	Movie     Kind = "movie"
	Series    Kind = "series"
	Season    Kind = "season"
	Episode   Kind = "episode"
	Artist    Kind = "artist"
	Album     Kind = "album"
	Track     Kind = "track" // without an album
	Audiobook Kind = "audiobook"
	Book      Kind = "book"
	Comic     Kind = "comic"
	Issue     Kind = "issue"
)

// Role says what an item is to a work.
type Role string

// The roles, in the order in which members stand.
const (
	Main     Role = "main"
	Extra    Role = "extra"
	Subtitle Role = "subtitle"
	Artwork  Role = "artwork"
	Lyrics   Role = "lyrics"
	Index    Role = "index" // cue sheets, playlists, the tables of a DVD
	Metadata Role = "metadata"
)

var roleOrder = map[Role]int{Main: 0, Extra: 1, Subtitle: 2, Artwork: 3, Lyrics: 4, Index: 5, Metadata: 6}

// Member is an item of a work.
type Member struct {
	ID       int64
	Role     Role
	Version  int    // from 1; 0: there is one version
	Part     int    // from 1, in playing order; 0: its version is this item alone
	Extra    string // of what sort
	Language string // of a subtitle
}

// Work is what items are to people.
type Work struct {
	Kind Kind
	// Key tells the work from all others; derived anew, it is the same. Parent is the key of the work above, or one of
	// its Aliases.
	Key      string
	Parent   string
	Aliases  []string
	PartKeys []string // of the parts that it was made of; none where another work is above that was made of them

	Title     string
	SortTitle string
	Number    *float64
	Date      string
	Year      int
	EndYear   int
	Group     string
	Roots     []string
	Authors   []string
	Narrators []string
	Artists   []string
	Series    string
	IDs       map[string]string
	Members   []Member // main ones first, in playing order
	Artwork   int64    // the item that shows it best; 0: none
	Gaps      [][2]int // what is missing of what is numbered

	Totals
}

// Totals are what can be summed up. Those of a work above others are sums of theirs: it has no main items of its own.
type Totals struct {
	Items             int // main ones
	Children          int
	Versions          int
	Missing           int // main items
	Size              int64
	Duration          float64 // of the first version, in seconds
	Genres            []string
	Languages         []string
	SubtitleLanguages []string
	Height            int
	HDR               string
	AddedAt           time.Time // of the newest main item
}

// Present reports whether any main item is there.
func (t *Totals) Present() bool { return t.Missing < t.Items }

// Credit says whom a part is by: an artist, by one of the spellings.
type Credit struct {
	Group string
	Name  string
	Sort  string
	ID    string // at MusicBrainz
	Count int    // of parts that say it
}

// Part is a work as far as it lies in one unit.
type Part struct {
	Kind Kind
	Unit Unit
	// Keys: parts that share one may be one work, and have to be joined at once.
	Keys   []string
	Credit Credit // of albums and tracks

	hashed    []int64 // of Keys, once asked for
	apart     bool    // it is joined with parts of its unit only
	newest    int64   // the highest Seq of what belongs to it and is no main item
	group     string
	title     string
	sort      string
	sure      bool // its title was said by a sidecar or by tags
	titleKeys []string
	year      int
	ids       map[string]string
	authors   []string
	narrators []string
	artists   []string
	series    string
	edition   string // of a book: what it is beside its title
	number    *float64
	date      string

	versions []version
	others   []Member
	leaves   []leaf // episodes or issues
	tracks   []track
	genres   []string // of a sidecar
}

// version is the main items of one version, in playing order.
type version struct {
	items   []*Item
	edition string
}

// leaf is an episode or an issue of a part.
type leaf struct {
	season   int
	key      string
	number   *float64
	date     string
	title    string
	versions []version
	others   []Member
}

// track is a song of an album or a chapter of an audiobook, with its place.
type track struct {
	item      *Item
	disc, num int
	version   int // from 0
}
