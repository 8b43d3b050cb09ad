package asf

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func objectOf(guid string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return slices.Concat(probetest.Le(guid, uint64(24+len(body))), body)
}

// wide is s in UTF-16 with a NUL behind it, as ASF has its texts.
func wide(s string) []byte { return probetest.Le(append(utf16.Encode([]rune(s)), 0)) }

func of(objects ...[]byte) []byte {
	body := bytes.Join(objects, nil)
	return slices.Concat(objectOf(asfHeader, probetest.Le(uint32(len(objects)), uint16(0x201)), body), objectOf(data, make([]byte, 26)))
}

func fileOf(play, preroll uint64, flags uint32) []byte {
	return objectOf(file, make([]byte, 40), probetest.Le(play, play, preroll, flags, uint32(3200), uint32(3200), uint32(0)))
}

func streamBytes(kind string, number uint16, data []byte) []byte {
	return objectOf(stream, []byte(kind), make([]byte, 24), probetest.Le(uint32(len(data)), uint32(0), number, uint32(0)), data)
}

func videoBytes(number uint16) []byte {
	bitmap := probetest.BitmapOf("WVC1", 1280, 720)
	return streamBytes(videoMedia, number, slices.Concat(probetest.Le(uint32(1280), uint32(720), byte(2), uint16(len(bitmap))), bitmap))
}

func TestWindowsMediaSaysStreamsLanguagesAndMarkers(t *testing.T) {
	languages := objectOf(languages, probetest.Le(uint16(2), byte(12)), wide("en-us"), probetest.Le(byte(6)), wide("de"))
	more := func(number, language uint16, frame uint64, inside []byte) []byte {
		return objectOf(moreStream, make([]byte, 24), probetest.Le(uint32(500_000)), make([]byte, 20), probetest.Le(number, language, frame, uint16(0), uint16(0)), inside)
	}
	extension := objectOf(extension, make([]byte, 22), languages, more(1, 0, 333_667, nil), more(2, 1, 0, streamBytes(audioMedia, 2, probetest.WaveOf(0x162, 6, 48000, 55_000, 24))))
	marker := func(at uint64, title string) []byte {
		return probetest.Le(uint64(0), at, uint16(0), uint32(0), uint32(0), uint32(len(utf16.Encode([]rune(title)))+1), wide(title))
	}
	markers := objectOf(markers, make([]byte, 16), probetest.Le(uint32(2), uint16(0), uint16(0)), marker(3e7, "One"), marker(13e7, "Two"))
	r, err := probeBytes(of(fileOf(63e7, 3000, 2), videoBytes(1), extension, markers), ".wmv")
	if err != nil {
		t.Fatal(err)
	}
	probetest.CheckFilm(t, "the film", r, probetest.Lines("video, asf, 60.000 s", "video vc1 1280x720 29.97 fps 8 bit en-US", "audio wmapro 6 ch 48000 Hz de", "chapter 0s One", "chapter 10s Two"))
}

func TestWindowsMediaTagsAndPicture(t *testing.T) {
	attribute := func(name string, kind uint16, value []byte) []byte {
		return slices.Concat(probetest.Le(uint16(2*len(name)+2)), wide(name), probetest.Le(kind, uint16(len(value))), value)
	}
	picture := slices.Concat(probetest.Le(byte(3), uint32(9)), wide("image/png"), wide("front"), []byte("\xFF\xD8\xFFcover!"))
	tags := objectOf(moreContent, probetest.Le(uint16(5)), attribute("WM/AlbumTitle", 0, wide("Album")), attribute("WM/TrackNumber", 3, probetest.Le(uint32(7))),
		attribute("WM/Year", 0, wide("1999")), attribute("WM/Picture", 1, picture), attribute("Author", 0, wide("Second")))
	content := objectOf(content, probetest.Le(uint16(len(wide("Song"))), uint16(len(wide("First"))), uint16(0), uint16(0), uint16(0)), wide("Song"), wide("First"))
	library := func(name, value string) []byte {
		return slices.Concat(probetest.Le(uint16(0), uint16(0), uint16(2*len(name)+2), uint16(0), uint32(2*len(value)+2)), wide(name), wide(value))
	}
	further := objectOf(extension, make([]byte, 22), objectOf(asfLibrary, probetest.Le(uint16(1)), library("Author", "Third"))) // which stand in front
	data := of(further, fileOf(10e7, 0, 2), streamBytes(audioMedia, 1, probetest.WaveOf(0x161, 2, 44100, 16000, 16)), content, tags)
	r, err := probeBytes(data, ".wma")
	if err != nil {
		t.Fatal(err)
	}
	d := r.Description
	if r.Kind != media.KindTrack || d.Title != "Song" || d.Artist != "First; Second; Third" || d.Album != "Album" || d.Track != 7 || d.Year != 1999 {
		t.Errorf("%s, %+v", r.Kind, d)
	}
	if a := d.Media.Artwork; a == nil || string(data[a.Offset:a.Offset+a.Length]) != "\xFF\xD8\xFFcover!" || a.MIME != "image/jpeg" {
		t.Errorf("artwork is %+v", a)
	}
}

func TestWindowsMediaOfABroadcastHasNoDuration(t *testing.T) {
	r, err := probeBytes(of(fileOf(63e7, 3000, 1), videoBytes(1), objectOf(encrypted, make([]byte, 8))), ".asf")
	if err != nil || r.Description.Media.DurationSeconds != 0 || !r.Description.Media.Encrypted {
		t.Errorf("%v, %v", r, err)
	}
}

func TestWindowsMediaThatLiesIsSurvived(t *testing.T) {
	nested := videoBytes(1)
	for range 100 {
		nested = objectOf(extension, make([]byte, 22), nested)
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"extensions within extensions": {of(fileOf(63e7, 0, 0), nested), window.ErrBudget},
		"an object of no size":         {slices.Concat(objectOf(asfHeader, make([]byte, 6), probetest.Le(file, uint64(0)))), window.ErrMalformed},
		"an object of 2^63 bytes":      {slices.Concat(objectOf(asfHeader, make([]byte, 6), probetest.Le(file, uint64(1<<63)), make([]byte, 100))), window.ErrMalformed},
		"no media":                     {objectOf(asfHeader, make([]byte, 6), fileOf(63e7, 0, 0), videoBytes(1)), window.ErrTruncated},
	} {
		if _, err := probeBytes(c.data, ".wmv"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	many := objectOf(moreContent, probetest.Le(uint16(math.MaxUint16)), bytes.Repeat([]byte{0}, 40))
	if _, err := probeBytes(of(fileOf(63e7, 0, 0), videoBytes(1), many), ".wmv"); err != nil {
		t.Errorf("attributes that are not there: %v", err)
	}
}

func TestWindowsMediaOfTwoHoursNeedsFewReads(t *testing.T) {
	head := slices.Concat(objectOf(asfHeader, make([]byte, 6), fileOf(7203e7, 3000, 2), videoBytes(1)), probetest.Le(data, uint64(4<<30)))
	src := &probetest.Sparse{Size: int64(len(head)) + 4<<30 - 24, Parts: map[int64][]byte{0: head}}
	if d := probeWithin(t, src, src.Size, ".wmv").Description.Media.DurationSeconds; d != 7200 {
		t.Errorf("lasts %v s", d)
	}
}

func FuzzASF(f *testing.F) { fuzzProbe(f, ".wmv", "video/*.wmv", "audio/*.wma") }
