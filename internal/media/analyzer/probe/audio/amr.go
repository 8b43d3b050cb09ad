package audio

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Lengths of frames by type, with the byte that tells it (RFC 4867, 5.3). Types of 0 are not defined.
var (
	amrNarrow = [16]int{13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1}
	amrWide   = [16]int{18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1}
)

// probeAMR reads a recording of a telephone's speech codec (RFC 4867, 5): a frame for every 20 ms.
func probeAMR(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	a := media.Audio{Codec: "amr_nb", Channels: 1, SampleRate: 8000}
	sizes, start := &amrNarrow, int64(6)
	if window.HasMagic(head, "#!AMR-WB\n") {
		a.Codec, a.SampleRate, sizes, start = "amr_wb", 16000, &amrWide, 9
	}
	parse := func(b []byte) (n, samples int, key uint32, ok bool) {
		if len(b) == 0 || b[0]&0x83 != 0 {
			return 0, 0, 0, false
		}
		n = sizes[b[0]>>3&15]
		return n, a.SampleRate / 50, 1, n > 0
	}
	if start >= w.Size() {
		return fmt.Errorf("%w: no frames", window.ErrTruncated)
	}
	if err := probeFrames(w, r, a, start, w.Size(), anyByte, parse); err != nil {
		return err
	}
	r.Description.Media.Container = "amr"
	return nil
}
