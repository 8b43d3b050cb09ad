// Package xmlscan walks XML as it is found in the wild: sidecars with text after the root, unescaped
// ampersands, unclosed elements, any encoding. It never fails on them, allocates nothing for a token,
// and every walk is bounded, so that no document can take more than its size says. It is no validator.
//
// A Scanner belongs to one goroutine.
package xmlscan

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/charset"
)

// Limits of one walk. Honest sidecars stay far below them.
const (
	MaxTokens = 1 << 16
	MaxDepth  = 128
	maxAttrs  = 64
	MaxText   = 64 << 10 // bytes of one text or value; what follows is left out
)

// Kind says what a token is.
type Kind uint8

// The kinds of tokens. An element that closes itself gives Start and then End.
const (
	None Kind = iota
	Start
	End
	Text
)

// Attr is an attribute of a start tag. Its value is still escaped: see [Scanner.Value].
type Attr struct{ Prefix, Name, raw []byte }

// Scanner is a position in a document.
type Scanner struct {
	Kind   Kind
	Prefix []byte // of the element's name, as written
	Name   []byte // local name of the element; valid until the next call
	Depth  int    // of the element: the root has 1

	data   []byte
	pos    int
	raw    []byte // the text of a Text token
	cdata  bool
	attrs  []Attr
	closes bool // the start tag just seen closes itself
	open   int
	tokens int
	spaces map[string]string
}

// New returns a scanner over data in whatever encoding its byte order mark or declaration says.
func New(data []byte) *Scanner {
	if u, ok := charset.Unicode(data); ok {
		data = u
	} else if u, ok := charset.Decode(data, declared(data)); ok {
		data = u
	}
	return &Scanner{data: data}
}

// declared returns the encoding of the XML declaration; without one, what old tools mean by none.
func declared(data []byte) string {
	head := data[:min(len(data), 256)]
	_, after, ok := bytes.Cut(head, []byte("encoding="))
	if !ok || len(after) < 2 {
		return "windows-1252"
	}
	if label, _, ok := bytes.Cut(after[1:], after[:1]); ok {
		return string(label)
	}
	return "windows-1252"
}

// Next moves to the next token and reports whether there is one within the limits.
func (s *Scanner) Next() bool {
	if s.Kind == End || s.Kind == Text {
		s.Depth = s.open
	}
	if s.closes {
		s.closes = false
		s.Kind, s.Depth = End, s.open
		s.open--
		return true
	}
	for s.pos < len(s.data) {
		if s.tokens++; s.tokens > MaxTokens {
			break
		}
		if s.data[s.pos] != '<' {
			s.text()
			return true
		}
		switch rest := s.data[s.pos:]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			s.skip("-->")
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			s.pos += len("<![CDATA[")
			from := s.pos
			s.skip("]]>")
			s.raw = bytes.TrimSuffix(s.data[from:s.pos], []byte("]]>"))
			s.Kind, s.cdata, s.Depth = Text, true, s.open
			return true
		case bytes.HasPrefix(rest, []byte("<?")):
			s.skip("?>")
		case bytes.HasPrefix(rest, []byte("<!")):
			s.doctype()
		case bytes.HasPrefix(rest, []byte("</")):
			s.pos += 2
			s.Prefix, s.Name = s.qname()
			s.skip(">")
			if s.open == 0 {
				continue // an end without a start
			}
			s.Kind, s.Depth = End, s.open
			s.open--
			return true
		default:
			if s.start() {
				return s.open <= MaxDepth
			}
			s.text() // a bare "<"
			return true
		}
	}
	s.Kind = None
	return false
}

func (s *Scanner) text() {
	from := s.pos
	s.pos++
	if i := bytes.IndexByte(s.data[s.pos:], '<'); i >= 0 {
		s.pos += i
	} else {
		s.pos = len(s.data)
	}
	s.Kind, s.raw, s.cdata, s.Depth = Text, s.data[from:s.pos], false, s.open
}

func (s *Scanner) skip(end string) {
	if i := bytes.Index(s.data[s.pos:], []byte(end)); i >= 0 {
		s.pos += i + len(end)
	} else {
		s.pos = len(s.data)
	}
}

// doctype passes over a declaration with its internal subset. Entities that it declares stay unknown.
func (s *Scanner) doctype() {
	depth := 0
	for ; s.pos < len(s.data); s.pos++ {
		switch s.data[s.pos] {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				s.pos++
				return
			}
		}
	}
}

func (s *Scanner) qname() (prefix, name []byte) {
	from := s.pos
	for s.pos < len(s.data) && !delimits(s.data[s.pos]) {
		s.pos++
	}
	q := s.data[from:s.pos]
	if i := bytes.IndexByte(q, ':'); i >= 0 {
		return q[:i], q[i+1:]
	}
	return nil, q
}

func delimits(c byte) bool {
	return strings.IndexByte(" \t\r\n/>=<\"'", c) >= 0
}

func (s *Scanner) blanks() {
	for s.pos < len(s.data) && (s.data[s.pos] == ' ' || s.data[s.pos] == '\t' || s.data[s.pos] == '\r' || s.data[s.pos] == '\n') {
		s.pos++
	}
}

// start reads a start tag and reports whether it is one.
func (s *Scanner) start() bool {
	if s.pos+1 >= len(s.data) || delimits(s.data[s.pos+1]) {
		return false
	}
	s.pos++
	s.Prefix, s.Name = s.qname()
	s.attrs = s.attrs[:0]
	s.open++
	s.Kind, s.Depth = Start, s.open
	for {
		s.blanks()
		if s.pos >= len(s.data) {
			return true
		}
		switch s.data[s.pos] {
		case '>':
			s.pos++
			return true
		case '<': // the tag was never closed
			return true
		case '/':
			s.pos++
			s.closes = s.pos < len(s.data) && s.data[s.pos] == '>'
			continue
		case '=', '"', '\'':
			s.pos++
			continue
		}
		s.attr()
	}
}

func (s *Scanner) attr() {
	a := Attr{}
	a.Prefix, a.Name = s.qname()
	s.blanks()
	if s.pos < len(s.data) && s.data[s.pos] == '=' {
		s.pos++
		s.blanks()
		a.raw = s.value()
	}
	if len(s.attrs) < maxAttrs {
		s.attrs = append(s.attrs, a)
	}
	if string(a.Prefix) == "xmlns" && len(s.spaces) < maxAttrs {
		if s.spaces == nil {
			s.spaces = make(map[string]string)
		}
		s.spaces[string(a.Name)] = s.Value(a)
	}
}

func (s *Scanner) value() []byte {
	if s.pos >= len(s.data) {
		return nil
	}
	from, quote := s.pos, s.data[s.pos]
	if quote != '"' && quote != '\'' {
		for s.pos < len(s.data) && !delimits(s.data[s.pos]) {
			s.pos++
		}
		return s.data[from:s.pos]
	}
	s.pos++
	i := bytes.IndexByte(s.data[s.pos:], quote)
	if i < 0 {
		s.pos = len(s.data)
		return s.data[from+1:]
	}
	s.pos += i + 1
	return s.data[from+1 : s.pos-1]
}

// Attrs returns the attributes of a start tag, valid until the next call of Next.
func (s *Scanner) Attrs() []Attr { return s.attrs }

// Value returns the unescaped value of an attribute.
func (s *Scanner) Value(a Attr) string { return strings.TrimSpace(unescape(a.raw)) }

// Attr returns the value of the start tag's attribute of that local name, or "".
func (s *Scanner) Attr(name string) string {
	for _, a := range s.attrs {
		if string(a.Name) == name {
			return s.Value(a)
		}
	}
	return ""
}

// Space returns the namespace that a prefix was bound to last.
func (s *Scanner) Space(prefix []byte) string { return s.spaces[string(prefix)] }

// Text returns the text of a Text token.
func (s *Scanner) Text() string {
	if s.cdata {
		return string(begin(s.raw))
	}
	return unescape(s.raw)
}

// Inner consumes the element whose start tag was just seen and returns the text in it, that of its
// children too, with the white space around it taken off. The scanner stands on its end tag afterwards.
func (s *Scanner) Inner() string {
	var text strings.Builder
	for depth := s.Depth; s.Next(); {
		if s.Kind == End && s.Depth <= depth {
			break
		}
		if s.Kind == Text && text.Len() < MaxText {
			text.WriteString(s.Text())
		}
	}
	return strings.TrimSpace(text.String())
}

// Skip consumes the element whose start tag was just seen.
func (s *Scanner) Skip() {
	for depth := s.Depth; s.Next(); {
		if s.Kind == End && s.Depth <= depth {
			return
		}
	}
}

// begin gives of a raw text what is looked at, in whole characters where it has any.
func begin(raw []byte) []byte {
	if len(raw) <= MaxText {
		return raw
	}
	end := MaxText
	for end > MaxText-utf8.UTFMax && !utf8.RuneStart(raw[end]) {
		end--
	}
	return raw[:end]
}

// unescape resolves the predefined entities and character references; others stay as they are.
func unescape(raw []byte) string {
	raw = begin(raw)
	i := bytes.IndexByte(raw, '&')
	if i < 0 {
		return string(raw)
	}
	var b strings.Builder
	b.Grow(len(raw))
	for i >= 0 {
		b.Write(raw[:i])
		raw = raw[i:]
		n := 1
		if end := bytes.IndexByte(raw[:min(len(raw), 12)], ';'); end > 1 {
			if r := entity(string(raw[1:end])); r != 0 {
				b.WriteRune(r)
				n = end + 1
			}
		}
		if n == 1 {
			b.WriteByte('&')
		}
		raw = raw[n:]
		i = bytes.IndexByte(raw, '&')
	}
	b.Write(raw)
	return b.String()
}

// entities are those that are predefined, and the one of HTML that occurs everywhere.
var entities = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "nbsp": '\u00A0'}

// entity is what a reference stands for, 0 where nobody knows.
func entity(name string) rune {
	if r, ok := entities[name]; ok {
		return r
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0
	}
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || !utf8.ValidRune(rune(n)) {
		return 0
	}
	return rune(n)
}
