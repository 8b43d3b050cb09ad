package codec

// WaveCodec names a format tag of WAVEFORMATEX (RFC 2361, and mmreg.h) for samples of depth bits.
func WaveCodec(tag uint16, depth int) string {
	switch tag {
	case 0x0001:
		switch {
		case depth > 0 && depth <= 8:
			return "pcm_u8"
		case depth > 24:
			return "pcm_s32le"
		case depth > 16:
			return "pcm_s24le"
		}
		return "pcm_s16le"
	case 0x0003:
		if depth == 64 {
			return "pcm_f64le"
		}
		return "pcm_f32le"
	}
	return waveCodecs[tag]
}

var waveCodecs = map[uint16]string{
	0x0002: "adpcm_ms", 0x0006: "pcm_alaw", 0x0007: "pcm_mulaw", 0x000A: "wmavoice", 0x0011: "adpcm_ima_wav",
	0x0010: "adpcm_ima_oki", 0x0017: "adpcm_ima_oki", 0x0020: "adpcm_yamaha", 0x0014: "adpcm_g726", 0x0040: "adpcm_g726",
	0x0022: "truespeech", 0x0031: "gsm_ms", 0x0032: "gsm_ms", 0x0045: "adpcm_g726", 0x0050: "mp2", 0x0055: "mp3",
	0x0038: "amr_nb", 0x0042: "g723_1", 0x0057: "amr_nb", 0x0058: "amr_wb", 0x0083: "g729", 0x0111: "g723_1",
	0x0061: "adpcm_ima_dk4", 0x0062: "adpcm_ima_dk3", 0x0069: "adpcm_ima_wav", 0x0075: "metasound", 0x00FF: "aac",
	0x0064: "adpcm_g726", 0x0130: "sipr", 0x0165: "xma1", 0x0166: "xma2", 0x0180: "aac", 0x594A: "xan_dpcm",
	0x0135: "sipr", 0x028F: "adpcm_g722", 0x0065: "adpcm_g722", 0x0160: "wmav1", 0x0161: "wmav2", 0x0162: "wmapro",
	0x0163: "wmalossless", 0x0164: "wmapro", 0x0200: "adpcm_ct",
	0x0270: "atrac3", 0x0401: "imc", 0x0402: "iac", 0x0500: "on2avc", 0x1500: "gsm_ms", 0x1501: "truespeech",
	0x1600: "aac", 0x1602: "aac_latm", 0x1610: "aac", 0x2000: "ac3", 0x2001: "dts", 0x2002: "eac3", 0x2048: "sonic",
	0x4143: "aac",
	0x566F: "vorbis", 0x674F: "vorbis", 0x6750: "vorbis", 0x6751: "vorbis", 0x676F: "vorbis", 0x6770: "vorbis",
	0x6771: "vorbis",
	0x704F: "opus", 0x706D: "aac", 0x77A1: "tta", 0x7A21: "amr_nb", 0x7A22: "amr_wb", 0xA106: "aac", 0xA109: "speex",
	0x6C75: "pcm_mulaw", 0x729A: "g729", 0xA100: "g723_1", 0xF1AC: "flac",
}
