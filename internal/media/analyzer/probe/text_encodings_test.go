package probe

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// encoded is a text in UTF-16 or UTF-32 with its mark.
func encoded(s string, order binary.AppendByteOrder, wide bool) []byte {
	s = "\uFEFF" + s
	var b []byte
	if wide {
		for _, r := range s {
			b = order.AppendUint32(b, uint32(r))
		}
		return b
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func TestTextsAreReadInWhateverUnicodeAndLineEnds(t *testing.T) {
	srt := strings.Repeat("1\n00:00:01,000 --> 00:00:02,000\nWhat would you have done in that house?\n\n", 10)
	ttml := `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xml:lang="fr"><body><p>Oui</p></body></tt>`
	list := "#EXTM3U\n#EXTINF:1,One\none.mp3\n#EXTINF:2,Two\ntwo.mp3\n"
	for name, c := range map[string]struct {
		ext, container string
		data           []byte
	}{
		"SubRip with carriage returns alone":  {".srt", "srt", []byte(strings.ReplaceAll(srt, "\n", "\r"))},
		"and one line feed among them":        {".srt", "srt", []byte(strings.Replace(strings.ReplaceAll(srt, "\n", "\r"), "\r", "\r\n", 1))},
		"SubRip in UTF-32, little end first":  {".srt", "srt", encoded(srt, binary.LittleEndian, true)},
		"SubRip in UTF-32, big end first":     {".srt", "srt", encoded(srt, binary.BigEndian, true)},
		"TTML in UTF-16, little end first":    {".ttml", "ttml", encoded(ttml, binary.LittleEndian, false)},
		"TTML in UTF-16, big end first":       {".ttml", "ttml", encoded(ttml, binary.BigEndian, false)},
		"a playlist in UTF-16":                {".m3u", "m3u", encoded(list, binary.LittleEndian, false)},
		"a playlist in UTF-16, big end first": {".m3u8", "m3u", encoded(list, binary.BigEndian, false)},
	} {
		r, err := probeBytes(c.data, c.ext)
		if err != nil || r.Description.Media.Container != c.container {
			t.Errorf("%s: %+v, %v", name, r.Description.Media, err)
			continue
		}
		switch c.container {
		case "srt":
			if len(r.Description.Languages) != 1 || r.Description.Languages[0] != "en" {
				t.Errorf("%s: %v", name, r.Description.Languages)
			}
		case "m3u":
			if r.Description.Media.Entries != 2 {
				t.Errorf("%s: %d entries", name, r.Description.Media.Entries)
			}
		}
	}
}
