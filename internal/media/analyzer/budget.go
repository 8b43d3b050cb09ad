package analyzer

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Bounds of what is kept of what a file says, in bytes. Files decide neither how large the catalog is nor how large
// a message: what is longer is cut.
const (
	MaxText     = 4 << 10  // of one text
	MaxDocument = 64 << 10 // of everything known of one file, as JSON
)

// measure is how much of each text and each list is kept.
type measure struct{ text, list int }

// measures are tried one after the other until what is known fits into a document.
var measures = []measure{{MaxText, 2000}, {MaxText, 500}, {1 << 10, 100}, {256, 50}, {64, 20}}

// fit encodes a description within the bounds. It is cut before it is encoded, since nobody knows how long it is.
func fit(d *media.Description, encode func(*media.Description) []byte) []byte {
	for _, m := range measures {
		if cut, changed := m.cut(reflect.ValueOf(d).Elem()); changed {
			shorter, _ := cut.Interface().(media.Description)
			d = &shorter
		}
		if b := encode(d); len(b) <= MaxDocument {
			return b
		}
	}
	return encode(&media.Description{Title: cutText(d.Title, MaxText)})
}

// cut gives a value without what is too much in it; changed says that it is another than v, which stays as it is.
func (m measure) cut(v reflect.Value) (_ reflect.Value, changed bool) {
	switch v.Kind() {
	case reflect.String:
		if v.Len() > m.text {
			return reflect.ValueOf(cutText(v.String(), m.text)).Convert(v.Type()), true
		}
	case reflect.Slice:
		return m.cutSlice(v)
	case reflect.Map:
		return m.cutMap(v)
	case reflect.Pointer:
		if v.IsNil() {
			return v, false
		}
		if e, changed := m.cut(v.Elem()); changed {
			p := reflect.New(e.Type())
			p.Elem().Set(e)
			return p, true
		}
	case reflect.Struct:
		out := v
		for i := range v.NumField() {
			if f, c := m.cut(v.Field(i)); c {
				if !changed {
					out = reflect.New(v.Type()).Elem()
					out.Set(v)
				}
				out.Field(i).Set(f)
				changed = true
			}
		}
		return out, changed
	}
	return v, false
}

func (m measure) cutSlice(v reflect.Value) (_ reflect.Value, changed bool) {
	out := v
	if v.Len() > m.list {
		out, changed = v.Slice(0, m.list), true
	}
	own := false
	for i := range out.Len() {
		e, c := m.cut(out.Index(i))
		if !c {
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
func (m measure) cutMap(v reflect.Value) (_ reflect.Value, changed bool) {
	out := reflect.MakeMap(v.Type())
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		if k.Len() > m.text || out.Len() >= m.list {
			changed = true
			continue
		}
		e, c := m.cut(v.MapIndex(k))
		out.SetMapIndex(k, e)
		changed = changed || c
	}
	if !changed {
		return v, false
	}
	return out, true
}

// cutText keeps at most so many bytes of a text, and no part of a sign: what combines stays with what it stands on.
func cutText(text string, most int) string {
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
