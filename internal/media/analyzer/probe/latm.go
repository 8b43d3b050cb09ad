package probe

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// loasFrameSize reads the length of a LOAS frame (ISO/IEC 14496-3, 1.7.2) for the walks over frames.
func loasFrameSize(b []byte) (n, samples int, key uint32, ok bool) {
	if len(b) < 3 || b[0] != 0x56 || b[1]&0xE0 != 0xE0 {
		return 0, 0, 0, false
	}
	n = 3 + int(b[1]&0x1F)<<8 + int(b[2])
	return n, 1024, 1, n > 3
}

func matchLOAS(head []byte, ext string) bool {
	if ext == ".loas" || ext == ".latm" {
		return findFrame(head, 0x56, 2, loasFrameSize) >= 0
	}
	return chained(head, 4, loasFrameSize)
}

// probeLOAS reads AAC in the transport of digital broadcasts.
func probeLOAS(w *Window, r *Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	at := findFrame(head, 0x56, 2, loasFrameSize)
	var a media.Audio
	if at < 0 || !latmFrame(head[at:], &a) {
		return fmt.Errorf("%w: no frames", ErrMalformed)
	}
	var x aacFrames // before anything else is read over the head
	x.latm(head[at:])
	if err := probeFrames(w, r, a, int64(at), w.Size(), 0x56, loasFrameSize); err != nil {
		return err
	}
	x.apply(&r.Description.Media.Audio[0])
	r.Description.Media.Container = "loas"
	return nil
}

// latmMux is what a StreamMuxConfig says (ISO/IEC 14496-3, 1.7.3) of the first program's first layer, in the plain form
// that broadcasters use.
type latmMux struct {
	aacConfig
	payload bool // where the frames' payload lies is known
}

// readLATM reads the head of an AudioMuxElement at r. It reports whether a configuration was there.
func (m *latmMux) readLATM(r *bitReader) bool {
	if unchanged, version := r.flag(), r.flag(); unchanged || version { // as before, or of a version that nobody sends
		return false
	}
	same, frames, programs, layers := r.flag(), r.bits(6), r.bits(4), r.bits(3)
	at := *r
	config := make([]byte, 0, 16)
	for at.left() >= 8 && len(config) < 16 {
		config = append(config, byte(at.bits(8)))
	}
	c, ok := parseAACConfig(config)
	if !ok || c.rate == 0 {
		return false
	}
	if c.profile == "HE-AAC" && c.channels == 1 { // as in frames that do not say so
		c.channels, c.profile = 2, "HE-AACv2"
	}
	*m = latmMux{aacConfig: c}
	object := aacObject(r)
	aacRate(r)
	channels := r.bits(4)
	if object == 5 || object == 29 {
		aacRate(r)
		aacObject(r)
	}
	m.payload = same && frames == 0 && programs == 0 && layers == 0 && channels > 0
	r.skip(1)
	if r.flag() {
		r.skip(14)
	}
	r.skip(1)               // no extension of the objects that broadcasters use
	plain := r.bits(3) == 0 // a length before each frame
	r.skip(8)               // fullness of the buffer
	other, sum := r.flag(), r.flag()
	m.payload = m.payload && plain && !other && !r.over
	if sum {
		r.skip(8)
	}
	return true
}

// latmFrame reads the configuration in a LOAS frame of b (ISO/IEC 14496-3, 1.7.2).
func latmFrame(b []byte, a *media.Audio) bool {
	for i := 0; i+8 <= len(b); i++ {
		if b[i] != 0x56 || b[i+1]&0xE0 != 0xE0 {
			continue
		}
		var m latmMux
		r := bitReader{b: b[i+3:]}
		if !m.readLATM(&r) {
			continue
		}
		a.Codec, a.Profile, a.SampleRate, a.Channels = "aac_latm", m.profile, m.rate, m.channels
		return true
	}
	return false
}

// latm looks at the frames of a stream that begins, or lies, in b.
func (x *aacFrames) latm(b []byte) {
	var m latmMux
	known := false
	for i := 0; i+8 <= len(b) && x.seen < 4*aacEnough; {
		n, _, _, ok := loasFrameSize(b[i:])
		if !ok || i+n > len(b) {
			if i++; x.seen > 0 {
				return
			}
			continue
		}
		r := bitReader{b: b[i+3 : i+n]}
		i += n
		if first := r; !first.flag() {
			known = m.readLATM(&r)
		} else {
			r.skip(1)
		}
		if known && m.payload {
			x.latmPayload(&r)
		}
	}
}

// latmPayload looks at the frame that stands at r behind its length, at whatever bit.
func (x *aacFrames) latmPayload(r *bitReader) {
	size := 0
	for {
		n := int(r.bits(8))
		if size += n; n != 255 || r.over {
			break
		}
	}
	if r.over || size == 0 || size*8 > r.left() {
		return
	}
	frame := make([]byte, size)
	for i := range frame {
		frame[i] = byte(r.bits(8))
	}
	x.frame(frame)
}

// mlpSync is the major sync of Dolby TrueHD, the first of an access unit behind its length and time.
var mlpSync = []byte{0xF8, 0x72, 0x6F, 0xBA}

func matchTrueHD(head []byte, _ string) bool {
	return len(head) >= 32 && bytes.Equal(head[4:8], mlpSync)
}

// probeTrueHD says what the stream is. Its bit rate varies, and its units carry no sync word of their own: a
// duration would take the whole file.
func probeTrueHD(w *Window, r *Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	var a media.Audio
	if !mlpFrame(head, &a) {
		return fmt.Errorf("%w: no frames", ErrMalformed)
	}
	r.Description.Media.Audio = []media.Audio{a}
	return nil
}
