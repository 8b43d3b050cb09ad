package probetest

// LATMBits packs values of so many bits each.
func LATMBits(pairs ...int) []byte {
	var out []byte
	n := 0
	for i := 0; i < len(pairs); i += 2 {
		for b := pairs[i] - 1; b >= 0; b-- {
			if n%8 == 0 {
				out = append(out, 0)
			}
			out[n/8] |= byte(pairs[i+1]>>b&1) << (7 - n%8)
			n++
		}
	}
	return out
}

// LoasOf lays out a frame of LOAS.
func LoasOf(element []byte) []byte {
	return append([]byte{0x56, 0xE0 | byte(len(element)>>8), byte(len(element))}, element...)
}
