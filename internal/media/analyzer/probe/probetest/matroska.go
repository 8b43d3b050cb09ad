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

// ElUint lays out an element that is a number.
func ElUint(id uint32, v uint64) []byte { return El(id, U64(v)) }

// ElText lays out an element that is a text.
func ElText(id uint32, s string) []byte { return El(id, []byte(s)) }

// ElFloat lays out an element that is a fraction.
func ElFloat(id uint32, v float64) []byte { return El(id, U64(math.Float64bits(v))) }

// MkvStart is the header of a document of Matroska.
var MkvStart = El(mkvHeader, ElText(mkvDocType, "matroska"))

// MatroskaOf lays out a film of the elements in its segment.
func MatroskaOf(parts ...[]byte) []byte { return slices.Concat(MkvStart, El(mkvSegment, parts...)) }

// MkvInfoOf lays out the duration.
func MkvInfoOf(ms float64) []byte { return El(mkvInfo, ElFloat(mkvDuration, ms)) }

// MkvTrackOf lays out a track.
func MkvTrackOf(number, kind uint64, codec string, parts ...[]byte) []byte {
	return El(mkvTrackEntry, ElUint(mkvTrackNumber, number), ElUint(mkvTrackUID, number+100), ElUint(mkvTrackType, kind), ElText(mkvCodecID, codec), bytes.Join(parts, nil))
}

// MkvVideoOf lays out a track of pictures.
func MkvVideoOf(parts ...[]byte) []byte {
	return MkvTrackOf(1, mkvTypeVideo, "V_VP8", ElText(mkvLanguage, "und"), ElUint(mkvDefaultDuration, 40_000_000),
		El(mkvVideo, ElUint(mkvPixelWidth, 640), ElUint(mkvPixelHeight, 360), bytes.Join(parts, nil)))
}

// MkvTagOf lays out tags of a target, by turns a name and its text.
func MkvTagOf(level, track uint64, pairs ...string) []byte {
	parts := [][]byte{El(mkvTargets, ElUint(mkvTargetValue, level), ElUint(mkvTagTrackUID, track))}
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, El(mkvSimpleTag, ElText(mkvTagName, pairs[i]), ElText(mkvTagString, pairs[i+1])))
	}
	return El(mkvTagEntry, parts...)
}

// MkvChapterOf lays out a chapter.
func MkvChapterOf(ns uint64, title string, parts ...[]byte) []byte {
	return El(mkvChapterAtom, ElUint(mkvChapterStart, ns), El(mkvChapterDisplay, ElText(mkvChapterString, title)), bytes.Join(parts, nil))
}
