package probe

import (
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func matchAU(head []byte, _ string) bool {
	return len(head) >= 24 && hasMagic(head, ".snd") && be32(head[4:]) >= 24
}

// auCodecs are the encodings of Sun's and NeXT's format.
var auCodecs = map[uint32]string{
	1: "pcm_mulaw", 2: "pcm_s8", 3: "pcm_s16be", 4: "pcm_s24be", 5: "pcm_s32be", 6: "pcm_f32be", 7: "pcm_f64be",
	23: "adpcm_g726le", 24: "adpcm_g722", 25: "adpcm_g726le", 26: "adpcm_g726le", 27: "pcm_alaw",
}

func probeAU(w *Window, r *Result) error {
	b, err := w.Bytes(0, 24)
	if err != nil {
		return err
	}
	start, size := int64(be32(b[4:])), int64(be32(b[8:]))
	a := media.Audio{Codec: auCodecs[be32(b[12:])], SampleRate: int(be32(b[16:]) & 0xFFFFFF), Channels: int(be32(b[20:]) & 0xFFFF)}
	have := max(w.Size()-start, 0)
	if size == 0xFFFFFFFF { // written to a pipe
		size = have
	}
	if a.BitDepth = depthOf(a.Codec); a.BitDepth == 0 && (a.Codec == "pcm_mulaw" || a.Codec == "pcm_alaw") {
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
		return fmt.Errorf("%w: %d of %d bytes", ErrTruncated, have, size)
	}
	return nil
}

// auAnnotation reads the free text before the sound, which some writers fill with lines "name=value".
func auAnnotation(w *Window, r *Result, end int64) error {
	b, err := w.Bytes(24, int(min(end-24, maxTagValue)))
	if err != nil {
		return err
	}
	var tags tagSet
	for line := range strings.Lines(cString(b)) {
		if name, value, found := strings.Cut(line, "="); found {
			tags.addNamed(name, value)
		}
	}
	tags.describe(r)
	return nil
}
