package audio

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func matchLOAS(head []byte, ext string) bool {
	if ext == ".loas" || ext == ".latm" {
		return findFrame(head, 0x56, 2, codec.LOASFrameSize) >= 0
	}
	return chained(head, 4, codec.LOASFrameSize)
}

// probeLOAS reads AAC in the transport of digital broadcasts.
func probeLOAS(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	at := findFrame(head, 0x56, 2, codec.LOASFrameSize)
	var a media.Audio
	if at < 0 || !codec.LATMFrame(head[at:], &a) {
		return fmt.Errorf("%w: no frames", window.ErrMalformed)
	}
	var x codec.AACFrames // before anything else is read over the head
	x.LATM(head[at:])
	if err := probeFrames(w, r, a, int64(at), w.Size(), 0x56, codec.LOASFrameSize); err != nil {
		return err
	}
	x.Apply(&r.Description.Media.Audio[0])
	r.Description.Media.Container = "loas"
	return nil
}
