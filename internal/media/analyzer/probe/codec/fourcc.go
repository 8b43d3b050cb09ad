package codec

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// FourCCVideo names the codec of a BITMAPINFOHEADER's compression, with which AVI, ASF and old
// Matroska files tag video. Case does not count: writers differ.
func FourCCVideo(code string) string {
	switch code {
	case "\x00\x00\x00\x00", "DIB ", "RGB ":
		return "rawvideo"
	case "\x01\x00\x00\x00", "\x02\x00\x00\x00":
		return "msrle"
	case "\x10\x00\x00\x00":
		return "mpeg2video"
	case "\x04\x00\x00\x00":
		return "mpeg4"
	}
	up := strings.ToUpper(code)
	if c := fourCCs[up]; c != "" {
		return c
	}
	for _, k := range [...]string{code, up, strings.ToLower(code)} {
		if c := VideoEntries[k]; c != "" {
			return c
		}
	}
	return strings.ToLower(text.Clean(text.Latin1([]byte(code))))
}

// fourCCs is the field's list of compression codes, in upper case.
var fourCCs = map[string]string{
	"H264": "h264", "X264": "h264", "AVC1": "h264", "DAVC": "h264", "VSSH": "h264", "SMV2": "h264", "Q264": "h264",
	"V264": "h264", "GAVC": "h264", "UMSV": "h264", "TSHD": "h264", "INMC": "h264",
	"HEVC": "hevc", "H265": "hevc", "HVC1": "hevc", "HEV1": "hevc", "X265": "hevc",
	"FMP4": "mpeg4", "DIVX": "mpeg4", "DX50": "mpeg4", "XVID": "mpeg4", "MP4S": "mpeg4", "M4S2": "mpeg4",
	"MP4V": "mpeg4", "3IV2": "mpeg4", "3IVX": "mpeg4", "BLZ0": "mpeg4", "MPEG": "mpeg2video", "UMP4": "mpeg4",
	"RMP4": "mpeg4", "SEDG": "mpeg4", "WV1F": "mpeg4", "LMP4": "mpeg4", "HDX4": "mpeg4", "FVFW": "mpeg4",
	"FFDS": "mpeg4", "DXGM": "mpeg4", "PVM4": "mpeg4", "NDIG": "mpeg4", "EPHV": "mpeg4", "GEOX": "mpeg4",
	"SMP4": "mpeg4", "VIDM": "mpeg4", "XVIX": "mpeg4", "DIGI": "mpeg4", "MP4A": "mpeg4",
	"MP43": "msmpeg4v3", "DIV3": "msmpeg4v3", "DIV4": "msmpeg4v3", "DIV5": "msmpeg4v3", "DIV6": "msmpeg4v3",
	"MPG3": "msmpeg4v3", "AP41": "msmpeg4v3", "COL0": "msmpeg4v3", "COL1": "msmpeg4v3", "DVX3": "msmpeg4v3",
	"3IVD": "msmpeg4v3",
	"MP42": "msmpeg4v2", "DIV2": "msmpeg4v2", "MP41": "msmpeg4v1", "MPG4": "msmpeg4v1",
	"WMV1": "wmv1", "WMV2": "wmv2", "WMV3": "wmv3", "WMVP": "wmv3image", "WVP2": "vc1image", "WVC1": "vc1",
	"WMVA": "vc1", "WVCS": "vc1",
	"MSS1": "mss1", "MSS2": "mss2", "MSA1": "msa1", "MTS2": "mts2", "G2M2": "g2m", "G2M3": "g2m", "G2M4": "g2m",
	"G2M5": "g2m",
	"MPG1": "mpeg1video", "MPG2": "mpeg2video", "MPGV": "mpeg2video", "PIM1": "mpeg1video", "MMES": "mpeg2video",
	"LMP2": "mpeg2video", "SLIF": "mpeg2video", "EM2V": "mpeg2video", "M701": "mpeg2video", "VCR2": "mpeg2video",
	"M702": "mpeg2video", "DVR ": "mpeg2video",
	"H263": "h263", "U263": "h263", "M263": "h263", "X263": "h263", "L263": "h263", "T263": "h263", "VX1K": "h263",
	"ZYGO": "h263", "I263": "h263i", "H261": "h261", "FLV1": "flv1", "S263": "flv1", "FLV4": "vp6f",
	"MJPG": "mjpeg", "LJPG": "ljpeg", "JPGL": "ljpeg", "AVRN": "mjpeg", "JPEG": "mjpeg", "DMB1": "mjpeg",
	"MJLS": "jpegls", "MJ2C": "jpeg2000", "LJ2K": "jpeg2000", "LJ2C": "jpeg2000", "IJPG": "mjpeg", "ACDV": "mjpeg",
	"QIVG": "mjpeg", "SLMJ": "mjpeg", "CJPG": "mjpeg",
	"HFYU": "huffyuv", "FFVH": "ffvhuff", "FFV1": "ffv1", "LAGS": "lagarith", "MAGY": "magicyuv", "SNOW": "snow",
	"DVSD": "dvvideo", "DVHD": "dvvideo", "DVH1": "dvvideo", "DVSL": "dvvideo", "DV25": "dvvideo", "DV50": "dvvideo",
	"CDVC": "dvvideo", "CDVH": "dvvideo", "CDV5": "dvvideo", "DVC ": "dvvideo", "DVCS": "dvvideo", "DVCP": "dvvideo",
	"DVIS": "dvvideo", "PDVC": "dvvideo", "SL25": "dvvideo", "SLDV": "dvvideo", "AVD1": "dvvideo",
	"VP30": "vp3", "VP31": "vp3", "VP40": "vp4", "VP50": "vp5", "VP60": "vp6", "VP61": "vp6", "VP62": "vp6",
	"VP6A": "vp6a", "VP6F": "vp6f", "VP70": "vp7", "VP71": "vp7", "VP80": "vp8", "VP90": "vp9", "AV01": "av1",
	"THEO": "theora", "DRAC": "dirac",
	"IV31": "indeo3", "IV32": "indeo3", "IV41": "indeo4", "IV50": "indeo5", "CVID": "cinepak", "MRLE": "msrle",
	"MSVC": "msvideo1", "CRAM": "msvideo1", "WHAM": "msvideo1", "CSCD": "cscd", "TSCC": "tscc", "TSC2": "tscc2",
	"ZMBV": "zmbv", "ZLIB": "zlib", "MSZH": "mszh", "RT21": "indeo2", "LOCO": "loco", "ULTI": "ulti", "VIXL": "vixl",
	"QPEG": "qpeg", "Q1.0": "qpeg", "Q1.1": "qpeg", "KMVC": "kmvc", "VMNC": "vmnc", "ASV1": "asv1", "ASV2": "asv2",
	"VCR1": "vcr1", "CLJR": "cljr", "AASC": "aasc", "FPS1": "fraps", "CFHD": "cfhd", "APCH": "prores", "APCN": "prores",
	"APCS": "prores", "APCO": "prores", "AP4H": "prores", "RV10": "rv10", "RV20": "rv20", "RV30": "rv30",
	"RV40": "rv40", "AVDN": "dnxhd", "MPNG": "png", "PNG1": "png", "TDSC": "tdsc", "UTV": "utvideo", "ULY0": "utvideo",
	"ULY2": "utvideo", "ULRG": "utvideo", "ULRA": "utvideo", "ULH0": "utvideo", "ULH2": "utvideo",
	"DUCK": "truemotion1", "TM20": "truemotion2", "PVEZ": "truemotion1",
	"I420": "rawvideo", "IYUV": "rawvideo", "YV12": "rawvideo", "YUY2": "rawvideo", "YUYV": "rawvideo",
	"UYVY": "rawvideo", "Y422": "rawvideo", "V422": "rawvideo", "YUNV": "rawvideo", "YVYU": "rawvideo",
	"Y800": "rawvideo", "Y8  ": "rawvideo", "GREY": "rawvideo", "NV12": "rawvideo", "NV21": "rawvideo",
	"HDYC": "rawvideo", "BGRA": "rawvideo", "P010": "rawvideo", "YVU9": "rawvideo", "V210": "v210", "V410": "v410",
	"R210": "r210",
}
