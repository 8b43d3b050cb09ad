package probetest

import (
	"bytes"
	"slices"
)

// MP4Brand is the box that begins an MP4.
var MP4Brand = BoxOf("ftyp", []byte("isom"), U32(0))

// FullBox lays out a box with version and flags.
func FullBox(kind string, fields ...[]byte) []byte {
	return BoxOf(kind, append([][]byte{U32(0)}, fields...)...)
}

// MovieHeader lays out mvhd.
func MovieHeader(scale, duration uint32) []byte {
	return FullBox("mvhd", U32(0, 0, scale, duration), make([]byte, 80))
}

// TrackOf is what a track is laid out of.
type TrackOf struct {
	ID       uint32
	Handler  string
	Language uint16
	Scale    uint32
	Duration uint32
	Entry    []byte
	Tables   [][]byte
	More     [][]byte // boxes of trak
	minf     [][]byte
	Mdia     [][]byte
}

// Box lays the track out.
func (t TrackOf) Box() []byte {
	if t.Language == 0 {
		t.Language = 0x55C4 // "und"
	}
	stbl := BoxOf("stbl", slices.Concat([][]byte{FullBox("stsd", U32(1), t.Entry)}, t.Tables)...)
	minf := BoxOf("minf", slices.Concat(t.minf, [][]byte{stbl})...)
	mdia := BoxOf("mdia", slices.Concat([][]byte{
		FullBox("mdhd", U32(0, 0, t.Scale, t.Duration), U16(t.Language, 0)),
		FullBox("hdlr", U32(0), []byte(t.Handler), make([]byte, 13)),
	}, t.Mdia, [][]byte{minf})...)
	return BoxOf("trak", slices.Concat([][]byte{
		BoxOf("tkhd", U32(1), U32(0, 0, t.ID, 0, t.Duration), make([]byte, 60)),
	}, t.More, [][]byte{mdia})...)
}

// VisualEntry lays out a sample entry of pictures.
func VisualEntry(kind string, w, h uint16, boxes ...[]byte) []byte {
	return BoxOf(kind, make([]byte, 6), U16(1), make([]byte, 16), U16(w, h), make([]byte, 50), bytes.Join(boxes, nil))
}

// SoundEntry lays out a sample entry of sound.
func SoundEntry(kind string, channels, bits uint16, rate uint32, boxes ...[]byte) []byte {
	return BoxOf(kind, make([]byte, 6), U16(1), make([]byte, 8), U16(channels, bits, 0, 0), U32(rate<<16), bytes.Join(boxes, nil))
}

// SampleTimes lays out stts.
func SampleTimes(pairs ...uint32) []byte {
	return FullBox("stts", U32(uint32(len(pairs)/2)), U32(pairs...))
}

// MP4Of lays out a film of the boxes in its moov.
func MP4Of(moov ...[]byte) []byte {
	return slices.Concat(MP4Brand, BoxOf("moov", moov...))
}

// ESDSOf lays out the descriptors of an esds box.
func ESDSOf(object byte, config ...byte) []byte {
	specific := slices.Concat([]byte{5, byte(len(config))}, config)
	decoder := slices.Concat([]byte{object, 0x15}, make([]byte, 11), specific)
	decoder = slices.Concat([]byte{4, byte(len(decoder))}, decoder)
	return slices.Concat([]byte{3, 0x80, 0x80, byte(3 + len(decoder)), 0, 1, 0}, decoder)
}
