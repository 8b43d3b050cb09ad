// Package bound cuts what is known of a file to what the catalog keeps, and says what it cut. Files decide neither how
// large the catalog is nor how large a message.
package bound

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Bounds of what a prober gives back, before it is cut to what is kept: they are wider, so that what is cut later can
// be told of.
const (
	ProbedText = 8 << 10 // bytes of one text
	ProbedList = 4096    // entries of one list
)

// measure is how much of each text and each list is kept.
type measure struct{ text, list int }

// measures are tried one after the other until what is known fits into a document.
var measures = []measure{{media.MaxText, 2000}, {media.MaxText, 500}, {1 << 10, 100}, {256, 50}, {64, 20}}

// maxWarnings is how many warnings of one file are kept.
const maxWarnings = 16

// Probed gives a description without what no prober is to give back.
func Probed(d *media.Description) *media.Description {
	m := measure{ProbedText, ProbedList}
	if m.fits(d) {
		return d
	}
	return (&cutter{measure: m}).description(d)
}

// Encoded appends the members of a description's JSON to b, without braces, where all of it is kept as it is, as nearly
// always; else it gives false, and Fit is to be asked. It is what Fit gives, at a fraction of the cost.
func Encoded(b []byte, d *media.Description) (_ []byte, whole bool) {
	if len(d.Warnings) > 0 { // of which Fit leaves each once
		return b, false
	}
	return d.AppendMembers(b, media.Bounds{Text: measures[0].text, List: measures[0].list, Whole: media.MaxDocument})
}

// Fit encodes a description within the bounds of what is kept, and gives what is left of it. It is cut before it is
// encoded, since nobody knows how long it is; d stays as it is.
func Fit(d *media.Description, encode func(*media.Description) []byte) (*media.Description, []byte) {
	var said []string
	warnings := d.Warnings // of those that d was joined of
	for _, m := range measures {
		c := cutter{measure: m}
		d = c.description(d)
		said = replaced(said, c.said)
		if w := join(warnings, said); !slices.Equal(w, d.Warnings) {
			warned := *d
			warned.Warnings, d = w, &warned
		}
		if b := encode(d); len(b) <= media.MaxDocument {
			return d, b
		}
	}
	d = &media.Description{Title: Text(d.Title, media.MaxText), Warnings: []string{"all but the title left out"}}
	return d, encode(d)
}

// replaced gives the warnings of a measure, and those of earlier ones about what it left as it was.
func replaced(before, now []string) []string {
	about := func(w string) string { what, _, _ := strings.Cut(w, " "); return what }
	before = slices.DeleteFunc(slices.Clone(before), func(w string) bool {
		return slices.ContainsFunc(now, func(n string) bool { return about(n) == about(w) })
	})
	return append(before, now...)
}

// join gives both, each once, and no more than are kept.
func join(a, b []string) (out []string) {
	for _, w := range slices.Concat(a, b) {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	if len(out) > maxWarnings {
		out = append(out[:maxWarnings-1:maxWarnings-1], "and more")
	}
	return out
}

// cutter cuts by a measure, and notes what.
type cutter struct {
	measure
	at   []step // where it is
	room [4]step
	said []string
}

// step is a field of a struct.
type step struct {
	of    reflect.Type
	field int
}

func (c *cutter) description(d *media.Description) *media.Description {
	c.at = c.room[:0]
	cut, changed := c.cut(reflect.ValueOf(d).Elem())
	if !changed {
		return d
	}
	shorter, _ := cut.Interface().(media.Description)
	return &shorter
}

// say notes that what the cutter is at was cut. Names are those of the JSON.
func (c *cutter) say(most int, of string) {
	var name []string
	for _, s := range c.at {
		tag, _, _ := strings.Cut(s.of.Field(s.field).Tag.Get("json"), ",")
		name = append(name, tag)
	}
	if w := fmt.Sprintf("%s cut at %d %s", strings.Join(name, "."), most, of); !slices.Contains(c.said, w) {
		c.said = append(c.said, w)
	}
}

// cut gives a value without what is too much in it; changed says that it is another than v, which stays as it is.
func (c *cutter) cut(v reflect.Value) (_ reflect.Value, changed bool) {
	switch v.Kind() {
	case reflect.String:
		if v.Len() > c.text {
			c.say(c.text, "bytes")
			return reflect.ValueOf(strings.Clone(Text(v.String(), c.text))).Convert(v.Type()), true // the whole is let go
		}
	case reflect.Slice:
		return c.cutSlice(v)
	case reflect.Map:
		return c.cutMap(v)
	case reflect.Pointer:
		if v.IsNil() {
			return v, false
		}
		if e, changed := c.cut(v.Elem()); changed {
			p := reflect.New(e.Type())
			p.Elem().Set(e)
			return p, true
		}
	case reflect.Struct:
		return c.cutStruct(v)
	}
	return v, false
}

// fields keeps for each struct what growing says of it.
var fields sync.Map

// growing gives the fields of a struct in which anything may be too long.
func growing(of reflect.Type) []int {
	if known, ok := fields.Load(of); ok {
		list, _ := known.([]int)
		return list
	}
	var list []int
	for i := range of.NumField() {
		if grows(of.Field(i).Type) {
			list = append(list, i)
		}
	}
	fields.Store(of, list)
	return list
}

func grows(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return grows(t.Elem())
	case reflect.Struct:
		return len(growing(t)) > 0
	case reflect.String, reflect.Slice, reflect.Map:
		return true
	}
	return false
}

func (c *cutter) cutStruct(v reflect.Value) (_ reflect.Value, changed bool) {
	out, t := v, v.Type()
	for _, i := range growing(t) {
		field := v.Field(i)
		if field.IsZero() {
			continue
		}
		c.at = append(c.at, step{t, i})
		f, cut := c.cut(field)
		c.at = c.at[:len(c.at)-1]
		if !cut {
			continue
		}
		if !changed {
			out = reflect.New(v.Type()).Elem()
			out.Set(v)
		}
		out.Field(i).Set(f)
		changed = true
	}
	return out, changed
}

func (c *cutter) cutSlice(v reflect.Value) (_ reflect.Value, changed bool) {
	out := v
	if v.Len() > c.list {
		c.say(c.list, "entries")
		out, changed = v.Slice(0, c.list), true
	}
	own := false
	for i := range out.Len() {
		e, cut := c.cut(out.Index(i))
		if !cut {
			continue
		}
		if !own {
			fresh := reflect.MakeSlice(v.Type(), out.Len(), out.Len())
			reflect.Copy(fresh, out)
			out, own, changed = fresh, true, true
		}
		out.Index(i).Set(e)
	}
	return out, changed
}

// cutMap leaves entries out whose key is too long, and those behind the first in the order of keys.
func (c *cutter) cutMap(v reflect.Value) (_ reflect.Value, changed bool) {
	if m, ok := v.Interface().(map[string]string); ok && c.pairs(m) { // nearly always
		return v, false
	}
	out := reflect.MakeMap(v.Type())
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		if k.Len() > c.text || out.Len() >= c.list {
			if changed = true; k.Len() > c.text {
				c.say(c.text, "bytes")
			} else {
				c.say(c.list, "entries")
			}
			continue
		}
		e, cut := c.cut(v.MapIndex(k))
		out.SetMapIndex(k, e)
		changed = changed || cut
	}
	if !changed {
		return v, false
	}
	return out, true
}

// Text keeps at most so many bytes of a text, and no part of a sign: what combines stays with what it stands on.
func Text(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	const longest = 64 // bytes of a sign with all that combines with it; what has more is no text
	for at := end; at > 0 && end-at < longest; {
		r, _ := utf8.DecodeRuneInString(text[at:])
		if !unicode.IsMark(r) && r != '\u200d' {
			return text[:at]
		}
		_, n := utf8.DecodeLastRuneInString(text[:at])
		at -= n
	}
	return text[:end]
}
