package probe

// Numbers of the formats that the files laid out here have.
const (
	adtsHeaderSize  = 7
	exthAuthor      = 100
	exthCoverOffset = 201
	flvAudio        = 8
	flvVideo        = 9
	mkvAudio        = 0xE1
	mkvChapters     = 0x1043A770
	mkvCluster      = 0x1F43B675
	mkvCodecPrivate = 0x63A2
	mkvEdition      = 0x45B9
	mkvPixelHeight  = 0xBA
	mkvPixelWidth   = 0xB0
	mkvSampling     = 0xB5
	mkvSimpleBlock  = 0xA3
	mkvTimestamp    = 0xE7
	mkvTracks       = 0x1654AE6B
	mkvTypeAudio    = 2
	mkvTypeVideo    = 1
	mkvVideo        = 0xE0
)
