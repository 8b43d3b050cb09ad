package audio

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// probeADIF reads AAC behind one header (ISO/IEC 14496-3, 1.A.2.1).
func probeADIF(w *window.Window, r *format.Result) error {
	return tags.AroundSound(w, r, func(w *window.Window, r *format.Result, start, end int64) error {
		b, err := w.Bytes(start+4, 28)
		if err != nil {
			return err
		}
		bits := window.BitReader{B: b}
		if bits.Flag() { // a copyright's number
			bits.Skip(72)
		}
		bits.Skip(2)
		variable := bits.Flag()
		rate := int64(bits.Bits(23))
		bits.Skip(4)
		if !variable {
			bits.Skip(20)
		}
		program := bits
		bits.Skip(4)
		object, at := int(bits.Bits(2))+1, int(bits.Bits(4))
		channels := codec.AACProgram(&program)
		if at >= len(codec.AACRates) || channels == 0 {
			return fmt.Errorf("%w: header", window.ErrMalformed)
		}
		a := media.Audio{Codec: "aac", Profile: codec.AACProfile(object), SampleRate: codec.AACRates[at], Channels: channels}
		if rate > 0 && !variable {
			a.BitRate = rate
			r.SetDuration(float64(end-start)*8/float64(rate), w.Size())
		}
		r.Description.Media.Audio = []media.Audio{a}
		return nil
	})
}

func matchShorten(head []byte, _ string) bool {
	return len(head) >= 8 && window.HasMagic(head, "ajkg") && head[4] <= 3
}

// probeShorten says what the file is, and of how many channels: its length would take a decoder.
func probeShorten(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(4, int(min(w.Size()-4, 32)))
	if err != nil {
		return err
	}
	bits := window.BitReader{B: b[1:]}
	number := func(k int) uint32 { // of k bits below what is counted in zeros
		high := uint32(0)
		for !bits.Flag() && !bits.Over && high < 1<<16 {
			high++
		}
		return high<<k | bits.Bits(k)
	}
	long := func() uint32 { return number(int(min(number(2), 31))) }
	kind, channels := long(), long()
	if bits.Over || kind > 12 || channels < 1 || channels > 8 {
		return fmt.Errorf("%w: header", window.ErrMalformed)
	}
	return tags.AroundSound(w, r, func(_ *window.Window, r *format.Result, _, _ int64) error {
		r.Description.Media.Audio = []media.Audio{{Codec: "shorten", Channels: int(channels)}}
		return nil
	})
}
