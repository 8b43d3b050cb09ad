package sidecar

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
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
	d := &n.d
	switch name := string(s.Name); name {
	case "title", "name":
		n.title = clean(s.Inner())
	case "showtitle":
		n.showTitle = clean(s.Inner())
	case "sorttitle":
		d.SortTitle = clean(s.Inner())
	case "season":
		n.season = nfoNumber(s.Inner())
	case "episode":
		n.episode = nfoNumber(s.Inner())
	case "episodenumberend":
		n.lastEpisode = nfoNumber(s.Inner())
	case "year":
		if y := nfoNumber(s.Inner()); y != nil && *y >= 1800 && *y < 3000 {
			n.year = *y
		}
	case "premiered", "aired", "releasedate", "release", "dateadded":
		if text := s.Inner(); name != "dateadded" && (d.Date == "" || len(d.Date) < len("2006-01-02")) {
			setDate(d, text)
		}
	case "plot", "review":
		d.Plot = first(clean(s.Inner()), d.Plot)
	case "outline":
		d.Plot = first(d.Plot, clean(s.Inner()))
	case "genre":
		for _, g := range list(s.Inner(), "/|") {
			if !slices.Contains(d.Genres, g) && len(d.Genres) < 100 {
				d.Genres = append(d.Genres, g)
			}
		}
	case "set":
		d.Set = first(nfoSet(s), d.Set)
	case "studio", "label":
		d.Publisher = first(d.Publisher, clean(s.Inner()))
	case "edition":
		if e := clean(s.Inner()); !strings.EqualFold(e, "none") {
			d.Edition = e
		}
	case "compilation":
		d.Compilation = strings.EqualFold(s.Inner(), "true")
	default:
		n.musicOrID(s, name)
	}
}

func (n *nfoReader) musicOrID(s *xmlscan.Scanner, name string) {
	d := &n.d
	switch name {
	case "artist":
		if a := clean(s.Inner()); a != "" && !slices.Contains(n.artists, a) && len(n.artists) < 100 {
			n.artists = append(n.artists, a)
		}
	case "albumartist", "artistdesc":
		n.albumArtist = clean(s.Inner())
	case "album":
		d.Album = clean(s.Inner())
	case "track":
		if t := nfoNumber(s.Inner()); t != nil {
			d.Track = *t
		}
	case "uniqueid":
		kind := strings.ToLower(s.Attr("type"))
		setID(d, kind, s.Inner())
	case "imdbid", "imdb_id", "imdbnumber":
		n.id("imdb", s.Inner())
	case "id":
		if v := clean(s.Inner()); imdbID.FindString(v) == v && v != "" {
			n.id("imdb", v)
		}
	case "tmdbid", "tvdbid":
		n.id(strings.TrimSuffix(name, "id"), s.Inner())
	case "musicbrainzalbumid", "musicBrainzAlbumID":
		n.id("musicbrainz_album", s.Inner())
	case "musicbrainzreleasegroupid", "musicBrainzReleaseGroupID":
		n.id("musicbrainz_releasegroup", s.Inner())
	case "musicbrainzartistid", "musicBrainzArtistID":
		n.id("musicbrainz_artist", s.Inner())
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
	var name, text string
	for depth := s.Depth; s.Next(); {
		switch {
		case s.Kind == xmlscan.End && s.Depth <= depth:
			return first(name, clean(text))
		case s.Kind == xmlscan.Start && string(s.Name) == "name":
			name = clean(s.Inner())
		case s.Kind == xmlscan.Start:
			s.Skip()
		case s.Kind == xmlscan.Text && len(text) < xmlscan.MaxText:
			text += s.Text()
		}
	}
	return first(name, clean(text))
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
		d.AlbumArtist = first(n.albumArtist, strings.Join(n.artists, "; "))
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
	text, _ := charset.Decode(data, "windows-1252")
	if doc.Form != Link {
		s := string(text)
		text = text[strings.LastIndexByte(s, '>')+1:]
	}
	for _, l := range nfoLinks {
		if m := l.link.FindSubmatch(text); m != nil && doc.Description.IDs[l.id] == "" {
			setID(&doc.Description, l.id, string(m[1]))
		}
	}
	if doc.Form == Link && doc.Description.IDs["imdb"] == "" {
		setID(&doc.Description, "imdb", string(imdbID.Find(text)))
	}
}
