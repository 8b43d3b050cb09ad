package software

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Programs, packages and system images, by magic alone.

func matchELF(head []byte, _ string) bool {
	return len(head) >= 20 && string(head[:4]) == "\x7FELF" && (head[4] == 1 || head[4] == 2)
}

func probeELF(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(8, 3)
	if err != nil {
		return err
	}
	if string(b[:2]) == "AI" && (b[2] == 1 || b[2] == 2) {
		r.Description.Media.Container = "appimage"
	}
	return nil
}

func matchPE(head []byte, _ string) bool {
	if len(head) < 64 || head[0] != 'M' || head[1] != 'Z' {
		return false
	}
	at := int64(window.LE32(head[60:]))
	return at+4 > int64(len(head)) || string(head[at:at+4]) == "PE\x00\x00" || string(head[at:at+2]) == "NE"
}

func matchMachO(head []byte, _ string) bool {
	if len(head) < 28 {
		return false
	}
	switch string(head[:4]) {
	case "\xFE\xED\xFA\xCE", "\xFE\xED\xFA\xCF", "\xCE\xFA\xED\xFE", "\xCF\xFA\xED\xFE":
		return true
	}
	return false
}

// matchOLE knows Microsoft's compound files: installers, and office documents before 2007.
func matchOLE(head []byte, _ string) bool {
	return len(head) >= 512 && string(head[:8]) == "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
}

func matchScript(head []byte, _ string) bool {
	return len(head) >= 4 && head[0] == '#' && head[1] == '!' && bytes.IndexByte(head[:min(len(head), 128)], '\n') > 2 && bytes.IndexByte(head[:min(len(head), 128)], '/') > 0
}

func matchDMG(head []byte, ext string) bool { return ext == ".dmg" }

// probeDMG looks for the trailer of Apple's disk images.
func probeDMG(w *window.Window, _ *format.Result) error {
	tail, _, err := w.Tail(512)
	if err != nil {
		return err
	}
	if len(tail) < 512 || string(tail[:4]) != "koly" {
		return window.ErrUnknown
	}
	return nil
}
