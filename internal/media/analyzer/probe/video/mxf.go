package video

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// MXF (SMPTE ST 377-1): keys of 16 bytes, lengths and values. The header's metadata are sets of properties, of which
// descriptors say what the essence is.

const mxfMaxSets = 4096

var (
	mxfPartition = []byte{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0D, 0x01, 0x02, 0x01, 0x01}
	mxfSet       = []byte{0x06, 0x0E, 0x2B, 0x34, 0x02, 0x53, 0x01, 0x01, 0x0D, 0x01, 0x01, 0x01, 0x01, 0x01}
)

func matchMXF(head []byte, _ string) bool {
	return len(head) >= 64 && bytes.HasPrefix(head, mxfPartition) && head[13] == 2
}

// mxfDescriptor is what a set of properties says that matters here.
type mxfDescriptor struct {
	set             byte
	width, height   uint32
	layout          byte
	depth           uint32
	rate            float64
	frames          int64
	hz              float64
	channels, bits  uint32
	picture, sounds []byte // labels of the codings
}

func probeMXF(w *window.Window, r *format.Result) error {
	at := int64(0)
	m := r.Description.Media
	end := w.Size()
	for n := 0; n < mxfMaxSets && end-at >= 17; n++ {
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Bytes(at, int(min(64, w.Size()-at)))
		if err != nil {
			return err
		}
		size, head, ok := mxfLength(b[16:])
		if !ok {
			break
		}
		value := at + 16 + head
		if size > w.Size()-value { // of what follows nothing is there
			break
		}
		switch {
		case bytes.HasPrefix(b, mxfPartition) && b[13] == 2 && at == 0:
			if b, err = w.Bytes(value, int(min(size, 64))); err == nil && len(b) >= 40 { // how long the metadata are
				end = min(w.Size(), value+size+int64(min(window.BE64(b[32:]), 64<<20)))
			}
		case bytes.HasPrefix(b, mxfSet):
			if d, derr := mxfProperties(w, b[14], value, size); derr != nil {
				err = derr
			} else {
				d.describe(r)
			}
		}
		if err != nil {
			return err
		}
		at = value + size
	}
	if len(m.Video) == 0 && len(m.Audio) == 0 {
		return fmt.Errorf("%w: no descriptors", window.ErrMalformed)
	}
	if len(m.Video) == 0 {
		r.Kind = media.KindTrack
	}
	m.BitRate = format.BitRate(w.Size(), m.DurationSeconds)
	return nil
}

// mxfLength reads a length in BER's form.
func mxfLength(b []byte) (size, head int64, ok bool) {
	if len(b) < 1 || b[0] < 0x80 {
		return int64(first(b)), 1, len(b) > 0
	}
	n := int(b[0] & 0x7F)
	if n == 0 || n > 8 || len(b) < 1+n {
		return 0, 0, false
	}
	for _, c := range b[1 : 1+n] {
		size = size<<8 | int64(c)
	}
	return size, int64(1 + n), size >= 0
}

func first(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// isMXFDescriptor tells the sets that describe essence: pictures below 0x40, and those of MPEG; sound.
func isMXFDescriptor(set byte) bool {
	switch set {
	case 0x27, 0x28, 0x29, 0x42, 0x47, 0x48, 0x51:
		return true
	}
	return false
}

// mxfProperties reads a set: tags and lengths of two bytes each.
func mxfProperties(w *window.Window, set byte, at, size int64) (d mxfDescriptor, err error) {
	if !isMXFDescriptor(set) {
		return d, nil
	}
	b, err := w.Bytes(at, int(min(size, 4096)))
	if err != nil {
		return d, err
	}
	d.set = set
	for len(b) >= 4 {
		if err := w.Element(); err != nil {
			return d, err
		}
		tag, n := window.BE16(b), int(window.BE16(b[2:]))
		if b = b[4:]; n > len(b) {
			break
		}
		d.property(tag, b[:n])
		b = b[n:]
	}
	return d, nil
}

func (d *mxfDescriptor) property(tag uint16, v []byte) {
	switch {
	case len(v) == 8 && tag == 0x3001:
		d.rate = mxfRatio(v)
	case len(v) == 8 && tag == 0x3002:
		d.frames = int64(window.BE64(v))
	case len(v) == 8 && tag == 0x3D03:
		d.hz = mxfRatio(v)
	case len(v) == 4 && tag == 0x3203:
		d.width = window.BE32(v)
	case len(v) == 4 && tag == 0x3202:
		d.height = window.BE32(v)
	case len(v) == 1 && tag == 0x320C:
		d.layout = v[0]
	case len(v) == 4 && tag == 0x3301:
		d.depth = window.BE32(v)
	case len(v) == 4 && tag == 0x3D07:
		d.channels = window.BE32(v)
	case len(v) == 4 && tag == 0x3D01:
		d.bits = window.BE32(v)
	case len(v) == 16 && tag == 0x3201:
		d.picture = bytes.Clone(v)
	case len(v) == 16 && tag == 0x3D06:
		d.sounds = bytes.Clone(v)
	}
}

func mxfRatio(v []byte) float64 {
	if window.BE32(v[4:]) == 0 {
		return 0
	}
	return float64(window.BE32(v)) / float64(window.BE32(v[4:]))
}

// describe adds the stream that the set describes.
func (d *mxfDescriptor) describe(r *format.Result) {
	m := r.Description.Media
	switch d.set {
	case 0x27, 0x28, 0x29, 0x51:
		v := media.Video{Codec: mxfPicture(d.picture), Width: int(min(d.width, 1<<16)), Height: int(min(d.height, 1<<16)), BitDepth: int(min(d.depth, 64))}
		if d.layout == 1 { // the fields lie apart, and each is half as high
			v.Height *= 2
		}
		if d.rate >= 1 && d.rate <= codec.MaxRate {
			v.FrameRate = d.rate
		}
		m.Video = append(m.Video, v)
	case 0x42, 0x47, 0x48:
		m.Audio = append(m.Audio, media.Audio{Codec: d.sound(), Channels: int(min(d.channels, 64)), SampleRate: int(min(d.hz, 1<<20)), BitDepth: int(min(d.bits, 64))})
	default:
		return
	}
	if d.rate > 0 && d.frames > 0 {
		if seconds := float64(d.frames) / d.rate; seconds > m.DurationSeconds && seconds < 1e7 {
			m.DurationSeconds = seconds
		}
	}
}

// mxfPicture names the codec of a picture's coding (SMPTE registers, 04.01.02.02).
func mxfPicture(label []byte) string {
	if len(label) < 16 || !bytes.HasPrefix(label[8:], []byte{4, 1, 2, 2}) {
		return ""
	}
	switch b := label[12:]; {
	case b[0] == 1 && b[1] >= 0x30 && b[1] < 0x40:
		return "h264"
	case b[0] == 1 && b[1] >= 0x20 && b[1] < 0x30:
		return "mpeg4"
	case b[0] == 1 && b[1] == 0x10:
		return "mpeg1video"
	case b[0] == 1:
		return "mpeg2video"
	case b[0] == 2:
		return "dvvideo"
	case b[0] == 3 && b[1] == 1:
		return "jpeg2000"
	case b[0] == 3 && b[1] == 6:
		return "prores"
	case b[0] == 0x71 || b[0] == 3 && b[1] == 2:
		return "dnxhd"
	}
	return ""
}

// sound names the codec of a sound's coding, which is linear PCM where none is named.
func (d *mxfDescriptor) sound() string {
	if bytes.HasPrefix(d.sounds[min(len(d.sounds), 8):], []byte{4, 2, 2, 2, 3, 2}) && len(d.sounds) >= 15 {
		switch d.sounds[14] {
		case 1:
			return "ac3"
		case 4, 5, 6:
			return "mp2"
		}
	}
	return codec.PCMName(int(max(d.bits, 16)), false, false)
}
