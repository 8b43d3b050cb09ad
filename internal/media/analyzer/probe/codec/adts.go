package codec

// ADTSHeader is the header of a frame of AAC in the transport that files of it use (ISO/IEC 13818-7, 6.2).
type ADTSHeader struct {
	Bytes, Samples int
	Rate           int
	Channels       int
	Object         int
}

const adtsHeaderSize = 7

// ParseADTSFrame reads the header of a frame; ok is false where there is none.
func ParseADTSFrame(b []byte) (f ADTSHeader, ok bool) {
	if len(b) < adtsHeaderSize || b[0] != 0xFF || b[1]&0xF6 != 0xF0 {
		return f, false
	}
	rate := int(b[2] >> 2 & 15)
	if rate >= len(AACRates) {
		return f, false
	}
	f = ADTSHeader{
		Bytes:    int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5,
		Samples:  1024 * (int(b[6]&3) + 1),
		Rate:     AACRates[rate],
		Channels: aacChannels[b[2]&1<<2|b[3]>>6],
		Object:   int(b[2]>>6) + 1,
	}
	return f, f.Bytes > adtsHeaderSize
}
