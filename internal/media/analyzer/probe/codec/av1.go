package codec

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// parseAV1Sequence reads a sequence header OBU's payload (AV1 bitstream specification, 5.5).
func parseAV1Sequence(b []byte) (f Picture, ok bool) {
	r := window.BitReader{B: b}
	profile := r.Bits(3)
	r.Skip(1)
	if r.Flag() { // reduced still picture header
		r.Skip(5)
	} else {
		av1Timing(&r, &f)
	}
	wBits, hBits := int(r.Bits(4))+1, int(r.Bits(4))+1
	f.Width, f.Height = int(r.Bits(wBits))+1, int(r.Bits(hBits))+1
	if r.Over || profile > 2 {
		return Picture{}, false
	}
	f.Profile = [...]string{"Main", "High", "Professional"}[profile]
	reduced := len(b) > 0 && b[0]>>3&1 == 1
	if !reduced {
		if r.Flag() { // frame ids
			r.Skip(7)
		}
	}
	r.Skip(3)
	if !reduced {
		r.Skip(4)
		if orderHint := r.Flag(); orderHint {
			r.Skip(2)
			av1Tools(&r)
			r.Skip(3)
		} else {
			av1Tools(&r)
		}
	}
	r.Skip(3)
	av1Colour(&r, profile, &f)
	return f, true
}

// av1Tools steps over the choice of screen content tools and integer motion vectors.
func av1Tools(r *window.BitReader) {
	force := true
	if !r.Flag() {
		force = r.Flag()
	}
	if force && !r.Flag() {
		r.Skip(1)
	}
}

// av1Timing reads timing, decoder model and operating points (5.5.1 to 5.5.5).
func av1Timing(r *window.BitReader, f *Picture) {
	model := false
	delayBits := 0
	if r.Flag() {
		tick, scale := r.Bits(32), r.Bits(32)
		equal := r.Flag()
		ticks := float64(1)
		if equal {
			ticks = float64(r.UE()) + 1
		}
		if equal && tick > 0 && !r.Over {
			f.Rate = float64(scale) / (float64(tick) * ticks)
		}
		if model = r.Flag(); model {
			delayBits = int(r.Bits(5)) + 1
			r.Skip(32 + 5 + 5)
		}
	}
	initial := r.Flag()
	points := int(r.Bits(5)) + 1
	for range points {
		r.Skip(12)
		if level := r.Bits(5); level > 7 {
			r.Skip(1)
		}
		if model && r.Flag() {
			r.Skip(2*delayBits + 1)
		}
		if initial && r.Flag() {
			r.Skip(4)
		}
	}
}

// av1Colour reads color_config (5.5.2).
func av1Colour(r *window.BitReader, profile uint32, f *Picture) {
	high := r.Flag()
	depth := 8
	switch {
	case profile == 2 && high:
		depth = 10
		if r.Flag() {
			depth = 12
		}
	case high:
		depth = 10
	}
	if profile != 1 {
		r.Skip(1) // monochrome
	}
	if r.Flag() {
		primaries, transfer := int(r.Bits(8)), int(r.Bits(8))
		if !r.Over {
			f.Primaries, f.Transfer = primaries, transfer
		}
	}
	if !r.Over {
		f.Depth = depth
	}
}

// parseAV1OBUs reads the first sequence header in a run of OBUs (5.3).
func parseAV1OBUs(b []byte) (Picture, bool) {
	for len(b) >= 2 {
		kind, extended, sized := b[0]>>3&15, b[0]&4 != 0, b[0]&2 != 0
		b = b[1:]
		if extended {
			b = b[1:]
		}
		size := uint64(len(b))
		if sized {
			n, used := leb128(b)
			if used == 0 || n > uint64(len(b)-used) {
				return Picture{}, false
			}
			b, size = b[used:], n
		}
		if kind == 1 {
			return parseAV1Sequence(b[:size])
		}
		b = b[size:]
	}
	return Picture{}, false
}

// leb128 reads an unsigned number of seven bits a byte; used is 0 where it does not end.
func leb128(b []byte) (v uint64, used int) {
	for i := 0; i < len(b) && i < 8; i++ {
		v |= uint64(b[i]&0x7F) << (7 * i)
		if b[i]&0x80 == 0 {
			return v, i + 1
		}
	}
	return 0, 0
}

// ParseAV1C reads an AV1CodecConfigurationRecord (AV1 in ISOBMFF, 2.3).
func ParseAV1C(b []byte) (f Picture, ok bool) {
	if len(b) < 4 || b[0] != 0x81 {
		return f, false
	}
	if s, ok := parseAV1OBUs(b[4:]); ok {
		return s, true
	}
	profile := b[1] >> 5
	if profile > 2 {
		return f, false
	}
	f.Profile = [...]string{"Main", "High", "Professional"}[profile]
	f.Depth = 8
	if b[2]&0x40 != 0 {
		f.Depth = 10
		if b[2]&0x20 != 0 {
			f.Depth = 12
		}
	}
	return f, true
}
