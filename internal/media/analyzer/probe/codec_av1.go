package probe

// parseAV1Sequence reads a sequence header OBU's payload (AV1 bitstream specification, 5.5).
func parseAV1Sequence(b []byte) (f pictureFormat, ok bool) {
	r := bitReader{b: b}
	profile := r.bits(3)
	r.skip(1)
	if r.flag() { // reduced still picture header
		r.skip(5)
	} else {
		av1Timing(&r, &f)
	}
	wBits, hBits := int(r.bits(4))+1, int(r.bits(4))+1
	f.width, f.height = int(r.bits(wBits))+1, int(r.bits(hBits))+1
	if r.over || profile > 2 {
		return pictureFormat{}, false
	}
	f.profile = [...]string{"Main", "High", "Professional"}[profile]
	reduced := len(b) > 0 && b[0]>>3&1 == 1
	if !reduced {
		if r.flag() { // frame ids
			r.skip(7)
		}
	}
	r.skip(3)
	if !reduced {
		r.skip(4)
		if orderHint := r.flag(); orderHint {
			r.skip(2)
			av1Tools(&r)
			r.skip(3)
		} else {
			av1Tools(&r)
		}
	}
	r.skip(3)
	av1Colour(&r, profile, &f)
	return f, true
}

// av1Tools steps over the choice of screen content tools and integer motion vectors.
func av1Tools(r *bitReader) {
	force := true
	if !r.flag() {
		force = r.flag()
	}
	if force && !r.flag() {
		r.skip(1)
	}
}

// av1Timing reads timing, decoder model and operating points (5.5.1 to 5.5.5).
func av1Timing(r *bitReader, f *pictureFormat) {
	model := false
	delayBits := 0
	if r.flag() {
		tick, scale := r.bits(32), r.bits(32)
		equal := r.flag()
		ticks := float64(1)
		if equal {
			ticks = float64(r.ue()) + 1
		}
		if equal && tick > 0 && !r.over {
			f.rate = float64(scale) / (float64(tick) * ticks)
		}
		if model = r.flag(); model {
			delayBits = int(r.bits(5)) + 1
			r.skip(32 + 5 + 5)
		}
	}
	initial := r.flag()
	points := int(r.bits(5)) + 1
	for range points {
		r.skip(12)
		if level := r.bits(5); level > 7 {
			r.skip(1)
		}
		if model && r.flag() {
			r.skip(2*delayBits + 1)
		}
		if initial && r.flag() {
			r.skip(4)
		}
	}
}

// av1Colour reads color_config (5.5.2).
func av1Colour(r *bitReader, profile uint32, f *pictureFormat) {
	high := r.flag()
	depth := 8
	switch {
	case profile == 2 && high:
		depth = 10
		if r.flag() {
			depth = 12
		}
	case high:
		depth = 10
	}
	if profile != 1 {
		r.skip(1) // monochrome
	}
	if r.flag() {
		primaries, transfer := int(r.bits(8)), int(r.bits(8))
		if !r.over {
			f.primaries, f.transfer = primaries, transfer
		}
	}
	if !r.over {
		f.depth = depth
	}
}

// parseAV1OBUs reads the first sequence header in a run of OBUs (5.3).
func parseAV1OBUs(b []byte) (pictureFormat, bool) {
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
				return pictureFormat{}, false
			}
			b, size = b[used:], n
		}
		if kind == 1 {
			return parseAV1Sequence(b[:size])
		}
		b = b[size:]
	}
	return pictureFormat{}, false
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

// parseAV1C reads an AV1CodecConfigurationRecord (AV1 in ISOBMFF, 2.3).
func parseAV1C(b []byte) (f pictureFormat, ok bool) {
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
	f.profile = [...]string{"Main", "High", "Professional"}[profile]
	f.depth = 8
	if b[2]&0x40 != 0 {
		f.depth = 10
		if b[2]&0x20 != 0 {
			f.depth = 12
		}
	}
	return f, true
}
