package analyzer

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/bound"
)

// findings is what a file's bytes said, as the store keeps it.
type findings struct {
	Kind media.Kind `json:"kind,omitempty"`
	Form string     `json:"form,omitempty"` // of a sidecar: what it describes
	media.Description
}

// Describe says what is known of a file from its path and, where probed is not empty, from what its
// bytes said before. It returns the kind and the members of the item's JSON object, without braces.
// What the bytes say wins over what the name says. It is pure and safe for concurrent use.
func Describe(path string, probed []byte) (media.Kind, []byte) {
	return describe(path, decodeFindings(probed), &companions{})
}

func decodeFindings(probed []byte) *findings {
	var f findings
	if len(probed) > 0 {
		if err := json.Unmarshal(probed, &f); err != nil {
			return &findings{} // written by another version: the name alone, until the next analysis
		}
	}
	return &f
}

// describe joins what the name, the bytes and the sidecars say, each surer than those before it.
func describe(path string, f *findings, s *companions) (media.Kind, []byte) {
	kind, d := fromName(path)
	return joinKinds(kind, f.Kind), describeNamed(&d, f, s)
}

// describeNamed joins to what the name says, which is d, the rest.
func describeNamed(d *media.Description, f *findings, s *companions) []byte {
	join(d, &f.Description)
	for i := range s.docs {
		s.docs[i].Apply(d)
	}
	if d.Narrator != "" { // whoever said it
		d.Narrators = strings.Split(d.Narrator, "; ")
	}
	d.Companions, d.Of = s.with, s.of
	return encodeMembers(d)
}

// encodings are buffers for what is encoded, before it is known how long it is.
var encodings = sync.Pool{New: func() any { return new(make([]byte, 0, 1<<10)) }}

// encodeMembers encodes a description as JSON members without the braces around them, within its bounds.
func encodeMembers(d *media.Description) []byte {
	room, _ := encodings.Get().(*[]byte)
	defer encodings.Put(room)
	b, whole := bound.Encoded((*room)[:0], d)
	*room = b
	if whole {
		return bytes.Clone(b)
	}
	_, b = bound.Fit(d, members)
	return b
}

func members(d *media.Description) []byte {
	s := encode(d)
	if len(s) < 2 {
		return nil
	}
	return s[1 : len(s)-1]
}

// encode gives a value as JSON; nothing of one that no prober can make (NaN).
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil
	}
	return bytes.TrimSpace(b.Bytes())
}

// encodeFindings encodes what the bytes said for the store; nothing where they said nothing. What does not fit into the
// catalog is gone from f too: it says what the store will say.
func encodeFindings(f *findings) []byte {
	if f.isEmpty() {
		return nil
	}
	room, _ := encodings.Get().(*[]byte)
	defer encodings.Put(room)
	b, whole := f.quickly((*room)[:0])
	*room = b
	if whole {
		return bytes.Clone(b)
	}
	d, b := bound.Fit(&f.Description, func(d *media.Description) []byte {
		if d == &f.Description {
			return encode(f)
		}
		return encode(&findings{Kind: f.Kind, Form: f.Form, Description: *d})
	})
	if d != &f.Description {
		f.Description = *d
	}
	return b
}

// quickly appends the encoding of findings of which all is kept; it gives false of others.
func (f *findings) quickly(b []byte) (_ []byte, whole bool) {
	b = append(b, '{')
	if f.Kind != "" {
		b = append(append(append(b, `"kind":"`...), f.Kind...), `",`...)
	}
	if f.Form != "" {
		b = append(append(append(b, `"form":"`...), f.Form...), `",`...)
	}
	if b, whole = bound.Encoded(b, &f.Description); b[len(b)-1] == ',' {
		b = b[:len(b)-1]
	}
	return append(b, '}'), whole && len(b) <= media.MaxDocument
}

// Fit gives what the catalog keeps of a description, with warnings about the rest.
func Fit(d *media.Description) *media.Description {
	d, _ = bound.Fit(d, members)
	return d
}

// isEmpty reports whether the bytes said nothing at all, and nothing is said of them.
func (f *findings) isEmpty() bool {
	return f.Kind == "" && f.Form == "" && f.Media == nil && len(f.Warnings) == 0
}
