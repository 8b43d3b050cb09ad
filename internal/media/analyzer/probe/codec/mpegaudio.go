package codec

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// MPEGFrame is the header of a frame of MPEG audio, layer I, II or III (ISO/IEC 11172-3, 2.4.1.3;
// 13818-3 for the half rates; MPEG-2.5 for the quarter rates is nobody's standard and everybody's).
type MPEGFrame struct {
	version  int // 1, 2, or 25 for 2.5
	layer    int
	BitRate  int // bits per second; 0: free format, not yet measured
	Free     bool
	Rate     int // Hz
	Channels int
	crc      bool
	padding  int
	Samples  int // a frame's
}

// ParseMPEGFrame reads a frame's header of four bytes.
func ParseMPEGFrame(b []byte) (f MPEGFrame, ok bool) {
	if len(b) < 4 || b[0] != 0xFF || b[1]&0xE0 != 0xE0 {
		return f, false
	}
	version, layer, bitRate, rate := b[1]>>3&3, 4-int(b[1]>>1&3), int(b[2]>>4), int(b[2]>>2&3)
	if version == 1 || layer == 4 || bitRate == 15 || rate == 3 || b[3]&3 == 2 {
		return f, false
	}
	f = MPEGFrame{version: 1, layer: layer, crc: b[1]&1 == 0, padding: int(b[2] >> 1 & 1), Rate: mpegAudioRates[rate], Channels: 2}
	f.Samples = [3]int{384, 1152, 1152}[layer-1]
	kbits := mpegAudioBitRates[layer-1][bitRate]
	if version != 3 {
		f.version, f.Rate = 2, f.Rate/2
		kbits = mpegAudioBitRates[3+min(layer-1, 1)][bitRate]
		if layer == 3 {
			f.Samples = 576
		}
	}
	if version == 0 {
		f.version, f.Rate = 25, f.Rate/2
	}
	f.BitRate = kbits * 1000
	if b[3]>>6 == 3 {
		f.Channels = 1
	}
	return f, true
}

// Size is the frame's length in bytes with its header; 0 in free format.
func (f MPEGFrame) Size() int {
	slot := 1
	if f.layer == 1 {
		slot = 4
	}
	return (f.Samples/8/slot*f.BitRate/f.Rate + f.padding) * slot
}

// Codec is the layer's name.
func (f MPEGFrame) Codec() string { return [3]string{"mp1", "mp2", "mp3"}[f.layer-1] }

// MPEGFrameSize is parseMPEGFrame for the walks over frames.
func MPEGFrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	f, ok := ParseMPEGFrame(b)
	if !ok || f.BitRate == 0 {
		return 0, 0, 0, false
	}
	return f.Size(), f.Samples, uint32(f.version)<<24 | uint32(f.layer)<<20 | uint32(f.Rate), true
}

// FindFreeFormat returns where in b a stream of free format begins, or -1. Its headers do not say how
// long frames are: it shows where the same header comes again at equal distances, but for padding.
func FindFreeFormat(b []byte) (at int, f MPEGFrame) {
	for at, tries := 0, 0; at+4 <= len(b) && tries < 64; at++ {
		i := bytes.IndexByte(b[at:], 0xFF)
		if i < 0 {
			break
		}
		at += i
		f, ok := ParseMPEGFrame(b[at:])
		if !ok || f.BitRate != 0 {
			continue
		}
		tries++
		if n := freeFrameSize(b[at:]); n > 0 {
			f.BitRate, f.Free = n*8*f.Rate/f.Samples, true
			return at, f
		}
	}
	return -1, MPEGFrame{}
}

// freeFrameSize measures the frame that b begins with by the two that follow it. It returns 0 where none do.
func freeFrameSize(b []byte) int {
	const longest = 4608 // 640 kbit/s at 32 kHz, and a little
	again := func(at int) bool {
		return at+4 <= len(b) && window.BE32(b[at:])&0xFFFFFCC0 == window.BE32(b)&0xFFFFFCC0
	}
	for n := 96; n < min(longest, len(b)); n++ {
		if again(n) {
			for _, next := range [...]int{2 * n, 2*n - 1, 2*n + 1} {
				if again(next) {
					return n
				}
			}
		}
	}
	return 0
}

// MPEGSummary is what an encoder wrote of the whole stream into its first frame, which holds no sound.
type MPEGSummary struct {
	Frames, Bytes  int64 // 0: not stated
	variable       bool
	Gain, Peak     float64 // ReplayGain of the track
	HasGain        bool
	delay, padding int // samples of silence that the encoder added
}

// ParseMPEGSummary reads the Xing, Info or VBRI header inside the frame that b begins with. The format
// is as Xing and Fraunhofer published it and LAME extended it (LAME tag, revision 1).
func ParseMPEGSummary(f MPEGFrame, b []byte) (s MPEGSummary, ok bool) {
	if len(b) >= 4+32+26 && string(b[36:40]) == "VBRI" {
		v := b[36:]
		return MPEGSummary{Bytes: int64(window.BE32(v[10:])), Frames: int64(window.BE32(v[14:])), variable: true}, true
	}
	at := f.sideEnd()
	if f.crc && len(b) >= at+6 && xingMagic(b[at+2:]) { // by the letter of the format; LAME does not
		at += 2
	}
	if len(b) < at+8 || !xingMagic(b[at:]) {
		return s, false
	}
	s.variable = string(b[at:at+4]) == "Xing"
	flags := window.BE32(b[at+4:])
	b = b[at+8:]
	field := func(flag uint32, n int) []byte {
		if flags&flag == 0 || len(b) < n {
			return nil
		}
		v := b[:n]
		b = b[n:]
		return v
	}
	if v := field(1, 4); v != nil {
		s.Frames = int64(window.BE32(v))
	}
	if v := field(2, 4); v != nil {
		s.Bytes = int64(window.BE32(v))
	}
	field(4, 100)
	field(8, 4)
	s.lame(b)
	return s, true
}

func xingMagic(b []byte) bool { return string(b[:4]) == "Xing" || string(b[:4]) == "Info" }

// sideEnd is where the main data of a frame of layer III begins: behind header and side information.
func (f MPEGFrame) sideEnd() int {
	switch {
	case f.version == 1 && f.Channels == 2:
		return 4 + 32
	case f.version == 1 || f.Channels == 2:
		return 4 + 17
	}
	return 4 + 9
}

// lame reads LAME's extension.
func (s *MPEGSummary) lame(b []byte) {
	if len(b) < 24 || string(b[:4]) != "LAME" && string(b[:4]) != "Lavc" && string(b[:4]) != "Lavf" && string(b[:3]) != "L3." {
		return
	}
	s.delay, s.padding = int(b[21])<<4|int(b[22])>>4, int(b[22]&15)<<8|int(b[23])
	if string(b[:4]) != "LAME" {
		return
	}
	gain := window.BE16(b[15:])
	if gain>>13 == 1 && gain>>10&7 != 0 { // of the track, and set by somebody
		s.Gain, s.HasGain = float64(gain&0x1FF)/10, true
		if gain&0x200 != 0 {
			s.Gain = -s.Gain
		}
		s.Peak = float64(window.BE32(b[11:])) / (1 << 23)
	}
}
