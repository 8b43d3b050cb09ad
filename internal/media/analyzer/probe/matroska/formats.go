package matroska

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "matroska", Kind: media.KindVideo, Match: isMatroska, Probe: probeMatroska},
}
