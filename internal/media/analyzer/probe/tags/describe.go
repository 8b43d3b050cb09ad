package tags

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/language"
)

// Describe brings the fields to the description of r. What stands there already stays: the caller says
// what it knows better before. It makes the file an audiobook where the tags say that it is one.
func (t *Set) Describe(r *format.Result) {
	if !t.Any {
		return
	}
	d := &r.Description
	setText(&d.Title, t.First(Title))
	setText(&d.SortTitle, t.First(TitleSort))
	setText(&d.Album, t.First(Album))
	setText(&d.AlbumSort, t.First(AlbumSort))
	setText(&d.AlbumArtist, t.joined(AlbumArtist))
	setText(&d.AlbumArtistSort, t.joined(AlbumArtistSort))
	setText(&d.ArtistSort, t.joined(ArtistSort))
	setText(&d.Composer, t.joined(composer))
	setText(&d.Grouping, t.joined(grouping))
	setText(&d.AlbumVersion, t.First(albumVersion))
	setText(&d.Publisher, t.First(publisher))
	setText(&d.Plot, t.First(Plot, synopsis))
	if len(d.Languages) == 0 {
		d.Languages = language.Tags(t.values[Language])
	}
	t.describeArtists(d)
	t.describeNumbers(d)
	t.describeDates(d)
	t.describeGenres(d)
	t.describeEpisode(d)
	t.describeIDs(d)
	t.describeAudiobook(r)
	if d.Media != nil {
		d.Media.Lyrics = d.Media.Lyrics || t.has(lyrics)
		t.describeGain(d.Media)
	}
}

func setText(to *string, s string) {
	if *to == "" {
		*to = s
	}
}

func setNumber(to *int, n int) {
	if *to == 0 {
		*to = n
	}
}

// describeArtists keeps the credit as it is written and the artists one by one. Several values of the
// credit are the artists; a single one is taken apart only at ";" (names hold "/", "&" and ",").
func (t *Set) describeArtists(d *media.Description) {
	credit := t.values[Artist]
	for _, f := range []Field{Artists, performer, author} {
		if len(credit) == 0 {
			credit = t.values[f]
		}
	}
	one := t.values[Artists]
	if len(one) == 0 {
		one = credit
	}
	if d.Artist == "" {
		d.Artist = strings.Join(credit, "; ")
	}
	if len(d.Artists) == 0 {
		d.Artists = splitNames(one)
	}
}

func splitNames(values []string) []string {
	var out []string
	for _, v := range values {
		for name := range strings.SplitSeq(v, ";") {
			if name = strings.TrimSpace(name); name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

func (t *Set) describeNumbers(d *media.Description) {
	n, total := numberPair(t.First(Track))
	setNumber(&d.Track, n)
	if stated, ok := NumberOf(t.First(TrackTotal)); ok && total == 0 {
		total = stated
	}
	setNumber(&d.TrackTotal, total)
	n, total = numberPair(t.First(Disc))
	setNumber(&d.Disc, n)
	if stated, ok := NumberOf(t.First(discTotal)); ok && total == 0 {
		total = stated
	}
	setNumber(&d.DiscTotal, total)
	d.Compilation = d.Compilation || truth(t.First(compilation))
}

// describeDates takes the most exact date of this release; the original release's stands in for it
// only where there is none.
func (t *Set) describeDates(d *media.Description) {
	var best string
	for _, f := range []Field{Date, Year, releaseDate} {
		for _, v := range t.values[f] {
			date := dateOf(v)
			if best == "" || len(date) > len(best) && strings.HasPrefix(date, best) {
				best = date
			}
		}
	}
	if ddmm := t.First(dayMonth); len(best) == 4 && len(ddmm) == 4 {
		day, err1 := strconv.Atoi(ddmm[:2])
		month, err2 := strconv.Atoi(ddmm[2:])
		if err1 == nil && err2 == nil && day > 0 && day < 32 {
			best = dateString(best, month, day)
		}
	}
	original := dateOf(t.First(originalDate))
	setText(&d.OriginalDate, original)
	if best == "" {
		best = original
	}
	setText(&d.Date, best)
	setNumber(&d.Year, yearOf(d.Date))
}

func (t *Set) describeGenres(d *media.Description) {
	if len(d.Genres) > 0 {
		return
	}
	for _, v := range t.values[Genre] {
		for _, g := range genresOf(v) {
			if !slices.Contains(d.Genres, g) {
				d.Genres = append(d.Genres, g)
			}
		}
	}
}

// describeEpisode is for what TV tags say. A season of 0 is the specials.
func (t *Set) describeEpisode(d *media.Description) {
	setText(&d.Series, t.First(Show, series))
	if d.SeriesIndex == nil {
		d.SeriesIndex = seriesPlace(t.First(seriesIndex))
	}
	if n, ok := NumberOf(t.First(Season)); ok && d.Season == nil && t.has(Episode) {
		d.Season = &n
	}
	if n, ok := NumberOf(t.First(Episode)); ok && len(d.Episodes) == 0 {
		d.Episodes = []int{n}
	}
	if t.has(Show) && t.has(Episode) { // then the title is not the show's
		setText(&d.EpisodeTitle, t.First(Title))
	}
}

func seriesPlace(s string) *float64 {
	if s == "" { // of nearly all
		return nil
	}
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > 1e6 {
		return nil
	}
	return &v
}

// iDs are the fields that identify at outside databases, by the names of media.Description.IDs.
var iDs = []struct {
	field Field
	name  string
}{
	{mbRecording, "musicbrainz_track"}, {mbTrack, "musicbrainz_releasetrack"}, {mbAlbum, "musicbrainz_album"},
	{mbArtist, "musicbrainz_artist"}, {mbAlbumArtist, "musicbrainz_albumartist"},
	{mbReleaseGroup, "musicbrainz_releasegroup"}, {mbWork, "musicbrainz_work"}, {mbDisc, "musicbrainz_disc"},
	{acoustID, "acoustid"}, {isrc, "isrc"}, {barcode, "barcode"}, {catalogNumber, "catalog_number"},
	{asin, "asin"}, {isbn, "isbn"}, {imDb, "imdb"}, {tmDb, "tmdb"}, {tvDb, "tvdb"}, {discogsRelease, "discogs_release"},
}

// describeIDs keeps the ids; several of one kind (a track of two artists) are joined as the artists are.
func (t *Set) describeIDs(d *media.Description) {
	for _, id := range iDs {
		if !t.has(id.field) || d.IDs[id.name] != "" {
			continue
		}
		if d.IDs == nil {
			d.IDs = make(map[string]string, 4)
		}
		d.IDs[id.name] = t.joined(id.field)
	}
}

func (t *Set) describeGain(m *media.Media) {
	var g media.Gain
	found := false
	read := func(to *float64, f Field, parse func(string) (float64, bool)) {
		if v, ok := parse(t.First(f)); ok && *to == 0 {
			*to, found = v, true
		}
	}
	read(&g.Track, trackGain, decibels)
	read(&g.TrackPeak, trackPeak, decibels)
	read(&g.Album, albumGain, decibels)
	read(&g.AlbumPeak, albumPeak, decibels)
	read(&g.Track, r128Track, q78Decibels)
	read(&g.Album, r128Album, q78Decibels)
	if found && g != (media.Gain{}) {
		m.ReplayGain = &g
	}
}

// describeAudiobook makes an audiobook of music tags that say so by genre or media kind. The field has
// no tag for its people: by common use the artist is the author, and the composer reads, where no
// narrator is named; series and place in it stand in the movement where they have no field.
func (t *Set) describeAudiobook(r *format.Result) {
	d := &r.Description
	audio := r.Kind == media.KindTrack || r.Kind == media.KindAudio || r.Kind == media.KindAudiobook
	if audio && r.Kind != media.KindAudiobook && (t.First(mediaKind) == "2" || slices.ContainsFunc(d.Genres, audiobookGenre)) {
		r.Kind = media.KindAudiobook
	}
	setText(&d.Narrator, t.joined(narrator))
	if len(d.Authors) == 0 {
		d.Authors = splitNames(t.values[author])
	}
	if r.Kind != media.KindAudiobook {
		return
	}
	setText(&d.Narrator, d.Composer)
	for _, names := range [][]string{t.values[AlbumArtist], d.Artists} {
		if len(d.Authors) == 0 {
			d.Authors = splitNames(names)
		}
	}
	setText(&d.Series, t.First(movement))
	if p := seriesPlace(t.First(movementNumber)); d.SeriesIndex == nil && p != nil && *p != 0 { // programs write 0 for none
		d.SeriesIndex = p
	}
}

var unspaced = strings.NewReplacer(" ", "", "-", "")

func audiobookGenre(g string) bool {
	switch strings.ToLower(unspaced.Replace(g)) {
	case "audiobook", "audiobooks", "hörbuch", "hörbücher", "livreaudio", "audiolibro", "audiolibri", "luisterboek", "spokenword&audiobooks":
		return true
	}
	return false
}
