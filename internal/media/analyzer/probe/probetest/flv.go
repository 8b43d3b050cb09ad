package probetest

import (
	"bytes"
	"slices"
)

// FlvTagOf lays out a tag of Flash video.
func FlvTagOf(kind byte, ms uint32, data []byte) []byte {
	size := U32(uint32(len(data)))
	return slices.Concat([]byte{kind}, size[1:], U32(ms)[1:], []byte{byte(ms >> 24)}, []byte{0, 0, 0}, data, U32(uint32(len(data)+11)))
}

// FLVOf lays out Flash video.
func FLVOf(flags byte, tags ...[]byte) []byte {
	return slices.Concat([]byte{'F', 'L', 'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0}, bytes.Join(tags, nil))
}

// FlvSorenson is the head of a picture of H.263.
var FlvSorenson = append([]byte{0x22}, 0, 0, 0x84, 0x02, 0x80, 0, 0) // a key frame of 320x240
