package probetest

// Numbers of the formats that the files laid out here have.
const (
	ciffImage          = 0x1810
	ciffMakeModel      = 0x080A
	ciffTime           = 0x180E
	dvBlock            = 80
	exifTagImageLength = 0x0101
	exifTagImageWidth  = 0x0100
	exifTagModel       = 0x0110
	id3Unsync          = 0x80
	isoSector          = 2048
	mkvChapterAtom     = 0xB6
	mkvChapterDisplay  = 0x80
	mkvChapterStart    = 0x91
	mkvChapterString   = 0x85
	mkvCodecID         = 0x86
	mkvDefaultDuration = 0x23E383
	mkvDocType         = 0x4282
	mkvDuration        = 0x4489
	mkvHeader          = 0x1A45DFA3
	mkvInfo            = 0x1549A966
	mkvLanguage        = 0x22B59C
	mkvPixelHeight     = 0xBA
	mkvPixelWidth      = 0xB0
	mkvSegment         = 0x18538067
	mkvSimpleTag       = 0x67C8
	mkvTagEntry        = 0x7373
	mkvTagName         = 0x45A3
	mkvTagString       = 0x4487
	mkvTagTrackUID     = 0x63C5
	mkvTargetValue     = 0x68CA
	mkvTargets         = 0x63C0
	mkvTrackEntry      = 0xAE
	mkvTrackNumber     = 0xD7
	mkvTrackType       = 0x83
	mkvTrackUID        = 0x73C5
	mkvTypeVideo       = 1
	mkvVideo           = 0xE0
	mobiUTF8           = 65001
	rar4Magic          = "Rar!\x1A\x07\x00"
	rar5Magic          = "Rar!\x1A\x07\x01\x00"
	udfTagAnchor       = 2
	udfTagExtendedFile = 266
	udfTagFile         = 261
	udfTagFileID       = 257
	udfTagFileSet      = 256
	udfTagLogical      = 6
	udfTagPartition    = 5
	udfTagTerminator   = 8
)
