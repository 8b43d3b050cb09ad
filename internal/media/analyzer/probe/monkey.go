package probe

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func matchMonkey(head []byte, _ string) bool {
	return len(head) >= 32 && (hasMagic(head, "MAC ") || hasMagic(head, "MACF")) && le16(head[4:]) >= 3000
}

func probeMonkey(w *Window, r *Result) error { return probeWithEndTags(w, r, probeMonkeyFrom) }

// probeMonkeyFrom reads the header of Monkey's Audio as its version lays it out (the format's own SDK,
// APEHeader and APEInfo): a descriptor and a header since 3.98, a header of other order before.
func probeMonkeyFrom(w *Window, r *Result, start, _ int64) error {
	b, err := w.Bytes(start, int(min(w.Size()-start, 512)))
	if err != nil {
		return err
	}
	if len(b) < 32 {
		return fmt.Errorf("%w: header", ErrTruncated)
	}
	version := int(le16(b[4:]))
	a := media.Audio{Codec: "ape"}
	var perFrame, final, frames uint32
	if version >= 3980 {
		at := int64(le32(b[8:]))
		if at < 0 || at > int64(len(b)-24) {
			return fmt.Errorf("%w: descriptor of %d bytes", ErrMalformed, at)
		}
		h := b[at:]
		perFrame, final, frames = le32(h[4:]), le32(h[8:]), le32(h[12:])
		a.BitDepth, a.Channels, a.SampleRate = int(le16(h[16:])), int(le16(h[18:])), int(le32(h[20:])&0xFFFFFF)
	} else {
		level, flags := le16(b[6:]), le16(b[8:])
		a.Channels, a.SampleRate, a.BitDepth = int(le16(b[10:])), int(le32(b[12:])&0xFFFFFF), 16
		switch {
		case flags&1 != 0:
			a.BitDepth = 8
		case flags&8 != 0:
			a.BitDepth = 24
		}
		frames, final = le32(b[24:]), le32(b[28:])
		switch {
		case version >= 3950:
			perFrame = 73728 * 4
		case version >= 3900, version >= 3800 && level >= 4000:
			perFrame = 73728
		default:
			perFrame = 9216
		}
	}
	if frames > 0 && a.SampleRate > 0 && final <= perFrame {
		r.SetDuration((float64(frames-1)*float64(perFrame)+float64(final))/float64(a.SampleRate), w.Size())
	}
	a.BitRate = r.Description.Media.BitRate
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}
