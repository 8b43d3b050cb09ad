package probetest

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// SoundOf is a file of one stream. Rates of bits are not compared: they follow from size and duration.
func SoundOf(container string, seconds float64, a media.Audio) media.Description {
	return media.Description{Media: &media.Media{Container: container, DurationSeconds: seconds, Audio: []media.Audio{a}}}
}

// Stream is a stream of sound as a test expects it.
func Stream(codec string, channels, rate, depth int) media.Audio {
	return media.Audio{Codec: codec, Channels: channels, SampleRate: rate, BitDepth: depth}
}

// AboutTheSame compares descriptions, durations to a millisecond.
var AboutTheSame = cmp.Options{
	cmpopts.IgnoreFields(media.Media{}, "BitRate"), cmpopts.IgnoreFields(media.Audio{}, "BitRate"),
	cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 0.001 }),
}
