package audio

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// vocFile is what the blocks of a Creative Voice File say.
type vocFile struct {
	audio media.Audio
	bytes int64
}

func probeVOC(w *window.Window, r *format.Result) error {
	head, err := w.Bytes(0, 26)
	if err != nil {
		return err
	}
	var f vocFile
	cut := false
	for at := int64(window.LE16(head[20:])); w.Size()-at >= 4; {
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Bytes(at, int(min(w.Size()-at, 16)))
		if err != nil {
			return err
		}
		size := int64(b[1]) | int64(b[2])<<8 | int64(b[3])<<16
		if b[0] == 0 || b[0] > 9 { // the end; or what SoX leaves behind a block whose size it states too small
			break
		}
		if cut = size > w.Size()-at-4; cut {
			size = w.Size() - at - 4
		}
		f.block(b[0], b[4:min(int64(len(b)), 4+size)], size)
		at += 4 + size
	}
	if f.audio.Codec == "" {
		return fmt.Errorf("%w: no sound", window.ErrMalformed)
	}
	a := &f.audio
	a.BitRate = int64(a.SampleRate) * int64(a.Channels) * int64(max(a.BitDepth, 8))
	if a.BitRate > 0 {
		r.SetDuration(float64(f.bytes)*8/float64(a.BitRate), w.Size())
	}
	r.Description.Media.Audio = []media.Audio{*a}
	if cut {
		return fmt.Errorf("%w: the sound", window.ErrTruncated)
	}
	return nil
}

// block reads the head of a block of "size" bytes: sound of one channel, more of the same, or sound with a
// whole description before it.
func (f *vocFile) block(kind byte, b []byte, size int64) {
	codecs := map[uint16]string{0: "pcm_u8", 4: "pcm_s16le", 6: "pcm_alaw", 7: "pcm_mulaw"}
	switch {
	case kind == 1 && len(b) >= 2:
		f.audio = media.Audio{Codec: codecs[uint16(b[1])], Channels: 1, SampleRate: 1000000 / (256 - int(b[0]))}
		f.bytes += size - 2
	case kind == 2:
		f.bytes += size
	case kind == 9 && len(b) >= 12:
		f.audio = media.Audio{Codec: codecs[window.LE16(b[6:])], Channels: int(b[5]), SampleRate: int(window.LE32(b) & 0xFFFFFF)}
		f.bytes += size - 12
	}
	f.audio.BitDepth = codec.PCMDepth(f.audio.Codec)
}
