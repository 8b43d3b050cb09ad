package probe

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// adtsHeader is the header of a frame of AAC in the transport that files of it use (ISO/IEC 13818-7, 6.2).
type adtsHeader struct {
	bytes, samples int
	rate           int
	channels       int
	object         int
}

const adtsHeaderSize = 7

func parseADTSFrame(b []byte) (f adtsHeader, ok bool) {
	if len(b) < adtsHeaderSize || b[0] != 0xFF || b[1]&0xF6 != 0xF0 {
		return f, false
	}
	rate := int(b[2] >> 2 & 15)
	if rate >= len(aacRates) {
		return f, false
	}
	f = adtsHeader{
		bytes:    int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5,
		samples:  1024 * (int(b[6]&3) + 1),
		rate:     aacRates[rate],
		channels: aacChannels[b[2]&1<<2|b[3]>>6],
		object:   int(b[2]>>6) + 1,
	}
	return f, f.bytes > adtsHeaderSize
}

// adtsFrameSize is parseADTSFrame for the walks over frames.
func adtsFrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	f, ok := parseADTSFrame(b)
	return f.bytes, f.samples, uint32(f.rate)<<8 | uint32(f.channels)<<4 | uint32(f.object), ok
}

func matchADTS(head []byte, ext string) bool {
	if ext == ".aac" || ext == ".adts" {
		return findFrame(head, 0xFF, 2, adtsFrameSize) >= 0
	}
	return chained(head, 3, adtsFrameSize)
}

func probeADTS(w *Window, r *Result) error { return probeWithEndTags(w, r, probeADTSFrom) }

// probeADTSFrom reads the frames between start and end. ADTS has no header of its own, and its bit
// rate is never constant: frames all over a long file give its duration.
func probeADTSFrom(w *Window, r *Result, start, end int64) error {
	head, err := w.Bytes(start, int(min(end-start, windowSize)))
	if err != nil {
		return err
	}
	at := findFrame(head, 0xFF, 2, adtsFrameSize)
	if at < 0 {
		return fmt.Errorf("%w: no frames", ErrMalformed)
	}
	start += int64(at)
	f, _ := parseADTSFrame(head[at:])
	a := media.Audio{Codec: "aac", Profile: aacProfile(f.object), Channels: f.channels, SampleRate: f.rate}
	var x aacFrames // before anything else is read over the head
	x.adts(head[at:])
	if err := probeFrames(w, r, a, start, end, 0xFF, adtsFrameSize); err != nil {
		return err
	}
	x.apply(&r.Description.Media.Audio[0])
	return nil
}
