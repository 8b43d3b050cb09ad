package audio

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/tags"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// wavpackBlock is a block's header (WavPack 4 & 5 Binary File / Block Format).
type wavpackBlock struct {
	size    int64  // of the block with its header
	total   uint64 // samples of the file; unknown: see known
	known   bool
	index   uint64 // of the block's first sample
	samples uint32
	flags   uint32
}

const (
	wavpackHeader  = 32
	wavpackMono    = 1 << 2
	wavpackFirst   = 1 << 11
	wavpackLast    = 1 << 12
	wavpackDSD     = 1 << 31
	wavpackMaxPart = 64 // blocks that hold the channels of one time
)

var wavpackRates = [15]int{6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 192000}

func parseWavPackBlock(b []byte) (k wavpackBlock, ok bool) {
	if len(b) < wavpackHeader || !window.HasMagic(b, "wvpk") || window.LE16(b[8:])>>8 != 4 {
		return k, false
	}
	k = wavpackBlock{
		size: int64(window.LE32(b[4:])) + 8, total: uint64(window.LE32(b[12:])), index: uint64(window.LE32(b[16:])) + uint64(b[10])<<32,
		samples: window.LE32(b[20:]), flags: window.LE32(b[24:]),
	}
	if k.known = k.total != 0xFFFFFFFF; k.known {
		k.total += uint64(b[11])<<32 - uint64(b[11])
	}
	return k, k.size >= wavpackHeader
}

func matchWavPack(head []byte, _ string) bool {
	_, ok := parseWavPackBlock(head)
	return ok
}

func probeWavPack(w *window.Window, r *format.Result) error {
	return tags.AroundSound(w, r, probeWavPackFrom)
}

func probeWavPackFrom(w *window.Window, r *format.Result, start, end int64) error {
	a := media.Audio{Codec: "wavpack"}
	var first wavpackBlock
	rate, stated := 0, 0
	at := start
	for i := range wavpackMaxPart { // the channels lie in blocks of one or two each
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Peek(at, wavpackHeader)
		if err != nil {
			return err
		}
		k, ok := parseWavPackBlock(b)
		if !ok {
			return fmt.Errorf("%w: no block at %d", window.ErrMalformed, at)
		}
		if k.samples == 0 { // of metadata alone
			at += k.size
			continue
		}
		if first.size == 0 {
			first = k
			if rate, stated, err = wavpackInfo(w, at, k); err != nil {
				return err
			}
		}
		a.Channels += 2
		if k.flags&wavpackMono != 0 {
			a.Channels--
		}
		if at += k.size; k.flags&wavpackLast != 0 || stated > 0 || i > 0 && k.flags&wavpackFirst != 0 || at >= end {
			break
		}
	}
	if first.size == 0 {
		return fmt.Errorf("%w: no sound", window.ErrMalformed)
	}
	if stated > 0 {
		a.Channels = stated
	}
	total := first.total
	if !first.known {
		var err error
		if total, err = wavpackEnd(w, start, end); err != nil {
			return err
		}
	}
	if rate > 0 {
		r.SetDuration(float64(total)/float64(rate), w.Size())
	}
	a.SampleRate, a.BitDepth = rate, int(first.flags&3+1)*8-int(first.flags>>13&31)
	if first.flags&wavpackDSD != 0 {
		a.SampleRate, a.BitDepth = rate*8, 1
	}
	a.BitRate = r.Description.Media.BitRate
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}

// wavpackInfo reads the rate of a block's samples and, where a sub-block states it, the number of channels of the file.
func wavpackInfo(w *window.Window, at int64, k wavpackBlock) (rate, channels int, err error) {
	if i := k.flags >> 23 & 15; int(i) < len(wavpackRates) {
		rate = wavpackRates[i]
	}
	b, err := w.Bytes(at, int(min(k.size, 4096, w.Size()-at)))
	if err != nil {
		return 0, 0, err
	}
	for b = b[min(wavpackHeader, len(b)):]; len(b) >= 2; {
		if err := w.Element(); err != nil {
			return 0, 0, err
		}
		id, n, head := b[0], int(b[1])*2, 2
		if id&0x80 != 0 {
			if len(b) < 4 {
				break
			}
			n, head = (int(b[1])|int(b[2])<<8|int(b[3])<<16)*2, 4
		}
		if n > len(b)-head {
			n = len(b) - head
		}
		d := b[head : head+n]
		if id&0x40 != 0 && n > 0 {
			d = d[:n-1]
		}
		switch id & 0x3F {
		case 0x0D:
			if len(d) > 0 {
				channels = int(d[0])
			}
			if len(d) >= 6 {
				channels = (int(d[0]) | int(d[2]&15)<<8) + 1
			}
		case 0x27:
			if len(d) >= 3 {
				rate = int(d[0]) | int(d[1])<<8 | int(d[2])<<16
			}
		case 0x0E: // of DSD: the power of two that the rate was divided by
			if len(d) > 0 && d[0] < 16 && k.flags&wavpackDSD != 0 {
				rate <<= d[0]
			}
		}
		b = b[head+n:]
	}
	return rate, channels, nil
}

// wavpackEnd finds the last block of a file whose writer did not come back to state its length. It
// returns 0 where none lies in the last window.
func wavpackEnd(w *window.Window, start, end int64) (uint64, error) {
	off := max(start, end-window.Size)
	b, err := w.Bytes(off, int(end-off))
	if err != nil {
		return 0, window.Forgive(err)
	}
	for i := bytes.LastIndex(b, []byte("wvpk")); i >= 0; i = bytes.LastIndex(b[:i], []byte("wvpk")) {
		if err := w.Element(); err != nil {
			return 0, err
		}
		if k, ok := parseWavPackBlock(b[i:]); ok && k.samples > 0 {
			return k.index + uint64(k.samples), nil
		}
	}
	return 0, nil
}
