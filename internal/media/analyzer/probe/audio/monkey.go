package audio

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func matchMonkey(head []byte, _ string) bool {
	return len(head) >= 32 && (window.HasMagic(head, "MAC ") || window.HasMagic(head, "MACF")) && window.LE16(head[4:]) >= 3000
}

func probeMonkey(w *window.Window, r *format.Result) error {
	return tags.AroundSound(w, r, probeMonkeyFrom)
}

// probeMonkeyFrom reads the header of Monkey's Audio as its version lays it out (the format's own SDK,
// APEHeader and APEInfo): a descriptor and a header since 3.98, a header of other order before.
func probeMonkeyFrom(w *window.Window, r *format.Result, start, _ int64) error {
	b, err := w.Bytes(start, int(min(w.Size()-start, 512)))
	if err != nil {
		return err
	}
	if len(b) < 32 {
		return fmt.Errorf("%w: header", window.ErrTruncated)
	}
	version := int(window.LE16(b[4:]))
	a := media.Audio{Codec: "ape"}
	var perFrame, final, frames uint32
	if version >= 3980 {
		at := int64(window.LE32(b[8:]))
		if at < 0 || at > int64(len(b)-24) {
			return fmt.Errorf("%w: descriptor of %d bytes", window.ErrMalformed, at)
		}
		h := b[at:]
		perFrame, final, frames = window.LE32(h[4:]), window.LE32(h[8:]), window.LE32(h[12:])
		a.BitDepth, a.Channels, a.SampleRate = int(window.LE16(h[16:])), int(window.LE16(h[18:])), int(window.LE32(h[20:])&0xFFFFFF)
	} else {
		level, flags := window.LE16(b[6:]), window.LE16(b[8:])
		a.Channels, a.SampleRate, a.BitDepth = int(window.LE16(b[10:])), int(window.LE32(b[12:])&0xFFFFFF), 16
		switch {
		case flags&1 != 0:
			a.BitDepth = 8
		case flags&8 != 0:
			a.BitDepth = 24
		}
		frames, final = window.LE32(b[24:]), window.LE32(b[28:])
		switch {
		case version >= 3950:
			perFrame = 73728 * 4
		case version >= 3900, version >= 3800 && level >= 4000:
			perFrame = 73728
		default:
			perFrame = 9216
		}
	}
	if a.Channels == 0 || a.Channels > 32 || a.BitDepth == 0 || a.BitDepth > 32 { // beyond what the format knows
		return fmt.Errorf("%w: sound of %d channels and %d bits", window.ErrMalformed, a.Channels, a.BitDepth)
	}
	if frames > 0 && a.SampleRate > 0 && final <= perFrame {
		r.SetDuration((float64(frames-1)*float64(perFrame)+float64(final))/float64(a.SampleRate), w.Size())
	}
	a.BitRate = r.Description.Media.BitRate
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}
