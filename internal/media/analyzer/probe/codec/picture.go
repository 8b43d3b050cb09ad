// Package codec reads the headers of streams, which many containers hold: sizes, rates, profiles, channels.
package codec

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Picture is what the headers of a video codec say of its pictures. Zero means unknown.
type Picture struct {
	Profile   string
	Width     int
	Height    int
	Rate      float64 // frames a second, where the codec's own timing gives it
	Depth     int
	Primaries int // ITU-T H.273 colour primaries
	Transfer  int // ITU-T H.273 transfer characteristics
}

// The colour codes of ITU-T H.273 that tell high dynamic range.
const (
	primariesBT2020 = 9
	transferPQ      = 16 // SMPTE ST 2084
	transferHLG     = 18 // ARIB STD-B67
)

// HDRKind names the kind of high dynamic range; empty means standard range. mastering says that the
// container carries mastering display or light level metadata (SMPTE ST 2086, CTA-861.3).
func HDRKind(primaries, transfer int, mastering bool) string {
	switch transfer {
	case transferPQ:
		if primaries == primariesBT2020 || mastering {
			return "hdr10"
		}
		return "pq"
	case transferHLG:
		return "hlg"
	}
	return ""
}

// MaxRate is the highest frame rate that a codec's own header is believed. Encoders that do not know it write the
// clock's there, 600 or 1000 a second: then the frames' times tell it.
const MaxRate = 240

// codecRate is a rate that a codec's header states; 0, unknown, where it cannot be true.
func codecRate(r float64) float64 {
	if r > MaxRate {
		return 0
	}
	return r
}

// Fill puts what the codec says where the container has said nothing.
func (f *Picture) Fill(v *media.Video) {
	if v.Profile == "" {
		v.Profile = f.Profile
	}
	if f.Width > 0 && f.Height > 0 && (v.Width <= 0 || v.Height <= 0) {
		v.Width, v.Height = f.Width, f.Height
	}
	if v.FrameRate == 0 && f.Rate > 0 && f.Rate <= MaxRate {
		v.FrameRate = f.Rate
	}
	if v.BitDepth == 0 {
		v.BitDepth = f.Depth
	}
	if v.HDR == "" {
		v.HDR = HDRKind(f.Primaries, f.Transfer, false)
	}
}

// FixedDepth is the bit depth of the codecs that know only one; 0 of all others.
func FixedDepth(codec string) int {
	switch codec {
	case "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "h263", "h261", "flv1", "vp3", "vp4", "vp5", "vp6", "vp6f", "vp6a", "vp7", "vp8",
		"theora", "wmv1", "wmv2", "wmv3", "vc1", "rv10", "rv20", "rv30", "rv40", "dvvideo", "mjpeg", "svq1", "svq3", "cinepak", "indeo3", "indeo4", "indeo5":
		return 8
	}
	return 0
}

// commonRates are the frame rates that cameras and broadcasters use.
var commonRates = [...]float64{12, 15, 24000.0 / 1001, 24, 25, 30000.0 / 1001, 30, 48, 50, 60000.0 / 1001, 60, 100, 120000.0 / 1001, 120}

// MeasuredRate is the frame rate by the presentation times of consecutive frames, in seconds and in any
// order, each rounded to a tick. The last of many are left out: frames before them may not have been
// seen yet. It takes the one common rate that the rounding allows, else the mean where the span is long
// enough for it to be exact. It is 0 where neither can be said, or the frames do not come evenly.
func MeasuredRate(times []float64, tick float64) float64 {
	slices.Sort(times)
	times = slices.Compact(times)
	if len(times) > 8 {
		times = times[:len(times)-3]
	}
	n := len(times) - 1
	if n < 3 {
		return 0
	}
	span := times[n] - times[0]
	mean := span / float64(n)
	for i := range n {
		if gap := times[i+1] - times[i]; gap < mean-2*tick || gap > mean+2*tick {
			return 0
		}
	}
	if span <= 2*tick {
		return 0
	}
	low, high := float64(n)/(span+tick), float64(n)/(span-tick)
	found := 0.0
	for _, r := range commonRates {
		if r < low || r > high {
			continue
		}
		if found != 0 {
			found = 0
			break
		}
		found = r
	}
	if found != 0 {
		return found
	}
	if tick/span < 0.004 && mean > 1e-3 {
		return 1 / mean
	}
	return 0
}

// MeanRate is the frame rate by the times of many frames that do not come evenly, in seconds; 0 where they are few.
func MeanRate(times []float64) float64 {
	if len(times) < 24 {
		return 0
	}
	slices.Sort(times)
	if span := times[len(times)-1] - times[0]; span >= 1 {
		return float64(len(times)-1) / span
	}
	return 0
}
