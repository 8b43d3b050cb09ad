package modeltest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// names that files and directories get, beside plain ones: all that a file system takes.
var oddNames = []string{
	"new\nline", "invalid \xff\xfe", "\xc3", "caf\u00e9", "cafe\u0301", "-rf", " lead and trail ", "percent %41 %", `quote "'\`,
	"tab\tbell\a", "emoji \U0001F3B5", strings.Repeat("n", 250), strings.Repeat("\u00e9", 125), "a:b*c?", "trailing.", "~", "#hash#", "[brackets]",
	"\u202ertl", "surrogate \xed\xa0\x80", "UPPER", "upper", "nul\x01", "S01E02", "1984", "(2001)",
}

// onShares reports whether a share shows a name as it is. Others are left out or shown as made-up short ones.
func onShares(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsAny(name, `:*?"<>|\`) && !strings.ContainsFunc(name, unicode.IsControl) &&
		!strings.HasSuffix(name, ".") && !strings.HasSuffix(name, " ")
}
