// Package archive probes archives and the comics that they are: ZIP, RAR, 7z, tar, and what packs one file.
package archive

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/zipfile"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "cbz", Kind: media.KindComic, Match: format.Named(".cbz", zipfile.Match), Probe: probeZIP},
	{Name: "zip", Kind: media.KindArchive, Match: zipfile.Match, Probe: probeZIP},
	{Name: "cbr", Kind: media.KindComic, Match: format.Named(".cbr", matchRAR), Probe: probeRAR},
	{Name: "rar", Kind: media.KindArchive, Match: matchRAR, Probe: probeRAR},
	{Name: "cb7", Kind: media.KindComic, Match: format.Named(".cb7", match7z), Probe: probe7z},
	{Name: "7z", Kind: media.KindArchive, Match: match7z, Probe: probe7z},
	{Name: "cbt", Kind: media.KindComic, Match: format.Named(".cbt", matchTar), Probe: probeTar},
	{Name: "tar", Kind: media.KindArchive, Match: matchTar, Probe: probeTar},
	{Name: "gz", Kind: media.KindArchive, Match: matchGzip, Probe: probeGzip},
	{Name: "xz", Kind: media.KindArchive, Match: format.Magic(32, xzMagic), Probe: probeXZ},
	{Name: "bz2", Kind: media.KindArchive, Match: matchBzip2, Probe: format.Nothing},
	{Name: "zst", Kind: media.KindArchive, Match: format.Magic(8, "\x28\xB5\x2F\xFD"), Probe: format.Nothing},
}
