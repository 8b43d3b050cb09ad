package media

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// encoder writes JSON. What is beyond its bounds it does not write: a file may say more than anybody has memory for.
type encoder struct {
	b      []byte
	from   int // where what is written begins
	most   Bounds
	beyond bool
}

// member begins a member of an object. Names of members are written as they are.
func (e *encoder) member(name string) {
	if n := len(e.b); n > e.from && e.b[n-1] != '{' {
		e.b = append(e.b, ',')
	}
	e.b = append(append(append(e.b, '"'), name...), '"', ':')
}

func (e *encoder) text(name, s string) {
	if s != "" {
		e.member(name)
		e.string(s)
	}
}

func (e *encoder) whole(name string, n int64) {
	if n != 0 {
		e.member(name)
		e.number(n)
	}
}

func (e *encoder) fraction(name string, f float64) {
	if f != 0 {
		e.member(name)
		e.float(f)
	}
}

func (e *encoder) knownFraction(name string, f *float64) {
	if f != nil {
		e.member(name)
		e.float(*f)
	}
}

func (e *encoder) flag(name string, set bool) {
	if set {
		e.member(name)
		e.b = append(e.b, "true"...)
	}
}

func (e *encoder) texts(name string, list []string) {
	encodeList(e, name, list, func(s *string) { e.string(*s) })
}

// encodeList writes a list that is not empty, one by one of its entries.
func encodeList[T any](e *encoder, name string, list []T, one func(*T)) {
	if len(list) == 0 || e.isBeyond(len(list) > e.most.List) {
		return
	}
	e.member(name)
	e.b = append(e.b, '[')
	for i := range list {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		one(&list[i])
		if e.isBeyond(len(e.b)-e.from > e.most.Whole) {
			return
		}
	}
	e.b = append(e.b, ']')
}

// pairs writes a map that is not empty, in the order of its keys.
func (e *encoder) pairs(name string, m map[string]string) {
	if len(m) == 0 || e.isBeyond(len(m) > e.most.List) {
		return
	}
	e.member(name)
	e.b = append(e.b, '{')
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.string(k)
		e.b = append(e.b, ':')
		e.string(m[k])
		if e.isBeyond(len(e.b)-e.from > e.most.Whole) {
			return
		}
	}
	e.b = append(e.b, '}')
}

func (e *encoder) object(name string, members func(*encoder)) {
	e.member(name)
	e.braces(members)
}

func (e *encoder) braces(members func(*encoder)) {
	e.b = append(e.b, '{')
	members(e)
	e.b = append(e.b, '}')
}

func (e *encoder) isBeyond(is bool) bool {
	e.beyond = e.beyond || is
	return is
}

func (e *encoder) number(n int64) { e.b = strconv.AppendInt(e.b, n, 10) }

// float writes a number as encoding/json does, which is as ECMAScript does: with an exponent where it is very small or
// large.
func (e *encoder) float(f float64) {
	if e.isBeyond(math.IsNaN(f) || math.IsInf(f, 0)) {
		return
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	e.b = strconv.AppendFloat(e.b, f, format, -1, 64)
	if n := len(e.b); format == 'e' && n >= 4 && string(e.b[n-4:n-1]) == "e-0" {
		e.b = append(e.b[:n-2], e.b[n-1])
	}
}

const hexDigits = "0123456789abcdef"

// string writes a text in quotes. What is no UTF-8 becomes U+FFFD, and what ends a line in JavaScript alone is escaped,
// as encoding/json has it.
func (e *encoder) string(s string) {
	if e.isBeyond(len(s) > e.most.Text) {
		return
	}
	e.b = append(e.b, '"')
	plain := 0 // from where nothing has been written yet
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				e.b = appendEscaped(append(e.b, s[plain:i]...), c)
				plain = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			e.b = append(append(e.b, s[plain:i]...), `\ufffd`...)
			plain = i + n
		case r == '\u2028' || r == '\u2029':
			e.b = append(append(e.b, s[plain:i]...), `\u202`...)
			e.b = append(e.b, hexDigits[r&0xf])
			plain = i + n
		}
		i += n
	}
	e.b = append(append(e.b, s[plain:]...), '"')
}

func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
