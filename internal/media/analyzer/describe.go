package analyzer

import (
	"bytes"
	"encoding/json"
	"strings"

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

// encodeMembers encodes a description as JSON members without the braces around them, within its bounds.
func encodeMembers(d *media.Description) []byte {
	_, b := bound.Fit(d, members)
	return b
}

func members(d *media.Description) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil { // only of values that no prober can make (NaN)
		return nil
	}
	s := bytes.TrimSpace(b.Bytes())
	return s[1 : len(s)-1]
}

// encodeFindings encodes what the bytes said for the store; nothing where they said nothing. What does not fit into the
// catalog is gone from f too: it says what the store will say.
func encodeFindings(f *findings) []byte {
	if f.isEmpty() {
		return nil
	}
	d, b := bound.Fit(&f.Description, func(d *media.Description) []byte {
		whole := f
		if d != &f.Description {
			whole = &findings{Kind: f.Kind, Form: f.Form, Description: *d}
		}
		b, err := json.Marshal(whole)
		if err != nil { // only of values that no prober can make (NaN)
			return nil
		}
		return b
	})
	if d != &f.Description {
		f.Description = *d
	}
	return b
}

// Fit gives what the catalog keeps of a description, with warnings about the rest.
func Fit(d *media.Description) *media.Description {
	d, _ = bound.Fit(d, members)
	return d
}

// isEmpty reports whether the bytes said nothing at all.
func (f *findings) isEmpty() bool { return f.Kind == "" && f.Form == "" && f.Media == nil }
