package mp4

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "mp4", Kind: media.KindAudiobook, Match: isMP4Audiobook, Probe: probeMP4},
	{Name: "mp4", Kind: media.KindVideo, Match: isMP4, Probe: probeMP4},
}
