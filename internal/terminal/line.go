// Package terminal makes text of others fit for a line of a person's terminal: names of files, titles, answers of
// servers and values of configurations can hold what moves the cursor, changes the title or turns the line around.
package terminal

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s with an escape in Go's way in the place of everything that does not show as itself: control
// characters, among them line breaks and tabs, marks of direction, and bytes that are not UTF-8. It is for eyes: a
// backslash that was there stays as it is.
func Line(s string) string { return escape(s, fits) }

// Block is Line for text of several lines that are our own, such as a log's entry with a stack: line breaks and tabs
// stay.
func Block(s string) string {
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' || fits(r) })
}

// fits tells what shows as itself. Scripts of Persia and India, and emoji, need the two joiners.
func fits(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsGraphic(r) || r == nonJoiner || r == joiner
}

func escape(s string, fit func(rune) bool) string {
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !fit(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case fit(r):
			b.WriteRune(r)
		default:
			quoted := fmt.Sprintf("%+q", r) // 'x', with the escapes that Go knows
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

// Error returns an error's text in a line, or in as many as there are errors joined in it.
func Error(err error) string {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return Line(err.Error())
	}
	before, after, found := strings.Cut(err.Error(), errors.Join(joined.Unwrap()...).Error())
	if !found { // several with a format of their own
		return Line(err.Error())
	}
	var lines []string
	for _, e := range joined.Unwrap() {
		if e != nil {
			lines = append(lines, Error(e))
		}
	}
	return Line(before) + strings.Join(lines, "\n") + Line(after)
}

// Fprintf is fmt.Fprintf with each text and error among the arguments made fit. The format is our own.
func Fprintf(w io.Writer, format string, args ...any) (int, error) {
	fit := make([]any, len(args))
	for i, a := range args {
		switch reflect.ValueOf(a).Kind() {
		case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8,
			reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
			fit[i] = a
		default:
			fit[i] = argument{a}
		}
	}
	return fmt.Fprintf(w, format, fit...)
}

// argument formats a value as fmt does, and makes the text of it fit.
type argument struct{ value any }

// Format implements fmt.Formatter. What %q writes is fit as it is.
func (a argument) Format(s fmt.State, verb rune) {
	format := fmt.FormatString(s, verb)
	if err, ok := a.value.(error); ok && verb != 'q' {
		_, _ = io.WriteString(s, Error(err))
		return
	}
	if text, ok := a.value.(string); ok && verb == 's' { // before it is padded
		_, _ = fmt.Fprintf(s, format, Line(text))
		return
	}
	_, _ = io.WriteString(s, Line(fmt.Sprintf(format, a.value)))
}
