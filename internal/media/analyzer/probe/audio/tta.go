package audio

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func matchTTA(head []byte, _ string) bool { return window.HasMagic(head, "TTA1") && len(head) >= 22 }

func probeTTA(w *window.Window, r *format.Result) error { return tags.AroundSound(w, r, probeTTAFrom) }

// probeTTAFrom reads the header of True Audio, which says everything.
func probeTTAFrom(w *window.Window, r *format.Result, start, _ int64) error {
	b, err := w.Bytes(start, 22)
	if err != nil {
		return err
	}
	a := media.Audio{Codec: "tta", Channels: int(window.LE16(b[6:])), BitDepth: int(window.LE16(b[8:])), SampleRate: int(window.LE32(b[10:]) & 0xFFFFFF)}
	if a.SampleRate > 0 {
		r.SetDuration(float64(window.LE32(b[14:]))/float64(a.SampleRate), w.Size())
	}
	a.BitRate = r.Description.Media.BitRate
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}
