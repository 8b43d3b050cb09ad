package audio

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func matchTrueHD(head []byte, _ string) bool {
	return len(head) >= 32 && bytes.Equal(head[4:8], codec.MLPSync)
}

// probeTrueHD says what the stream is. Its bit rate varies, and its units carry no sync word of their own: a
// duration would take the whole file.
func probeTrueHD(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	var a media.Audio
	if !codec.MLPFrame(head, &a) {
		return fmt.Errorf("%w: no frames", window.ErrMalformed)
	}
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}
