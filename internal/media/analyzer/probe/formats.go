package probe

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// probers is the table of all formats. The order decides where several match: strong magic first,
// then weak magic with an extension, then sync words. One part of it stands with each family of formats.
var probers = slices.Concat(namedProbers, videoProbers, audioProbers, imageProbers, documentProbers, weakProbers)

// weakProbers recognise by little (sync words, text): they come last.
var weakProbers = slices.Concat(weakVideoProbers, weakAudioProbers, weakImageProbers, weakDocumentProbers, []prober{
	{"mp3", media.KindTrack, matchMPEGName, probeMPEGBehindJunk},
})

// namedProbers are what name and magic together tell, where the magic alone is a more general format's.
var namedProbers = []prober{
	{"vobsub", media.KindSubtitle, matchVobSub, probeVobSub},
}
