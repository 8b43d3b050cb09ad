package analyzer

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/bound"
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
	return describe(path, decodeFindings(probed), &surroundings{})
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
func describe(path string, f *findings, s *surroundings) (media.Kind, []byte) {
	kind, d := fromName(path)
	kind = joinKinds(kind, f.Kind)
	join(&d, &f.Description)
	for i := range s.docs {
		s.docs[i].Apply(&d)
	}
	if d.Narrator != "" { // whoever said it
		d.Narrators = strings.Split(d.Narrator, "; ")
	}
	d.Companions, d.Of = s.with, s.of
	return kind, encodeMembers(&d)
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

// joinKinds decides between what the name promised and what the bytes are. Bytes tell a family (a
// video, a track, an image); the name knows what it is within it (an episode, an audiobook, a poster).
func joinKinds(name, bytes media.Kind) media.Kind {
	if bytes == "" || family(name) == family(bytes) && refines(name, bytes) {
		return name
	}
	return bytes
}

// refines reports whether a name's kind says more than its bytes' kind of the same family.
func refines(name, bytes media.Kind) bool {
	switch bytes {
	case media.KindVideo, media.KindImage, media.KindArchive:
		return true
	case media.KindTrack:
		return name == media.KindAudiobook
	case media.KindPhoto:
		return name == media.KindArtwork
	case media.KindBook: // as a PDF
		return name == media.KindComic || name == bytes
	}
	return name == bytes
}

func family(k media.Kind) int {
	switch k {
	case media.KindMovie, media.KindEpisode, media.KindVideo:
		return 1
	case media.KindTrack, media.KindAudio, media.KindAudiobook:
		return 2
	case media.KindPhoto, media.KindImage, media.KindArtwork:
		return 3
	case media.KindArchive, media.KindComic, media.KindBook, media.KindGame, media.KindSoftware:
		return 4
	}
	return 0
}

// encodeFindings encodes what the bytes said for the store; nothing where they said nothing. What does not fit into the
// catalog is gone from f too: it says what the store will say.
func encodeFindings(f *findings) []byte {
	if f.isEmpty() {
		return nil
	}
	d, b := bound.Fit(&f.Description, func(d *media.Description) []byte {
		b, err := json.Marshal(&findings{Kind: f.Kind, Form: f.Form, Description: *d})
		if err != nil { // only of values that no prober can make (NaN)
			return nil
		}
		return b
	})
	f.Description = *d
	return b
}

// Fit gives what the catalog keeps of a description, with warnings about the rest.
func Fit(d *media.Description) *media.Description {
	d, _ = bound.Fit(d, members)
	return d
}
