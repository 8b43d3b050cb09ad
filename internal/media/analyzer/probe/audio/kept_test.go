package audio

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// id3Of lays out an ID3v2.3 tag of text frames, by turns an id and its text.
func id3Of(frames ...string) []byte {
	var body []byte
	for i := 0; i < len(frames); i += 2 {
		body = slices.Concat(body, []byte(frames[i]), probetest.U32(uint32(len(frames[i+1])+1)), []byte{0, 0, 0}, []byte(frames[i+1]))
	}
	n := len(body)
	return slices.Concat([]byte{'I', 'D', '3', 3, 0, 0, byte(n >> 21), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)}, body)
}

func flacBlock(kind byte, size int, body []byte) []byte {
	return slices.Concat([]byte{kind, byte(size >> 16), byte(size >> 8), byte(size)}, body)
}

// flacInfo is a stream of so many samples: 44.1 kHz, stereo, 16 bit, in blocks of 4096.
func flacInfo(samples uint32) []byte {
	return slices.Concat(probetest.U16(4096, 4096), make([]byte, 6), []byte{0x0A, 0xC4, 0x42, 0xF0}, probetest.U32(samples), make([]byte, 16))
}

func flacComments(comments ...string) []byte {
	b := slices.Concat(probetest.LE32(4), []byte("test"), probetest.LE32(uint32(len(comments))))
	for _, c := range comments {
		b = slices.Concat(b, probetest.LE32(uint32(len(c))), []byte(c))
	}
	return b
}

// flacFrameOf is the head of a frame by its number, with its checksum, and some bytes of sound.
func flacFrameOf(number byte) []byte {
	b := []byte{0xFF, 0xF8, 0xC9, 0x18, number}
	return append(append(b, crc8(b)), bytes.Repeat([]byte{0x55}, 400)...)
}

func TestWhatWasReadBeforeSomethingMalformedIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		ext  string
	}{
		"tags before sound that is no sound": {append(id3Of("TIT2", "Title", "TPE1", "Artist"), bytes.Repeat([]byte{0x33}, 5000)...), ".mp3"},
		"tags behind it": {slices.Concat([]byte("MP+\x07"), make([]byte, 3), []byte{0xFF}, make([]byte, 100),
			[]byte("TAGTitle"), make([]byte, 25), []byte("Artist"), make([]byte, 89)), ".mpc"},
		"a block of comments before one without end": {slices.Concat([]byte("fLaC"), flacBlock(0, 34, flacInfo(44100)),
			flacBlock(4, 44, flacComments("TITLE=Title", "ARTIST=Artist")), flacBlock(2, 1000, nil)), ".flac"},
	} {
		r, _ := probeBytes(c.data, c.ext)
		if r.Description.Title != "Title" || r.Description.Artist != "Artist" || r.Kind != "track" {
			t.Errorf("%s: %s %+v", name, r.Kind, r.Description)
		}
	}
	r, err := probeBytes(append(id3Of("TIT2", "Title"), bytes.Repeat([]byte{0x33}, 5000)...), ".mp3")
	if !errors.Is(err, window.ErrMalformed) || r.Description.Media.Truncated {
		t.Errorf("the error is not beside it, or the wrong one: %v, %+v", err, r.Description.Media)
	}
}

// That bytes begin as a format does, and then make no sense as one, is no knowledge.
func TestOfBytesThatOnlyLookLikeAFormatNothingIsSaid(t *testing.T) {
	r, err := probeBytes(slices.Concat([]byte("fLaC"), flacBlock(0x7F, 1000, make([]byte, 1000))), ".bin")
	if !errors.Is(err, window.ErrMalformed) || r.Kind != "" || r.Description.Media != nil {
		t.Errorf("%+v, %v", r, err)
	}
}

// Taggers that lengthen a block in place do not always say so in its header.
func TestABlockOfFLACMayHoldMoreThanItSays(t *testing.T) {
	comments := flacComments("TITLE=Title", "ARTIST=Artist")
	picture := slices.Concat(probetest.U32(3, 9), []byte("image/png"), probetest.U32(0, 1, 1, 24, 0, 600), bytes.Repeat([]byte{0x77}, 600))
	for name, blocks := range map[string][]byte{
		"comments":            slices.Concat(flacBlock(4, len(comments)-9, comments), flacBlock(0x86, len(picture), picture)),
		"a picture":           slices.Concat(flacBlock(6, 300, picture), flacBlock(0x84, len(comments), comments)),
		"both, the last also": slices.Concat(flacBlock(6, 300, picture), flacBlock(0x84, len(comments)-9, comments)),
	} {
		data := slices.Concat([]byte("fLaC"), flacBlock(0, 34, flacInfo(2*4096)), blocks, flacFrameOf(0), flacFrameOf(1))
		r, err := probeBytes(data, ".flac")
		if err != nil || r.Description.Title != "Title" || r.Description.Media.Artwork == nil || r.Description.Media.Artwork.Length != 600 || r.Description.Media.Truncated {
			t.Errorf("%s: %+v, %v", name, r.Description, err)
		}
	}
}

func TestFLACThatEndsBeforeItsSamplesIsTruncated(t *testing.T) {
	for name, c := range map[string]struct {
		samples uint32
		cut     bool
	}{"whole": {2 * 4096, false}, "without a number of samples": {0, false}, "a half": {10 * 4096, true}} {
		data := slices.Concat([]byte("fLaC"), flacBlock(0x80, 34, flacInfo(c.samples)), flacFrameOf(0), flacFrameOf(1))
		r, err := probeBytes(data, ".flac")
		if err != nil || r.Description.Media.Truncated != c.cut || r.Description.Media.DurationSeconds == 0 {
			t.Errorf("%s: %+v, %v", name, r.Description.Media, err)
		}
	}
}

func TestShortFrameIDsInsideID3v23AreRead(t *testing.T) {
	tag := id3Of("TT2\x00", "Title", "TP1\x00", "Artist", "TAL ", "Album", "TT1\x00", "Live sessions", "TXXX", "ALBUMVERSION\x00Deluxe")
	r, err := probeBytes(append(tag, bytes.Repeat(probetest.MP3Frame, 20)...), ".mp3")
	d := r.Description
	if err != nil || d.Title != "Title" || d.Artist != "Artist" || d.Album != "Album" || d.Grouping != "Live sessions" || d.AlbumVersion != "Deluxe" {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestMPEGSoundOfTwoFramesIsOneWhereATagFollows(t *testing.T) {
	for name, data := range map[string][]byte{
		"ID3v1":   slices.Concat(probetest.MP3Frame, probetest.MP3Frame, []byte("TAGTitle"), make([]byte, 120)),
		"no more": slices.Concat(probetest.MP3Frame, probetest.MP3Frame),
	} {
		r, err := probeBytes(data, ".mp3")
		if err != nil || len(r.Description.Media.Audio) != 1 || r.Description.Media.Audio[0].SampleRate != 44100 {
			t.Errorf("%s: %+v, %v", name, r.Description.Media, err)
		}
	}
}

func TestSoundBehindPaddingThatNoTagOwnsIsFound(t *testing.T) {
	frame := []byte{0xFF, 0xF1, 0x50, 0x80, 0x03, 0xDF, 0xFC}
	frame = append(frame, make([]byte, 23)...)
	r, err := probeBytes(slices.Concat(id3Of("TIT2", "Title"), []byte("    "), frame, frame), ".aac")
	if m := r.Description.Media; err != nil || m.Container != "aac" || len(m.Audio) != 1 || m.Audio[0].SampleRate != 44100 || r.Description.Title != "Title" {
		t.Errorf("%+v, %v", r.Description, err)
	}
}

// The remains of a page or of another file may stand before the sound; players look for it where the name says that
// there is some. Where it begins is not known any more, so its duration is not told.
func TestMPEGSoundFarBehindItsStartIsRecognised(t *testing.T) {
	for name, c := range map[string]struct{ junk, sound int }{"40 kB of junk": {40 << 10, 100 << 10}, "200 kB of it, little sound": {200 << 10, 9 << 10}, "300 kB of it": {300 << 10, 600 << 10}} {
		data := slices.Concat(bytes.Repeat([]byte{0xDE, 0xAD, 0xBE, 0xEF}, c.junk/4), bytes.Repeat(probetest.MP3Frame, c.sound/len(probetest.MP3Frame)))
		r := probeWithin(t, bytes.NewReader(data), int64(len(data)), ".mp3")
		if m := r.Description.Media; len(m.Audio) != 1 || m.Audio[0].Codec != "mp3" || m.Audio[0].Channels != 2 {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if _, err := probeBytes(bytes.Repeat([]byte{0xDE, 0xAD, 0xBE, 0xEF}, 50<<10), ".mp3"); !errors.Is(err, window.ErrUnknown) {
		t.Errorf("junk alone: %v", err)
	}
}
