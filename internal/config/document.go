package config

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// An entry is one thing that a TOML document says, with the line that says it.
type entry struct {
	line int
	// table is the name of the table that the entry opens or belongs to, "" at the top; element is its
	// number, from 0, where it is one of an array of tables, else -1.
	table   string
	element int
	key     string // dotted, below table; empty where the entry opens the table
	value   any    // as go-toml decodes into any, but tables, which are entries of their own
}

// name is the entry's dotted key from the top of the document.
func (e entry) name() string {
	return strings.Trim(e.table+"."+e.key, ".")
}

// parse reads a whole TOML document in its order. Its errors are about syntax only.
//
// The decoder judges what is TOML and what is there twice; it has no lines for the values, so these are
// read from the syntax tree.
func parse(file string, data []byte) ([]entry, *Error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // the mark that some editors put before UTF-8
	if err := toml.Unmarshal(data, &map[string]any{}); err != nil {
		return nil, syntaxError(file, data, err)
	}
	r := reader{elements: map[string]int{}}
	r.parser.Reset(data)
	at := entry{element: -1}
	for r.parser.NextExpression() {
		n := r.parser.Expression()
		name, line := r.keyOf(n)
		switch n.Kind {
		case unstable.Table, unstable.ArrayTable:
			at = entry{line: line, table: name, element: -1}
			if n.Kind == unstable.ArrayTable {
				at.element = r.elements[name]
				r.elements[name]++
			}
			r.entries = append(r.entries, at)
		case unstable.KeyValue:
			r.keyValue(at, name, line, n.Value())
		}
	}
	return r.entries, nil
}

type reader struct {
	parser   unstable.Parser
	elements map[string]int // of each array of tables
	entries  []entry
}

// keyValue appends what "key = value" inside of a table says. Inline tables become entries as if they
// had been written with a header.
func (r *reader) keyValue(table entry, key string, line int, value *unstable.Node) {
	at := entry{line: line, table: table.table, element: table.element, key: key}
	tables := inlineTables(value)
	if len(tables) == 0 {
		at.value = valueOf(value)
		r.entries = append(r.entries, at)
		return
	}
	inner := entry{line: line, table: at.name(), element: -1}
	for i, n := range tables {
		if value.Kind == unstable.Array {
			inner.element = i
		}
		r.entries = append(r.entries, inner)
		for _, child := range nodes(n.Children()) {
			key, line := r.keyOf(child)
			r.keyValue(inner, key, line, child.Value())
		}
	}
}

// inlineTables returns the inline table that a value is, or those that an array consists of.
func inlineTables(value *unstable.Node) []*unstable.Node {
	if value.Kind == unstable.InlineTable {
		return []*unstable.Node{value}
	}
	found := nodes(value.Children())
	isOther := func(n *unstable.Node) bool { return n.Kind != unstable.InlineTable }
	if value.Kind != unstable.Array || slices.ContainsFunc(found, isOther) {
		return nil
	}
	return found
}

// keyOf returns a dotted key and the line that it stands on.
func (r *reader) keyOf(n *unstable.Node) (key string, line int) {
	var names []string
	for i, part := range nodes(n.Key()) {
		if i == 0 {
			line = r.parser.Shape(part.Raw).Start.Line
		}
		names = append(names, string(part.Data))
	}
	return strings.Join(names, "."), line
}

func nodes(it unstable.Iterator) (all []*unstable.Node) {
	for it.Next() {
		all = append(all, it.Node())
	}
	return all
}

// other is what a document wrote of a date, a time, or a number that neither int64 nor float64 holds:
// no key wants any of them.
type other string

func valueOf(n *unstable.Node) any {
	text := string(n.Data)
	switch n.Kind {
	case unstable.String:
		return text
	case unstable.Bool:
		return text == "true"
	case unstable.Integer:
		if i, err := strconv.ParseInt(text, 0, 64); err == nil { // TOML's prefixes and underscores are Go's
			return i
		}
	case unstable.Float:
		if f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64); err == nil {
			return f
		}
	case unstable.Array:
		list := []any{}
		for _, element := range nodes(n.Children()) {
			list = append(list, valueOf(element))
		}
		return list
	case unstable.InlineTable:
		return map[string]any{}
	}
	return other(text)
}

// syntaxError finds the line and key of a decoder's error. The decoder tells the line of what is not
// TOML; for a key or table that is there twice it does not, and the first expression with which the
// document fails is looked for.
func syntaxError(file string, data []byte, err error) *Error {
	msg := strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "toml: ")), " ")
	e := &Error{File: file, Msg: "not TOML: " + strings.TrimSuffix(msg, ":")}
	lines, names := expressions(data)
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		e.Line, _ = decode.Position()
		if unquoted(lineOf(data, e.Line)) {
			e.Msg = `not TOML: a text needs quotes: write key = "text", and of several ["one", "two"]`
		}
		e.Key = keyOnLine(data, e.Line, lines, names)
		return e
	}
	fails := sort.Search(len(lines), func(i int) bool {
		end := len(data)
		if i+1 < len(lines) {
			end = offsetOf(data, lines[i+1])
		}
		return toml.Unmarshal(data[:end], &map[string]any{}) != nil
	})
	if fails < len(lines) {
		e.Line, e.Key = lines[fails], strings.Trim(names[fails], "[]")
	}
	return e
}

// bare is a value, or the first of a list, that begins as no value does, or as a number and goes on as none.
var bare = regexp.MustCompile(`^[^=#"']*=\s*\[?\s*([^\s"'\[\]{},#][^,\]#]*)`)

// unquoted tells a line whose value is a text without quotes. What is written of it could be a password.
func unquoted(line string) bool {
	found := bare.FindStringSubmatch(line)
	return found != nil && toml.Unmarshal([]byte("x = "+found[1]), &map[string]any{}) != nil
}

// expressions lists what a document says up to its first syntax error: the lines, and the full names of
// keys; tables are in brackets.
func expressions(data []byte) (lines []int, names []string) {
	var r reader
	r.parser.Reset(data)
	table := ""
	for r.parser.NextExpression() {
		n := r.parser.Expression()
		name, line := r.keyOf(n)
		if n.Kind == unstable.KeyValue {
			name = strings.Trim(table+"."+name, ".")
		} else {
			table, name = name, "["+name+"]"
		}
		lines, names = append(lines, line), append(names, name)
	}
	return lines, names
}

// keyOnLine guesses the full name of a key from a line that cannot be parsed and the tables before it.
func keyOnLine(data []byte, line int, lines []int, names []string) string {
	key, _, ok := strings.Cut(lineOf(data, line), "=")
	if !ok {
		return ""
	}
	table := ""
	for i := range lines {
		if lines[i] < line && strings.HasPrefix(names[i], "[") {
			table = strings.Trim(names[i], "[]")
		}
	}
	return strings.Trim(table+"."+strings.TrimSpace(key), ".")
}

func lineOf(data []byte, line int) string {
	text, _, _ := bytes.Cut(data[offsetOf(data, line):], []byte("\n"))
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

// offsetOf returns where a 1-based line begins.
func offsetOf(data []byte, line int) int {
	offset := 0
	for range line - 1 {
		offset += bytes.IndexByte(data[offset:], '\n') + 1
	}
	return offset
}
