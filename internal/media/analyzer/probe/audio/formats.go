// Package audio probes sound that lies in a file of its own, from MP3 and FLAC to trackers and MIDI.
package audio

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "mp3", Kind: media.KindTrack, Match: matchStartTag, Probe: probeBehindTags},
	{Name: "flac", Kind: media.KindTrack, Match: matchFLAC, Probe: probeFLAC},
	{Name: "wav", Kind: media.KindTrack, Match: matchWAV, Probe: probeWAV},
	{Name: "ape", Kind: media.KindTrack, Match: matchMonkey, Probe: probeMonkey},
	{Name: "wavpack", Kind: media.KindTrack, Match: matchWavPack, Probe: probeWavPack},
	{Name: "musepack", Kind: media.KindTrack, Match: matchMusepack, Probe: probeMusepack},
	{Name: "tta", Kind: media.KindTrack, Match: matchTTA, Probe: probeTTA},
	{Name: "dsf", Kind: media.KindTrack, Match: matchDSF, Probe: probeDSF},
	{Name: "dff", Kind: media.KindTrack, Match: matchDFF, Probe: probeDFF},
	{Name: "w64", Kind: media.KindTrack, Match: matchW64, Probe: probeW64},
	{Name: "caf", Kind: media.KindTrack, Match: format.Magic(0, "caff\x00\x01"), Probe: probeCAF},
	{Name: "adif", Kind: media.KindTrack, Match: format.Magic(32, "ADIF"), Probe: probeADIF},
	{Name: "shn", Kind: media.KindTrack, Match: matchShorten, Probe: probeShorten},
	{Name: "au", Kind: media.KindAudio, Match: matchAU, Probe: probeAU},
	{Name: "amr", Kind: media.KindAudio, Match: format.Magic(0, "#!AMR\n", "#!AMR-WB\n"), Probe: probeAMR},
	{Name: "midi", Kind: media.KindAudio, Match: matchMIDI, Probe: probeMIDI},
	{Name: "tak", Kind: media.KindTrack, Match: format.Magic(0, "tBaK"), Probe: probeTAK},
	{Name: "optimfrog", Kind: media.KindTrack, Match: format.Magic(20, "OFR "), Probe: probeOptimFROG},
	{Name: "voc", Kind: media.KindAudio, Match: format.Magic(26, "Creative Voice File\x1A"), Probe: probeVOC},
	{Name: "tracker", Kind: media.KindAudio, Match: matchTracker, Probe: probeTracker},
	{Name: "aiff", Kind: media.KindTrack, Match: matchAIFF, Probe: probeAIFF},
}

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "ac3", Kind: media.KindAudio, Match: matchAC3, Probe: probeAC3},
	{Name: "dts", Kind: media.KindAudio, Match: matchDTS, Probe: probeDTS},
	{Name: "truehd", Kind: media.KindAudio, Match: matchTrueHD, Probe: probeTrueHD},
	{Name: "loas", Kind: media.KindAudio, Match: matchLOAS, Probe: probeLOAS},
	{Name: "aac", Kind: media.KindTrack, Match: matchADTS, Probe: probeADTS},
	{Name: "mp3", Kind: media.KindTrack, Match: matchMPEG, Probe: probeMPEG},
}

// Fallback is for what only its name calls a format of this family, and stands behind all others.
var Fallback = []format.Format{
	{Name: "mp3", Kind: media.KindTrack, Match: matchMPEGName, Probe: probeMPEGBehindJunk},
}
