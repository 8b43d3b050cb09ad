package audio

import (
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

func matchAU(head []byte, _ string) bool {
	return len(head) >= 24 && window.HasMagic(head, ".snd") && window.BE32(head[4:]) >= 24
}

// auCodecs are the encodings of Sun's and NeXT's format.
var auCodecs = map[uint32]string{
	1: "pcm_mulaw", 2: "pcm_s8", 3: "pcm_s16be", 4: "pcm_s24be", 5: "pcm_s32be", 6: "pcm_f32be", 7: "pcm_f64be",
	23: "adpcm_g726le", 24: "adpcm_g722", 25: "adpcm_g726le", 26: "adpcm_g726le", 27: "pcm_alaw",
}

func probeAU(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 24)
	if err != nil {
		return err
	}
	start, size := int64(window.BE32(b[4:])), int64(window.BE32(b[8:]))
	a := media.Audio{Codec: auCodecs[window.BE32(b[12:])], SampleRate: int(window.BE32(b[16:]) & 0xFFFFFF), Channels: int(window.BE32(b[20:]) & 0xFFFF)}
	have := max(w.Size()-start, 0)
	if size == 0xFFFFFFFF { // written to a pipe
		size = have
	}
	if a.BitDepth = codec.PCMDepth(a.Codec); a.BitDepth == 0 && (a.Codec == "pcm_mulaw" || a.Codec == "pcm_alaw") {
		a.BitRate = int64(a.SampleRate) * int64(a.Channels) * 8
	} else {
		a.BitRate = int64(a.SampleRate) * int64(a.Channels) * int64(a.BitDepth)
	}
	if a.BitRate > 0 {
		r.SetDuration(float64(min(size, have))*8/float64(a.BitRate), w.Size())
	}
	r.Description.Media.Audio = []media.Audio{a}
	if err := auAnnotation(w, r, min(start, w.Size())); err != nil {
		return err
	}
	if have < size {
		return fmt.Errorf("%w: %d of %d bytes", window.ErrTruncated, have, size)
	}
	return nil
}

// auAnnotation reads the free text before the sound, which some writers fill with lines "name=value".
func auAnnotation(w *window.Window, r *format.Result, end int64) error {
	b, err := w.Bytes(24, int(min(end-24, tags.MaxValue)))
	if err != nil {
		return err
	}
	var tags tags.Set
	for line := range strings.Lines(text.CString(b)) {
		if name, value, found := strings.Cut(line, "="); found {
			tags.AddNamed(name, value)
		}
	}
	tags.Describe(r)
	return nil
}
