package sidecar

import (
	"path"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// Role is what a file does for the file it goes with.
type Role string

// The roles of sidecars.
const (
	NoRole      Role = ""
	Description Role = "description" // NFO, OPF, XMP, ComicInfo
	Subtitles   Role = "subtitles"
	LyricsOf    Role = "lyrics"
	Cover       Role = "cover" // poster, folder, cover, front: the picture to show for the item
	Artwork     Role = "artwork"
	Index       Role = "index" // a cue sheet, the index of a subtitle stream
)

// Scope says how far a sidecar's word goes.
type Scope uint8

// The reaches of sidecars.
const (
	Nothing  Scope = iota
	OneFile        // the file that shares its name
	InFolder       // every file of the fitting kind in the folder
	InTree         // those in the folders below, too
)

// Rule is what a file's name alone says of it as a sidecar.
type Rule struct {
	Role  Role
	Scope Scope
	stem  string // lower case: what the described file's stem must be (OneFile)
	fits  []media.Kind
}

var (
	ofVideo   = []media.Kind{media.KindMovie, media.KindEpisode, media.KindVideo, media.KindDisc}
	ofAudio   = []media.Kind{media.KindTrack, media.KindAudio, media.KindAudiobook}
	ofBook    = []media.Kind{media.KindBook, media.KindComic, media.KindAudiobook}
	ofComic   = []media.Kind{media.KindComic}
	ofPicture = []media.Kind{media.KindPhoto, media.KindImage, media.KindMovie, media.KindVideo, media.KindEpisode}
	ofMusic   = []media.Kind{media.KindTrack, media.KindAudio}
	ofSeries  = []media.Kind{media.KindEpisode, media.KindVideo}
	ofNFO     = slices.Concat(ofVideo, ofMusic)
	ofCue     = slices.Concat(ofAudio, []media.Kind{media.KindDisc, media.KindGame})
	ofAny     = slices.Concat(ofVideo, ofAudio, []media.Kind{media.KindBook, media.KindComic, media.KindGame})

	// describable are all kinds that a sidecar of one file can fit.
	describable = slices.Concat(ofAny, ofPicture)
)

// covers are the names, without extension, of the picture that stands for a folder's content (Kodi,
// Jellyfin, Plex, Navidrome); artworks those of further pictures. Both serve as suffixes "<base>-name".
var (
	covers = []string{"poster", "folder", "cover", "front", "movie", "album", "albumart", "default", "keyart", "show"}

	artworks = []string{
		"fanart", "backdrop", "background", "art", "banner", "clearart", "clearlogo", "logo", "landscape", "thumb",
		"disc", "discart", "cdart", "characterart", "back", "spine", "artist",
	}
)

// RuleOf returns the rule for a file of that name; the role is NoRole where it describes nothing.
func RuleOf(name string) Rule {
	ext := path.Ext(name)
	stem := func() string { return strings.ToLower(strings.TrimSuffix(name, ext)) } // which few names need
	switch strings.ToLower(ext) {
	case ".nfo":
		return nfoRule(stem())
	case ".opf":
		if stem := stem(); stem != "metadata" && stem != "content" {
			return Rule{Description, OneFile, stem, ofBook}
		}
		return Rule{Description, InFolder, "", ofBook}
	case ".xml":
		if stem() == "comicinfo" {
			return Rule{Description, InFolder, "", ofComic}
		}
	case ".xmp":
		return Rule{Description, OneFile, stem(), ofPicture}
	case ".lrc":
		return Rule{LyricsOf, OneFile, stem(), ofMusic}
	case ".cue":
		return Rule{Index, OneFile, stem(), ofCue}
	case ".srt", ".ass", ".ssa", ".vtt", ".sub", ".idx", ".sup", ".smi", ".ttml", ".dfxp", ".usf", ".mks":
		return Rule{Subtitles, OneFile, stem(), ofVideo}
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tbn", ".bmp":
		return pictureRule(stem())
	}
	return Rule{}
}

func nfoRule(stem string) Rule {
	switch stem {
	case "movie":
		return Rule{Description, InFolder, "", ofVideo}
	case "tvshow":
		return Rule{Description, InTree, "", ofSeries}
	case "season":
		return Rule{Description, InFolder, "", ofSeries}
	case "album":
		return Rule{Description, InFolder, "", ofMusic}
	case "artist":
		return Rule{Description, InTree, "", ofMusic}
	}
	return Rule{Description, OneFile, stem, ofNFO}
}

func pictureRule(stem string) Rule {
	base := strings.TrimRight(stem, "0123456789") // fanart1, backdrop2
	switch {
	case slices.Contains(covers, stem) || strings.HasPrefix(stem, "albumart_") || strings.HasPrefix(stem, "albumartsmall"):
		return Rule{Cover, InFolder, "", ofAny}
	case slices.Contains(artworks, base):
		return Rule{Artwork, InFolder, "", ofAny}
	case strings.HasPrefix(stem, "season") && strings.Contains(stem, "-"):
		return Rule{Artwork, InTree, "", ofSeries}
	}
	if i := strings.LastIndexByte(stem, '-'); i > 0 {
		what := strings.TrimRight(stem[i+1:], "0123456789")
		switch {
		case slices.Contains(covers, what):
			return Rule{Cover, OneFile, stem[:i], ofAny}
		case slices.Contains(artworks, what):
			return Rule{Artwork, OneFile, stem[:i], ofAny}
		}
	}
	return Rule{Cover, OneFile, stem, ofAny}
}

func rank(name string) int {
	rule := RuleOf(name)
	order := slices.Index([]Role{Description, Index, LyricsOf, Subtitles, Cover, Artwork}, rule.Role)
	return order*4 + int(rule.Scope)
}

// extras are the suffixes "-name" that Plex and Jellyfin know videos about a film by.
var extras = []string{
	"trailer", "sample", "behindthescenes", "deleted", "deletedscene", "featurette", "interview", "scene", "short",
	"clip", "extra", "other",
}

// isExtra reports whether a file is a trailer, a sample, a deleted scene or another video about a film, for
// which the sidecar of the film's folder does not speak.
func isExtra(name string) bool {
	stem := strings.ToLower(strings.TrimSuffix(name, path.Ext(name)))
	i := strings.LastIndexAny(stem, "-._ ")
	suffix := stem[i+1:]
	if suffix == "trailer" || suffix == "sample" {
		return true
	}
	return i > 0 && stem[i] == '-' && slices.Contains(extras, suffix)
}
