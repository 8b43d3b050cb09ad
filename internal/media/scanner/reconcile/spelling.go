package reconcile

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// SameSpelling reports whether a file system that ignores case and composition could take two names, or paths, for one.
func SameSpelling(a, b string) bool {
	return a == b || strings.EqualFold(norm.NFC.String(a), norm.NFC.String(b))
}
