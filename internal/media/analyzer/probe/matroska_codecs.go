package probe

import (
	"bytes"
	"strings"
)

// mkvCodecs names Matroska's codec ids (the codec specification, RFC 9559's companion) where the whole
// id is one codec.
var mkvCodecs = map[string]string{
	"V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc", "V_MPEGI/ISO/VVC": "vvc", "V_AV1": "av1", "V_VP8": "vp8", "V_VP9": "vp9",
	"V_MPEG1": "mpeg1video", "V_MPEG2": "mpeg2video", "V_MPEG4/ISO/SP": "mpeg4", "V_MPEG4/ISO/ASP": "mpeg4", "V_MPEG4/ISO/AP": "mpeg4",
	"V_MPEG4/MS/V1": "msmpeg4v1", "V_MPEG4/MS/V2": "msmpeg4v2", "V_MPEG4/MS/V3": "msmpeg4v3",
	"V_THEORA": "theora", "V_PRORES": "prores", "V_UNCOMPRESSED": "rawvideo", "V_MJPEG": "mjpeg", "V_FFV1": "ffv1", "V_DIRAC": "dirac", "V_SNOW": "snow",
	"V_AVS2": "avs2", "V_AVS3": "avs3", "V_REAL/RV10": "rv10", "V_REAL/RV20": "rv20", "V_REAL/RV30": "rv30", "V_REAL/RV40": "rv40",

	"A_MPEG/L1": "mp1", "A_MPEG/L2": "mp2", "A_MPEG/L3": "mp3", "A_AC3": "ac3", "A_AC3/BSID9": "ac3", "A_AC3/BSID10": "ac3", "A_EAC3": "eac3",
	"A_TRUEHD": "truehd", "A_MLP": "mlp", "A_FLAC": "flac", "A_VORBIS": "vorbis", "A_OPUS": "opus", "A_OPUS/EXPERIMENTAL": "opus", "A_ALAC": "alac",
	"A_TTA1": "tta", "A_WAVPACK4": "wavpack", "A_REAL/14_4": "ra_144", "A_REAL/28_8": "ra_288", "A_REAL/COOK": "cook", "A_REAL/SIPR": "sipr", "A_REAL/RALF": "ralf", "A_REAL/ATRC": "atrac3",
	"A_ATRAC/AT1": "atrac1", "A_QUICKTIME/QDM2": "qdm2", "A_QUICKTIME/QDMC": "qdmc",

	"S_TEXT/UTF8": "subrip", "S_TEXT/ASCII": "subrip", "S_TEXT/SSA": "ass", "S_TEXT/ASS": "ass", "S_SSA": "ass", "S_ASS": "ass", "S_TEXT/USF": "usf", "S_TEXT/WEBVTT": "webvtt",
	"D_WEBVTT/SUBTITLES": "webvtt", "D_WEBVTT/CAPTIONS": "webvtt", "S_VOBSUB": "dvd_subtitle", "S_VOBSUB/ZLIB": "dvd_subtitle", "S_HDMV/PGS": "hdmv_pgs_subtitle",
	"S_HDMV/TEXTST": "hdmv_text_subtitle", "S_DVBSUB": "dvb_subtitle", "S_ARIBSUB": "arib_caption", "S_KATE": "kate", "S_IMAGE/BMP": "bmp",
}

// understand names the codec and takes what its private data say.
func (t *mkvTrack) understand(private []byte) {
	t.codec = mkvCodecs[t.codecID]
	switch id := t.codecID; {
	case t.codec != "":
	case strings.HasPrefix(id, "A_AAC"):
		t.codec = "aac"
		t.oldAAC()
	case strings.HasPrefix(id, "A_DTS"):
		t.codec = "dts"
		if strings.HasSuffix(id, "/EXPRESS") {
			t.audio.Profile = "DTS Express"
		} else if strings.HasSuffix(id, "/LOSSLESS") {
			t.audio.Profile = "DTS-HD MA"
		}
	case strings.HasPrefix(id, "A_PCM/INT"):
		t.codec = pcmName(t.audio.BitDepth, false, strings.HasSuffix(id, "/BIG"))
		if t.audio.BitDepth == 8 {
			t.codec = "pcm_u8"
		}
	case id == "A_PCM/FLOAT/IEEE":
		t.codec = pcmName(t.audio.BitDepth, true, false)
	case id == "V_MS/VFW/FOURCC":
		private = t.bitmapInfo(private)
	case id == "A_MS/ACM":
		private = t.waveFormat(private)
	case strings.HasPrefix(id, "V_QUICKTIME") && len(private) >= 8:
		t.codec = mp4CodecOf("vide", string(private[4:8]))
		private = nil
	case strings.HasPrefix(id, "A_QUICKTIME") && len(private) >= 8:
		t.codec = mp4CodecOf("soun", string(private[4:8]))
		private = nil
	default:
		t.codec = strings.ToLower(cleanText(id))
	}
	if t.kind == mkvTypeAudio {
		soundConfig(t.codec, private, &t.audio)
		if n := depthOf(t.codec); n > 0 {
			t.audio.BitDepth = n
			t.audio.BitRate = int64(n) * int64(t.audio.Channels) * int64(t.audio.SampleRate)
		}
		if !losslessSound(t.codec) {
			t.audio.BitDepth = 0 // such have none; muxers write 16 or 32 all the same
		}
		return
	}
	if f, ok := pictureConfig(t.codec, private); ok {
		if f.transfer != 0 && t.transfer == 0 {
			t.primaries, t.transfer = f.primaries, f.transfer
		}
		if t.frame > 0 {
			f.rate = 0
		}
		f.transfer = 0
		f.fill(&t.video)
	}
}

// oldAAC reads the profile out of the codec ids that came before private data did.
func (t *mkvTrack) oldAAC() {
	for suffix, profile := range map[string]string{"/MAIN": "Main", "/LC": "LC", "/SSR": "SSR", "/LTP": "LTP", "/SBR": "HE-AAC"} {
		if strings.HasSuffix(t.codecID, suffix) {
			t.audio.Profile = profile
		}
	}
}

// bitmapInfo reads a BITMAPINFOHEADER, as AVI has it, and returns what follows it.
func (t *mkvTrack) bitmapInfo(b []byte) []byte {
	if len(b) < 40 {
		return nil
	}
	t.codec = fourCCVideo(string(b[16:20]))
	return b[40:]
}

// waveFormat reads a WAVEFORMATEX and returns what follows it.
func (t *mkvTrack) waveFormat(b []byte) []byte {
	f, ok := parseWaveFormat(b)
	if !ok {
		return nil
	}
	t.codec = f.codec
	f.fill(&t.audio)
	return f.extra
}

// pictureConfig reads the configuration of a video decoder as Matroska, AVI and ASF carry it.
func pictureConfig(codec string, b []byte) (pictureFormat, bool) {
	if len(b) == 0 {
		return pictureFormat{}, false
	}
	switch codec {
	case "h264":
		if b[0] == 1 {
			return parseAVCC(b)
		}
		return scanNALs(b, codec)
	case "hevc":
		if b[0] == 1 || !bytes.HasPrefix(b, []byte{0, 0}) {
			return parseHVCC(b)
		}
		return scanNALs(b, codec)
	case "av1":
		return parseAV1C(b)
	case "vp9":
		return vp9Private(b), true
	case "mpeg1video", "mpeg2video":
		return parseMPEG2Sequence(b)
	case "mpeg4":
		return parseMPEG4Config(b)
	case "ffv1":
		return parseFFV1(b)
	case "prores": // its sample entry's name in QuickTime
		if profile := proresProfiles[string(b[:min(len(b), 4)])]; profile != "" {
			return pictureFormat{profile: profile}, true
		}
	case "theora":
		if first := xiphPackets(b, 1); len(first) > 0 {
			return parseTheora(first[0])
		}
	}
	return pictureFormat{}, false
}

// vp9Private reads the feature list that WebM gives VP9 (VP Codec ISO Media File Format Binding, "CodecPrivate").
func vp9Private(b []byte) (f pictureFormat) {
	for len(b) >= 2 && len(b) >= 2+int(b[1]) {
		if b[1] == 1 {
			switch b[0] {
			case 1:
				f.profile = vpxProfile(b[2])
			case 3:
				f.depth = int(b[2])
			}
		}
		b = b[2+int(b[1]):]
	}
	return f
}

// xiphPackets splits private data of Xiph's lacing into at most n packets.
func xiphPackets(b []byte, n int) [][]byte {
	if len(b) == 0 {
		return nil
	}
	count, rest := int(b[0])+1, b[1:]
	var sizes []int
	for len(sizes) < count-1 {
		size := 0
		for {
			if len(rest) == 0 {
				return nil
			}
			c := rest[0]
			rest = rest[1:]
			size += int(c)
			if c < 255 {
				break
			}
		}
		sizes = append(sizes, size)
	}
	var out [][]byte
	for _, size := range sizes {
		if size > len(rest) || len(out) == n {
			break
		}
		out = append(out, rest[:size])
		rest = rest[size:]
	}
	if len(out) == len(sizes) && len(out) < n {
		out = append(out, rest)
	}
	return out
}
