package analyzer

// A file's kind: its ending promises one, the rest of its path refines it, and its bytes have the last word.

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/name"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// extensions says what a name's ending promises. Bytes correct it.
var extensions = kindsOf(map[media.Kind]string{
	media.KindVideo: `3g2 3gp amv asf avi avs divx dv evo f4v flv h264 h265 hevc ivf m1v m2t m2ts m2v m4v mk3d mkv mov
		mp4 mpe mpeg mpg mts mxf nsv ogm ogv qt rm rmvb tod tp trp ts vob vro webm wmv wtv xvid y4m`,
	media.KindTrack: `aac aif aifc aiff ape caf dff dsf flac m4a mka mp2 mp3 mpc mp+ oga ogg opus shn spx tak tta wav
		wma wv ofr w64 rf64 bwf`,
	media.KindAudio:     `ac3 amr awb dts dtshd eac3 ec3 kar mid midi mlp mod s3m thd xm it ra truehd au snd voc gsm`,
	media.KindAudiobook: `m4b aax aa aaxc`,
	media.KindPhoto: `arw cr2 cr3 crw dng erf fff heic heif iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf
		srw x3f`,
	media.KindImage: `apng avif bmp dib gif ico jfif jp2 jpe jpeg jpg jpx jxl pcx pgm png pnm ppm psd svg svgz tga tif
		tiff webp xcf`,
	media.KindBook:     `azw azw3 azw4 chm djv djvu epub fb2 fbz kepub kfx lit lrf mobi pdb pdf prc`,
	media.KindComic:    `cb7 cba cbr cbt cbz`,
	media.KindSubtitle: `ass dfxp idx itt jss lrc mks pjs rt sami sbv scc smi srt ssa stl sub sup ttml usf vtt`,
	media.KindPlaylist: `asx cue m3u m3u8 pls wpl xspf zpl`,
	media.KindMetadata: `nfo opf xmp xml json md5 sfv sha1 sha256 sha512 ffp txt log diz url acbf
		accurip bif trickplay`,
	media.KindGame: `3ds a26 a78 cci chd cia fds gb gba gbc gcm gcz gen gg lnx n64 nds nes ngc nkit nro nsp nsz pbp pce
		rom rvz sfc sgg smc smd sms swc unf v64 vpk wad wbfs wia wux xci z64 32x`,
	media.KindSoftware: `apk appimage bat cmd com deb dll dmg exe flatpak ipa jar msi msix msu pkg rpm run
		sh snap xapk`,
	media.KindArchive: `7z ace arj bz2 cab gz lha lz lz4 lzh lzma r00 rar tar tbz tbz2 tgz txz tzst xz z zip zipx zst`,
	media.KindDisc:    `bin ccd cdi dmg img iso mdf mds nrg toast udf`,
})

func kindsOf(lists map[media.Kind]string) map[string]media.Kind {
	m := make(map[string]media.Kind)
	for k, list := range lists {
		for ext := range strings.FieldsSeq(list) {
			m[ext] = k
		}
	}
	m["lrc"] = media.KindMetadata // timed lyrics describe a track
	m["dmg"] = media.KindSoftware
	return m
}

// artworkNames are what players call the pictures that they show for a folder or a file beside them.
var artworkNames = map[string]bool{
	"albumart": true, "albumartsmall": true, "artist": true, "backdrop": true, "back": true, "background": true,
	"characterart": true, "banner": true, "box": true, "cd": true, "cdart": true, "clearart": true,
	"clearlogo": true, "cover": true, "default": true, "disc": true, "discart": true, "fanart": true,
	"folder": true, "front": true, "icon": true, "inlay": true, "keyart": true, "landscape": true, "logo": true,
	"movie": true, "poster": true, "season": true, "show": true, "spine": true, "thumb": true,
}

// kindByName says what kind a file's name promises.
func kindByName(path string) media.Kind {
	base := tree.Base(path)
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		return media.KindOther
	}
	k, ok := extensions[strings.ToLower(base[dot+1:])]
	if !ok {
		return media.KindOther
	}
	if k == media.KindImage && isArtwork(strings.ToLower(base[:dot])) {
		return media.KindArtwork
	}
	return k
}

// isArtwork knows cover.jpg, cover-2.png, AlbumArtSmall.jpg, Film (2001)-poster.jpg, season01-poster.jpg and the like.
func isArtwork(stem string) bool {
	if artworkNames[strings.TrimRight(stem, "0123456789-_ ")] || strings.HasPrefix(stem, "albumart_{") {
		return true
	}
	if i := strings.LastIndexAny(stem, "-."); i > 0 {
		switch strings.TrimRight(stem[i+1:], "0123456789") {
		case "poster", "fanart", "thumb", "banner", "landscape", "clearart", "clearlogo", "disc", "discart",
			"cdart", "characterart", "logo", "keyart", "backdrop", "background", "cover":
			return true
		}
	}
	return false
}

// Ext is the lower-case ending of a path, with its dot; "" where there is none.
func Ext(path string) string {
	base := tree.Base(path)
	if dot := strings.LastIndexByte(base, '.'); dot > 0 {
		return strings.ToLower(base[dot:])
	}
	return ""
}

// refine tells apart, within the family that a name's ending promises, what the rest of the path says.
func refine(kind media.Kind, p string, g *name.Guess) media.Kind {
	switch kind {
	case media.KindVideo:
		return videoKind(p, g)
	case media.KindTrack:
		if g.Type == name.Audiobook {
			return media.KindAudiobook
		}
	case media.KindImage:
		if g.Date != "" || fromCamera(p) {
			return media.KindPhoto
		}
	case media.KindBook:
		if g.Type == name.Comic {
			return media.KindComic
		}
	case media.KindArchive:
		switch g.Type {
		case name.Game:
			return media.KindGame
		case name.Comic:
			return media.KindComic
		}
	}
	return kind
}

// videoKind calls a video a film only where the path gives a reason to: a year, a mark of a release, an
// id, or a folder for films. What a camera or a telephone made has none.
func videoKind(p string, g *name.Guess) media.Kind {
	switch {
	case g.Extra != "" || g.Type == name.Photo || fromCamera(p):
		return media.KindVideo
	case g.Type == name.Episode:
		return media.KindEpisode
	case g.Type != name.Movie || g.Title == "":
		return media.KindVideo
	case g.Year != 0 || len(g.Edition) > 0 || cmp.Or(g.Source, g.ScreenSize, g.VideoCodec, g.IMDBID, g.TMDBID) != "":
		return media.KindMovie
	case slices.ContainsFunc(strings.Split(strings.ToLower(path.Dir(p)), "/"), isFilmFolder):
		return media.KindMovie
	}
	return media.KindVideo
}

// cameraMarks are how cameras and telephones begin the names of what they record.
var cameraMarks = []string{
	"img", "dsc", "dscf", "dscn", "pict", "pxl", "mvimg", "vid", "mov", "cimg", "sam", "gopr", "gh", "gx",
	"dji", "p", "_mg", "_dsc", "imgp", "hpim", "cam", "pano", "burst",
}

// fromCamera reports whether a file's name is one that cameras give: a mark and a running number, or the
// folder for camera files (DCF, JEITA CP-3461).
func fromCamera(p string) bool {
	dir, base := path.Split(strings.ToLower(p))
	if strings.Contains("/"+dir, "/dcim/") {
		return true
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	mark := strings.TrimRight(strings.TrimRight(stem, "0123456789"), "_-")
	return len(stem)-len(strings.TrimRight(stem, "0123456789")) >= 4 && slices.Contains(cameraMarks, mark)
}

func isFilmFolder(s string) bool {
	switch strings.Trim(s, " _-.") {
	case "film", "films", "filme", "movie", "movies", "cinema", "kino", "peliculas", "películas":
		return true
	}
	return false
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
