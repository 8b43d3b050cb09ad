package audio

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// ac3FrameSize reads the length and time of a frame of AC-3 or Enhanced AC-3 (ATSC A/52, 5.4.1 and
// E.2.3.1) for the walks over frames. The key tells the rate only: bit rate and channels may change within a stream.
func ac3FrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	if len(b) < 8 || b[0] != 0x0B || b[1] != 0x77 || b[5]>>3 > 16 {
		return 0, 0, 0, false
	}
	if b[5]>>3 > 10 {
		return eac3FrameSize(b)
	}
	code, size := b[4]>>6, int(b[4]&0x3F)
	if code == 3 || size >= 2*len(codec.AC3BitRates) {
		return 0, 0, 0, false
	}
	bits := codec.AC3BitRates[size/2] * 1000 * 1536 / codec.AC3Rates[code]
	words := bits / 16
	if code == 1 {
		words += size & 1 // at 44.1 kHz the odd codes are a word longer
	}
	return words * 2, 1536, uint32(codec.AC3Rates[code] >> max(int(b[5]>>3)-8, 0)), true
}

// eac3FrameSize is for a frame of Enhanced AC-3; one that is not of the first independent substream
// takes no time of its own.
func eac3FrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	r := window.BitReader{B: b[2:]}
	kind, substream := r.Bits(2), r.Bits(3)
	n = int(r.Bits(11)+1) * 2
	code, blocks, rate := r.Bits(2), 6, 0
	if code == 3 {
		if code = r.Bits(2); code == 3 {
			return 0, 0, 0, false
		}
		rate = codec.AC3Rates[code] / 2
	} else {
		rate = codec.AC3Rates[code]
		blocks = [4]int{1, 2, 3, 6}[r.Bits(2)]
	}
	if kind != 1 && substream == 0 {
		samples = 256 * blocks
	}
	return n, samples, uint32(rate), kind != 3 && n >= 8
}

func matchAC3(head []byte, ext string) bool {
	if ext == ".ac3" || ext == ".eac3" || ext == ".ec3" {
		return findFrame(head, 0x0B, 1, ac3FrameSize) >= 0
	}
	return chained(head, 3, ac3FrameSize)
}

func probeAC3(w *window.Window, r *format.Result) error { return probeAC3From(w, r, 0, w.Size()) }

// probeAC3From reads the stream between start and end.
func probeAC3From(w *window.Window, r *format.Result, start, end int64) error {
	head, err := w.Bytes(start, int(min(end-start, window.Size)))
	if err != nil {
		return err
	}
	at := findFrame(head, 0x0B, 1, ac3FrameSize)
	var a media.Audio
	if at < 0 || !codec.AC3Frame(head[at:], &a) {
		return fmt.Errorf("%w: no frames", window.ErrMalformed)
	}
	return probeFrames(w, r, a, start+int64(at), end, 0x0B, ac3FrameSize)
}

// probeFrames describes a file that is one stream of frames, of which a is what the first said.
func probeFrames(w *window.Window, r *format.Result, a media.Audio, start, end int64, sync byte, parse frameParser) error {
	samples, ok, err := averageFrames(w, start, end, sync, parse)
	if err != nil {
		return err
	}
	m := r.Description.Media
	if m.Container = a.Codec; ok && a.SampleRate > 0 {
		r.SetDuration(samples/float64(a.SampleRate), w.Size())
		a.BitRate = nominalBitRate(a.BitRate, format.BitRate(end-start, m.DurationSeconds))
	}
	m.Audio = []media.Audio{a}
	return nil
}

// nominalBitRate is the rate that frames state, where the measured one is the same but for rounding.
func nominalBitRate(stated, measured int64) int64 {
	if d := stated - measured; d*100 < stated && -d*100 < stated {
		return stated
	}
	return measured
}
