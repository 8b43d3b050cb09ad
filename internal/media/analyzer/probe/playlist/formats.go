// Package playlist probes playlists and cue sheets.
package playlist

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "m3u", Kind: media.KindPlaylist, Match: matchM3U, Probe: probeM3U},
	{Name: "pls", Kind: media.KindPlaylist, Match: matchPLS, Probe: probePLS},
	{Name: "xspf", Kind: media.KindPlaylist, Match: matchXMLPlaylist, Probe: probeXMLPlaylist},
	{Name: "cue", Kind: media.KindPlaylist, Match: matchCUE, Probe: probeCUE},
}
