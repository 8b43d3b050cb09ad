package filter

import (
	"maps"
	"slices"
)

// Field is what a filter compares.
type Field uint8

// The fields: first those that are texts, of which one may have several, and then the numbers.
const (
	Root Field = iota
	Kind
	State
	Held
	Analysis
	HDR
	Audio
	Subtitles
	Genre
	Artist
	Album
	Series
	Author
	IDs
	Has
	Camera
	Fingerprint
	Codec
	Extension
	Work
	Parent
	Gaps
	texts

	Year = texts + iota - 23
	Added
	Size
	Duration // see Seconds
	Height
	Modified
	Taken // the camera's clock, as if it stood in Greenwich
	Updated
	fields
)

// Subject is what is asked for.
type Subject uint8

// The subjects, as bits.
const (
	Items Subject = 1 << iota
	Works
)

// kind is how a field's values are written and compared.
type kind uint8

const (
	text     kind = iota // without case and diacritics, whole
	word                 // one of a list
	language             // a tag, which finds those that are narrower
	whole                // a number, or a range of them
	seconds
	moment
	clock // a moment whose zone says nothing
	identifier
	hexadecimal
)

type definition struct {
	field    Field
	kind     kind
	of       Subject
	words    []string // that there are; nil: any
	commas   bool     // separate values
	anything bool     // "any" stands for all values
}

var definitions = map[string]definition{
	"root":        {field: Root, kind: word, of: Items | Works, commas: true},
	"kind":        {field: Kind, kind: word, of: Items | Works, commas: true},
	"year":        {field: Year, kind: whole, of: Items | Works},
	"added":       {field: Added, kind: moment, of: Items | Works},
	"size":        {field: Size, kind: whole, of: Items | Works},
	"duration":    {field: Duration, kind: seconds, of: Items | Works},
	"height":      {field: Height, kind: whole, of: Items | Works},
	"hdr":         {field: HDR, kind: word, of: Items | Works, words: []string{"hdr10", "hlg", "dolby_vision", "pq"}, anything: true},
	"audio":       {field: Audio, kind: language, of: Items | Works, anything: true},
	"subtitles":   {field: Subtitles, kind: language, of: Items | Works, anything: true},
	"genre":       {field: Genre, of: Items | Works},
	"artist":      {field: Artist, of: Items | Works},
	"album":       {field: Album, of: Items | Works},
	"series":      {field: Series, of: Items | Works},
	"author":      {field: Author, of: Items | Works},
	"ids":         {field: IDs, kind: identifier, of: Items | Works},
	"has":         {field: Has, kind: word, of: Items | Works, words: []string{"artwork", "subtitles", "chapters", "location", "error", "warnings"}},
	"state":       {field: State, kind: word, of: Items, words: []string{"present", "missing"}, commas: true},
	"analysis":    {field: Analysis, kind: word, of: Items, words: []string{"pending", "done", "failed", "none"}, commas: true},
	"modified":    {field: Modified, kind: moment, of: Items},
	"taken":       {field: Taken, kind: clock, of: Items},
	"camera":      {field: Camera, of: Items},
	"fingerprint": {field: Fingerprint, kind: hexadecimal, of: Items},
	"codec":       {field: Codec, of: Items},
	"extension":   {field: Extension, of: Items},
	"held":        {field: Held, kind: word, of: Items, words: []string{"true"}},
	"work":        {field: Work, kind: identifier, of: Items},
	"parent":      {field: Parent, kind: identifier, of: Works},
	"updated":     {field: Updated, kind: moment, of: Works},
	"gaps":        {field: Gaps, kind: word, of: Works, words: []string{"true"}},
}

// box is the only filter that is of two fields and has no opposite.
const box = "bbox"

// negation makes a filter's opposite.
const negation = "not_"

// Names are those of all filters of a subject but "under" and "q", sorted.
func Names(of Subject) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(definitions)) {
		if definitions[name].of&of != 0 {
			out = append(out, name, negation+name)
		}
	}
	if of&Items != 0 {
		out = append(out, box)
	}
	slices.Sort(out)
	return out
}
