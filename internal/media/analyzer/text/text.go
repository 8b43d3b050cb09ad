// Package text makes text fit for the catalog, and decodes the encodings that headers have.
package text

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/bound"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
)

// HexDigit is what a hexadecimal digit stands for; false where c is none.
func HexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// Clean makes tag text fit for the catalog, as Printable does. Of one that is longer than a prober may give back it
// makes the beginning.
func Clean(s string) string { return Printable(bound.Text(s, bound.ProbedText)) }

// Printable makes a text valid UTF-8, without NULs, control characters or white space around it.
func Printable(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20 || r == 0x7F || r == '\uFEFF':
			return -1
		}
		return r
	}, s))
}

// Decode decodes text of no declared encoding: Unicode where its bytes prove it, else Windows-1252.
func Decode(b []byte) string {
	u, _ := charset.Decode(b, "windows-1252")
	return Clean(string(u))
}

// Latin1 decodes ISO 8859-1.
func Latin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

// UTF16 decodes UTF-16 in the given byte order; an odd last byte is dropped.
func UTF16(b []byte, bigEndian bool) string {
	u := make([]uint16, len(b)/2)
	var order binary.ByteOrder = binary.LittleEndian
	if bigEndian {
		order = binary.BigEndian
	}
	for i := range u {
		u[i] = order.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// CString is b up to its first NUL.
func CString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
