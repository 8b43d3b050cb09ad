// Package subtitle probes subtitles and tells the language of their text.
package subtitle

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Named are what name and magic together tell, where the magic alone is a more general format's.
var Named = []format.Format{
	{Name: "vobsub", Kind: media.KindSubtitle, Match: matchVobSub, Probe: probeVobSub},
}

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "vobsub", Kind: media.KindSubtitle, Match: matchVobSubIndex, Probe: probeVobSubIndex},
}

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "pgs", Kind: media.KindSubtitle, Match: matchPGS, Probe: probePGS},
	{Name: "webvtt", Kind: media.KindSubtitle, Match: matchWebVTT, Probe: probeWebVTT},
	{Name: "ass", Kind: media.KindSubtitle, Match: matchASS, Probe: probeASS},
	{Name: "ttml", Kind: media.KindSubtitle, Match: matchTTML, Probe: probeTTML},
	{Name: "sami", Kind: media.KindSubtitle, Match: matchSAMI, Probe: probeSAMI},
	{Name: "srt", Kind: media.KindSubtitle, Match: matchTextSubtitle, Probe: probeTextSubtitle},
}
