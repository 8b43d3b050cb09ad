package store

import (
	"bytes"
	"encoding/json"
)

// contents are what stands between the signs around an object or a list.
func contents(value []byte) []byte {
	if len(value) < 2 {
		return nil
	}
	return value[1 : len(value)-1]
}

// eachMember calls fn for the members of an object without its braces, as encoding/json writes it.
func eachMember(b []byte, fn func(name, value []byte)) {
	for len(b) > 0 {
		end := valueEnd(b)
		if end < 2 || end >= len(b) || b[end] != ':' {
			return
		}
		name, rest := b[1:end-1], b[end+1:]
		end = valueEnd(rest)
		fn(name, rest[:end])
		b = rest[min(end+1, len(rest)):]
	}
}

// eachElement calls fn for the elements of a list.
func eachElement(list []byte, fn func(value []byte)) {
	for b := contents(list); len(b) > 0; {
		end := valueEnd(b)
		fn(b[:end])
		b = b[min(end+1, len(b)):]
	}
}

// valueEnd is where a value ends that begins here.
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i += textEnd(b[i:]) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ',', ':':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return min(i+1, len(b))
		}
	}
	return len(b)
}

// textEnd is where a text ends that begins here.
func textEnd(b []byte) int {
	for i := 1; i < len(b); {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			break
		}
		i += n + 1
		escapes := 0
		for at := i - 2; at > 0 && b[at] == '\\'; at-- {
			escapes++
		}
		if escapes%2 == 0 {
			return i
		}
	}
	return len(b)
}

func textOf(value []byte) (s string) {
	if len(value) > 1 && value[0] == '"' && bytes.IndexByte(value, '\\') < 0 {
		return string(contents(value))
	}
	if err := json.Unmarshal(value, &s); err != nil {
		return ""
	}
	return s
}
