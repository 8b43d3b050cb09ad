package matroska

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// codecs names Matroska's codec ids (the codec specification, RFC 9559's companion) where the whole
// id is one codec.
var codecs = map[string]string{
	"V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc", "V_MPEGI/ISO/VVC": "vvc", "V_AV1": "av1", "V_VP8": "vp8",
	"V_VP9":   "vp9",
	"V_MPEG1": "mpeg1video", "V_MPEG2": "mpeg2video", "V_MPEG4/ISO/SP": "mpeg4", "V_MPEG4/ISO/ASP": "mpeg4",
	"V_MPEG4/ISO/AP": "mpeg4",
	"V_MPEG4/MS/V1":  "msmpeg4v1", "V_MPEG4/MS/V2": "msmpeg4v2", "V_MPEG4/MS/V3": "msmpeg4v3",
	"V_THEORA": "theora", "V_PRORES": "prores", "V_UNCOMPRESSED": "rawvideo", "V_MJPEG": "mjpeg", "V_FFV1": "ffv1",
	"V_DIRAC": "dirac", "V_SNOW": "snow",
	"V_AVS2": "avs2", "V_AVS3": "avs3", "V_REAL/RV10": "rv10", "V_REAL/RV20": "rv20", "V_REAL/RV30": "rv30",
	"V_REAL/RV40": "rv40",

	"A_MPEG/L1": "mp1", "A_MPEG/L2": "mp2", "A_MPEG/L3": "mp3", "A_AC3": "ac3", "A_AC3/BSID9": "ac3",
	"A_AC3/BSID10": "ac3", "A_EAC3": "eac3",
	"A_TRUEHD": "truehd", "A_MLP": "mlp", "A_FLAC": "flac", "A_VORBIS": "vorbis", "A_OPUS": "opus",
	"A_OPUS/EXPERIMENTAL": "opus", "A_ALAC": "alac",
	"A_TTA1": "tta", "A_WAVPACK4": "wavpack", "A_REAL/14_4": "ra_144", "A_REAL/28_8": "ra_288", "A_REAL/COOK": "cook",
	"A_REAL/SIPR": "sipr", "A_REAL/RALF": "ralf", "A_REAL/ATRC": "atrac3",
	"A_ATRAC/AT1": "atrac1", "A_QUICKTIME/QDM2": "qdm2", "A_QUICKTIME/QDMC": "qdmc",

	"S_TEXT/UTF8": "subrip", "S_TEXT/ASCII": "subrip", "S_TEXT/SSA": "ass", "S_TEXT/ASS": "ass", "S_SSA": "ass",
	"S_ASS": "ass", "S_TEXT/USF": "usf", "S_TEXT/WEBVTT": "webvtt",
	"D_WEBVTT/SUBTITLES": "webvtt", "D_WEBVTT/CAPTIONS": "webvtt", "S_VOBSUB": "dvd_subtitle",
	"S_VOBSUB/ZLIB": "dvd_subtitle", "S_HDMV/PGS": "hdmv_pgs_subtitle",
	"S_HDMV/TEXTST": "hdmv_text_subtitle", "S_DVBSUB": "dvb_subtitle", "S_ARIBSUB": "arib_caption", "S_KATE": "kate",
	"S_IMAGE/BMP": "bmp",
}

// understand names the codec and takes what its private data say.
func (t *track) understand(private []byte) {
	t.codec = codecs[t.codecID]
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
		t.codec = codec.PCMName(t.audio.BitDepth, false, strings.HasSuffix(id, "/BIG"))
		if t.audio.BitDepth == 8 {
			t.codec = "pcm_u8"
		}
	case id == "A_PCM/FLOAT/IEEE":
		t.codec = codec.PCMName(t.audio.BitDepth, true, false)
	case id == "V_MS/VFW/FOURCC":
		private = t.bitmapInfo(private)
	case id == "A_MS/ACM":
		private = t.waveFormat(private)
	case strings.HasPrefix(id, "V_QUICKTIME") && len(private) >= 8:
		t.codec = codec.EntryCodec("vide", string(private[4:8]))
		private = nil
	case strings.HasPrefix(id, "A_QUICKTIME") && len(private) >= 8:
		t.codec = codec.EntryCodec("soun", string(private[4:8]))
		private = nil
	default:
		t.codec = strings.ToLower(text.Clean(id))
	}
	if t.kind == typeAudio {
		codec.ConfigureSound(t.codec, private, &t.audio)
		if n := codec.PCMDepth(t.codec); n > 0 {
			t.audio.BitDepth = n
			t.audio.BitRate = int64(n) * int64(t.audio.Channels) * int64(t.audio.SampleRate)
		}
		if !codec.LosslessSound(t.codec) {
			t.audio.BitDepth = 0 // such have none; muxers write 16 or 32 all the same
		}
		return
	}
	if f, ok := codec.ParseConfig(t.codec, private); ok {
		if f.Transfer != 0 && t.transfer == 0 {
			t.primaries, t.transfer = f.Primaries, f.Transfer
		}
		if t.frame > 0 {
			f.Rate = 0
		}
		f.Transfer = 0
		f.Fill(&t.video)
	}
}

// oldAAC reads the profile out of the codec ids that came before private data did.
func (t *track) oldAAC() {
	for suffix, profile := range map[string]string{"/MAIN": "Main", "/LC": "LC", "/SSR": "SSR", "/LTP": "LTP", "/SBR": "HE-AAC"} {
		if strings.HasSuffix(t.codecID, suffix) {
			t.audio.Profile = profile
		}
	}
}

// bitmapInfo reads a BITMAPINFOHEADER, as AVI has it, and returns what follows it.
func (t *track) bitmapInfo(b []byte) []byte {
	if len(b) < 40 {
		return nil
	}
	t.codec = codec.FourCCVideo(string(b[16:20]))
	return b[40:]
}

// waveFormat reads a WAVEFORMATEX and returns what follows it.
func (t *track) waveFormat(b []byte) []byte {
	f, ok := codec.ParseWaveFormat(b)
	if !ok {
		return nil
	}
	t.codec = f.Codec
	f.Fill(&t.audio)
	return f.Extra
}
