// Package sidecars probes files that describe other files, by the rules of package sidecar.
package sidecars

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "nfo", Kind: media.KindMetadata, Match: matchSuffix(".nfo"), Probe: probeSidecar("x.nfo")},
	{Name: "opf", Kind: media.KindMetadata, Match: matchSuffix(".opf"), Probe: probeSidecar("x.opf")},
	{Name: "xmp", Kind: media.KindMetadata, Match: matchSuffix(".xmp"), Probe: probeSidecar("x.xmp")},
	{Name: "lrc", Kind: media.KindMetadata, Match: matchSuffix(".lrc"), Probe: probeSidecar("x.lrc")},
	{Name: "comicinfo", Kind: media.KindMetadata, Match: matchSuffix(".xml"), Probe: probeSidecar("ComicInfo.xml")},
}
