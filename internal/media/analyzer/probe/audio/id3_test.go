package audio

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/google/go-cmp/cmp"
)

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
			probetest.Id3v2(2, 0, probetest.ID3FrameBytes(2, "TT2", 0, "\x00Title\x00"), probetest.ID3FrameBytes(2, "TRK", 0, "\x003/9"), probetest.ID3FrameBytes(2, "TCO", 0, "\x00(17)")),
			media.Description{Title: "Title", Track: 3, TrackTotal: 9, Genres: []string{"Rock"}},
		},
		"2.3 in UTF-16 with a mark for every value": {
			probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x01"+utf16LE("Tïtle")), probetest.ID3FrameBytes(3, "TPE1", 0, "\x01"+utf16LE("Ä")+"\x00\x00"+utf16LE("Б"))),
			media.Description{Title: "Tïtle", Artist: "Ä; Б", Artists: []string{"Ä", "Б"}},
		},
		"2.3 in UTF-16 big endian, and without a mark": {
			probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x01\xFE\xFF\x00A\x00B\x00\x00"), probetest.ID3FrameBytes(3, "TALB", 0, "\x01A\x00B\x00")),
			media.Description{Title: "AB", Album: "AB"},
		},
		"2.4 in UTF-16BE and UTF-8": {
			probetest.Id3v2(4, 0, probetest.ID3FrameBytes(4, "TIT2", 0, "\x02\x00A\x04\x11"), probetest.ID3FrameBytes(4, "TPE1", 0, "\x03Бит\x00Second\x00")),
			media.Description{Title: "AБ", Artist: "Бит; Second", Artists: []string{"Бит", "Second"}},
		},
		"Latin-1": {
			probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x00Caf\xE9 \x96 B\xE9b\xE9")),
			media.Description{Title: "Café – Bébé"},
		},
		"Latin-1 that is UTF-8": {
			probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x00Café")),
			media.Description{Title: "Café"},
		},
		"Latin-1 that is Windows-1251": {
			probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TPE1", 0, "\x00\xC7\xE5\xEC\xF4\xE8\xF0\xE0"), probetest.ID3FrameBytes(3, "TIT2", 0, "\x00\xC8\xF1\xEA\xE0\xEB\xE0")),
			media.Description{Artist: "Земфира", Artists: []string{"Земфира"}, Title: "Искала"},
		},
		"2.3 with an extended header and a date in parts": {
			probetest.Id3v2(3, id3Extended, []byte{0, 0, 0, 6, 0, 0, 0, 0, 0, 0}, probetest.ID3FrameBytes(3, "TYER", 0, "\x001999"), probetest.ID3FrameBytes(3, "TDAT", 0, "\x003112")),
			media.Description{Date: "1999-12-31", Year: 1999},
		},
		"2.4 with an extended header": {
			probetest.Id3v2(4, id3Extended, []byte{0, 0, 0, 6, 1, 0}, probetest.ID3FrameBytes(4, "TDRC", 0, "\x032001-02")),
			media.Description{Date: "2001-02", Year: 2001},
		},
		"2.3 unsynchronised as a whole": {
			probetest.Id3v2(3, id3Unsync, probetest.ID3FrameBytes(3, "TIT2", 0, "\x01"+utf16LE("Öl")), probetest.ID3FrameBytes(3, "TALB", 0, "\x00\xFF\xFE\xFF")),
			media.Description{Title: "Öl", Album: "ÿþÿ"},
		},
		"2.4 unsynchronised frame by frame, with a length before it": {
			probetest.Id3v2(4, 0, probetest.ID3FrameBytes(4, "TIT2", id3FrameSync|id3DataLength, "\x00\x00\x00\x07"+string(probetest.Unsynchronise([]byte("\x01"+utf16LE("Öl")))))),
			media.Description{Title: "Öl"},
		},
		"2.3 compressed": {
			probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0x80, deflated("\x00"+strings.Repeat("la ", 40)+"end"))),
			media.Description{Title: strings.Repeat("la ", 40) + "end"},
		},
		"an encrypted frame is passed over": {
			probetest.Id3v2(4, 0, probetest.ID3FrameBytes(4, "TIT2", id3Encrypted, "\x00secret"), probetest.ID3FrameBytes(4, "TALB", id3Grouped, "\x01\x03plain")),
			media.Description{Album: "plain"},
		},
		"TXXX, below the frames that the format has": {
			probetest.Id3v2(4, 0, probetest.ID3FrameBytes(4, "TXXX", 0, "\x03ALBUM ARTIST\x00Lower"), probetest.ID3FrameBytes(4, "TPE2", 0, "\x03Upper"),
				probetest.ID3FrameBytes(4, "TXXX", 0, "\x03MusicBrainz Album Id\x00a1"), probetest.ID3FrameBytes(4, "UFID", 0, "http://musicbrainz.org\x00r1")),
			media.Description{AlbumArtist: "Upper", IDs: map[string]string{"musicbrainz_album": "a1", "musicbrainz_track": "r1"}},
		},
		"2.4 with sizes that are plain numbers": {
			probetest.Id3v2(4, 0, append([]byte("TALB\x00\x00\x00\xFC\x00\x00\x03"), strings.Repeat("a", 251)...), probetest.ID3FrameBytes(4, "TIT2", 0, "\x03T")),
			media.Description{Album: strings.Repeat("a", 251), Title: "T"},
		},
		"padding ends the frames": {
			probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x00T"), make([]byte, 300)),
			media.Description{Title: "T"},
		},
		"a frame that is longer than the tag": {
			probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x00T"), []byte("TALB\x7F\xFF\xFF\xFF\x00\x00\x00rest")),
			media.Description{Title: "T", Album: "rest"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := probeBytes(append(c.tag, probetest.MPEGFrames(10)...), ".mp3")
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
	icon := probetest.ID3FrameBytes(3, "APIC", 0, "\x00image/png\x00\x01\x00\x89PNG\r\n\x1A\nicon")
	for name, c := range map[string]struct {
		tag      []byte
		mime     string
		encoding string
	}{
		"2.2":                       {probetest.Id3v2(2, 0, probetest.ID3FrameBytes(2, "PIC", 0, "\x00JPG\x03d\x00"+picture)), "image/jpeg", ""},
		"2.3":                       {probetest.Id3v2(3, 0, icon, probetest.ID3FrameBytes(3, "APIC", 0, "\x00image/jpg\x00\x03d\x00"+picture), icon), "image/jpeg", ""},
		"2.3, described in UTF-16":  {probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "APIC", 0, "\x01image/jpeg\x00\x00\xFF\xFEd\x00\x00\x00"+picture)), "image/jpeg", ""},
		"2.3, unsynchronised":       {probetest.Id3v2(3, id3Unsync, probetest.ID3FrameBytes(3, "APIC", 0, "\x01image/jpeg\x00\x03\xFF\xFEd\x00\x00\x00"+picture)), "image/jpeg", "unsync"},
		"2.4, unsynchronised frame": {probetest.Id3v2(4, 0, probetest.ID3FrameBytes(4, "APIC", id3FrameSync, string(probetest.Unsynchronise([]byte("\x01image/jpeg\x00\x03\xFF\xFEd\x00\x00\x00"+picture))))), "image/jpeg", "unsync"},
	} {
		t.Run(name, func(t *testing.T) {
			data := append(c.tag, probetest.MPEGFrames(10)...)
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
				got = tags.Resync(got)
			}
			if string(got) != picture {
				t.Errorf("%d bytes at %d are %.20q…", a.Length, a.Offset, got)
			}
		})
	}
}

func TestFramesWhoseSizesCountTheBytesOfTheFileAreFollowed(t *testing.T) {
	picture := jpegHead + strings.Repeat("\xFF\x00\xAB\xFF\xE0", 50)
	data := unsyncSizedByFile(picture)
	r, err := probeBytes(data, ".mp3")
	if err != nil {
		t.Fatal(err)
	}
	d := r.Description
	if d.Title != "Title" || d.Track != 12 || !slices.Equal(d.Genres, []string{"Disco"}) {
		t.Errorf("title %q, track %d, genres %v", d.Title, d.Track, d.Genres)
	}
	a := d.Media.Artwork
	if a == nil || string(tags.Resync(data[a.Offset:a.Offset+a.Length])) != picture {
		t.Errorf("artwork is %+v", a)
	}
}

// unsyncSizedByFile lays out MPEG sound with an unsynchronised tag whose writer stated the sizes of frames as they
// lie in the file.
func unsyncSizedByFile(picture string) []byte {
	frame := func(id, body string) []byte {
		return probetest.ID3FrameBytes(3, id, 0, string(probetest.Unsynchronise([]byte(body))))
	}
	tag := probetest.Id3v2(3, 0, frame("TIT2", "\x01\xFF\xFET\x00i\x00t\x00l\x00e\x00"), frame("APIC", "\x00image/jpeg\x00\x03\x00"+picture),
		frame("TRCK", "\x0012"), frame("TCON", "\x00Disco"), make([]byte, 1000))
	tag[5] |= id3Unsync
	return append(tag, probetest.MPEGFrames(10)...)
}

func TestID3Chapters(t *testing.T) {
	chapter := func(id string, start uint32, title string) []byte {
		b := id + "\x00" + string(binary.BigEndian.AppendUint32(nil, start)) + "\x00\x00\xFF\xFF" + "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
		return probetest.ID3FrameBytes(4, "CHAP", 0, b+string(probetest.ID3FrameBytes(4, "TIT2", 0, "\x03"+title)))
	}
	tag := probetest.Id3v2(4, 0, chapter("b", 61500, "Second"), chapter("a", 0, "First"))
	r, err := probeBytes(append(tag, probetest.MPEGFrames(10)...), ".mp3")
	want := []media.Chapter{{StartSeconds: 0, Title: "First"}, {StartSeconds: 61.5, Title: "Second"}}
	if d := cmp.Diff(want, r.Description.Media.Chapters); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

func TestID3ChaptersWithPicturesAreReadInSmallHops(t *testing.T) {
	var frames [][]byte
	for i := range 300 {
		b := fmt.Sprintf("c%d\x00", i) + string(binary.BigEndian.AppendUint32(nil, uint32(i)*1000)) + strings.Repeat("\xFF", 12) +
			string(probetest.ID3FrameBytes(4, "TIT2", 0, "\x03Title")) + string(probetest.ID3FrameBytes(4, "APIC", 0, "\x00image/jpeg\x00\x00\x00"+jpegHead+strings.Repeat("x", 50000)))
		frames = append(frames, probetest.ID3FrameBytes(4, "CHAP", 0, b))
	}
	data := append(probetest.Id3v2(4, 0, frames...), probetest.MPEGFrames(10)...)
	w := window.New(t.Context(), bytes.NewReader(data), int64(len(data)))
	defer w.Release()
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
	data := append(probetest.Id3v2(3, id3Unsync, probetest.ID3FrameBytes(3, "APIC", 0, "\x00image/jpeg\x00\x03\x00"+picture), probetest.ID3FrameBytes(3, "TIT2", 0, "\x00Behind")), probetest.MPEGFrames(10)...)
	w := window.New(t.Context(), bytes.NewReader(data), int64(len(data)))
	defer w.Release()
	r, err := probeWindow(w, ".mp3")
	if err != nil {
		t.Fatal(err)
	}
	_, read := w.Spent()
	a := r.Description.Media.Artwork
	if r.Description.Title != "Behind" || a == nil || string(tags.Resync(data[a.Offset:a.Offset+a.Length])) != picture || read > int64(len(data))+128<<10 {
		t.Errorf("title %q, artwork %+v, %d bytes read of %d", r.Description.Title, a, read, len(data))
	}
}

func TestTheFirstOfSeveralID3TagsCounts(t *testing.T) {
	data := bytes.Join([][]byte{
		probetest.Id3v2(4, 0, probetest.ID3FrameBytes(4, "TIT2", 0, "\x03New")), probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x00Old"), probetest.ID3FrameBytes(3, "TALB", 0, "\x00Old")), probetest.MPEGFrames(10),
	}, nil)
	r, err := probeBytes(data, ".mp3")
	if err != nil || r.Description.Title != "New" || r.Description.Album != "" || len(r.Description.Media.Audio) != 1 {
		t.Errorf("%v, %+v", err, r.Description)
	}
}

func TestATagBehindBytesThatAreNoSoundIsRead(t *testing.T) {
	tag := probetest.Id3v2(3, 0, probetest.ID3FrameBytes(3, "TIT2", 0, "\x00Buried"))
	junk := bytes.Repeat([]byte("no sound "), 200)
	sound := probetest.MPEGFrames(10)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"behind junk":              {slices.Concat(junk, tag, sound), "Buried"},
		"of the second of a joint": {slices.Concat(sound, tag, sound), ""},
	} {
		if r, err := probeBytes(c.data, ".mp3"); err != nil || r.Description.Title != c.want || len(r.Description.Media.Audio) != 1 {
			t.Errorf("%s: %v, title %q, %+v", name, err, r.Description.Title, r.Description.Media)
		}
	}
}

func TestID3TagWithoutSound(t *testing.T) {
	r, err := probeBytes(probetest.Id3v2(4, 0, probetest.ID3FrameBytes(4, "TIT2", 0, "\x03T")), ".mp3")
	if !errors.Is(err, window.ErrTruncated) || r.Description.Title != "T" {
		t.Errorf("%v, %+v", err, r.Description)
	}
	if _, err := probeBytes(append(probetest.Id3v2(4, 0), bytes.Repeat([]byte("rubbish "), 99)...), ".mp3"); !errors.Is(err, window.ErrMalformed) {
		t.Errorf("rubbish behind a tag: %v", err)
	}
}
