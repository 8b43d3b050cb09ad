package probetest

import (
	"bytes"
	"math"
	"math/bits"
	"slices"
)

// El lays out an EBML element with a size of eight bytes.
func El(id uint32, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return slices.Concat(ElID(id), U64(1<<56|uint64(len(body))), body)
}

// ElID is an element's id without leading zeros.
func ElID(id uint32) []byte { return U32(id)[bits.LeadingZeros32(id)/8:] }

func ElUint(id uint32, v uint64) []byte { return El(id, U64(v)) }

func ElText(id uint32, s string) []byte { return El(id, []byte(s)) }

func ElFloat(id uint32, v float64) []byte { return El(id, U64(math.Float64bits(v))) }

var MkvStart = El(mkvHeader, ElText(mkvDocType, "matroska"))

func MatroskaOf(parts ...[]byte) []byte { return slices.Concat(MkvStart, El(mkvSegment, parts...)) }

func MkvInfoOf(ms float64) []byte { return El(mkvInfo, ElFloat(mkvDuration, ms)) }

func MkvTrackOf(number, kind uint64, codec string, parts ...[]byte) []byte {
	return El(mkvTrackEntry, ElUint(mkvTrackNumber, number), ElUint(mkvTrackUID, number+100), ElUint(mkvTrackType, kind), ElText(mkvCodecID, codec), bytes.Join(parts, nil))
}

func MkvVideoOf(parts ...[]byte) []byte {
	return MkvTrackOf(1, mkvTypeVideo, "V_VP8", ElText(mkvLanguage, "und"), ElUint(mkvDefaultDuration, 40_000_000),
		El(mkvVideo, ElUint(mkvPixelWidth, 640), ElUint(mkvPixelHeight, 360), bytes.Join(parts, nil)))
}

func MkvTagOf(level, track uint64, pairs ...string) []byte {
	parts := [][]byte{El(mkvTargets, ElUint(mkvTargetValue, level), ElUint(mkvTagTrackUID, track))}
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, El(mkvSimpleTag, ElText(mkvTagName, pairs[i]), ElText(mkvTagString, pairs[i+1])))
	}
	return El(mkvTagEntry, parts...)
}

func MkvChapterOf(ns uint64, title string, parts ...[]byte) []byte {
	return El(mkvChapterAtom, ElUint(mkvChapterStart, ns), El(mkvChapterDisplay, ElText(mkvChapterString, title)), bytes.Join(parts, nil))
}
