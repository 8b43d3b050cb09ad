package probe

import (
	"bytes"
	"strconv"
)

const id3v1Size = 128

// parseID3v1 reads the tag of fixed fields at a file's end; b begins with "TAG". A track stands in the
// comment's last byte behind a NUL (ID3v1.1).
func parseID3v1(b []byte) *tagSet {
	if len(b) < id3v1Size || string(b[:3]) != "TAG" {
		return nil
	}
	var t tagSet
	var legacy legacyText
	field := func(f tagField, from, to int) {
		v, _, _ := bytes.Cut(b[from:to], []byte{0})
		legacy.add(&t, f, bytes.TrimSpace(v))
	}
	field(tagTitle, 3, 33)
	field(tagArtist, 33, 63)
	field(tagAlbum, 63, 93)
	field(tagYear, 93, 97)
	legacy.flush()
	if b[125] == 0 && b[126] != 0 {
		t.add(tagTrack, strconv.Itoa(int(b[126])))
	}
	t.add(tagGenre, genreByNumber(int(b[127])))
	return &t
}
