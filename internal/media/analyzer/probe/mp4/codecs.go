package mp4

// objectCodecs are the codecs of an objectTypeIndication (ISO/IEC 14496-1, table 5, and the registration
// authority's list); empty where it is none of the usual.
var objectCodecs = [256]string{
	0x20: "mpeg4", 0x21: "h264", 0x23: "hevc",
	0x40: "aac", 0x66: "aac", 0x67: "aac", 0x68: "aac",
	0x60: "mpeg2video", 0x61: "mpeg2video", 0x62: "mpeg2video", 0x63: "mpeg2video", 0x64: "mpeg2video", 0x65: "mpeg2video",
	0x69: "mp3", 0x6A: "mpeg1video", 0x6B: "mp3", 0x6C: "mjpeg", 0x6D: "png", 0x6E: "jpeg2000",
	0xA3: "vc1", 0xA4: "dirac", 0xA5: "ac3", 0xA6: "eac3",
	0xA9: "dts", 0xAA: "dts", 0xAB: "dts", 0xAC: "dts", 0xAD: "opus", 0xDF: "opus",
	0xB1: "vp9", 0xC1: "flac", 0xDD: "vorbis", 0xE0: "dvd_subtitle", 0xE1: "qcelp",
}
