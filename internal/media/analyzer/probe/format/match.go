package format

import "github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"

// Match says by the head and the extension of a file whether it is probably of a format. See [Format].
type Match = func(head []byte, ext string) bool

// Magic matches what begins with one of the magics, and has a head of at least so many bytes.
func Magic(least int, magics ...string) Match {
	return func(head []byte, _ string) bool {
		for _, m := range magics {
			if len(head) >= least && window.HasMagic(head, m) {
				return true
			}
		}
		return false
	}
}

// MagicAt matches what holds the magic at an offset, and has a head of at least so many bytes.
func MagicAt(least, off int, magic string) Match {
	return func(head []byte, _ string) bool {
		return len(head) >= max(least, off) && window.HasMagic(head[off:], magic)
	}
}

// Named matches what another match does, where its name ends in ext.
func Named(ext string, match Match) Match {
	return func(head []byte, e string) bool { return e == ext && match(head, e) }
}
