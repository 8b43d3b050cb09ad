package probe

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func matchADIF(head []byte, _ string) bool { return len(head) >= 32 && hasMagic(head, "ADIF") }

// probeADIF reads AAC behind one header (ISO/IEC 14496-3, 1.A.2.1).
func probeADIF(w *Window, r *Result) error {
	return probeWithEndTags(w, r, func(w *Window, r *Result, start, end int64) error {
		b, err := w.Bytes(start+4, 28)
		if err != nil {
			return err
		}
		bits := bitReader{b: b}
		if bits.flag() { // a copyright's number
			bits.skip(72)
		}
		bits.skip(2)
		variable := bits.flag()
		rate := int64(bits.bits(23))
		bits.skip(4)
		if !variable {
			bits.skip(20)
		}
		program := bits
		bits.skip(4)
		object, at := int(bits.bits(2))+1, int(bits.bits(4))
		channels := aacProgram(&program)
		if at >= len(aacRates) || channels == 0 {
			return fmt.Errorf("%w: header", ErrMalformed)
		}
		a := media.Audio{Codec: "aac", Profile: aacProfile(object), SampleRate: aacRates[at], Channels: channels}
		if rate > 0 && !variable {
			a.BitRate = rate
			r.SetDuration(float64(end-start)*8/float64(rate), w.Size())
		}
		r.Description.Media.Audio = []media.Audio{a}
		return nil
	})
}

func matchShorten(head []byte, _ string) bool {
	return len(head) >= 8 && hasMagic(head, "ajkg") && head[4] <= 3
}

// probeShorten says what the file is, and of how many channels: its length would take a decoder.
func probeShorten(w *Window, r *Result) error {
	b, err := w.Bytes(4, int(min(w.Size()-4, 32)))
	if err != nil {
		return err
	}
	bits := bitReader{b: b[1:]}
	number := func(k int) uint32 { // of k bits below what is counted in zeros
		high := uint32(0)
		for !bits.flag() && !bits.over && high < 1<<16 {
			high++
		}
		return high<<k | bits.bits(k)
	}
	long := func() uint32 { return number(int(min(number(2), 31))) }
	kind, channels := long(), long()
	if bits.over || kind > 12 || channels < 1 || channels > 8 {
		return fmt.Errorf("%w: header", ErrMalformed)
	}
	return probeWithEndTags(w, r, func(_ *Window, r *Result, _, _ int64) error {
		r.Description.Media.Audio = []media.Audio{{Codec: "shorten", Channels: int(channels)}}
		return nil
	})
}
