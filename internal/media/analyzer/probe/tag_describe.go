package probe

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/language"
)

// describe brings the fields to the description of r. What stands there already stays: the caller says
// what it knows better before. It makes the file an audiobook where the tags say that it is one.
func (t *tagSet) describe(r *Result) {
	if !t.any {
		return
	}
	d := &r.Description
	setText(&d.Title, t.first(tagTitle))
	setText(&d.SortTitle, t.first(tagTitleSort))
	setText(&d.Album, t.first(tagAlbum))
	setText(&d.AlbumSort, t.first(tagAlbumSort))
	setText(&d.AlbumArtist, t.joined(tagAlbumArtist))
	setText(&d.AlbumArtistSort, t.joined(tagAlbumArtistSort))
	setText(&d.ArtistSort, t.joined(tagArtistSort))
	setText(&d.Composer, t.joined(tagComposer))
	setText(&d.Grouping, t.joined(tagGrouping))
	setText(&d.AlbumVersion, t.first(tagAlbumVersion))
	setText(&d.Publisher, t.first(tagPublisher))
	setText(&d.Plot, t.first(tagPlot, tagSynopsis))
	if len(d.Languages) == 0 {
		d.Languages = language.Tags(t.values[tagLanguage])
	}
	t.describeArtists(d)
	t.describeNumbers(d)
	t.describeDates(d)
	t.describeGenres(d)
	t.describeEpisode(d)
	t.describeIDs(d)
	t.describeAudiobook(r)
	if d.Media != nil {
		d.Media.Lyrics = d.Media.Lyrics || t.has(tagLyrics)
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
func (t *tagSet) describeArtists(d *media.Description) {
	credit := t.values[tagArtist]
	for _, f := range []tagField{tagArtists, tagPerformer, tagAuthor} {
		if len(credit) == 0 {
			credit = t.values[f]
		}
	}
	one := t.values[tagArtists]
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

func (t *tagSet) describeNumbers(d *media.Description) {
	n, total := numberPair(t.first(tagTrack))
	setNumber(&d.Track, n)
	if stated, ok := numberOf(t.first(tagTrackTotal)); ok && total == 0 {
		total = stated
	}
	setNumber(&d.TrackTotal, total)
	n, total = numberPair(t.first(tagDisc))
	setNumber(&d.Disc, n)
	if stated, ok := numberOf(t.first(tagDiscTotal)); ok && total == 0 {
		total = stated
	}
	setNumber(&d.DiscTotal, total)
	d.Compilation = d.Compilation || truth(t.first(tagCompilation))
}

// describeDates takes the most exact date of this release; the original release's stands in for it
// only where there is none.
func (t *tagSet) describeDates(d *media.Description) {
	var best string
	for _, f := range []tagField{tagDate, tagYear, tagReleaseDate} {
		for _, v := range t.values[f] {
			date := dateOf(v)
			if best == "" || len(date) > len(best) && strings.HasPrefix(date, best) {
				best = date
			}
		}
	}
	if ddmm := t.first(tagDayMonth); len(best) == 4 && len(ddmm) == 4 {
		day, err1 := strconv.Atoi(ddmm[:2])
		month, err2 := strconv.Atoi(ddmm[2:])
		if err1 == nil && err2 == nil && day > 0 && day < 32 {
			best = dateString(best, month, day)
		}
	}
	original := dateOf(t.first(tagOriginalDate))
	setText(&d.OriginalDate, original)
	if best == "" {
		best = original
	}
	setText(&d.Date, best)
	setNumber(&d.Year, yearOf(d.Date))
}

func (t *tagSet) describeGenres(d *media.Description) {
	if len(d.Genres) > 0 {
		return
	}
	for _, v := range t.values[tagGenre] {
		for _, g := range genresOf(v) {
			if !slices.Contains(d.Genres, g) {
				d.Genres = append(d.Genres, g)
			}
		}
	}
}

// describeEpisode is for what TV tags say. A season of 0 is the specials.
func (t *tagSet) describeEpisode(d *media.Description) {
	setText(&d.Series, t.first(tagShow, tagSeries))
	if d.SeriesIndex == nil {
		d.SeriesIndex = tagSeriesPlace(t.first(tagSeriesIndex))
	}
	if n, ok := numberOf(t.first(tagSeason)); ok && d.Season == nil && t.has(tagEpisode) {
		d.Season = &n
	}
	if n, ok := numberOf(t.first(tagEpisode)); ok && len(d.Episodes) == 0 {
		d.Episodes = []int{n}
	}
	if t.has(tagShow) && t.has(tagEpisode) { // then the title is not the show's
		setText(&d.EpisodeTitle, t.first(tagTitle))
	}
}

func tagSeriesPlace(s string) *float64 {
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > 1e6 {
		return nil
	}
	return &v
}

// tagIDs are the fields that identify at outside databases, by the names of media.Description.IDs.
var tagIDs = []struct {
	field tagField
	name  string
}{
	{tagMBRecording, "musicbrainz_track"}, {tagMBTrack, "musicbrainz_releasetrack"}, {tagMBAlbum, "musicbrainz_album"},
	{tagMBArtist, "musicbrainz_artist"}, {tagMBAlbumArtist, "musicbrainz_albumartist"},
	{tagMBReleaseGroup, "musicbrainz_releasegroup"}, {tagMBWork, "musicbrainz_work"}, {tagMBDisc, "musicbrainz_disc"},
	{tagAcoustID, "acoustid"}, {tagISRC, "isrc"}, {tagBarcode, "barcode"}, {tagCatalogNumber, "catalog_number"},
	{tagASIN, "asin"}, {tagISBN, "isbn"}, {tagIMDb, "imdb"}, {tagTMDb, "tmdb"}, {tagTVDb, "tvdb"}, {tagDiscogsRelease, "discogs_release"},
}

// describeIDs keeps the ids; several of one kind (a track of two artists) are joined as the artists are.
func (t *tagSet) describeIDs(d *media.Description) {
	for _, id := range tagIDs {
		if !t.has(id.field) || d.IDs[id.name] != "" {
			continue
		}
		if d.IDs == nil {
			d.IDs = make(map[string]string, 4)
		}
		d.IDs[id.name] = t.joined(id.field)
	}
}

func (t *tagSet) describeGain(m *media.Media) {
	var g media.Gain
	found := false
	read := func(to *float64, f tagField, parse func(string) (float64, bool)) {
		if v, ok := parse(t.first(f)); ok && *to == 0 {
			*to, found = v, true
		}
	}
	read(&g.Track, tagTrackGain, decibels)
	read(&g.TrackPeak, tagTrackPeak, decibels)
	read(&g.Album, tagAlbumGain, decibels)
	read(&g.AlbumPeak, tagAlbumPeak, decibels)
	read(&g.Track, tagR128Track, q78Decibels)
	read(&g.Album, tagR128Album, q78Decibels)
	if found {
		m.ReplayGain = &g
	}
}

// describeAudiobook makes an audiobook of music tags that say so by genre or media kind. The field has
// no tag for its people: by common use the artist is the author, and the composer reads, where no
// narrator is named; series and place in it stand in the movement where they have no field.
func (t *tagSet) describeAudiobook(r *Result) {
	d := &r.Description
	audio := r.Kind == media.KindTrack || r.Kind == media.KindAudio || r.Kind == media.KindAudiobook
	if audio && r.Kind != media.KindAudiobook && (t.first(tagMediaKind) == "2" || slices.ContainsFunc(d.Genres, audiobookGenre)) {
		r.Kind = media.KindAudiobook
	}
	setText(&d.Narrator, t.joined(tagNarrator))
	if len(d.Authors) == 0 {
		d.Authors = splitNames(t.values[tagAuthor])
	}
	if r.Kind != media.KindAudiobook {
		return
	}
	setText(&d.Narrator, d.Composer)
	for _, names := range [][]string{t.values[tagAlbumArtist], d.Artists} {
		if len(d.Authors) == 0 {
			d.Authors = splitNames(names)
		}
	}
	setText(&d.Series, t.first(tagMovement))
	if p := tagSeriesPlace(t.first(tagMovementNumber)); d.SeriesIndex == nil && p != nil && *p != 0 { // programs write 0 for none
		d.SeriesIndex = p
	}
}

func audiobookGenre(g string) bool {
	switch strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(g)) {
	case "audiobook", "audiobooks", "hörbuch", "hörbücher", "livreaudio", "audiolibro", "audiolibri", "luisterboek", "spokenword&audiobooks":
		return true
	}
	return false
}
