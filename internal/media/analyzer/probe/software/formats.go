// Package software tells programs, packages and images of disks.
package software

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "elf", Kind: media.KindSoftware, Match: matchELF, Probe: probeELF},
	{Name: "macho", Kind: media.KindSoftware, Match: matchMachO, Probe: format.Nothing},
	{Name: "deb", Kind: media.KindSoftware, Match: format.Magic(24, "!<arch>\ndebian-binary"), Probe: format.Nothing},
	{Name: "rpm", Kind: media.KindSoftware, Match: format.Magic(96, "\xED\xAB\xEE\xDB"), Probe: format.Nothing},
	{Name: "squashfs", Kind: media.KindSoftware, Match: format.Magic(96, "hsqs"), Probe: format.Nothing},
	{Name: "msi", Kind: media.KindSoftware, Match: format.Named(".msi", matchOLE), Probe: format.Nothing},
	{Name: "ole", Kind: media.KindOther, Match: matchOLE, Probe: format.Nothing},
	{Name: "wasm", Kind: media.KindSoftware, Match: format.Magic(8, "\x00asm\x01\x00\x00\x00"), Probe: format.Nothing},
	{Name: "pe", Kind: media.KindSoftware, Match: matchPE, Probe: format.Nothing},
}

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "dmg", Kind: media.KindSoftware, Match: matchDMG, Probe: probeDMG},
	{Name: "script", Kind: media.KindSoftware, Match: matchScript, Probe: format.Nothing},
}
