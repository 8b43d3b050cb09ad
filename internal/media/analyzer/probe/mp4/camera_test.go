package mp4

import (
	"math"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func keyedMeta(pairs ...string) []byte {
	var keys, items [][]byte
	for i := 0; i+1 < len(pairs); i += 2 {
		keys = append(keys, probetest.BoxOf("mdta", []byte(pairs[i])))
		items = append(items, probetest.BoxOf(string(probetest.U32(uint32(len(keys)))), probetest.BoxOf("data", probetest.U32(1, 0), []byte(pairs[i+1]))))
	}
	list := append([][]byte{probetest.U32(uint32(len(keys)))}, keys...)
	return probetest.BoxOf("meta", probetest.FullBox("hdlr", probetest.U32(0), []byte("mdta"), make([]byte, 13)), probetest.FullBox("keys", list...), probetest.BoxOf("ilst", items...))
}

// createdAt is a movie header with a time of creation, in seconds since 1904.
func createdAt(seconds uint32) []byte {
	return probetest.FullBox("mvhd", probetest.U32(seconds, 0, 1000, 10000), make([]byte, 80))
}

func userText(kind, text string) []byte {
	return probetest.BoxOf(kind, probetest.U16(uint16(len(text)), 0x15C7), []byte(text))
}

func TestMP4OfCamerasAndPhonesSayWhoWhenAndWhere(t *testing.T) {
	const may2020 = 2082844800 + 1588748889
	loci := func(name string, role byte) []byte {
		return probetest.FullBox("loci", probetest.U16(0x15C7), []byte(name), []byte{role}, probetest.U32(0xFFFDB480, 48<<16+1<<15), probetest.U32(0), []byte("earth\x00\x00"))
	}
	for name, c := range map[string]struct {
		header, box         []byte
		camera, taken       string
		latitude, longitude float64
	}{
		"an iPhone": {createdAt(may2020), keyedMeta("com.apple.quicktime.make", "Apple", "com.apple.quicktime.model", "iPhone 13",
			"com.apple.quicktime.creationdate", "2021-07-08T09:10:11+0200", "com.apple.quicktime.location.ISO6709", "+48.5000-002.2950+035.1/"),
			"Apple iPhone 13", "2021-07-08T09:10:11+02:00", 48.5, -2.295},
		"an older iPhone": {createdAt(may2020), probetest.BoxOf("udta", userText("\xa9mak", "Apple"), userText("\xa9mod", "iPhone 4"), userText("\xa9day", "2011-02-03T04:05:06+0100"),
			userText("\xa9xyz", "-33.8577+151.2950/")), "Apple iPhone 4", "2011-02-03T04:05:06+01:00", -33.8577, 151.295},
		"Android":                     {createdAt(may2020), probetest.BoxOf("udta", userText("\xa9xyz", "+48.5000-002.2950/"), keyedMeta("com.android.version", "12")), "", "2020-05-06T07:08:09Z", 48.5, -2.295},
		"3GPP":                        {createdAt(may2020), probetest.BoxOf("udta", loci("Paris\x00", 0)), "", "", 48.5, -2.295},
		"3GPP with a name in UTF-16":  {createdAt(may2020), probetest.BoxOf("udta", loci("\xFE\xFF\x04\x10\x00\x00", 0)), "", "", 48.5, -2.295},
		"3GPP of what it shows":       {createdAt(may2020), probetest.BoxOf("udta", loci("Mars\x00", 1)), "", "", 0, 0},
		"3GPP cut short":              {createdAt(may2020), probetest.BoxOf("udta", probetest.FullBox("loci", probetest.U16(0x15C7), []byte("Paris"))), "", "", 0, 0},
		"a phone without a position":  {createdAt(may2020), probetest.BoxOf("udta", userText("\xa9xyz", "+00.0000+000.0000/")), "", "", 0, 0},
		"a film that a program wrote": {createdAt(may2020), probetest.BoxOf("udta", userText("\xa9day", "1999-01-01T00:00:00Z")), "", "", 0, 0},
	} {
		d := probeMP4Of(t, c.header, plainVideo().Box(), c.box).Description
		if d.Camera != c.camera || d.TakenAt != c.taken {
			t.Errorf("%s: by %q at %q, want %q at %q", name, d.Camera, d.TakenAt, c.camera, c.taken)
		}
		switch known := c.latitude != 0; {
		case known != (d.Latitude != nil):
			t.Errorf("%s: a position is known: %v", name, !known)
		case known && (math.Abs(*d.Latitude-c.latitude) > 1e-4 || math.Abs(*d.Longitude-c.longitude) > 1e-4):
			t.Errorf("%s: at %v, %v", name, *d.Latitude, *d.Longitude)
		}
	}
}

// GStreamer's muxer leaves a song's tags with its track.
func TestMP4TagsOfItsOnlyTrackAreTheFiles(t *testing.T) {
	tags := probetest.BoxOf("udta", probetest.FullBox("meta", probetest.FullBox("hdlr", probetest.U32(0), []byte("mdirappl"), make([]byte, 9)),
		probetest.BoxOf("ilst", itemOf("\xa9nam", 1, "Song"), itemOf("\xa9ART", 1, "Band"), itemOf("trkn", 0, "\x00\x00\x00\x03\x00\x0C\x00\x00"))))
	song := probetest.TrackOf{ID: 1, Handler: "soun", Scale: 48000, Duration: 480000, Entry: probetest.SoundEntry("ac-3", 2, 16, 48000, probetest.BoxOf("dac3", []byte{0x10, 0x3D, 0xE0})),
		Tables: [][]byte{probetest.SampleTimes(1, 1536)}, More: [][]byte{tags}}
	d := probeMP4Of(t, probetest.MovieHeader(1000, 10000), song.Box()).Description
	if d.Title != "Song" || d.Artist != "Band" || d.Track != 3 || d.TrackTotal != 12 {
		t.Errorf("a song's: %+v", d)
	}
	own := probetest.BoxOf("udta", probetest.FullBox("meta", probetest.FullBox("hdlr", probetest.U32(0), []byte("mdirappl"), make([]byte, 9)), probetest.BoxOf("ilst", itemOf("\xa9nam", 1, "File"))))
	if d := probeMP4Of(t, probetest.MovieHeader(1000, 10000), song.Box(), own).Description; d.Title != "File" || d.Artist != "Band" {
		t.Errorf("beside the file's own: %+v", d)
	}
	song.ID = 2
	d = probeMP4Of(t, probetest.MovieHeader(1000, 10000), plainVideo().Box(), song.Box()).Description
	if d.Title != "" || d.Artist != "" || d.Media.Audio[0].Title != "Song" {
		t.Errorf("of a film's sound: %+v", d)
	}
}
