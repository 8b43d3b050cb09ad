// Package image probes pictures and the raw files of cameras, and reads EXIF, IPTC and XMP.
package image

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "jpeg", Kind: media.KindImage, Match: MatchJPEG, Probe: probeJPEG},
	{Name: "png", Kind: media.KindImage, Match: matchPNG, Probe: probePNG},
	{Name: "heif", Kind: media.KindImage, Match: matchHEIF, Probe: probeHEIF},
	{Name: "webp", Kind: media.KindImage, Match: matchWebP, Probe: probeWebP},
	{Name: "cr3", Kind: media.KindPhoto, Match: matchCR3, Probe: probeCR3},
	{Name: "tiff", Kind: media.KindImage, Match: matchTIFF, Probe: probeTIFF},
	{Name: "raf", Kind: media.KindPhoto, Match: format.Magic(rafHeaderLength, rafMagic), Probe: probeRAF},
	{Name: "gif", Kind: media.KindImage, Match: format.Magic(13, "GIF89a", "GIF87a"), Probe: probeGIF},
	{Name: "jxl", Kind: media.KindImage, Match: matchJXL, Probe: probeJXL},
	{Name: "jp2", Kind: media.KindImage, Match: format.Magic(24, jp2Signature, "\xFF\x4F\xFF\x51"), Probe: probeJP2},
	{Name: "psd", Kind: media.KindImage, Match: matchPSD, Probe: probePSD},
	{Name: "bmp", Kind: media.KindImage, Match: matchBMP, Probe: probeBMP},
	{Name: "crw", Kind: media.KindPhoto, Match: matchCRW, Probe: probeCRW},
	{Name: "mrw", Kind: media.KindPhoto, Match: format.Magic(16, "\x00MRM", "\x00MRI"), Probe: probeMRW},
	{Name: "x3f", Kind: media.KindPhoto, Match: format.Magic(40, "FOVb"), Probe: probeX3F},
	{Name: "dds", Kind: media.KindImage, Match: format.Magic(128, "DDS \x7C\x00\x00\x00"), Probe: sizeAt(12, window.LE32, false)},
	{Name: "xcf", Kind: media.KindImage, Match: format.Magic(26, "gimp xcf "), Probe: sizeAt(14, window.BE32, true)},
	{Name: "qoi", Kind: media.KindImage, Match: matchQOI, Probe: sizeAt(4, window.BE32, true)},
	{Name: "icns", Kind: media.KindImage, Match: format.Magic(16, "icns"), Probe: probeICNS},
	{Name: "exr", Kind: media.KindImage, Match: format.Magic(32, "\x76\x2F\x31\x01"), Probe: probeEXR},
}

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "ico", Kind: media.KindImage, Match: matchICO, Probe: probeICO},
	{Name: "pcx", Kind: media.KindImage, Match: matchPCX, Probe: probePCX},
	{Name: "pnm", Kind: media.KindImage, Match: matchPNM, Probe: probePNM},
	{Name: "tga", Kind: media.KindImage, Match: matchTGA, Probe: probeTGA},
	{Name: "svg", Kind: media.KindImage, Match: matchSVG, Probe: probeSVG},
}
