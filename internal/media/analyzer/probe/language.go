package probe

import "github.com/catalogizer/catalogizerd/internal/media/analyzer/language"

// languageTag makes a language of a container's header fit for the catalog: empty where it says that it does not know, or is
// no language at all.
func languageTag(s string) string { return language.Tag(s) }

// cString is b up to its first NUL.
func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
