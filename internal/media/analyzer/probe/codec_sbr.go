package probe

import (
	"math/bits"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// AAC with spectral band replication need not say so in front: old players are to take it for plain AAC. Then
// only the frames tell, each of which ends with a fill element that holds the band's data (ISO/IEC 14496-3,
// 4.4.2.7). What stands before that element takes a decoder to walk through, so it is looked for from the
// frame's end. Chance shows one in one of sixty frames of plain AAC.

// aacMaxCore is the highest rate whose double is in use.
const aacMaxCore = 24000

// aacFrames counts frames, and those of them that end with such an element.
type aacFrames struct{ seen, extended int }

// aacEnough is how many frames are asked for.
const aacEnough = 4

// mayExtend reports whether sound that its configuration calls plain AAC may be more.
func mayExtend(a *media.Audio) bool {
	return (a.Codec == "aac" || a.Codec == "aac_latm") && a.Profile == "LC" && a.SampleRate > 0 && a.SampleRate <= aacMaxCore
}

// frame looks at a raw_data_block.
func (x *aacFrames) frame(b []byte) {
	x.seen++
	end := len(b)*8 - 1
	for i := len(b) - 1; i >= 0; i-- { // the last bit that is set ends ID_END: padding is zeros
		if b[i] != 0 {
			end = i*8 + 8 - bits.TrailingZeros8(b[i])
			break
		}
	}
	r := bitReader{b: b}
	at := func(pos, n int) int {
		r.pos = pos
		return int(r.bits(n))
	}
	if end -= 3; end < 0 || at(end, 3) != 7 {
		return
	}
	for count := 1; count < 270; count++ {
		start := end - 8*count // of the element's payload
		header, want := 7, 6<<4|count
		if count >= 15 {
			header, want = 15, (6<<4|15)<<8|(count-14)
		}
		if start < header {
			return
		}
		if kind := at(start, 4); (kind == 13 || kind == 14) && at(start-header, header) == want {
			x.extended++
			return
		}
	}
}

// adts looks at frames of a stream that begins, or lies, in b.
func (x *aacFrames) adts(b []byte) {
	for i := 0; i+adtsHeaderSize < len(b) && x.seen < 4*aacEnough; {
		f, ok := parseADTSFrame(b[i:])
		if !ok || i+f.bytes > len(b) {
			if i++; x.seen > 0 {
				return
			}
			continue
		}
		header := adtsHeaderSize
		if b[i+1]&1 == 0 { // with a check sum
			header += 2
		}
		if f.samples == 1024 && f.bytes > header {
			x.frame(b[i+header : i+f.bytes])
		}
		i += f.bytes
	}
}

// apply corrects what is known of the sound. One channel is two then, as in ffprobe: whoever saves half the
// band of a single one saves the other channel too.
func (x *aacFrames) apply(a *media.Audio) {
	if !mayExtend(a) || x.extended < aacEnough-1 || 2*x.extended <= x.seen {
		return
	}
	a.SampleRate *= 2
	a.Profile = "HE-AAC"
	if a.Channels == 1 {
		a.Channels, a.Profile = 2, "HE-AACv2"
	}
}
