package audio

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// adtsFrameSize is parseADTSFrame for the walks over frames.
func adtsFrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	f, ok := codec.ParseADTSFrame(b)
	return f.Bytes, f.Samples, uint32(f.Rate)<<8 | uint32(f.Channels)<<4 | uint32(f.Object), ok
}

func matchADTS(head []byte, ext string) bool {
	if ext == ".aac" || ext == ".adts" {
		return findFrame(head, 0xFF, 2, adtsFrameSize) >= 0
	}
	return chained(head, 3, adtsFrameSize)
}

func probeADTS(w *window.Window, r *format.Result) error {
	return tags.AroundSound(w, r, probeADTSFrom)
}

// probeADTSFrom reads the frames between start and end. ADTS has no header of its own, and its bit
// rate is never constant: frames all over a long file give its duration.
func probeADTSFrom(w *window.Window, r *format.Result, start, end int64) error {
	head, err := w.Bytes(start, int(min(end-start, window.Size)))
	if err != nil {
		return err
	}
	at := findFrame(head, 0xFF, 2, adtsFrameSize)
	if at < 0 {
		return fmt.Errorf("%w: no frames", window.ErrMalformed)
	}
	start += int64(at)
	f, _ := codec.ParseADTSFrame(head[at:])
	a := media.Audio{Codec: "aac", Profile: codec.AACProfile(f.Object), Channels: f.Channels, SampleRate: f.Rate}
	var x codec.AACFrames // before anything else is read over the head
	x.ADTS(head[at:])
	if err := probeFrames(w, r, a, start, end, 0xFF, adtsFrameSize); err != nil {
		return err
	}
	x.Apply(&r.Description.Media.Audio[0])
	return nil
}
