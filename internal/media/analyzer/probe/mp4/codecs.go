package mp4

// objectCodec names an objectTypeIndication (ISO/IEC 14496-1, table 5, and the registration
// authority's list); empty where it is none of the usual.
func objectCodec(oti byte) string {
	switch {
	case oti == 0x20:
		return "mpeg4"
	case oti == 0x21:
		return "h264"
	case oti == 0x23:
		return "hevc"
	case oti == 0x40, oti >= 0x66 && oti <= 0x68:
		return "aac"
	case oti >= 0x60 && oti <= 0x65:
		return "mpeg2video"
	case oti == 0x69, oti == 0x6B:
		return "mp3"
	case oti == 0x6A:
		return "mpeg1video"
	case oti == 0x6C:
		return "mjpeg"
	case oti == 0x6D:
		return "png"
	case oti == 0x6E:
		return "jpeg2000"
	case oti == 0xA3:
		return "vc1"
	case oti == 0xA4:
		return "dirac"
	case oti == 0xA5:
		return "ac3"
	case oti == 0xA6:
		return "eac3"
	case oti >= 0xA9 && oti <= 0xAC:
		return "dts"
	case oti == 0xAD, oti == 0xDF:
		return "opus"
	case oti == 0xB1:
		return "vp9"
	case oti == 0xC1:
		return "flac"
	case oti == 0xDD:
		return "vorbis"
	case oti == 0xE0:
		return "dvd_subtitle"
	case oti == 0xE1:
		return "qcelp"
	}
	return ""
}
