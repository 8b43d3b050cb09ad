package probe

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// tagField is a field of the vocabulary that all tag formats are brought to.
type tagField uint8

// The vocabulary. Numbers ("3/12"), dates and genres are kept as written and understood by describe.
const (
	tagNone tagField = iota
	tagTitle
	tagTitleSort
	tagArtist    // as credited, or one value an artist
	tagArtists   // one value an artist, beside a credit in tagArtist
	tagPerformer // who played; the artist where none is named
	tagArtistSort
	tagAlbumArtist
	tagAlbumArtistSort
	tagAlbum
	tagAlbumSort
	tagTrack
	tagTrackTotal
	tagDisc
	tagDiscTotal
	tagCompilation
	tagComposer
	tagGenre
	tagGrouping
	tagAlbumVersion // what tells two albums of one title apart
	tagDate         // of this release
	tagReleaseDate
	tagYear
	tagDayMonth // DDMM, ID3v2.3
	tagOriginalDate
	tagPublisher
	tagNarrator
	tagAuthor
	tagPlot
	tagSynopsis
	tagLyrics // presence only
	tagLanguage
	tagSeries
	tagSeriesIndex
	tagMovement // a movement's name; audiobooks keep their series there
	tagMovementNumber
	tagShow
	tagSeason
	tagEpisode
	tagEpisodeID
	tagMediaKind // iTunes "stik"
	tagTrackGain
	tagTrackPeak
	tagAlbumGain
	tagAlbumPeak
	tagR128Track // RFC 7845, 5.2.1
	tagR128Album
	tagMBRecording
	tagMBTrack
	tagMBAlbum
	tagMBArtist
	tagMBAlbumArtist
	tagMBReleaseGroup
	tagMBWork
	tagMBDisc
	tagAcoustID
	tagISRC
	tagBarcode
	tagCatalogNumber
	tagASIN
	tagISBN
	tagIMDb
	tagTMDb
	tagTVDb
	tagDiscogsRelease
	numTagFields
)

// Limits of what is kept of tags: beyond them a value is cut and further values are left out.
const (
	maxTagValue  = 8 << 10 // bytes
	maxTagValues = 64      // of one field
)

// tagSet gathers the fields of one tag in the order in which they stand. The zero value is empty.
type tagSet struct {
	values [numTagFields][]string
	any    bool
}

// add takes one value of a field. Values that a format separates by NUL are taken one by one; empty
// and repeated ones are left out.
func (t *tagSet) add(f tagField, value string) {
	if f == tagNone || f >= numTagFields {
		return
	}
	for value != "" && len(t.values[f]) < maxTagValues {
		one, rest, _ := strings.Cut(value, "\x00")
		value = rest
		if len(one) > maxTagValue {
			one = strings.ToValidUTF8(one[:maxTagValue], "")
		}
		if one = cleanText(one); one == "" {
			continue
		}
		if f == tagLyrics {
			one = "1"
		}
		if !slices.Contains(t.values[f], one) {
			t.values[f] = append(t.values[f], one)
			t.any = true
		}
	}
}

// addNamed takes a value by a name that people and programs write freely: a Vorbis comment's, an
// APEv2 key, the description of a TXXX frame, an ASF attribute ("WM/AlbumTitle"), a Matroska tag, an
// iTunes "----" name. Names nobody has agreed on are passed over.
func (t *tagSet) addNamed(name, value string) { t.add(tagFieldOf(name), value) }

// fill takes from a tag of lower rank the fields that this one lacks.
func (t *tagSet) fill(lower *tagSet) {
	if !lower.any {
		return
	}
	t.any = true
	for f := range lower.values {
		if len(t.values[f]) == 0 {
			t.values[f] = lower.values[f]
		}
	}
}

// append adds the values of another set behind those of this one.
func (t *tagSet) append(more *tagSet) {
	for f := range more.values {
		for _, v := range more.values[f] {
			t.add(tagField(f), v)
		}
	}
}

// has reports whether the field has a value.
func (t *tagSet) has(f tagField) bool { return len(t.values[f]) > 0 }

// first returns the first value of the first of the fields that has one, or "".
func (t *tagSet) first(fields ...tagField) string {
	for _, f := range fields {
		if len(t.values[f]) > 0 {
			return t.values[f][0]
		}
	}
	return ""
}

// joined returns all values of a field as they are shown: "A; B".
func (t *tagSet) joined(f tagField) string { return strings.Join(t.values[f], "; ") }

// tagFieldOf returns the field of a free name: case, spaces and punctuation do not count, nor does
// the "WM/" that Windows Media puts in front.
func tagFieldOf(name string) tagField {
	var buf [40]byte
	n := 0
	if len(name) > 3 && strings.EqualFold(name[:3], "WM/") {
		name = name[3:]
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c >= utf8.RuneSelf:
			return tagNone
		default:
			continue
		}
		if n == len(buf) {
			return tagNone
		}
		buf[n] = c
		n++
	}
	return tagNames[string(buf[:n])]
}
