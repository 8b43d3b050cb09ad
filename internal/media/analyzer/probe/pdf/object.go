package pdf

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// Objects of PDF (ISO 32000-2, 7.3), as far as metadata need them.

type kind uint8

const (
	null kind = iota
	pdfBool
	number
	pdfString
	pdfName
	array
	dict
	ref
	keyword // an operator: obj, endobj, stream, R, ...
)

const (
	maxDepth = 24
	maxItems = 1024 // kept of an array; the pages of a long book are passed over
)

// object is one object. Arrays hold their elements, dictionaries keys and values by turns.
type object struct {
	kind  kind
	n     int64 // number (its integer part), object number of a reference
	gen   int64
	text  []byte // of strings and names, decoded; of keywords
	items []object
}

// get returns the value of a dictionary's key, null where it has none.
func (o object) get(key string) object {
	if o.kind == dict {
		for i := 0; i+1 < len(o.items); i += 2 {
			if string(o.items[i].text) == key {
				return o.items[i+1]
			}
		}
	}
	return object{}
}

func (o object) isName(name string) bool { return o.kind == pdfName && string(o.text) == name }

// lexer parses objects of a buffer, which ends where the window did: short tells that it was the
// buffer's end that stopped it.
type lexer struct {
	w     *window.Window
	b     []byte
	pos   int
	short bool
	pages bool      // the array that follows lists the pages, which nobody asks for
	open  *[]object // items of the collections that are not over yet
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return strings.IndexByte("()<>[]{}/%", c) >= 0 }

func (l *lexer) spaces() {
	for l.pos < len(l.b) {
		switch c := l.b[l.pos]; {
		case isSpace(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.b) && l.b[l.pos] != '\n' && l.b[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

// object parses the next object. Two numbers and an R become a reference.
func (l *lexer) object(depth int) (object, error) {
	if depth > maxDepth {
		return object{}, fmt.Errorf("%w: objects nested too deeply", window.ErrMalformed)
	}
	if err := l.w.Element(); err != nil {
		return object{}, err
	}
	l.spaces()
	if l.pos >= len(l.b) {
		l.short = true
		return object{}, fmt.Errorf("%w: object", window.ErrTruncated)
	}
	switch c := l.b[l.pos]; {
	case c == '(':
		return l.literal()
	case l.at("<<"):
		l.pos += 2
		return l.collection(dict, depth)
	case c == '<':
		return l.hex()
	case c == '[':
		l.pos++
		return l.collection(array, depth)
	case c == '/':
		l.pos++
		return object{kind: pdfName, text: l.name()}, nil
	case isDelimiter(c):
		return l.closing(), nil
	case isDigit(c) || c == '-' || c == '+' || c == '.':
		return l.number(), nil
	}
	return l.word(), nil
}

// at reports whether the buffer goes on with these bytes.
func (l *lexer) at(token string) bool { return bytes.HasPrefix(l.b[l.pos:], []byte(token)) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// closing parses what ends a collection, or stands where nothing should.
func (l *lexer) closing() object {
	n := 1
	if l.at(">>") {
		n = 2
	}
	l.pos += n
	return object{kind: keyword, text: l.b[l.pos-n : l.pos]}
}

// word parses what has no delimiters: a constant, or an operator.
func (l *lexer) word() object {
	from := l.pos
	l.regular()
	switch text := l.b[from:l.pos]; string(text) {
	case "null":
		return object{}
	case "true", "false":
		return object{kind: pdfBool, n: int64(len("false") - len(text))}
	default:
		return object{kind: keyword, text: text}
	}
}

func (l *lexer) regular() {
	for l.pos < len(l.b) && !isSpace(l.b[l.pos]) && !isDelimiter(l.b[l.pos]) {
		l.pos++
	}
	l.short = l.short || l.pos >= len(l.b)
}

func (l *lexer) name() []byte {
	from := l.pos
	l.regular()
	raw := l.b[from:l.pos]
	if bytes.IndexByte(raw, '#') < 0 {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			h, okH := text.HexDigit(raw[i+1])
			lo, okL := text.HexDigit(raw[i+2])
			if okH && okL {
				out = append(out, h<<4|lo)
				i += 2
				continue
			}
		}
		out = append(out, raw[i])
	}
	return out
}

func (l *lexer) integer() (int64, bool) {
	from := l.pos
	l.regular()
	text := string(l.b[from:l.pos])
	whole, _, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(strings.TrimPrefix(whole, "+"), 10, 64)
	return n, err == nil && whole == text
}

// number parses a number, or the reference that it begins.
func (l *lexer) number() object {
	n, isInt := l.integer()
	o := object{kind: number, n: n}
	if !isInt || n < 0 {
		return o
	}
	after := l.pos
	l.spaces()
	if l.pos < len(l.b) && isDigit(l.b[l.pos]) {
		if gen, ok := l.integer(); ok {
			l.spaces()
			if l.pos < len(l.b) && l.b[l.pos] == 'R' && (l.pos+1 == len(l.b) || isSpace(l.b[l.pos+1]) || isDelimiter(l.b[l.pos+1])) {
				l.pos++
				return object{kind: ref, n: n, gen: gen}
			}
		}
	}
	l.short = l.short || l.pos >= len(l.b)
	l.pos = after
	return o
}

func (l *lexer) collection(kind kind, depth int) (object, error) {
	closing := "]"
	if kind == dict {
		closing = ">>"
	}
	most := maxItems
	if l.pages && kind == array {
		most = 1
	}
	begin := len(*l.open)
	defer func() { *l.open = (*l.open)[:begin] }()
	for {
		n := len(*l.open) - begin
		l.pages = kind == dict && n%2 == 1 && (*l.open)[begin+n-1].isName("Kids")
		item, err := l.object(depth + 1)
		if err != nil {
			return object{}, err
		}
		if item.kind == keyword {
			switch string(item.text) {
			case closing:
				return object{kind: kind, items: slices.Clone((*l.open)[begin:])}, nil
			case ">>": // an array that was left open ends where its dictionary does
				l.pos -= len(">>")
				return object{kind: kind, items: slices.Clone((*l.open)[begin:])}, nil
			case "endobj", "stream", "endstream", "obj":
				return object{}, fmt.Errorf("%w: unclosed dictionary", window.ErrMalformed)
			}
			continue
		}
		if kind == dict && n%2 == 0 && item.kind != pdfName {
			continue // a value without a key
		}
		if n < most {
			*l.open = append(*l.open, item)
		}
	}
}

// literal parses a string in parentheses (7.3.4.2).
func (l *lexer) literal() (object, error) {
	l.pos++
	var out []byte
	for depth := 1; l.pos < len(l.b); l.pos++ {
		c := l.b[l.pos]
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.pos++
				return object{kind: pdfString, text: out}, nil
			}
		case '\\':
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	l.short = true
	return object{}, fmt.Errorf("%w: string", window.ErrTruncated)
}

// escape decodes what follows a backslash; the position is left on its last byte.
func (l *lexer) escape(out []byte) []byte {
	if l.pos++; l.pos >= len(l.b) {
		return out
	}
	c := l.b[l.pos]
	if i := strings.IndexByte("nrtbf", c); i >= 0 {
		return append(out, "\n\r\t\b\f"[i])
	}
	switch {
	case c == '\r':
		if l.pos+1 < len(l.b) && l.b[l.pos+1] == '\n' {
			l.pos++
		}
		return out
	case c == '\n':
		return out
	case c >= '0' && c <= '7':
		v := 0
		for i := 0; i < 3 && l.pos < len(l.b) && l.b[l.pos] >= '0' && l.b[l.pos] <= '7'; i++ {
			v = v<<3 | int(l.b[l.pos]-'0')
			l.pos++
		}
		l.pos--
		return append(out, byte(v))
	}
	return append(out, c)
}

func (l *lexer) hex() (object, error) {
	l.pos++
	var out []byte
	high, isHigh := byte(0), true
	for ; l.pos < len(l.b); l.pos++ {
		c := l.b[l.pos]
		if c == '>' {
			l.pos++
			if !isHigh {
				out = append(out, high)
			}
			return object{kind: pdfString, text: out}, nil
		}
		v, ok := text.HexDigit(c)
		switch {
		case !ok:
		case isHigh:
			high, isHigh = v<<4, false
		default:
			out, isHigh = append(out, high|v), true
		}
	}
	l.short = true
	return object{}, fmt.Errorf("%w: string", window.ErrTruncated)
}

// pdfText decodes a text string (7.9.2.2): UTF-16 or UTF-8 by its mark, else PDFDocEncoding.
func pdfText(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return text.Clean(withoutLanguage(text.UTF16(b[2:], true)))
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return text.Clean(withoutLanguage(text.UTF16(b[2:], false)))
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		return text.Clean(withoutLanguage(string(b[3:])))
	}
	out := make([]rune, 0, len(b))
	for _, c := range b {
		switch {
		case c >= 0x18 && c < 0x20:
			out = append(out, docLow[c-0x18])
		case c >= 0x80 && c <= 0xA0:
			out = append(out, docHigh[c-0x80])
		default:
			out = append(out, rune(c))
		}
	}
	return text.Clean(string(out))
}

// The characters of PDFDocEncoding that differ from ISO 8859-1 (annex D.3).
var (
	docLow  = [8]rune{'˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'}
	docHigh = [33]rune{
		'•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ', 'ﬂ',
		'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\uFFFD', '€',
	}
)

// withoutLanguage takes out the escape sequences that mark the language of a text.
func withoutLanguage(s string) string {
	for {
		before, rest, ok := strings.Cut(s, "\x1b")
		_, after, closed := strings.Cut(rest, "\x1b")
		if !ok || !closed {
			return s
		}
		s = before + after
	}
}
