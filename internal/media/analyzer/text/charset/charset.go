// Package charset turns text of unknown or declared encoding into UTF-8: what subtitles, playlists and
// old XML need. It holds no state and is safe for concurrent use.
package charset

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// plain writes a label in lower case, without what is left out or put in at will.
func plain(label string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '-', ' ':
			return -1
		}
		return unicode.ToLower(r)
	}, label)
}

// byLabel are the encodings by their labels as XML declarations and subtitle tools write them, made plain.
//
// They are not left to golang.org/x/text/encoding/htmlindex, which knows the labels of browsers: of 43 spellings that
// occur it lacks 12, among them cp437, cp932, cp936, cp949 and cp950, macroman, latin9, and whatever leaves out a dash.
var byLabel = map[string]encoding.Encoding{
	"windows1250": charmap.Windows1250, "cp1250": charmap.Windows1250,
	"windows1251": charmap.Windows1251, "cp1251": charmap.Windows1251,
	// As browsers do: Latin-1 in the wild holds its quotation marks
	"windows1252": charmap.Windows1252, "cp1252": charmap.Windows1252, "iso88591": charmap.Windows1252,
	"latin1": charmap.Windows1252, "usascii": charmap.Windows1252, "ascii": charmap.Windows1252,
	"windows1253": charmap.Windows1253, "cp1253": charmap.Windows1253,
	"windows1254": charmap.Windows1254, "cp1254": charmap.Windows1254, "iso88599": charmap.Windows1254,
	"latin5":      charmap.Windows1254,
	"windows1255": charmap.Windows1255, "cp1255": charmap.Windows1255,
	"windows1256": charmap.Windows1256, "cp1256": charmap.Windows1256,
	"windows1257": charmap.Windows1257, "cp1257": charmap.Windows1257,
	"windows1258": charmap.Windows1258, "cp1258": charmap.Windows1258,
	"windows874": charmap.Windows874, "cp874": charmap.Windows874, "tis620": charmap.Windows874,
	"iso88592": charmap.ISO8859_2, "latin2": charmap.ISO8859_2,
	"iso88595": charmap.ISO8859_5,
	"iso88597": charmap.ISO8859_7, "greek": charmap.ISO8859_7,
	"iso885915": charmap.ISO8859_15, "latin9": charmap.ISO8859_15,
	"koi8r": charmap.KOI8R,
	"koi8u": charmap.KOI8U,
	"cp866": charmap.CodePage866, "ibm866": charmap.CodePage866,
	"cp437": charmap.CodePage437, "ibm437": charmap.CodePage437,
	"macintosh": charmap.Macintosh, "macroman": charmap.Macintosh,
	"shiftjis": japanese.ShiftJIS, "sjis": japanese.ShiftJIS, "cp932": japanese.ShiftJIS,
	"windows31j": japanese.ShiftJIS, "mskanji": japanese.ShiftJIS,
	"eucjp": japanese.EUCJP,
	"euckr": korean.EUCKR, "cp949": korean.EUCKR, "ksc5601": korean.EUCKR, "uhc": korean.EUCKR,
	"gb2312": simplifiedchinese.GBK, "gbk": simplifiedchinese.GBK, "cp936": simplifiedchinese.GBK,
	"gb18030": simplifiedchinese.GB18030,
	"big5":    traditionalchinese.Big5, "cp950": traditionalchinese.Big5,
}

// Decode returns b, which is encoded as label says, as UTF-8 without a byte order mark. A byte order
// mark in b wins over the label. Invalid sequences become U+FFFD. It reports false, and returns b as it
// is, where the label is unknown and b is not UTF-8.
func Decode(b []byte, label string) ([]byte, bool) {
	if u, ok := Unicode(b); ok {
		return u, true
	}
	switch strings.ToLower(label) {
	case "utf-16", "utf-16le", "utf16", "utf16le", "ucs-2":
		return utf16Bytes(b, false), true
	case "utf-16be", "utf16be":
		return utf16Bytes(b, true), true
	}
	if out, ok := AppendDecode(nil, b, label); ok {
		return out, true
	}
	return b, utf8.Valid(b)
}

// AppendDecode appends b, which is encoded as label says and is no Unicode, to dst as UTF-8, and returns the
// extended slice. It reports false, with dst as it was, where it does not know the label.
func AppendDecode(dst, b []byte, label string) ([]byte, bool) {
	e, ok := byLabel[plain(label)]
	if !ok {
		return dst, false
	}
	out, _, err := transform.Append(e.NewDecoder(), dst, b)
	if err != nil {
		return dst, false
	}
	return out, true
}

// Unicode returns b as UTF-8 where its bytes prove that it is Unicode: by a byte order mark, by the
// zeros of UTF-16, or by being valid UTF-8 (of an excerpt, a sequence cut off at its end does not count
// against it).
func Unicode(b []byte) ([]byte, bool) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		b = b[3:]
		if end := cut(b); utf8.Valid(b[:end]) {
			return b[:end], true
		}
		return bytes.ToValidUTF8(b, []byte("\uFFFD")), true
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE, 0, 0}):
		return utf32Bytes(b[4:], binary.LittleEndian), true
	case bytes.HasPrefix(b, []byte{0, 0, 0xFE, 0xFF}):
		return utf32Bytes(b[4:], binary.BigEndian), true
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return utf16Bytes(b[2:], false), true
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return utf16Bytes(b[2:], true), true
	}
	if len(b) >= 8 {
		n := min(len(b), 512) &^ 1
		var even, odd int
		for i := 0; i < n; i += 2 {
			if b[i] == 0 {
				even++
			}
			if b[i+1] == 0 {
				odd++
			}
		}
		switch {
		case odd > n/8 && even == 0: // a quarter of the characters: numbers, blanks and line ends
			return utf16Bytes(b, false), true
		case even > n/8 && odd == 0:
			return utf16Bytes(b, true), true
		}
	}
	if end := cut(b); utf8.Valid(b[:end]) {
		return b[:end], true
	}
	return b, false
}

// utf32Bytes decodes UTF-32 of a byte order; an unfinished last character is dropped.
func utf32Bytes(b []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(b)/4+len(b)/8)
	for ; len(b) >= 4; b = b[4:] {
		r := order.Uint32(b)
		if r > unicode.MaxRune {
			r = unicode.ReplacementChar
		}
		out = utf8.AppendRune(out, rune(r))
	}
	return out
}

// excerpt is the length from which on a text may be one that was cut off anywhere. In a shorter one a
// last byte that begins a sequence is a letter of a legacy encoding.
const excerpt = 256

// cut returns where b ends without a UTF-8 sequence that lacks its last bytes.
func cut(b []byte) int {
	if len(b) < excerpt {
		return len(b)
	}
	for i := 1; i <= 3 && i <= len(b); i++ {
		c := b[len(b)-i]
		if utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return len(b) - i
			}
			break
		}
	}
	return len(b)
}

func utf16Bytes(b []byte, bigEndian bool) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i+1 < len(b); i += 2 {
		u := unit(b[i:], bigEndian)
		if utf16.IsSurrogate(u) && i+3 < len(b) {
			if r := utf16.DecodeRune(u, unit(b[i+2:], bigEndian)); r != utf8.RuneError {
				out, i = utf8.AppendRune(out, r), i+2
				continue
			}
		}
		out = utf8.AppendRune(out, u)
	}
	return out
}

func unit(b []byte, bigEndian bool) rune {
	if bigEndian {
		return rune(b[0])<<8 | rune(b[1])
	}
	return rune(b[1])<<8 | rune(b[0])
}
