package probe

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// loasFrameSize reads the length of a LOAS frame (ISO/IEC 14496-3, 1.7.2) for the walks over frames.
func loasFrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	if len(b) < 3 || b[0] != 0x56 || b[1]&0xE0 != 0xE0 {
		return 0, 0, 0, false
	}
	n = 3 + int(b[1]&0x1F)<<8 + int(b[2])
	return n, 1024, 1, n > 3
}

func matchLOAS(head []byte, ext string) bool {
	if ext == ".loas" || ext == ".latm" {
		return findFrame(head, 0x56, 2, loasFrameSize) >= 0
	}
	return chained(head, 4, loasFrameSize)
}

// probeLOAS reads AAC in the transport of digital broadcasts.
func probeLOAS(w *Window, r *Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	at := findFrame(head, 0x56, 2, loasFrameSize)
	var a media.Audio
	if at < 0 || !latmFrame(head[at:], &a) {
		return fmt.Errorf("%w: no frames", ErrMalformed)
	}
	if err := probeFrames(w, r, a, int64(at), w.Size(), 0x56, loasFrameSize); err != nil {
		return err
	}
	r.Description.Media.Container = "loas"
	return nil
}

// mlpSync is the major sync of Dolby TrueHD, the first of an access unit behind its length and time.
var mlpSync = []byte{0xF8, 0x72, 0x6F, 0xBA}

func matchTrueHD(head []byte, _ string) bool {
	return len(head) >= 32 && bytes.Equal(head[4:8], mlpSync)
}

// probeTrueHD says what the stream is. Its bit rate varies, and its units carry no sync word of their own: a
// duration would take the whole file.
func probeTrueHD(w *Window, r *Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	var a media.Audio
	if !mlpFrame(head, &a) {
		return fmt.Errorf("%w: no frames", ErrMalformed)
	}
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}
