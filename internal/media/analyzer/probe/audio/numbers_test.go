package audio

// Numbers of the formats that the files laid out here have.
const (
	apeFooterSize = 32
	apeHasHeader  = 2147483648
	apeIsHeader   = 536870912
	id3DataLength = 0x01
	id3Encrypted  = 0x04
	id3Extended   = 0x40
	id3Footer     = 0x10
	id3FrameSync  = 0x02
	id3Grouped    = 0x40
	id3Unsync     = 0x80
)
