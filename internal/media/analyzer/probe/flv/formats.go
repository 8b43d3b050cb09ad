package flv

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "flv", Kind: media.KindVideo, Match: isFLV, Probe: probeFLV},
}
