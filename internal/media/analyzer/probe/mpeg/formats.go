// Package mpeg probes what has no table of contents: transport streams and program streams.
package mpeg

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "mpegps", Kind: media.KindVideo, Match: isMPEGPS, Probe: probeMPEGPS},
}

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "mpegts", Kind: media.KindVideo, Match: isMPEGTS, Probe: probeMPEGTS},
}
