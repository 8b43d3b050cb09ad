package probe

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// mpegFrames returns n frames of layer III, 128 kbit/s, 44.1 kHz, stereo.
func mpegFrames(n int) []byte {
	frame := make([]byte, 417)
	copy(frame, "\xFF\xFB\x90\x04")
	return bytes.Repeat(frame, n)
}

func syncSafeBytes(n int) []byte {
	return []byte{byte(n >> 21 & 0x7F), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)}
}

// id3v2 lays out a tag of the given version around its frames.
func id3v2(major, flags byte, frames ...[]byte) []byte {
	body := bytes.Join(frames, nil)
	if flags&id3Unsync != 0 && major < 4 {
		body = unsynchronise(body)
	}
	return bytes.Join([][]byte{[]byte("ID3"), {major, 0, flags}, syncSafeBytes(len(body)), body}, nil)
}

func unsynchronise(b []byte) []byte {
	var out []byte
	for i, c := range b {
		if out = append(out, c); c == 0xFF && (i+1 == len(b) || b[i+1] == 0 || b[i+1] >= 0xE0) {
			out = append(out, 0)
		}
	}
	return out
}

func id3FrameBytes(major byte, id string, format byte, body string) []byte {
	n := len(body)
	switch major {
	case 2:
		return append([]byte{id[0], id[1], id[2], byte(n >> 16), byte(n >> 8), byte(n)}, body...)
	case 3:
		h := binary.BigEndian.AppendUint32([]byte(id), uint32(n))
		return append(append(h, 0, format), body...)
	}
	h := append([]byte(id), syncSafeBytes(n)...)
	return append(append(h, 0, format), body...)
}

const jpegHead = "\xFF\xD8\xFF\xE0\x00\x10JFIF\x00"

func TestID3TextInAllVersionsAndEncodings(t *testing.T) {
	utf16LE := func(s string) string {
		out := "\xFF\xFE"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	deflated := func(s string) string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		if _, err := z.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + b.String()
	}
	for name, c := range map[string]struct {
		tag  []byte
		want media.Description
	}{
		"2.2": {
			id3v2(2, 0, id3FrameBytes(2, "TT2", 0, "\x00Title\x00"), id3FrameBytes(2, "TRK", 0, "\x003/9"), id3FrameBytes(2, "TCO", 0, "\x00(17)")),
			media.Description{Title: "Title", Track: 3, TrackTotal: 9, Genres: []string{"Rock"}},
		},
		"2.3 in UTF-16 with a mark for every value": {
			id3v2(3, 0, id3FrameBytes(3, "TIT2", 0, "\x01"+utf16LE("Tïtle")), id3FrameBytes(3, "TPE1", 0, "\x01"+utf16LE("Ä")+"\x00\x00"+utf16LE("Б"))),
			media.Description{Title: "Tïtle", Artist: "Ä; Б", Artists: []string{"Ä", "Б"}},
		},
		"2.3 in UTF-16 big endian, and without a mark": {
			id3v2(3, 0, id3FrameBytes(3, "TIT2", 0, "\x01\xFE\xFF\x00A\x00B\x00\x00"), id3FrameBytes(3, "TALB", 0, "\x01A\x00B\x00")),
			media.Description{Title: "AB", Album: "AB"},
		},
		"2.4 in UTF-16BE and UTF-8": {
			id3v2(4, 0, id3FrameBytes(4, "TIT2", 0, "\x02\x00A\x04\x11"), id3FrameBytes(4, "TPE1", 0, "\x03Бит\x00Second\x00")),
			media.Description{Title: "AБ", Artist: "Бит; Second", Artists: []string{"Бит", "Second"}},
		},
		"Latin-1": {
			id3v2(3, 0, id3FrameBytes(3, "TIT2", 0, "\x00Caf\xE9 \x96 B\xE9b\xE9")),
			media.Description{Title: "Café – Bébé"},
		},
		"Latin-1 that is UTF-8": {
			id3v2(3, 0, id3FrameBytes(3, "TIT2", 0, "\x00Café")),
			media.Description{Title: "Café"},
		},
		"Latin-1 that is Windows-1251": {
			id3v2(3, 0, id3FrameBytes(3, "TPE1", 0, "\x00\xC7\xE5\xEC\xF4\xE8\xF0\xE0"), id3FrameBytes(3, "TIT2", 0, "\x00\xC8\xF1\xEA\xE0\xEB\xE0")),
			media.Description{Artist: "Земфира", Artists: []string{"Земфира"}, Title: "Искала"},
		},
		"2.3 with an extended header and a date in parts": {
			id3v2(3, id3Extended, []byte{0, 0, 0, 6, 0, 0, 0, 0, 0, 0}, id3FrameBytes(3, "TYER", 0, "\x001999"), id3FrameBytes(3, "TDAT", 0, "\x003112")),
			media.Description{Date: "1999-12-31", Year: 1999},
		},
		"2.4 with an extended header": {
			id3v2(4, id3Extended, []byte{0, 0, 0, 6, 1, 0}, id3FrameBytes(4, "TDRC", 0, "\x032001-02")),
			media.Description{Date: "2001-02", Year: 2001},
		},
		"2.3 unsynchronised as a whole": {
			id3v2(3, id3Unsync, id3FrameBytes(3, "TIT2", 0, "\x01"+utf16LE("Öl")), id3FrameBytes(3, "TALB", 0, "\x00\xFF\xFE\xFF")),
			media.Description{Title: "Öl", Album: "ÿþÿ"},
		},
		"2.4 unsynchronised frame by frame, with a length before it": {
			id3v2(4, 0, id3FrameBytes(4, "TIT2", id3FrameSync|id3DataLength, "\x00\x00\x00\x07"+string(unsynchronise([]byte("\x01"+utf16LE("Öl")))))),
			media.Description{Title: "Öl"},
		},
		"2.3 compressed": {
			id3v2(3, 0, id3FrameBytes(3, "TIT2", 0x80, deflated("\x00"+strings.Repeat("la ", 40)+"end"))),
			media.Description{Title: strings.Repeat("la ", 40) + "end"},
		},
		"an encrypted frame is passed over": {
			id3v2(4, 0, id3FrameBytes(4, "TIT2", id3Encrypted, "\x00secret"), id3FrameBytes(4, "TALB", id3Grouped, "\x01\x03plain")),
			media.Description{Album: "plain"},
		},
		"TXXX, below the frames that the format has": {
			id3v2(4, 0, id3FrameBytes(4, "TXXX", 0, "\x03ALBUM ARTIST\x00Lower"), id3FrameBytes(4, "TPE2", 0, "\x03Upper"),
				id3FrameBytes(4, "TXXX", 0, "\x03MusicBrainz Album Id\x00a1"), id3FrameBytes(4, "UFID", 0, "http://musicbrainz.org\x00r1")),
			media.Description{AlbumArtist: "Upper", IDs: map[string]string{"musicbrainz_album": "a1", "musicbrainz_track": "r1"}},
		},
		"2.4 with sizes that are plain numbers": {
			id3v2(4, 0, append([]byte("TALB\x00\x00\x00\xFC\x00\x00\x03"), strings.Repeat("a", 251)...), id3FrameBytes(4, "TIT2", 0, "\x03T")),
			media.Description{Album: strings.Repeat("a", 251), Title: "T"},
		},
		"padding ends the frames": {
			id3v2(3, 0, id3FrameBytes(3, "TIT2", 0, "\x00T"), make([]byte, 300)),
			media.Description{Title: "T"},
		},
		"a frame that is longer than the tag": {
			id3v2(3, 0, id3FrameBytes(3, "TIT2", 0, "\x00T"), []byte("TALB\x7F\xFF\xFF\xFF\x00\x00\x00rest")),
			media.Description{Title: "T", Album: "rest"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := probeBytes(append(c.tag, mpegFrames(10)...), ".mp3")
			if err != nil {
				t.Fatal(err)
			}
			m := r.Description.Media
			r.Description.Media = nil
			if d := cmp.Diff(c.want, r.Description); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if m.Container != "mp3" || len(m.Audio) != 1 || m.DurationSeconds < 0.26 || m.DurationSeconds > 0.27 {
				t.Errorf("media is %+v", m)
			}
		})
	}
}

func TestID3ArtworkIsAPlaceInTheFile(t *testing.T) {
	picture := jpegHead + strings.Repeat("\xFF\x00\xAB\xFF\xE0", 50)
	icon := id3FrameBytes(3, "APIC", 0, "\x00image/png\x00\x01\x00\x89PNG\r\n\x1A\nicon")
	for name, c := range map[string]struct {
		tag      []byte
		mime     string
		encoding string
	}{
		"2.2":                       {id3v2(2, 0, id3FrameBytes(2, "PIC", 0, "\x00JPG\x03d\x00"+picture)), "image/jpeg", ""},
		"2.3":                       {id3v2(3, 0, icon, id3FrameBytes(3, "APIC", 0, "\x00image/jpg\x00\x03d\x00"+picture), icon), "image/jpeg", ""},
		"2.3, described in UTF-16":  {id3v2(3, 0, id3FrameBytes(3, "APIC", 0, "\x01image/jpeg\x00\x00\xFF\xFEd\x00\x00\x00"+picture)), "image/jpeg", ""},
		"2.3, unsynchronised":       {id3v2(3, id3Unsync, id3FrameBytes(3, "APIC", 0, "\x01image/jpeg\x00\x03\xFF\xFEd\x00\x00\x00"+picture)), "image/jpeg", "unsync"},
		"2.4, unsynchronised frame": {id3v2(4, 0, id3FrameBytes(4, "APIC", id3FrameSync, string(unsynchronise([]byte("\x01image/jpeg\x00\x03\xFF\xFEd\x00\x00\x00"+picture))))), "image/jpeg", "unsync"},
	} {
		t.Run(name, func(t *testing.T) {
			data := append(c.tag, mpegFrames(10)...)
			r, err := probeBytes(data, ".mp3")
			if err != nil {
				t.Fatal(err)
			}
			a := r.Description.Media.Artwork
			if a == nil || a.MIME != c.mime || a.Encoding != c.encoding {
				t.Fatalf("artwork is %+v", a)
			}
			got := data[a.Offset : a.Offset+a.Length]
			if a.Encoding == "unsync" {
				got = resync(got)
			}
			if string(got) != picture {
				t.Errorf("%d bytes at %d are %.20q…", a.Length, a.Offset, got)
			}
		})
	}
}

func TestID3Chapters(t *testing.T) {
	chapter := func(id string, start uint32, title string) []byte {
		b := id + "\x00" + string(binary.BigEndian.AppendUint32(nil, start)) + "\x00\x00\xFF\xFF" + "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
		return id3FrameBytes(4, "CHAP", 0, b+string(id3FrameBytes(4, "TIT2", 0, "\x03"+title)))
	}
	tag := id3v2(4, 0, chapter("b", 61500, "Second"), chapter("a", 0, "First"))
	r, err := probeBytes(append(tag, mpegFrames(10)...), ".mp3")
	want := []media.Chapter{{StartSeconds: 0, Title: "First"}, {StartSeconds: 61.5, Title: "Second"}}
	if d := cmp.Diff(want, r.Description.Media.Chapters); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

func TestID3ChaptersWithPicturesAreReadInSmallHops(t *testing.T) {
	var frames [][]byte
	for i := range 300 {
		b := fmt.Sprintf("c%d\x00", i) + string(binary.BigEndian.AppendUint32(nil, uint32(i)*1000)) + strings.Repeat("\xFF", 12) +
			string(id3FrameBytes(4, "TIT2", 0, "\x03Title")) + string(id3FrameBytes(4, "APIC", 0, "\x00image/jpeg\x00\x00\x00"+jpegHead+strings.Repeat("x", 50000)))
		frames = append(frames, id3FrameBytes(4, "CHAP", 0, b))
	}
	data := append(id3v2(4, 0, frames...), mpegFrames(10)...)
	w := NewWindow(t.Context(), bytes.NewReader(data), int64(len(data)))
	defer w.release()
	r, err := probeWindow(w, ".mp3")
	_, read := w.Spent()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Description.Media.Chapters) != 300 || r.Description.Media.Chapters[299].Title != "Title" || read > 512<<10 {
		t.Errorf("%v, %d bytes read, %d chapters", err, read, len(r.Description.Media.Chapters))
	}
}

func TestLargePictureInAnUnsynchronisedTagIsWalkedOnce(t *testing.T) {
	picture := jpegHead + strings.Repeat(strings.Repeat("x", 200)+"\xFF\xE1", 4000)
	data := append(id3v2(3, id3Unsync, id3FrameBytes(3, "APIC", 0, "\x00image/jpeg\x00\x03\x00"+picture), id3FrameBytes(3, "TIT2", 0, "\x00Behind")), mpegFrames(10)...)
	w := NewWindow(t.Context(), bytes.NewReader(data), int64(len(data)))
	defer w.release()
	r, err := probeWindow(w, ".mp3")
	if err != nil {
		t.Fatal(err)
	}
	_, read := w.Spent()
	a := r.Description.Media.Artwork
	if r.Description.Title != "Behind" || a == nil || string(resync(data[a.Offset:a.Offset+a.Length])) != picture || read > int64(len(data))+128<<10 {
		t.Errorf("title %q, artwork %+v, %d bytes read of %d", r.Description.Title, a, read, len(data))
	}
}

func TestTheFirstOfSeveralID3TagsCounts(t *testing.T) {
	data := bytes.Join([][]byte{
		id3v2(4, 0, id3FrameBytes(4, "TIT2", 0, "\x03New")), id3v2(3, 0, id3FrameBytes(3, "TIT2", 0, "\x00Old"), id3FrameBytes(3, "TALB", 0, "\x00Old")), mpegFrames(10),
	}, nil)
	r, err := probeBytes(data, ".mp3")
	if err != nil || r.Description.Title != "New" || r.Description.Album != "" || len(r.Description.Media.Audio) != 1 {
		t.Errorf("%v, %+v", err, r.Description)
	}
}

func TestID3TagWithoutSound(t *testing.T) {
	r, err := probeBytes(id3v2(4, 0, id3FrameBytes(4, "TIT2", 0, "\x03T")), ".mp3")
	if !errors.Is(err, ErrTruncated) || r.Description.Title != "T" {
		t.Errorf("%v, %+v", err, r.Description)
	}
	if _, err := probeBytes(append(id3v2(4, 0), bytes.Repeat([]byte("rubbish "), 99)...), ".mp3"); !errors.Is(err, ErrMalformed) {
		t.Errorf("rubbish behind a tag: %v", err)
	}
}

func TestLegacyText(t *testing.T) {
	for in, want := range map[string]string{
		"Motörhead\nÄrger":       "",
		"\xC4rger im B\xFCro":    "Ärger im Büro",
		"\xC4\xD6\xDC":           "ÄÖÜ",
		"Bj\xF6rk - J\xF3ga":     "Björk - Jóga",
		"\xC9t\xE9 \xE0 No\xEBl": "Été à Noël",
		"\x93Quoted\x94 \x85":    "“Quoted” …",
		"\xCA\xE8\xED\xEE \xC3\xF0\xF3\xEF\xEF\xE0 \xEA\xF0\xEE\xE2\xE8": "Кино Группа крови",
		"\xD6d\xF6n \xC4m\xE4l":                                         "Ödön Ämäl",
		"\xDE\xFA ert j\xF6r\xF0in":                                     "Þú ert jörðin",
		"\xC1g\xE6tis Byrjun \xC9g":                                     "Ágætis Byrjun Ég",
		"\xA1Viva! \xBFQu\xE9?":                                         "¡Viva! ¿Qué?",
		"\xCA\xC8\xCD\xCE":                                              "КИНО",
		"\xEB\xC9\xCE\xCF \xE7\xD2\xD5\xD0\xD0\xC1":                     "Кино Группа",
		"\xCC\xDF\xEA\xE7\xF2 \xC8\xE5\xEF\xE4\xF9\xF1\xDC\xEA\xE7\xF2": "Μίκης Θεοδωράκης",
		"\x82\xA0\x82\xE8\x82\xAA\x82\xC6\x82\xA4\x83\x43\x83\x47":      "ありがとうイエ",
		"\xC4\xE3\xBA\xC3 \xCA\xC0\xBD\xE7\xD2\xF4\xC0\xD6":             "你好 世界音乐",
		"\xB0\xA1\xB3\xAA\xB4\xD9\xB6\xF3":                              "가나다라",
		"\xA7\x41\xA6\x6E\xAD\xB5\xBC\xD6":                              "你好音樂",
	} {
		got := legacyDecoder(in)(in)
		if want == "" {
			want = in
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}
