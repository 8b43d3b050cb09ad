package probe

import "github.com/catalogizer/catalogizerd/internal/media"

// audioProbers are the formats of this family that strong magic bytes tell.
var audioProbers = []prober{
	{"mp3", media.KindTrack, matchID3, probeID3},
	{"flac", media.KindTrack, matchFLAC, probeFLAC},
	{"ogg", media.KindTrack, matchOgg, probeOgg},
}

// weakAudioProbers are those that only little tells.
var weakAudioProbers = []prober{
	{"ac3", media.KindTrack, matchAC3, probeAC3},
	{"aac", media.KindTrack, matchADTS, probeADTS},
	{"mp3", media.KindTrack, matchMPEG, probeMPEG},
}
