package audio

import (
	"math"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestSoundBehindOneHeader(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		ext  string
		want media.Audio
		secs float64
	}{
		"ADIF of a constant rate": {probetest.ADIFOf(0), ".aac", media.Audio{Codec: "aac", Profile: "LC", SampleRate: 48000, Channels: 2, BitRate: 128000}, 1},
		"ADIF of a variable one":  {probetest.ADIFOf(1), ".aac", media.Audio{Codec: "aac", Profile: "LC", SampleRate: 48000, Channels: 2}, 0},
		"Shorten":                 {probetest.ShortenOf(), ".shn", media.Audio{Codec: "shorten", Channels: 2}, 0},
	} {
		r, err := probeBytes(c.data, c.ext)
		if m := r.Description.Media; err != nil || len(m.Audio) != 1 || m.Audio[0] != c.want || math.Abs(m.DurationSeconds-c.secs) > 0.001 {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}
