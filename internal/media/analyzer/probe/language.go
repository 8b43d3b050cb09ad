package probe

import "strings"

// languageTag makes a language of a container's header fit for the catalog: as the file gives it
// (ISO 639 or BCP 47), but empty where it says that it does not know, or is no language at all.
func languageTag(s string) string {
	s = strings.TrimSpace(strings.TrimRight(s, "\x00"))
	if len(s) < 2 || len(s) > 35 {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9' || i < 2) && (c != '-' || i < 2) {
			return ""
		}
	}
	switch strings.ToLower(s) {
	case "und", "zxx", "unk", "mis", "xxx", "qaa":
		return ""
	}
	return s
}

// cString is b up to its first NUL.
func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
