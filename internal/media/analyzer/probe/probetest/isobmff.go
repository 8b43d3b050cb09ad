package probetest

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// BoxOf lays out a box of 32-bit size.
func BoxOf(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return slices.Concat(U32(uint32(8+len(body))), []byte(kind), body)
}

// HugeBox lays out the header of a box that claims a size of 64 bits.
func HugeBox(kind string, size uint64, body ...byte) []byte {
	return slices.Concat(U32(1), []byte(kind), U64(size), body)
}

// U16 lays out numbers of 16 bits, big end first.
func U16(v ...uint16) (b []byte) {
	for _, n := range v {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

// U32 lays out numbers of 32 bits, big end first.
func U32(v ...uint32) (b []byte) {
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// U64 lays out numbers of 64 bits, big end first.
func U64(v ...uint64) (b []byte) {
	for _, n := range v {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}
