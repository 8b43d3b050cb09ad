package image

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestPictureSequencesWithoutItemsAreOfTheSizeOfTheirTrack(t *testing.T) {
	track := probetest.TrackOf{ID: 1, Handler: "pict", Scale: 30, Duration: 60, Entry: probetest.VisualEntry("hvc1", 320, 240), Tables: [][]byte{probetest.SampleTimes(60, 1)}}
	data := slices.Concat(probetest.BoxOf("ftyp", []byte("msf1"), probetest.U32(0), []byte("hevc")), probetest.BoxOf("moov", probetest.MovieHeader(30, 60), track.Box()), probetest.BoxOf("mdat", make([]byte, 16)))
	r, err := probeBytes(data, ".heif")
	if m := r.Description.Media; err != nil || r.Kind != "image" || m.Width != 320 || m.Height != 240 {
		t.Errorf("%s %+v, %v", r.Kind, m, err)
	}
}
