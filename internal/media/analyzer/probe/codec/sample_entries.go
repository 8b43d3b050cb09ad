package codec

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// VideoEntries names the sample entries of video tracks: the MP4 registration authority's list,
// and QuickTime's.
var VideoEntries = map[string]string{
	"avc1": "h264", "avc2": "h264", "avc3": "h264", "avc4": "h264", "dva1": "h264", "dvav": "h264", "H264": "h264",
	"h264": "h264", "x264": "h264", "X264": "h264",
	"ai12": "h264", "ai13": "h264", "ai15": "h264", "ai16": "h264", "ai1p": "h264", "ai1q": "h264", "ai5p": "h264",
	"ai5q": "h264", "ai52": "h264", "ai53": "h264", "ai55": "h264", "ai56": "h264", "AVin": "h264", "rv64": "h264",
	"xalg": "h264",
	"hvc1": "hevc", "hev1": "hevc", "hvc2": "hevc", "hev2": "hevc", "dvhe": "hevc", "HEVC": "hevc", "hevc": "hevc",
	"lhv1": "hevc",
	"vvc1": "vvc", "vvi1": "vvc", "evc1": "evc",
	"av01": "av1", "dav1": "av1", "vp08": "vp8", "VP80": "vp8", "vp09": "vp9", "VP90": "vp9",
	"mp4v": "mpeg4", "MP4V": "mpeg4", "DIVX": "mpeg4", "divx": "mpeg4", "XVID": "mpeg4", "xvid": "mpeg4",
	"DX50": "mpeg4", "3IV2": "mpeg4", "3IVD": "mpeg4", "3IVX": "mpeg4",
	"s263": "h263", "h263": "h263", "H263": "h263", "h261": "h261", "H261": "h261",
	"jpeg": "mjpeg", "mjpa": "mjpeg", "mjpb": "mjpegb", "MJPG": "mjpeg", "dmb1": "mjpeg", "AVDJ": "mjpeg",
	"mjp2": "jpeg2000", "MJ2C": "jpeg2000", "j2k1": "jpeg2000", "jxsm": "jpegxs",
	"apcn": "prores", "apch": "prores", "apcs": "prores", "apco": "prores", "ap4h": "prores", "ap4x": "prores",
	"aprn": "prores_raw", "aprh": "prores_raw",
	"AVdn": "dnxhd", "AVdh": "dnxhd", "CFHD": "cfhd", "FFV1": "ffv1",
	"mp1v": "mpeg1video", "m1v ": "mpeg1video", "m1v1": "mpeg1video", "mpeg": "mpeg1video",
	"mp2v": "mpeg2video", "m2v1": "mpeg2video", "MPEG": "mpeg2video",
	"dvc ": "dvvideo", "dvcp": "dvvideo", "dvpp": "dvvideo", "dv5n": "dvvideo", "dv5p": "dvvideo", "dv1n": "dvvideo",
	"dv1p": "dvvideo",
	"dvh1": "dvvideo", "dvh2": "dvvideo", "dvh3": "dvvideo", "dvh4": "dvvideo", "dvh5": "dvvideo", "dvh6": "dvvideo",
	"dvhq": "dvvideo", "dvhp": "dvvideo", "pdvc": "dvvideo", "DVPP": "dvvideo", "slsp": "dvvideo",
	"SVQ1": "svq1", "svq1": "svq1", "svqi": "svq1", "SVQ3": "svq3", "cvid": "cinepak", "rle ": "qtrle", "rpza": "rpza",
	"smc ": "smc",
	"png ": "png", "MNG ": "png", "tiff": "tiff", "gif ": "gif", "8BPS": "8bps", "kpcd": "photocd", "tga ": "targa",
	"SGI ": "sgi", "icod": "aic", "WRLE": "bmp", "WRAW": "rawvideo",
	"raw ": "rawvideo", "2vuy": "rawvideo", "yuv2": "rawvideo", "yuvs": "rawvideo", "uyvy": "rawvideo",
	"yv12": "rawvideo", "j420": "rawvideo", "BGRA": "rawvideo", "RGBA": "rawvideo", "ABGR": "rawvideo",
	"b16g": "rawvideo", "b48r": "rawvideo", "b64a": "rawvideo", "L555": "rawvideo", "L565": "rawvideo",
	"NO16": "rawvideo", "DVOO": "rawvideo", "uncv": "rawvideo",
	"v210": "v210", "v308": "v308", "v408": "v408", "v410": "v410", "r210": "r210", "R10k": "r10k", "r10g": "r210",
	"FLV1": "flv1", "WMV3": "wmv3", "WVC1": "vc1", "vc-1": "vc1", "ovc1": "vc1", "drac": "dirac", "BBCD": "dirac",
	"Hap1": "hap", "Hap5": "hap", "HapY": "hap", "HapA": "hap", "HapM": "hap", "IV32": "indeo3", "IV41": "indeo4",
	"IV50": "indeo5", "ULY0": "utvideo", "ULY2": "utvideo", "ULRG": "utvideo", "ULRA": "utvideo", "ULH0": "utvideo",
	"ULH2": "utvideo", "avs3": "avs3", "cavs": "cavs", "Shr0": "sheervideo",
}

// AudioEntries names the sample entries of sound tracks.
var AudioEntries = map[string]string{
	"mp4a": "aac", "MP4A": "aac", "aac ": "aac", "aacp": "aac", ".mp3": "mp3", "mp3 ": "mp3", "MP3 ": "mp3",
	".mp2": "mp2", ".mp1": "mp1",
	"ac-3": "ac3", "AC-3": "ac3", "sac3": "ac3", "ec-3": "eac3", "ac-4": "ac4", "mlpa": "truehd",
	"dtsc": "dts", "dtsh": "dts", "dtsl": "dts", "dtse": "dts", "dtsx": "dts", "dts ": "dts", "DTS ": "dts",
	"alac": "alac", "fLaC": "flac", "Opus": "opus", "samr": "amr_nb", "sawb": "amr_wb", "sawp": "amr_wb",
	"sevc": "evrc", "sqcp": "qcelp", "Qclp": "qcelp", "Qclq": "qcelp", "ssmv": "smv",
	"sowt": "pcm_s16le", "twos": "pcm_s16be", "NONE": "pcm_s16be", "in24": "pcm_s24be", "in32": "pcm_s32be",
	"fl32": "pcm_f32be", "fl64": "pcm_f64be", "raw ": "pcm_u8", "lpcm": "pcm_s16le", "ipcm": "pcm_s16le",
	"fpcm": "pcm_f32le",
	"ulaw": "pcm_mulaw", "alaw": "pcm_alaw", "ima4": "adpcm_ima_qt", "MAC3": "mace3", "MAC6": "mace6", "QDM2": "qdm2",
	"QDMC": "qdmc", "agsm": "gsm",
	"vdva": "pcm_s16be", "dvca": "pcm_s16be", "mha1": "mpegh_3d_audio", "mhm1": "mpegh_3d_audio", "WMA2": "wmav2",
	"owma": "wmapro", "nmos": "nellymoser", "spex": "speex", "iamf": "iamf", "apac": "apac", "dvi ": "adpcm_ima_wav",
}

// textEntries names the sample entries of subtitle tracks.
var textEntries = map[string]string{
	"tx3g": "mov_text", "text": "mov_text", "wvtt": "webvtt", "stpp": "ttml", "sbtt": "ttml", "dfxp": "ttml",
	"c608": "eia_608", "c708": "eia_708", "mp4s": "dvd_subtitle",
}

// ProResProfiles are the flavours of ProRes by sample entry.
var ProResProfiles = map[string]string{"apco": "Proxy", "apcs": "LT", "apcn": "Standard", "apch": "HQ", "ap4h": "4444", "ap4x": "XQ"}

// EntryCodec names a sample entry of a track whose handler is known; empty where nobody knows it.
func EntryCodec(handler, kind string) string {
	switch handler {
	case "soun":
		if strings.HasPrefix(kind, "ms\x00") { // a WAVE format tag of Microsoft's
			return WaveCodec(window.BE16([]byte(kind)[2:]), 16)
		}
		return AudioEntries[kind]
	case "vide", "auxv", "pict":
		if c := VideoEntries[kind]; c != "" {
			return c
		}
		// Sony's XDCAM and Panasonic's HDV entries are numerous and all of one codec.
		for _, p := range [...]string{"hdv", "xdv", "xd5", "xdh", "mx3", "mx4", "mx5"} {
			if strings.HasPrefix(kind, p) {
				return "mpeg2video"
			}
		}
		return ""
	}
	return textEntries[kind]
}
