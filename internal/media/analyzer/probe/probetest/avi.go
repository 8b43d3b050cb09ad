package probetest

// BitmapOf lays out a BITMAPINFOHEADER.
func BitmapOf(code string, w, h int32) []byte {
	return Le(uint32(40), w, h, uint16(1), uint16(24), code, make([]byte, 20))
}

// WaveOf lays out a WAVEFORMATEX.
func WaveOf(tag, channels uint16, rate, bytesPerSecond uint32, depth uint16) []byte {
	return Le(tag, channels, rate, bytesPerSecond, uint16(1), depth, uint16(0))
}
