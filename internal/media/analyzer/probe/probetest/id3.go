package probetest

import (
	"bytes"
	"encoding/binary"
)

// MPEGFrames returns n frames of layer III, 128 kbit/s, 44.1 kHz, stereo.
func MPEGFrames(n int) []byte {
	frame := make([]byte, 417)
	copy(frame, "\xFF\xFB\x90\x04")
	return bytes.Repeat(frame, n)
}

func syncSafeBytes(n int) []byte {
	return []byte{byte(n >> 21 & 0x7F), byte(n >> 14 & 0x7F), byte(n >> 7 & 0x7F), byte(n & 0x7F)}
}

// Id3v2 lays out a tag of the given version around its frames.
func Id3v2(major, flags byte, frames ...[]byte) []byte {
	body := bytes.Join(frames, nil)
	if flags&id3Unsync != 0 && major < 4 {
		body = Unsynchronise(body)
	}
	return bytes.Join([][]byte{[]byte("ID3"), {major, 0, flags}, syncSafeBytes(len(body)), body}, nil)
}

// Unsynchronise puts zeros where bytes would look like a frame of sound.
func Unsynchronise(b []byte) []byte {
	var out []byte
	for i, c := range b {
		if out = append(out, c); c == 0xFF && (i+1 == len(b) || b[i+1] == 0 || b[i+1] >= 0xE0) {
			out = append(out, 0)
		}
	}
	return out
}

// ID3FrameBytes lays out a frame of a tag.
func ID3FrameBytes(major byte, id string, format byte, body string) []byte {
	n := len(body)
	switch major {
	case 2:
		return append([]byte{id[0], id[1], id[2], byte(n >> 16), byte(n >> 8), byte(n)}, body...)
	case 3:
		h := binary.BigEndian.AppendUint32([]byte(id), uint32(n))
		return append(append(h, 0, format), body...)
	}
	h := append([]byte(id), syncSafeBytes(n)...)
	return append(append(h, 0, format), body...)
}
