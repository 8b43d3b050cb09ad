package works

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Said is what an item says, as far as the rules ask for it: what is mostly its own, and what it shares with others that
// say the same. In a folder of a hundred thousand files that is what memory is taken by.
type Said struct {
	Title   string
	Track   int
	IDs     map[string]string
	Of      int64
	Seconds float64 // that it plays
	*Seldom         // neither is ever nil, or changed: see Item.otherwise
	*Shared
}

// Seldom is what few say, and each otherwise.
type Seldom struct {
	EpisodeTitle string
	Episodes     []int
	SeriesIndex  *float64
	Chapter      *float64
	Companions   []media.Companion // their roles and languages
}

// nothing is what most say of it.
var nothing Seldom

// Shared is what many files of a folder say alike.
type Shared struct {
	SortTitle       string
	Subtitle        string
	Date            string
	Series          string
	LocalizedSeries string
	Format          string
	Set             string
	Artist          string
	ArtistSort      string
	AlbumArtist     string
	AlbumArtistSort string
	Album           string
	AlbumSort       string
	AlbumVersion    string
	Edition         string
	Source          string
	Extra           string
	HDR             string // the best of its streams
	Artists         []string
	Genres          []string
	Authors         []string
	Narrators       []string
	Languages       []string
	Audio           []string // languages of its streams
	Subtitles       []string // likewise
	Year            int
	TrackTotal      int
	Disc            int
	DiscTotal       int
	Part            int
	Height          int // of its largest stream
	Season          *int
	Volume          *float64
	Compilation     bool
	FromCamera      bool
	Pictured        bool // it has a picture in it
}

// Sharing has items that say the same share it. The zero value is ready; it is for one goroutine.
type Sharing struct {
	known map[string]*Shared
	texts map[string]string // of few values
	key   []byte
	said  Shared
}

// Say returns what a description says.
func Say(d *media.Description) *Said {
	said := new(Said)
	new(Sharing).Say(d, said)
	return said
}

// Say sets to to what a description says, and keeps nothing of it.
func (s *Sharing) Say(d *media.Description, to *Said) {
	*to = Said{Title: strings.Clone(d.Title), Track: d.Track, Of: d.Of, Seldom: &nothing, Shared: s.shared(d)}
	if d.EpisodeTitle != "" || d.Episodes != nil || d.SeriesIndex != nil || d.Chapter != nil || d.Companions != nil {
		to.Seldom = s.seldom(d)
	}
	if d.Media != nil {
		to.Seconds = d.Media.DurationSeconds
	}
	if d.IDs != nil {
		to.IDs = make(map[string]string, len(d.IDs))
		for provider, id := range d.IDs {
			to.IDs[s.text(provider)] = strings.Clone(id)
		}
	}
}

func (s *Sharing) seldom(d *media.Description) *Seldom {
	out := &Seldom{EpisodeTitle: strings.Clone(d.EpisodeTitle), Episodes: d.Episodes, SeriesIndex: d.SeriesIndex,
		Chapter: d.Chapter}
	if len(d.Companions) > 0 {
		out.Companions = make([]media.Companion, len(d.Companions))
	}
	for i := range d.Companions {
		c := &d.Companions[i]
		out.Companions[i] = media.Companion{Role: s.text(c.Role), Language: s.text(c.Language)}
	}
	return out
}

// Forget lets go of all that was shared.
func (s *Sharing) Forget() {
	const few = 1000
	if len(s.known) > few || len(s.texts) > few {
		*s = Sharing{}
	}
	clear(s.known)
}

// text is a text that is kept once.
func (s *Sharing) text(text string) string {
	if kept, ok := s.texts[text]; ok {
		return kept
	}
	if s.texts == nil {
		s.texts = make(map[string]string)
	}
	text = strings.Clone(text)
	s.texts[text] = text
	return text
}

// shared is what a description shares.
func (s *Sharing) shared(d *media.Description) *Shared {
	is := &s.said
	*is = Shared{SortTitle: d.SortTitle, Subtitle: d.Subtitle, Date: d.Date, Series: d.Series,
		LocalizedSeries: d.LocalizedSeries, Format: d.Format, Set: d.Set, Artist: d.Artist, ArtistSort: d.ArtistSort,
		AlbumArtist: d.AlbumArtist, AlbumArtistSort: d.AlbumArtistSort, Album: d.Album, AlbumSort: d.AlbumSort,
		AlbumVersion: d.AlbumVersion, Edition: d.Edition, Source: d.Source, Extra: d.Extra, Artists: d.Artists,
		Genres: d.Genres, Authors: d.Authors, Narrators: d.Narrators, Languages: d.Languages, Year: d.Year,
		TrackTotal: d.TrackTotal, Disc: d.Disc, DiscTotal: d.DiscTotal, Part: d.Part, Season: d.Season, Volume: d.Volume,
		Compilation: d.Compilation, FromCamera: d.TakenAt != "" || d.Camera != ""}
	if d.Media != nil {
		is.streams(d.Media)
	}
	w := wording{out: s.key[:0]}
	is.spell(&w)
	s.key = w.out
	if known := s.known[string(w.out)]; known != nil {
		return known
	}
	if s.known == nil {
		s.known = make(map[string]*Shared)
	}
	key, out := string(w.out), new(Shared)
	out.spell(&wording{in: key, reads: true}) // its texts are parts of the key
	s.known[key] = out
	return out
}

// streams notes what the streams of a file are.
func (s *Shared) streams(m *media.Media) {
	for i := range m.Video {
		s.Height = max(s.Height, m.Video[i].Height)
		s.HDR = BetterHDR(s.HDR, m.Video[i].HDR)
	}
	for i := range m.Audio {
		if l := m.Audio[i].Language; l != "" {
			s.Audio = include(s.Audio, l)
		}
	}
	for i := range m.Subtitles {
		if l := m.Subtitles[i].Language; l != "" {
			s.Subtitles = include(s.Subtitles, l)
		}
	}
	s.Pictured = m.Artwork != nil
}

// spell writes or reads all fields.
func (s *Shared) spell(w *wording) {
	for _, text := range [...]*string{&s.SortTitle, &s.Subtitle, &s.Date, &s.Series, &s.LocalizedSeries, &s.Format, &s.Set,
		&s.Artist, &s.ArtistSort, &s.AlbumArtist, &s.AlbumArtistSort, &s.Album, &s.AlbumSort, &s.AlbumVersion,
		&s.Edition, &s.Source, &s.Extra, &s.HDR} {
		w.text(text)
	}
	for _, list := range [...]*[]string{&s.Artists, &s.Genres, &s.Authors, &s.Narrators, &s.Languages, &s.Audio,
		&s.Subtitles} {
		w.texts(list)
	}
	for _, n := range [...]*int{&s.Year, &s.TrackTotal, &s.Disc, &s.DiscTotal, &s.Part, &s.Height} {
		w.number(n)
	}
	w.season(&s.Season)
	w.fraction(&s.Volume)
	for _, is := range [...]*bool{&s.Compilation, &s.FromCamera, &s.Pictured} {
		w.yes(is)
	}
}

// wording is what is shared in one text, that is written or read.
type wording struct {
	out   []byte
	in    string // what is left
	reads bool
}

func (w *wording) number(n *int) {
	if !w.reads {
		w.out = binary.AppendVarint(w.out, int64(*n))
		return
	}
	// A number has at most ten bytes: the text that follows is not copied.
	v, size := binary.Varint([]byte(w.in[:min(len(w.in), binary.MaxVarintLen64)]))
	*n, w.in = int(v), w.in[size:]
}

func (w *wording) text(s *string) {
	n := len(*s)
	w.number(&n)
	if !w.reads {
		w.out = append(w.out, *s...)
		return
	}
	*s, w.in = w.in[:n], w.in[n:]
}

func (w *wording) texts(list *[]string) {
	n := len(*list)
	w.number(&n)
	if w.reads && n > 0 {
		*list = make([]string, n)
	}
	for i := range *list {
		w.text(&(*list)[i])
	}
}

func (w *wording) yes(is *bool) {
	n := 0
	if *is {
		n = 1
	}
	w.number(&n)
	*is = n == 1
}

// there writes or reads whether something is there.
func (w *wording) there(is bool) bool {
	w.yes(&is)
	return is
}

func (w *wording) season(n **int) {
	if !w.there(*n != nil) {
		return
	}
	if w.reads {
		*n = new(int)
	}
	w.number(*n)
}

func (w *wording) fraction(f **float64) {
	if !w.there(*f != nil) {
		return
	}
	if !w.reads {
		w.out = binary.LittleEndian.AppendUint64(w.out, math.Float64bits(**f))
		return
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64([]byte(w.in[:8])))
	*f, w.in = &v, w.in[8:]
}

// otherwise is the item with a saying of its own, which may be changed.
func (it *Item) otherwise() *Item {
	read, said, seldom, shared := *it, *it.Said, *it.Seldom, *it.Shared
	read.Said, said.Seldom, said.Shared = &said, &seldom, &shared
	return &read
}
