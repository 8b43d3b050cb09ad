package game

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Games for consoles, by the headers their hardware demands. What they call themselves there is cut
// short and shouted; the file's name says it better, so no title is taken.

// romNintendoLogo is the beginning of the picture that a Game Boy checks before it starts (at 0x104).
const romNintendoLogo = "\xCE\xED\x66\x66\xCC\x0D"

// romAdvanceLogo is that of the Game Boy Advance (at 4) and the DS (at 0xC0).
const romAdvanceLogo = "\x24\xFF\xAE\x51"

func matchGameBoyAdvance(head []byte, ext string) bool {
	if len(head) < 0xC0 || head[0xB2] != 0x96 {
		return false
	}
	return ext == ".gba" || string(head[4:8]) == romAdvanceLogo
}

// matchNintendo64 knows the three byte orders in which cartridges are dumped.
func matchNintendo64(head []byte, ext string) bool {
	if len(head) < 64 {
		return false
	}
	switch string(head[:4]) {
	case "\x80\x37\x12\x40", "\x37\x80\x40\x12", "\x40\x12\x37\x80":
		return true
	}
	return false
}

// matchMasterSystem knows the "TMR SEGA" that lies at the end of the first bank.
func matchMasterSystem(head []byte, ext string) bool {
	if ext != ".sms" && ext != ".gg" {
		return false
	}
	for _, at := range []int{0x1FF0, 0x3FF0, 0x7FF0} {
		if len(head) >= at+16 && string(head[at:at+8]) == "TMR SEGA" {
			return true
		}
	}
	return false
}

// matchSNES knows a cartridge by its checksum and the complement of it, perhaps behind a copier's
// header of 512 bytes.
func matchSNES(head []byte, ext string) bool {
	if ext != ".sfc" && ext != ".smc" && ext != ".swc" && ext != ".fig" {
		return false
	}
	for _, at := range []int{0x7FDC, 0x7FDC + 512} {
		if len(head) >= at+4 && window.LE16(head[at:])^window.LE16(head[at+2:]) == 0xFFFF {
			return true
		}
	}
	return len(head) >= window.HeadSize // one mapped otherwise has its header past the head: the name decides
}

func matchGameCube(head []byte, _ string) bool {
	return len(head) >= 0x20 && (string(head[0x1C:0x20]) == "\xC2\x33\x9F\x3D" || string(head[0x18:0x1C]) == "\x5D\x1C\x9E\xA3")
}

func matchSwitch(head []byte, ext string) bool {
	return len(head) >= 0x110 && (ext == ".nsp" && string(head[:4]) == "PFS0" || ext == ".xci" && string(head[0x100:0x104]) == "HEAD")
}
