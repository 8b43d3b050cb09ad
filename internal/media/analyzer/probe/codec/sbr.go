package codec

import (
	"math/bits"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// AAC with spectral band replication need not say so in front: old players are to take it for plain AAC. Then
// only the frames tell, each of which ends with a fill element that holds the band's data (ISO/IEC 14496-3,
// 4.4.2.7). What stands before that element takes a decoder to walk through, so it is looked for from the
// frame's end. Chance shows one in one of sixty frames of plain AAC.

// aacMaxCore is the highest rate whose double is in use.
const aacMaxCore = 24000

// AACFrames counts frames, and those of them that end with such an element.
type AACFrames struct{ Seen, extended int }

// AACEnough is how many frames are asked for.
const AACEnough = 4

// MayExtend reports whether sound that its configuration calls plain AAC may be more.
func MayExtend(a *media.Audio) bool {
	return (a.Codec == "aac" || a.Codec == "aac_latm") && a.Profile == "LC" && a.SampleRate > 0 && a.SampleRate <= aacMaxCore
}

// Frame looks at a raw_data_block.
func (x *AACFrames) Frame(b []byte) {
	x.Seen++
	end := len(b)*8 - 1
	for i := len(b) - 1; i >= 0; i-- { // the last bit that is set ends ID_END: padding is zeros
		if b[i] != 0 {
			end = i*8 + 8 - bits.TrailingZeros8(b[i])
			break
		}
	}
	r := window.BitReader{B: b}
	at := func(pos, n int) int {
		r.Pos = pos
		return int(r.Bits(n))
	}
	if end -= 3; end < 0 || at(end, 3) != 7 {
		return
	}
	for range maxFills {
		var kind int
		switch kind, end = fillBefore(at, end); kind {
		case extSBR, extSBRChecked:
			x.extended++
			return
		case noFill:
			return
		}
	}
}

const (
	noFill        = -1
	extFill       = 0 // encoders of a constant bit rate fill frames up behind the band's data
	extFillData   = 1
	extSBR        = 13
	extSBRChecked = 14 // with a check sum

	maxFills = 4
)

// fillBefore looks for a fill element that ends at a bit of a frame, and rather for one of a band. It returns the kind
// of what the element holds, and where it begins.
func fillBefore(at func(pos, n int) int, end int) (kind, begin int) {
	kind = noFill
	for count := 1; count < 270; count++ {
		start := end - 8*count // of the element's payload
		header, want := 7, 6<<4|count
		if count >= 15 {
			header, want = 15, (6<<4|15)<<8|(count-14)
		}
		if start < header {
			break
		}
		if at(start-header, header) != want {
			continue
		}
		switch k := at(start, 4); k {
		case extSBR, extSBRChecked:
			return k, start - header
		case extFill, extFillData:
			if kind == noFill {
				kind, begin = k, start-header
			}
		}
	}
	return kind, begin
}

// ADTS looks at frames of a stream that begins, or lies, in b.
func (x *AACFrames) ADTS(b []byte) {
	for i := 0; i+adtsHeaderSize < len(b) && x.Seen < 4*AACEnough; {
		f, ok := ParseADTSFrame(b[i:])
		if !ok || i+f.Bytes > len(b) {
			if i++; x.Seen > 0 {
				return
			}
			continue
		}
		header := adtsHeaderSize
		if b[i+1]&1 == 0 { // with a check sum
			header += 2
		}
		if f.Samples == 1024 && f.Bytes > header {
			x.Frame(b[i+header : i+f.Bytes])
		}
		i += f.Bytes
	}
}

// Apply corrects what is known of the sound. One channel is two then, as in ffprobe: whoever saves half the
// band of a single one saves the other channel too.
func (x *AACFrames) Apply(a *media.Audio) {
	if !MayExtend(a) || x.extended < AACEnough-1 || 2*x.extended <= x.Seen {
		return
	}
	a.SampleRate *= 2
	a.Profile = "HE-AAC"
	if a.Channels == 1 {
		a.Channels, a.Profile = 2, "HE-AACv2"
	}
}
