package codec

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// LOASFrameSize reads the length of a LOAS frame (ISO/IEC 14496-3, 1.7.2) for the walks over frames.
func LOASFrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	if len(b) < 3 || b[0] != 0x56 || b[1]&0xE0 != 0xE0 {
		return 0, 0, 0, false
	}
	n = 3 + int(b[1]&0x1F)<<8 + int(b[2])
	return n, 1024, 1, n > 3
}

// latmMux is what a StreamMuxConfig says (ISO/IEC 14496-3, 1.7.3) of the first program's first layer, in the plain form
// that broadcasters use.
type latmMux struct {
	AACConfig
	payload bool // where the frames' payload lies is known
}

// readLATM reads the head of an AudioMuxElement at r. It reports whether a configuration was there.
func (m *latmMux) readLATM(r *window.BitReader) bool {
	if unchanged, version := r.Flag(), r.Flag(); unchanged || version { // as before, or of a version that nobody sends
		return false
	}
	same, frames, programs, layers := r.Flag(), r.Bits(6), r.Bits(4), r.Bits(3)
	at := *r
	config := make([]byte, 0, 16)
	for at.Left() >= 8 && len(config) < 16 {
		config = append(config, byte(at.Bits(8)))
	}
	c, ok := ParseAACConfig(config)
	if !ok || c.Rate == 0 {
		return false
	}
	if c.Profile == "HE-AAC" && c.Channels == 1 { // as in frames that do not say so
		c.Channels, c.Profile = 2, "HE-AACv2"
	}
	*m = latmMux{AACConfig: c}
	object := aacObject(r)
	aacRate(r)
	channels := r.Bits(4)
	if object == 5 || object == 29 {
		aacRate(r)
		aacObject(r)
	}
	m.payload = same && frames == 0 && programs == 0 && layers == 0 && channels > 0
	r.Skip(1)
	if r.Flag() {
		r.Skip(14)
	}
	r.Skip(1)               // no extension of the objects that broadcasters use
	plain := r.Bits(3) == 0 // a length before each frame
	r.Skip(8)               // fullness of the buffer
	other, sum := r.Flag(), r.Flag()
	m.payload = m.payload && plain && !other && !r.Over
	if sum {
		r.Skip(8)
	}
	return true
}

// LATMFrame reads the configuration in a LOAS frame of b (ISO/IEC 14496-3, 1.7.2).
func LATMFrame(b []byte, a *media.Audio) bool {
	for i := 0; i+8 <= len(b); i++ {
		if b[i] != 0x56 || b[i+1]&0xE0 != 0xE0 {
			continue
		}
		var m latmMux
		r := window.BitReader{B: b[i+3:]}
		if !m.readLATM(&r) {
			continue
		}
		a.Codec, a.Profile, a.SampleRate, a.Channels = "aac_latm", m.Profile, m.Rate, m.Channels
		return true
	}
	return false
}

// LATM looks at the frames of a stream that begins, or lies, in b.
func (x *AACFrames) LATM(b []byte) {
	var m latmMux
	known := false
	for i := 0; i+8 <= len(b) && x.Seen < 4*AACEnough; {
		n, _, _, ok := LOASFrameSize(b[i:])
		if !ok || i+n > len(b) {
			if i++; x.Seen > 0 {
				return
			}
			continue
		}
		r := window.BitReader{B: b[i+3 : i+n]}
		i += n
		if first := r; !first.Flag() {
			known = m.readLATM(&r)
		} else {
			r.Skip(1)
		}
		if known && m.payload {
			x.latmPayload(&r)
		}
	}
}

// latmPayload looks at the frame that stands at r behind its length, at whatever bit.
func (x *AACFrames) latmPayload(r *window.BitReader) {
	size := 0
	for {
		n := int(r.Bits(8))
		if size += n; n != 255 || r.Over {
			break
		}
	}
	if r.Over || size == 0 || size*8 > r.Left() {
		return
	}
	frame := make([]byte, size)
	for i := range frame {
		frame[i] = byte(r.Bits(8))
	}
	x.Frame(frame)
}

// MLPSync is the major sync of Dolby TrueHD, the first of an access unit behind its length and time.
var MLPSync = []byte{0xF8, 0x72, 0x6F, 0xBA}
