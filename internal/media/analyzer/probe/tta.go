package probe

import "github.com/catalogizer/catalogizerd/internal/media"

func matchTTA(head []byte, _ string) bool { return hasMagic(head, "TTA1") && len(head) >= 22 }

func probeTTA(w *Window, r *Result) error { return probeWithEndTags(w, r, probeTTAFrom) }

// probeTTAFrom reads the header of True Audio, which says everything.
func probeTTAFrom(w *Window, r *Result, start, _ int64) error {
	b, err := w.Bytes(start, 22)
	if err != nil {
		return err
	}
	a := media.Audio{Codec: "tta", Channels: int(le16(b[6:])), BitDepth: int(le16(b[8:])), SampleRate: int(le32(b[10:]) & 0xFFFFFF)}
	if a.SampleRate > 0 {
		r.SetDuration(float64(le32(b[14:]))/float64(a.SampleRate), w.Size())
	}
	a.BitRate = r.Description.Media.BitRate
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}
