package asf

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// frameTimes takes the rate of video from the presentation times of the first media objects, as far as they lie in the
// head and the window behind it. What the header states is the rate that its encoder was asked for, and gives way to
// times that are clearly others.
func (p *asf) frameTimes(data object) error {
	at, size := data.off+26, int64(p.packet)
	if size < 32 || size > window.Size {
		return nil
	}
	times := make(map[int][]float64, 2)
	end := min(data.off+data.size, max(at, window.HeadSize-size)+window.Size-size) // one read beside the head
	for ; at+size <= end; at += size {
		if err := p.w.Element(); err != nil {
			return err
		}
		d, err := p.w.Bytes(at, int(size))
		if err != nil {
			return err
		}
		payloads(d, func(stream int, time uint32) { times[stream] = append(times[stream], float64(time)/1e3) })
	}
	for _, s := range p.streams {
		if s.kind != videoMedia {
			continue
		}
		r := codec.MeasuredRate(times[s.number], 1e-3)
		if s.frame == 0 && r == 0 {
			r = codec.MeanRate(times[s.number])
		}
		if frame := 1e7 / r; r > 0 && math.Abs(frame-float64(s.frame)) > frame/20 {
			s.frame = uint64(frame + 0.5)
		}
	}
	return nil
}

// field reads a field whose size a type of two bits says (0, 1, 2 or 4 bytes).
func field(d []byte, kind byte) (v uint32, rest []byte, ok bool) {
	n := [4]int{0, 1, 2, 4}[kind&3]
	if len(d) < n {
		return 0, nil, false
	}
	for i := n - 1; i >= 0; i-- {
		v = v<<8 | uint32(d[i])
	}
	return v, d[n:], true
}

// payloads visits the media objects that begin in a data packet (5.2), with stream and
// presentation time in milliseconds. It stops at what it cannot follow.
func payloads(d []byte, visit func(stream int, time uint32)) {
	if len(d) > 0 && d[0]&0x80 != 0 { // error correction data
		n := 1 + int(d[0]&15)
		if n > len(d) {
			return
		}
		d = d[n:]
	}
	if len(d) < 2 {
		return
	}
	lengths, properties := d[0], d[1]
	d = d[2:]
	var ok bool
	for _, kind := range [...]byte{lengths >> 5, lengths >> 1, lengths >> 3} { // packet, sequence, padding
		if _, d, ok = field(d, kind); !ok {
			return
		}
	}
	if len(d) < 6 {
		return
	}
	d = d[6:]
	count, size := 1, byte(0)
	if lengths&1 != 0 {
		if len(d) < 1 {
			return
		}
		count, size = int(d[0]&63), d[0]>>6
		d = d[1:]
	}
	for ; count > 0 && len(d) > 0; count-- {
		stream := int(d[0] & 127)
		d = d[1:]
		var offset, replicated, length uint32
		if _, d, ok = field(d, properties>>4); !ok {
			return
		}
		if offset, d, ok = field(d, properties>>2); !ok {
			return
		}
		if replicated, d, ok = field(d, properties); !ok || uint64(replicated) > uint64(len(d)) {
			return
		}
		if replicated >= 8 && offset == 0 {
			visit(stream, window.LE32(d[4:]))
		}
		d = d[replicated:]
		if lengths&1 == 0 {
			return
		}
		if length, d, ok = field(d, size); !ok || uint64(length) > uint64(len(d)) {
			return
		}
		d = d[length:]
	}
}
