package store

import (
	"context"
	"database/sql/driver"
	"slices"
	"time"
)

// Kinds of works.
const (
	WorkMovie     = "movie"
	WorkSeries    = "series"
	WorkSeason    = "season"
	WorkEpisode   = "episode"
	WorkArtist    = "artist"
	WorkAlbum     = "album"
	WorkTrack     = "track"
	WorkAudiobook = "audiobook"
	WorkBook      = "book"
	WorkComic     = "comic"
	WorkIssue     = "issue"
)

// workKinds are the kinds by their numbers in the catalog, which stay: 6 is the artist of the schema.
var workKinds = [...]string{"", WorkMovie, WorkSeries, WorkSeason, WorkEpisode, "", WorkArtist, WorkAlbum, WorkTrack,
	WorkAudiobook, WorkBook, WorkComic, WorkIssue}

// WorkKinds returns the kinds of works, in the order of the documentation.
func WorkKinds() []string {
	return slices.DeleteFunc(slices.Clone(workKinds[:]), func(k string) bool { return k == "" })
}

func workKindNumber(kind string) int64 { return int64(slices.Index(workKinds[1:], kind) + 1) }

func workKindOf(number int64) string {
	if number <= 0 || number >= int64(len(workKinds)) {
		return "" // of a newer release
	}
	return workKinds[number]
}

// WorkView is a work as the outside sees it: a film, a series, an album. The zero value of a field means unknown.
type WorkView struct {
	ID        int64
	Parent    int64 // the work above it; 0: none
	Kind      string
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
	Artwork   int64 // the item that shows it; 0: none
	Gaps      [][2]int

	Items             int // main ones
	Children          int
	Versions          int
	Missing           int // main items that are missing
	Size              int64
	Duration          int64 // milliseconds
	Genres            []string
	Languages         []string
	SubtitleLanguages []string
	Height            int
	HDR               string
	AddedAt           int64 // of the newest main item, in Unix nanoseconds
	UpdatedAt         int64 // of its last change, in whole milliseconds

	Key       int64 // a hash of what tells it from all others
	By        int64 // of an album or a song: a hash of the artist's key, where one is named
	Seq       int64 // the feed's number of its last change
	FilterSeq int64 // of its last change of roots
	Gone      int64 // since when no item of it is left, in Unix nanoseconds; 0: it is there

	untitled bool // what sorts by its title is still to be made anew

	Members []Member // as far as they were asked for
	More    bool     // there are members behind those
}

// State is present as long as any main item is.
func (w *WorkView) State() string {
	if w.Missing < w.Items {
		return "present"
	}
	return "missing"
}

// Member is an item of a work.
type Member struct {
	Item     int64
	Role     string
	Version  int // from 1; 0: there is one
	Part     int // from 1; 0: there is one
	Extra    string
	Language string
	Rank     int64 // of its place in playing order
	Seq      int64 // the feed's number of the item's last change, where works are derived
}

// MaxMembers is how many members a work is given with: others are read page by page.
const MaxMembers = 1000

const workColumns = "w.id, w.parent, w.kind, w.key, w.seq, w.gone, w.updated, w.added, w.year, w.number, " +
	"w.size, w.duration, w.doc, w.title IS NULL"

func scanWork(c *conn, r row) (w WorkView, err error) {
	w = WorkView{ID: r.int(0), Parent: r.int(1), Kind: workKindOf(r.int(2)), Key: r.int(3), Seq: r.int(4), Gone: r.int(5),
		UpdatedAt: (r.int(6) + milliseconds(r.int(7))) * int64(time.Millisecond), AddedAt: r.int(7),
		Year: int(r.int(8)), Size: r.int(10), Duration: r.int(11)}
	if n, known := r[9].(float64); known {
		w.Number = &n
	}
	err = w.readDoc(r.bytes(12), c.workRoot)
	w.untitled = r.int(13) != 0 && w.SortTitle != ""
	return w, err
}

// eachWork reads works, without their members.
func eachWork(c *conn, where string, fn func(*WorkView) error, args ...driver.Value) error {
	return c.each("SELECT "+workColumns+" FROM works w "+where, func(r row) error {
		w, err := scanWork(c, r)
		if err != nil {
			return err
		}
		return fn(&w)
	}, args...)
}

func worksWhere(c *conn, where string, args ...driver.Value) (out []WorkView, err error) {
	err = eachWork(c, "WHERE "+where, func(w *WorkView) error { out = append(out, *w); return nil }, args...)
	return out, err
}

// Work reads a work with its first members; found is false where there is none, or it is gone.
func (s *Store) Work(ctx context.Context, id int64) (w WorkView, found bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		all, err := worksWhere(c, "w.id = ? AND w.gone = 0", id)
		if err != nil || len(all) == 0 {
			return err
		}
		w, found = all[0], true
		return fillMembers(c, &w)
	})
	return w, found, err
}

// fillMembers gives a work its first members.
func fillMembers(c *conn, w *WorkView) error {
	members, err := membersOf(c, w.ID, nil, 0, MaxMembers+1)
	w.hold(members)
	return err
}

func (w *WorkView) hold(members []Member) {
	w.Members = members[:min(len(members), MaxMembers)]
	w.More = len(members) > MaxMembers
}

// WorkOf is a work that an item belongs to, and as what.
type WorkOf struct {
	Work int64
	Role string
}

// WorksOf reads which works hold an item, in the order of their ids.
func (s *Store) WorksOf(ctx context.Context, item int64) (out []WorkOf, err error) {
	err = s.read(ctx, func(c *conn) error {
		out, err = worksOf(c, item)
		return err
	})
	return out, err
}

// WorksOfAll reads which works hold items, in the order of items.
func (s *Store) WorksOfAll(ctx context.Context, items []int64) (out [][]WorkOf, err error) {
	err = s.read(ctx, func(c *conn) error {
		for _, item := range items {
			of, err := worksOf(c, item)
			if err != nil {
				return err
			}
			out = append(out, of)
		}
		return nil
	})
	return out, err
}

func worksOf(c *conn, item int64) (out []WorkOf, err error) {
	err = c.each(`SELECT m.work, m.how FROM members m JOIN works w ON w.id = m.work AND w.gone = 0
		WHERE m.item = ? ORDER BY m.work`,
		func(r row) error {
			m, err := scanHow(r.bytes(1))
			if n := len(out); n > 0 && out[n-1].Work == r.int(0) {
				return err // once as what it is first
			}
			out = append(out, WorkOf{r.int(0), m.Role})
			return err
		}, item)
	return out, err
}

// Worked is the feed's number up to which works are derived from items.
func (s *Store) Worked() int64 { return s.worked.Load() }

// TakenIn is the feed's number up to which works and the search have come: they have still to hear of what ended above
// it.
func (s *Store) TakenIn() int64 { return min(s.worked.Load(), s.indexed.Load()) }

// WorksFloor is the highest number below which works that are gone may have been forgotten: a reader of works below it
// cannot catch up.
func (s *Store) WorksFloor() int64 { return max(s.floor.Load(), s.worksFloor.Load()) }

// Lag is how many changes of items have not been taken in.
type Lag struct {
	Works  int64 `json:"works"`
	Search int64 `json:"search"`
}

// maxLag bounds what is counted of a lag.
const maxLag = 1_000_000

// Lag counts what works and the search have still to take in.
func (s *Store) Lag(ctx context.Context) (l Lag, err error) {
	err = s.readFeed(ctx, func(c *conn) error {
		if l.Works, err = changesAbove(c, s.worked.Load()); err != nil {
			return err
		}
		l.Search, err = changesAbove(c, s.indexed.Load())
		return err
	})
	return l, err
}

func changesAbove(c *conn, seq int64) (int64, error) {
	const sql = `SELECT (SELECT count(*) FROM (SELECT 1 FROM items WHERE seq > ?1 LIMIT ?2))
		+ (SELECT count(*) FROM (SELECT 1 FROM tombstones WHERE seq > ?1 LIMIT ?2))`
	return c.number(sql, seq, int64(maxLag))
}
