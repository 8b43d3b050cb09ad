package media

import "slices"

// Kind says what an item is to the person who owns it. It comes from the file's name and is corrected
// by its bytes.
type Kind string

// The kinds of items, as the public surface spells them.
const (
	KindMovie     Kind = "movie"
	KindEpisode   Kind = "episode"
	KindVideo     Kind = "video" // a video that is neither film nor episode: clips, extras, home video
	KindTrack     Kind = "track"
	KindAudio     Kind = "audio" // audio that is no track of music: recordings, effects, MIDI
	KindAudiobook Kind = "audiobook"
	KindPhoto     Kind = "photo" // an image that a camera took
	KindImage     Kind = "image"
	KindBook      Kind = "book"
	KindComic     Kind = "comic"
	KindSubtitle  Kind = "subtitle"
	KindPlaylist  Kind = "playlist"
	KindArtwork   Kind = "artwork"  // covers, posters, fan art beside what they show
	KindMetadata  Kind = "metadata" // NFO, OPF, XMP, LRC and other descriptions of other files
	KindGame      Kind = "game"
	KindSoftware  Kind = "software"
	KindArchive   Kind = "archive"
	KindDisc      Kind = "disc" // images of optical discs
	KindOther     Kind = "other"
)

var kinds = []Kind{
	KindMovie, KindEpisode, KindVideo, KindTrack, KindAudio, KindAudiobook, KindPhoto, KindImage, KindBook,
	KindComic, KindSubtitle, KindPlaylist, KindArtwork, KindMetadata, KindGame, KindSoftware, KindArchive,
	KindDisc, KindOther,
}

// LibraryKinds returns the kinds of what people keep a library for: all but what only describes it or is of no known
// kind.
func LibraryKinds() []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return k == KindMetadata || k == KindOther })
}

// InWorks reports whether items of this kind have a place in works at all.
func (k Kind) InWorks() bool {
	switch k {
	case KindMovie, KindEpisode, KindVideo, KindTrack, KindAudiobook, KindBook, KindComic, KindSubtitle, KindPlaylist,
		KindArtwork, KindMetadata, KindDisc, KindOther:
		return true
	}
	return false
}

// Kinds returns every kind, in the order of the documentation.
func Kinds() []Kind { return slices.Clone(kinds) }

// KindNames returns every kind as a text, for messages that say which there are.
func KindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return names
}

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return slices.Contains(kinds, k) }
