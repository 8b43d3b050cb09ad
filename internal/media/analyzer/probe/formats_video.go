package probe

import "github.com/catalogizer/catalogizerd/internal/media"

// videoProbers are the formats of this family that strong magic bytes tell.
var videoProbers = []prober{
	{"mp4", media.KindAudiobook, isMP4Audiobook, probeMP4},
	{"mp4", media.KindVideo, isMP4, probeMP4},
	{"matroska", media.KindVideo, isMatroska, probeMatroska},
	{"avi", media.KindVideo, isAVI, probeAVI},
	{"asf", media.KindVideo, isASF, probeASF},
	{"mpegps", media.KindVideo, isMPEGPS, probeMPEGPS},
	{"flv", media.KindVideo, isFLV, probeFLV},
	{"rm", media.KindVideo, matchRealMedia, probeRealMedia},
	{"mxf", media.KindVideo, matchMXF, probeMXF},
	{"dv", media.KindVideo, matchDV, probeDV},
	{"ivf", media.KindVideo, matchIVF, probeIVF},
	{"yuv4mpegpipe", media.KindVideo, matchY4M, probeY4M},
}

// weakVideoProbers are those that only little tells.
var weakVideoProbers = []prober{
	{"mpegts", media.KindVideo, isMPEGTS, probeMPEGTS},
	{"mpegvideo", media.KindVideo, matchElementary, probeElementary},
}
