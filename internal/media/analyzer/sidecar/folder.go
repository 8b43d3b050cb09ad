package sidecar

import (
	"path"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Folder knows which files of one folder go with which. It takes time in proportion to their number to
// make and does not change afterwards; what lies in folders below, where a rule reaches further
// ([RuleOf]), is the caller's to add.
type Folder struct {
	kind   func(name string) media.Kind
	names  []string
	called []called            // files that can be described, in the order of what they are called
	byFile map[string][]string // what goes with a file and no other
	whole  []string            // what speaks for all files of its kinds
}

// called is a file by its stem, or by its whole name, in lower case.
type called struct{ by, name string }

// NewFolder returns the folder that holds names. kind tells what a file is by its name, always the same; of names that
// it does not hold, nothing.
func NewFolder(names []string, kind func(name string) media.Kind) *Folder {
	f := &Folder{kind: kind, names: names, called: make([]called, 0, 2*len(names)), byFile: map[string][]string{}}
	for _, name := range names {
		if !slices.Contains(describable, kind(name)) {
			continue
		}
		lower := strings.ToLower(name)
		stem := strings.TrimSuffix(lower, path.Ext(lower))
		f.called = append(f.called, called{stem, name})
		if lower != stem {
			f.called = append(f.called, called{lower, name})
		}
	}
	slices.SortStableFunc(f.called, func(a, b called) int { return strings.Compare(a.by, b.by) })
	for _, name := range names {
		switch rule := RuleOf(name); {
		case rule.Role == NoRole:
		case rule.Scope != OneFile:
			f.whole = append(f.whole, name)
		default:
			for _, described := range f.sameStem(name, rule) {
				f.byFile[described] = append(f.byFile[described], name)
			}
		}
	}
	return f
}

// Describes returns the files, in their order, that the file called name describes.
func (f *Folder) Describes(name string) []string {
	rule := RuleOf(name)
	switch {
	case rule.Role == NoRole:
		return nil
	case rule.Scope == OneFile:
		return f.sameStem(name, rule)
	}
	var out []string
	for _, other := range f.names {
		if f.speaksFor(name, rule, other) {
			out = append(out, other)
		}
	}
	return out
}

// For returns the files that go with the one called name: what describes it before the rest, and the
// nearer before what speaks for the whole folder.
func (f *Folder) For(name string) []string {
	out := slices.Clone(f.byFile[name])
	for _, sidecar := range f.whole {
		if f.speaksFor(sidecar, RuleOf(sidecar), name) {
			out = append(out, sidecar)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}

// speaksFor reports whether the rule of a file for the whole folder covers another of its files.
func (f *Folder) speaksFor(name string, rule Rule, other string) bool {
	return other != name && slices.Contains(rule.fits, f.kind(other)) && !isExtra(other)
}

// sameStem returns the files that share the sidecar's stem. XMP may keep the picture's extension in it.
// Subtitles carry language and flags behind it: the longest stem that fits is meant, so that
// "Film 2.en.srt" goes with "Film 2.mkv" and not with "Film.mkv".
func (f *Folder) sameStem(name string, rule Rule) []string {
	for stem := rule.stem; stem != ""; {
		var out []string
		at, _ := slices.BinarySearchFunc(f.called, stem, func(c called, by string) int { return strings.Compare(c.by, by) })
		for ; at < len(f.called) && f.called[at].by == stem; at++ {
			other := f.called[at].name
			if other != name && slices.Contains(rule.fits, f.kind(other)) {
				out = append(out, other)
			}
		}
		if len(out) > 0 || rule.Role != Subtitles {
			return out
		}
		stem = stem[:max(0, strings.LastIndexAny(stem, "._- [("))]
	}
	return nil
}
