package probetest

import (
	"bytes"
	"slices"
)

// TSPacketOf lays out a transport packet; what payload does not fill an adaptation field does.
func TSPacketOf(pid uint16, begins bool, payload []byte) []byte {
	b := []byte{0x47, byte(pid >> 8), byte(pid), 0x10}
	if begins {
		b[1] |= 0x40
	}
	if fill := 184 - len(payload); fill > 0 {
		b[3] |= 0x20
		b = append(b, byte(fill-1))
		if fill > 1 {
			b = append(b, 0)
			b = append(b, bytes.Repeat([]byte{0xFF}, fill-2)...)
		}
	}
	return append(b, payload...)
}

// TSSectionOf lays a table's section over as many packets as it needs.
func TSSectionOf(pid uint16, table byte, body []byte) []byte {
	section := slices.Concat([]byte{table}, U16(0xB000|uint16(5+len(body)+4)), []byte{0, 1, 0xC1, 0, 0}, body, make([]byte, 4))
	var out []byte
	begins := true
	for rest := append([]byte{0}, section...); len(rest) > 0; begins = false {
		n := min(len(rest), 184)
		out = append(out, TSPacketOf(pid, begins, slices.Concat(rest[:n], bytes.Repeat([]byte{0xFF}, 184-n)))...)
		rest = rest[n:]
	}
	return out
}

// TSStream is a stream as a program map lists it.
type TSStream struct {
	Kind        byte
	PID         uint16
	Descriptors []byte
}

// TSTables lays out the program association and a program map.
func TSTables(program []byte, streams ...TSStream) []byte {
	body := slices.Concat(U16(0xE100, 0xF000|uint16(len(program))), program)
	for _, s := range streams {
		body = slices.Concat(body, []byte{s.Kind}, U16(0xE000|s.PID, 0xF000|uint16(len(s.Descriptors))), s.Descriptors)
	}
	return slices.Concat(TSSectionOf(0, 0, U16(1, 0xE020)), TSSectionOf(0x20, 2, body))
}

// PESOf lays out a packet of an elementary stream with a time stamp.
func PESOf(id byte, pts int64, payload []byte) []byte {
	p := uint64(pts)
	stamp := []byte{0x21 | byte(p>>29)&0x0E, byte(p >> 22), byte(p>>14) | 1, byte(p >> 7), byte(p<<1) | 1}
	return slices.Concat([]byte{0, 0, 1, id}, U16(uint16(3+5+len(payload))), []byte{0x80, 0x80, 5}, stamp, payload)
}

// MP2Frame is a frame of MPEG audio, layer II: 48 kHz, stereo, 192 kbit/s, 576 bytes.
var MP2Frame = append([]byte{0xFF, 0xFD, 0xA4, 0x00}, make([]byte, 572)...)

// MPEG2Headers are a sequence header of MPEG-2 video, 720x576 at 25 frames a second, and its extension.
var MPEG2Headers = []byte{0, 0, 1, 0xB3, 0x2D, 0x02, 0x40, 0x33, 0xFF, 0xFF, 0xE0, 0x18, 0, 0, 1, 0xB5, 0x14, 0x8A, 0, 1, 0, 0, 0, 0, 1, 0xB8, 0, 0}
