// Package game tells ROMs and discs of game consoles by their headers.
package game

import (
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
)

// Formats are those that strong magic bytes tell.
var Formats = []format.Format{
	{Name: "nes", Kind: media.KindGame, Match: format.Magic(16, "NES\x1A"), Probe: format.Nothing},
	{Name: "fds", Kind: media.KindGame, Match: format.Magic(16, "FDS\x1A"), Probe: format.Nothing},
	{Name: "gb", Kind: media.KindGame, Match: format.MagicAt(0x150, 0x104, romNintendoLogo), Probe: format.Nothing},
	{Name: "gba", Kind: media.KindGame, Match: matchGameBoyAdvance, Probe: format.Nothing},
	{Name: "nds", Kind: media.KindGame, Match: format.MagicAt(0x160, 0xC0, romAdvanceLogo), Probe: format.Nothing},
	{Name: "n64", Kind: media.KindGame, Match: matchNintendo64, Probe: format.Nothing},
	{Name: "megadrive", Kind: media.KindGame, Match: format.MagicAt(0x200, 0x100, "SEGA"), Probe: format.Nothing},
	{Name: "gamecube", Kind: media.KindGame, Match: matchGameCube, Probe: format.Nothing},
	{Name: "xbe", Kind: media.KindGame, Match: format.Magic(8, "XBEH"), Probe: format.Nothing},
	{Name: "chd", Kind: media.KindGame, Match: format.Magic(16, "MComprHD"), Probe: format.Nothing},
	{Name: "nx", Kind: media.KindGame, Match: matchSwitch, Probe: format.Nothing},
}

// Weak are those that only little tells: sync words, text, a name.
var Weak = []format.Format{
	{Name: "sms", Kind: media.KindGame, Match: matchMasterSystem, Probe: format.Nothing},
	{Name: "snes", Kind: media.KindGame, Match: matchSNES, Probe: format.Nothing},
}
