package tags

import (
	"bytes"
	"strconv"
)

// ID3v1Size is the size of a tag, which stands at the end of a file.
const ID3v1Size = 128

// parseID3v1 reads the tag of fixed fields at a file's end; b begins with "TAG". A track stands in the
// comment's last byte behind a NUL (ID3v1.1).
func parseID3v1(b []byte) *Set {
	if len(b) < ID3v1Size || string(b[:3]) != "TAG" {
		return nil
	}
	var t Set
	var legacy LegacyText
	field := func(f Field, from, to int) {
		v, _, _ := bytes.Cut(b[from:to], []byte{0})
		legacy.Add(&t, f, bytes.TrimSpace(v))
	}
	field(Title, 3, 33)
	field(Artist, 33, 63)
	field(Album, 63, 93)
	field(Year, 93, 97)
	legacy.Flush()
	if b[125] == 0 && b[126] != 0 {
		t.Add(Track, strconv.Itoa(int(b[126])))
	}
	t.Add(Genre, GenreByNumber(int(b[127])))
	return &t
}
