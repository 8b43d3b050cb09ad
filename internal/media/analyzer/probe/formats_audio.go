package probe

import "github.com/catalogizer/catalogizerd/internal/media"

// audioProbers are the formats of this family that strong magic bytes tell.
var audioProbers = []prober{
	{"mp3", media.KindTrack, matchStartTag, probeBehindTags},
	{"flac", media.KindTrack, matchFLAC, probeFLAC},
	{"ogg", media.KindTrack, matchOgg, probeOgg},
	{"wav", media.KindTrack, matchWAV, probeWAV},
	{"ape", media.KindTrack, matchMonkey, probeMonkey},
	{"wavpack", media.KindTrack, matchWavPack, probeWavPack},
	{"musepack", media.KindTrack, matchMusepack, probeMusepack},
	{"tta", media.KindTrack, matchTTA, probeTTA},
	{"dsf", media.KindTrack, matchDSF, probeDSF},
	{"dff", media.KindTrack, matchDFF, probeDFF},
	{"w64", media.KindTrack, matchW64, probeW64},
	{"caf", media.KindTrack, matchCAF, probeCAF},
	{"adif", media.KindTrack, matchADIF, probeADIF},
	{"shn", media.KindTrack, matchShorten, probeShorten},
	{"au", media.KindAudio, matchAU, probeAU},
	{"amr", media.KindAudio, matchAMR, probeAMR},
	{"midi", media.KindAudio, matchMIDI, probeMIDI},
	{"tak", media.KindTrack, matchTAK, probeTAK},
	{"optimfrog", media.KindTrack, matchOptimFROG, probeOptimFROG},
	{"voc", media.KindAudio, matchVOC, probeVOC},
	{"tracker", media.KindAudio, matchTracker, probeTracker},
	{"aiff", media.KindTrack, matchAIFF, probeAIFF},
}

// weakAudioProbers are those that only little tells.
var weakAudioProbers = []prober{
	{"ac3", media.KindAudio, matchAC3, probeAC3},
	{"dts", media.KindAudio, matchDTS, probeDTS},
	{"truehd", media.KindAudio, matchTrueHD, probeTrueHD},
	{"loas", media.KindAudio, matchLOAS, probeLOAS},
	{"aac", media.KindTrack, matchADTS, probeADTS},
	{"mp3", media.KindTrack, matchMPEG, probeMPEG},
}
