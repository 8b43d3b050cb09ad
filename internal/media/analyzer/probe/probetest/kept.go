package probetest

// LE32 lays out numbers of 32 bits, little end first.
func LE32(v ...uint32) (b []byte) {
	for _, n := range v {
		b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	return b
}
