package codec

func mlpRate(code byte) int {
	base := 48000
	if code&8 != 0 {
		base = 44100
	}
	return base << (code & 7)
}
