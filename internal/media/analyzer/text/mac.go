package text

import (
	"strings"
)

// macRoman are the upper half of the Macintosh's Roman character set.
const macRoman = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uF8FFÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"

// Mac decodes the text of an old QuickTime file: Macintosh Roman, unless it is UTF-8 already, as
// many later writers have it.
func Mac(b []byte) string {
	if s := string(b); strings.ToValidUTF8(s, "") == s {
		return s
	}
	upper := []rune(macRoman)
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
		if c >= 0x80 {
			out[i] = upper[c-0x80]
		}
	}
	return string(out)
}
