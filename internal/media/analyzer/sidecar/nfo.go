package sidecar

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/xmlscan"
)

// NFO reads Kodi's NFO files: XML, links to a database, or XML with links after it. Several
// episodedetails in one file describe a file of several episodes. Errors wrap ErrUnknown.
func NFO(data []byte) (Document, error) {
	var doc Document
	s := xmlscan.New(data)
	for s.Next() {
		if s.Kind != xmlscan.Start || s.Depth != 1 {
			continue
		}
		form := Form(s.Name)
		switch form {
		case Movie, Show, Episode, MusicVideo, Album, Artist:
		default:
			s.Skip()
			continue
		}
		if doc.Form != "" && form != Episode {
			break // one root describes the file
		}
		var n nfoReader
		n.read(s)
		d := n.done(form)
		if doc.Form == "" {
			doc = Document{form, d}
			continue
		}
		joinEpisodes(&doc.Description, d)
	}
	if doc.Form == "" {
		doc.Form = Link
	}
	links(&doc, data)
	if doc.Form == Link && len(doc.Description.IDs) == 0 {
		return Document{}, fmt.Errorf("%w: neither elements nor links", ErrUnknown)
	}
	return doc, nil
}

func joinEpisodes(d *media.Description, next media.Description) {
	for _, e := range next.Episodes {
		if !slices.Contains(d.Episodes, e) && len(d.Episodes) < 100 {
			d.Episodes = append(d.Episodes, e)
		}
	}
	if next.EpisodeTitle != "" && next.EpisodeTitle != d.EpisodeTitle {
		d.EpisodeTitle = strings.Trim(d.EpisodeTitle+" / "+next.EpisodeTitle, " /")
	}
}

type nfoReader struct {
	d                media.Description
	title, showTitle string
	season, episode  *int
	lastEpisode      *int // of a file of several, as Emby and Jellyfin write it
	year             int
	artists          []string
	albumArtist      string
}

// read takes the children of a root element.
func (n *nfoReader) read(s *xmlscan.Scanner) {
	for depth := s.Depth; s.Next(); {
		if s.Kind == xmlscan.End && s.Depth <= depth {
			return
		}
		if s.Kind == xmlscan.Start {
			n.element(s)
		}
	}
}

func (n *nfoReader) element(s *xmlscan.Scanner) {
	name := string(s.Name)
	if field := n.field(name); field != nil {
		*field = text.Printable(s.Inner())
	} else if number := n.number(name); number != nil {
		*number = nfoNumber(s.Inner())
	} else if kind, ok := nfoIDs[name]; ok {
		n.id(kind, s.Inner())
	} else {
		n.other(s, name)
	}
}

// field is where the text of an element belongs that says one thing, whatever was said before.
func (n *nfoReader) field(name string) *string {
	switch name {
	case "title", "name":
		return &n.title
	case "showtitle":
		return &n.showTitle
	case "sorttitle":
		return &n.d.SortTitle
	case "album":
		return &n.d.Album
	case "albumartist", "artistdesc":
		return &n.albumArtist
	}
	return nil
}

func (n *nfoReader) number(name string) **int {
	switch name {
	case "season":
		return &n.season
	case "episode":
		return &n.episode
	case "episodenumberend":
		return &n.lastEpisode
	}
	return nil
}

// nfoIDs are the elements that hold an identifier, but for uniqueid, which names its kind.
var nfoIDs = map[string]string{
	"imdbid": "imdb", "imdb_id": "imdb", "imdbnumber": "imdb", "tmdbid": "tmdb", "tvdbid": "tvdb",
	"musicbrainzalbumid": "musicbrainz_album", "musicBrainzAlbumID": "musicbrainz_album",
	"musicbrainzreleasegroupid": "musicbrainz_releasegroup", "musicBrainzReleaseGroupID": "musicbrainz_releasegroup",
	"musicbrainzartistid": "musicbrainz_artist", "musicBrainzArtistID": "musicbrainz_artist",
}

// other takes an element that ranks with others, or holds more than a text.
func (n *nfoReader) other(s *xmlscan.Scanner, name string) {
	d := &n.d
	switch name {
	case "year":
		if y := nfoNumber(s.Inner()); y != nil && *y >= 1800 && *y < 3000 {
			n.year = *y
		}
	case "premiered", "aired", "releasedate", "release":
		if date := s.Inner(); len(d.Date) < len("2006-01-02") {
			setDate(d, date)
		}
	case "plot", "review":
		d.Plot = cmp.Or(text.Printable(s.Inner()), d.Plot)
	case "outline":
		d.Plot = cmp.Or(d.Plot, text.Printable(s.Inner()))
	case "genre":
		for _, g := range list(s.Inner(), "/|") {
			d.Genres = withOnce(d.Genres, g)
		}
	case "set":
		d.Set = cmp.Or(nfoSet(s), d.Set)
	case "studio", "label":
		d.Publisher = cmp.Or(d.Publisher, text.Printable(s.Inner()))
	case "edition":
		if e := text.Printable(s.Inner()); !strings.EqualFold(e, "none") {
			d.Edition = e
		}
	case "compilation":
		d.Compilation = strings.EqualFold(s.Inner(), "true")
	default:
		n.rest(s, name)
	}
}

func (n *nfoReader) rest(s *xmlscan.Scanner, name string) {
	d := &n.d
	switch name {
	case "artist":
		n.artists = withOnce(n.artists, text.Printable(s.Inner()))
	case "track":
		if t := nfoNumber(s.Inner()); t != nil {
			d.Track = *t
		}
	case "uniqueid":
		kind := strings.ToLower(s.Attr("type"))
		setID(d, kind, s.Inner())
	case "id":
		if v := text.Printable(s.Inner()); imdbID.FindString(v) == v {
			n.id("imdb", v)
		}
	case "albumArtistCredits", "ratings", "actor", "fileinfo", "fanart", "thumb", "art", "trailer", "streamdetails":
		s.Skip()
	}
}

// id sets an identifier that no uniqueid has set.
func (n *nfoReader) id(name, value string) {
	if n.d.IDs[name] == "" {
		setID(&n.d, name, value)
	}
}

// nfoSet reads the name of a set of films: in an element of its own since Kodi 17, alone before.
func nfoSet(s *xmlscan.Scanner) string {
	var name, bare string
	for depth := s.Depth; s.Next(); {
		switch {
		case s.Kind == xmlscan.End && s.Depth <= depth:
			return cmp.Or(name, text.Printable(bare))
		case s.Kind == xmlscan.Start && string(s.Name) == "name":
			name = text.Printable(s.Inner())
		case s.Kind == xmlscan.Start:
			s.Skip()
		case s.Kind == xmlscan.Text && len(bare) < xmlscan.MaxText:
			bare += s.Text()
		}
	}
	return cmp.Or(name, text.Printable(bare))
}

func nfoNumber(s string) *int {
	v, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || v < 0 || v > 1e6 {
		return nil
	}
	return &v
}

// episodes are the numbers from the first episode of the file to its last.
func (n *nfoReader) episodes() []int {
	if n.episode == nil {
		return nil
	}
	out := []int{*n.episode}
	if n.lastEpisode != nil && *n.lastEpisode-out[0] < 100 {
		for e := out[0] + 1; e <= *n.lastEpisode; e++ {
			out = append(out, e)
		}
	}
	return out
}

// done puts what was read where the form means it.
func (n *nfoReader) done(form Form) media.Description {
	d := n.d
	if d.Year == 0 || n.year != 0 {
		d.Year = n.year
	}
	if d.Date == "" && d.Year != 0 {
		d.Date = strconv.Itoa(d.Year)
	}
	switch form {
	case Episode:
		d.Series, d.EpisodeTitle, d.Season = n.showTitle, n.title, n.season
		d.Episodes = n.episodes()
	case Album:
		d.Album = n.title
		d.AlbumArtist = cmp.Or(n.albumArtist, strings.Join(n.artists, "; "))
	case Artist:
		d.Artist = n.title
	default:
		d.Title = n.title
		d.Artist = strings.Join(n.artists, "; ")
		if len(n.artists) > 1 {
			d.Artists = n.artists
		}
	}
	return d
}

var (
	imdbID   = regexp.MustCompile(`\btt\d{7,9}\b`)
	nfoLinks = []struct {
		id   string
		link *regexp.Regexp
	}{
		{"imdb", regexp.MustCompile(`imdb\.[a-z.]+/(?:[a-z]+/)?(?:title/|Title\?)(tt\d{7,9})`)},
		{"tmdb", regexp.MustCompile(`themoviedb\.org/(?:movie|tv)/(\d+)`)},
		{"tvdb", regexp.MustCompile(`thetvdb\.com/(?:[^\s"'<>]*[?&](?:series)?id=|series/)(\d+)`)},
		{"musicbrainz_album", regexp.MustCompile(`musicbrainz\.org/release/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`)},
		{"musicbrainz_artist", regexp.MustCompile(`musicbrainz\.org/artist/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`)},
		{"anidb", regexp.MustCompile(`anidb\.net/(?:anime/|a|perl-bin/animedb\.pl\?show=anime&aid=)(\d+)`)},
	}
)

// links takes identifiers from links to databases: of a file without elements all, else those that
// stand after the last of them, as Kodi reads it.
func links(doc *Document, data []byte) {
	decoded, _ := charset.Decode(data, "windows-1252")
	if doc.Form != Link {
		decoded = decoded[bytes.LastIndexByte(decoded, '>')+1:]
	}
	for _, l := range nfoLinks {
		if m := l.link.FindSubmatch(decoded); m != nil && doc.Description.IDs[l.id] == "" {
			setID(&doc.Description, l.id, string(m[1]))
		}
	}
	if doc.Form == Link && doc.Description.IDs["imdb"] == "" {
		setID(&doc.Description, "imdb", string(imdbID.Find(decoded)))
	}
}
