package asf

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "asf", Kind: media.KindVideo, Match: format.Magic(30, asfHeader), Probe: probeASF},
}
