package audio

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func probeTAK(w *window.Window, r *format.Result) error { return tags.AroundSound(w, r, probeTAKFrom) }

// probeTAKFrom reads the stream information of Tom's lossless Audio Kompressor, the first of its
// metadata objects: fields packed from the lowest bit up.
func probeTAKFrom(w *window.Window, r *format.Result, start, end int64) error {
	b, err := w.Bytes(start, int(min(end-start, 32)))
	if err != nil {
		return err
	}
	if len(b) < 8+11 || b[4]&0x7F != 1 {
		return fmt.Errorf("%w: no stream information", window.ErrMalformed)
	}
	b = b[8:]
	pos := 0
	bits := func(n int) (v uint64) {
		for i := range n {
			v |= uint64(b[(pos+i)>>3]>>((pos+i)&7)&1) << i
		}
		pos += n
		return v
	}
	bits(6 + 4 + 4) // codec, profile, type of frame
	samples := bits(35)
	bits(3)
	a := media.Audio{Codec: "tak", SampleRate: int(bits(18)) + 6000, BitDepth: int(bits(5)) + 8, Channels: int(bits(4)) + 1}
	r.SetDuration(float64(samples)/float64(a.SampleRate), w.Size())
	a.BitRate = r.Description.Media.BitRate
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}

func probeOptimFROG(w *window.Window, r *format.Result) error {
	return tags.AroundSound(w, r, probeOptimFROGFrom)
}

// probeOptimFROGFrom reads OptimFROG's header: a count of samples over all channels in 48 bits, their type,
// the channels, the rate.
func probeOptimFROGFrom(w *window.Window, r *format.Result, start, _ int64) error {
	b, err := w.Bytes(start, 20)
	if err != nil {
		return err
	}
	total := uint64(window.LE32(b[8:])) | uint64(window.LE16(b[12:]))<<32
	a := media.Audio{Codec: "optimfrog", Channels: int(b[15]) + 1, SampleRate: int(window.LE32(b[16:]) & 0xFFFFFF)}
	if kind := int(b[14]); kind < 6 {
		a.BitDepth = (kind/2 + 1) * 8
	}
	if a.SampleRate > 0 {
		r.SetDuration(float64(total)/float64(a.Channels)/float64(a.SampleRate), w.Size())
	}
	a.BitRate = r.Description.Media.BitRate
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}
