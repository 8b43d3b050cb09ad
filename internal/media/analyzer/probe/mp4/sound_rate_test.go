package mp4

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

// songOf lays out what a song of ten seconds says of itself, whose bit rate is stated.
func songOf(stated uint32, more ...[]byte) []byte { return editedSongOf(10_000, stated, more...) }

// editedSongOf lays out one of which edits leave so many milliseconds.
func editedSongOf(left, stated uint32, more ...[]byte) []byte {
	entry := probetest.SoundEntry("mp4a", 2, 16, 44100, probetest.FullBox("esds", probetest.ESDSOf(0x40, 0x12, 0x10)), probetest.BoxOf("btrt", probetest.U32(0, stated, stated)))
	sound := probetest.TrackOf{ID: 1, Handler: "soun", Scale: 44100, Duration: 441_000, Entry: entry}
	return probetest.BoxOf("moov", slices.Concat([][]byte{probetest.MovieHeader(1000, left), sound.Box()}, more)...)
}

func TestABitRateIsStatedWhereTheMediaDataBearItOut(t *testing.T) {
	media := probetest.BoxOf("mdat", make([]byte, 40_000))
	cover := probetest.BoxOf("udta", make([]byte, 30_000))
	for name, c := range map[string]struct {
		boxes [][]byte
		want  int64
	}{
		"about true":              {[][]byte{songOf(33_000), media}, 33_000},
		"what was asked for":      {[][]byte{songOf(256_000), media}, 32_000},
		"too little":              {[][]byte{songOf(9000), media}, 32_000},
		"none, beside a picture":  {[][]byte{songOf(0, cover), media}, 32_000},
		"behind the media data":   {[][]byte{media, songOf(256_000)}, 32_000},
		"edited":                  {[][]byte{editedSongOf(2000, 256_000), media}, 32_000},
		"of media data elsewhere": {[][]byte{songOf(128_000), probetest.BoxOf("mdat", make([]byte, 30))}, 128_000},
		"with more data than one": {[][]byte{songOf(256_000), media, media}, 256_000},
		"between its data":        {[][]byte{media, songOf(256_000), media}, 64_000},
	} {
		data := slices.Concat(append([][]byte{probetest.MP4Brand}, c.boxes...)...)
		r, err := probeBytes(data, ".m4a")
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Description.Media.Audio[0].BitRate; got != c.want {
			t.Errorf("%s: %d, should be %d", name, got, c.want)
		}
	}
}
