// Package ogg probes Ogg, with whatever codec.
package ogg

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "ogg", Kind: media.KindTrack, Match: format.Magic(0, "OggS\x00"), Probe: probeOgg},
}
