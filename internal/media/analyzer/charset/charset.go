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

// byLabel returns the encoding of a label as XML declarations and subtitle tools write it, or nil.
func byLabel(label string) encoding.Encoding {
	switch plain(label) {
	case "windows1250", "cp1250":
		return charmap.Windows1250
	case "windows1251", "cp1251":
		return charmap.Windows1251
	case "windows1252", "cp1252", "iso88591", "latin1", "usascii", "ascii":
		return charmap.Windows1252 // as browsers do: Latin-1 in the wild holds its quotation marks
	case "windows1253", "cp1253":
		return charmap.Windows1253
	case "windows1254", "cp1254", "iso88599", "latin5":
		return charmap.Windows1254
	case "windows1255", "cp1255":
		return charmap.Windows1255
	case "windows1256", "cp1256":
		return charmap.Windows1256
	case "windows1257", "cp1257":
		return charmap.Windows1257
	case "windows1258", "cp1258":
		return charmap.Windows1258
	case "windows874", "cp874", "tis620":
		return charmap.Windows874
	case "iso88592", "latin2":
		return charmap.ISO8859_2
	case "iso88595":
		return charmap.ISO8859_5
	case "iso88597", "greek":
		return charmap.ISO8859_7
	case "iso885915", "latin9":
		return charmap.ISO8859_15
	case "koi8r":
		return charmap.KOI8R
	case "koi8u":
		return charmap.KOI8U
	case "cp866", "ibm866":
		return charmap.CodePage866
	case "cp437", "ibm437":
		return charmap.CodePage437
	case "macintosh", "macroman":
		return charmap.Macintosh
	case "shiftjis", "sjis", "cp932", "windows31j", "mskanji":
		return japanese.ShiftJIS
	case "eucjp":
		return japanese.EUCJP
	case "euckr", "cp949", "ksc5601", "uhc":
		return korean.EUCKR
	case "gb2312", "gbk", "cp936":
		return simplifiedchinese.GBK
	case "gb18030":
		return simplifiedchinese.GB18030
	case "big5", "cp950":
		return traditionalchinese.Big5
	}
	return nil
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
	e := byLabel(label)
	if e == nil {
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
