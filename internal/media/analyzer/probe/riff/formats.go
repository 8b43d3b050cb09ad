package riff

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "avi", Kind: media.KindVideo, Match: isAVI, Probe: probeAVI},
}
