package tags

import (
	"bytes"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// id3Text decodes a text of the given encoding; values stay separated by NULs.
func id3Text(encoding byte, b []byte) string {
	switch encoding {
	case 0:
		return text.Latin1(b)
	case 1, 2:
		var values []string
		big := encoding == 2
		if encoding == 1 && len(b) >= 2 && !hasMark(b) { // against the rules: the letters' zeros tell
			big = b[0] == 0 && b[1] != 0
		}
		for len(b) > 1 {
			one, rest := cutID3Text(encoding, b)
			if hasMark(one) {
				big, one = one[0] == 0xFE, one[2:]
			}
			values = append(values, text.UTF16(one, big))
			b = rest
		}
		return strings.Join(values, "\x00")
	default:
		return string(b)
	}
}

func hasMark(b []byte) bool {
	return len(b) >= 2 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF)
}

// id3TextEnd is the length of the terminator of an encoding's strings.
func id3TextEnd(encoding byte) int {
	if encoding == 1 || encoding == 2 {
		return 2
	}
	return 1
}

// cutID3Text cuts b behind its first string.
func cutID3Text(encoding byte, b []byte) (first, rest []byte) {
	if id3TextEnd(encoding) == 1 {
		first, rest, _ = bytes.Cut(b, []byte{0})
		return first, rest
	}
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return b[:i], b[i+2:]
		}
	}
	return b, nil
}
