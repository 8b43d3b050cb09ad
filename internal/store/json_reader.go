package store

import (
	"encoding/json"
	"strconv"
	"strings"
)

// jsonReader reads JSON as encoding/json writes it, without a space, value by value: who calls knows what is to come.
// Texts without an escape are parts of what is read. bad says that it is not what was to come; then nothing is left.
type jsonReader struct {
	rest string
	bad  bool
	into *Said // what is read, where that is what an item says
}

func (r *jsonReader) fail() {
	r.rest, r.bad = "", true
}

// take passes over a sign, if it comes next.
func (r *jsonReader) take(sign byte) bool {
	if r.rest == "" || r.rest[0] != sign {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *jsonReader) comma() {
	if r.rest != "" && (!r.take(',') || r.rest == "") {
		r.fail()
	}
}

// name reads a member's name, and what separates it from the value.
func (r *jsonReader) name() string {
	name := r.text()
	if !r.take(':') {
		r.fail()
	}
	return name
}

// text reads a text.
func (r *jsonReader) text() string {
	end, escaped := r.textEnd()
	if end == 0 {
		r.fail()
		return ""
	}
	value := r.rest[:end]
	r.rest = r.rest[end:]
	if !escaped {
		return value[1 : end-1]
	}
	var s string
	if err := json.Unmarshal([]byte(value), &s); err != nil {
		r.fail()
	}
	return s
}

// textEnd is where the text ends that comes next; 0 where none does.
func (r *jsonReader) textEnd() (end int, escaped bool) {
	if r.rest == "" || r.rest[0] != '"' {
		return 0, false
	}
	for at := 1; ; {
		n := strings.IndexByte(r.rest[at:], '"')
		if n < 0 {
			return 0, false
		}
		back := strings.IndexByte(r.rest[at:at+n], '\\')
		if back < 0 {
			return at + n + 1, escaped
		}
		escaped = true
		if at += back + 2; at > len(r.rest) {
			return 0, false
		}
	}
}

// plain reads a number, true, false or null, as it is written.
func (r *jsonReader) plain() string {
	end := 0
	for end < len(r.rest) && !endsPlain(r.rest[end]) {
		end++
	}
	if end == 0 {
		r.fail()
	}
	value := r.rest[:end]
	r.rest = r.rest[end:]
	return value
}

func endsPlain(sign byte) bool {
	switch sign {
	case ',', ']', '}', '"', '[', '{':
		return true
	}
	return false
}

func (r *jsonReader) number() int64 {
	n, err := strconv.ParseInt(r.plain(), 10, 64)
	if err != nil {
		r.fail()
	}
	return n
}

func (r *jsonReader) whole() int { return int(r.number()) }

// fraction reads a number that may have a fraction; nil where it is none.
func (r *jsonReader) fraction() *float64 {
	n, err := strconv.ParseFloat(r.plain(), 64)
	if err != nil {
		r.fail()
		return nil
	}
	return &n
}

// list calls one for each element of a list, which it has to read.
func (r *jsonReader) list(one func()) {
	if !r.take('[') {
		r.fail()
		return
	}
	if r.take(']') {
		return
	}
	for !r.bad {
		one()
		if r.take(']') {
			return
		}
		if !r.take(',') {
			r.fail()
		}
	}
}

func (r *jsonReader) texts() (out []string) {
	r.list(func() { out = append(out, r.text()) })
	return out
}

func (r *jsonReader) wholes() (out []int) {
	r.list(func() { out = append(out, r.whole()) })
	return out
}

// object calls one for each member of an object, whose value it has to read.
func (r *jsonReader) object(one func(name string)) {
	if !r.take('{') {
		r.fail()
		return
	}
	if r.take('}') {
		return
	}
	for !r.bad {
		one(r.name())
		if r.take('}') {
			return
		}
		if !r.take(',') {
			r.fail()
		}
	}
}

// skip passes over a value.
func (r *jsonReader) skip() {
	depth := 0
	for {
		switch {
		case r.rest == "":
			r.fail()
			return
		case r.rest[0] == '"':
			end, _ := r.textEnd()
			if end == 0 {
				r.fail()
				return
			}
			r.rest = r.rest[end:]
		case r.rest[0] == '{' || r.rest[0] == '[':
			depth++
			r.rest = r.rest[1:]
			continue
		case r.rest[0] == '}' || r.rest[0] == ']':
			depth--
			r.rest = r.rest[1:]
		case depth > 0 && (r.rest[0] == ',' || r.rest[0] == ':'):
			r.rest = r.rest[1:]
			continue
		default:
			r.plain()
		}
		if depth <= 0 || r.bad {
			return
		}
	}
}
