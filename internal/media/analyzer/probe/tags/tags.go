// Package tags reads the tags that many formats of sound share, and makes a description of tags.
package tags

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// Field is a field of the vocabulary that all tag formats are brought to.
type Field uint8

// The vocabulary. Numbers ("3/12"), dates and genres are kept as written and understood by describe.
const (
	None Field = iota
	Title
	TitleSort
	Artist    // as credited, or one value an artist
	Artists   // one value an artist, beside a credit in tagArtist
	performer // who played; the artist where none is named
	ArtistSort
	AlbumArtist
	AlbumArtistSort
	Album
	AlbumSort
	Track
	TrackTotal
	Disc
	discTotal
	compilation
	composer
	Genre
	grouping
	albumVersion // what tells two albums of one title apart
	Date         // of this release
	releaseDate
	Year
	dayMonth // DDMM, ID3v2.3
	originalDate
	publisher
	narrator
	author
	Plot
	synopsis
	lyrics // presence only
	Language
	series
	seriesIndex
	movement // a movement's name; audiobooks keep their series there
	movementNumber
	Show
	Season
	Episode
	episodeID
	mediaKind // iTunes "stik"
	trackGain
	trackPeak
	albumGain
	albumPeak
	r128Track // RFC 7845, 5.2.1
	r128Album
	mbRecording
	mbTrack
	mbAlbum
	mbArtist
	mbAlbumArtist
	mbReleaseGroup
	mbWork
	mbDisc
	acoustID
	isrc
	barcode
	catalogNumber
	asin
	isbn
	imDb
	tmDb
	tvDb
	discogsRelease
	numTagFields
)

// Limits of what is kept of tags: beyond them a value is cut and further values are left out.
const (
	MaxValue  = 8 << 10 // bytes
	MaxValues = 64      // of one field
)

// Set gathers the fields of one tag in the order in which they stand. The zero value is empty.
type Set struct {
	values [numTagFields][]string
	Any    bool
}

// Add takes one value of a field. Values that a format separates by NUL are taken one by one; empty
// and repeated ones are left out.
func (t *Set) Add(f Field, value string) {
	if f == None || f >= numTagFields {
		return
	}
	for value != "" && len(t.values[f]) < MaxValues {
		one, rest, _ := strings.Cut(value, "\x00")
		value = rest
		if len(one) > MaxValue {
			one = strings.ToValidUTF8(one[:MaxValue], "")
		}
		if one = text.Clean(one); one == "" {
			continue
		}
		if f == lyrics {
			one = "1"
		}
		if !slices.Contains(t.values[f], one) {
			t.values[f] = append(t.values[f], one)
			t.Any = true
		}
	}
}

// AddNamed takes a value by a name that people and programs write freely: a Vorbis comment's, an
// APEv2 key, the description of a TXXX frame, an ASF attribute ("WM/AlbumTitle"), a Matroska tag, an
// iTunes "----" name. Names nobody has agreed on are passed over.
func (t *Set) AddNamed(name, value string) { t.Add(FieldOf(name), value) }

// Fill takes from a tag of lower rank the fields that this one lacks; nil is one that says nothing.
func (t *Set) Fill(lower *Set) {
	if lower == nil || !lower.Any {
		return
	}
	t.Any = true
	for f := range lower.values {
		if len(t.values[f]) == 0 {
			t.values[f] = lower.values[f]
		}
	}
}

// Append adds the values of another set behind those of this one.
func (t *Set) Append(more *Set) {
	for f := range more.values {
		for _, v := range more.values[f] {
			t.Add(Field(f), v)
		}
	}
}

// has reports whether the field has a value.
func (t *Set) has(f Field) bool { return len(t.values[f]) > 0 }

// First returns the first value of the first of the fields that has one, or "".
func (t *Set) First(fields ...Field) string {
	for _, f := range fields {
		if len(t.values[f]) > 0 {
			return t.values[f][0]
		}
	}
	return ""
}

// joined returns all values of a field as they are shown: "A; B".
func (t *Set) joined(f Field) string { return strings.Join(t.values[f], "; ") }

// FieldOf returns the field of a free name: case, spaces and punctuation do not count, nor does
// the "WM/" that Windows Media puts in front.
func FieldOf(name string) Field {
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
			return None
		default:
			continue
		}
		if n == len(buf) {
			return None
		}
		buf[n] = c
		n++
	}
	return names[string(buf[:n])]
}
