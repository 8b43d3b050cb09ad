package name

import (
	"strings"
	"unicode/utf8"
)

// Limits on what is read. A path of Linux has at most 4096 bytes and a name in it 255; what is longer
// is no path, and is cut so that its parts take bounded time.
const (
	maxPath    = 4096
	maxSegment = 1024
	maxDepth   = 4 // folders above the file that are read
)

// pathParts is a path cut into the names that matter: the last one, and the folders above it, nearest first.
type pathParts struct {
	file, ext string // ext is lower-case and has no dot, and is known; else it is empty
	dirs      [maxDepth]string
	n         int    // of dirs
	above     string // what lies above those
	folder    bool
	slashed   bool
}

func splitPath(path string) pathParts {
	if len(path) > maxPath {
		path = path[len(path)-maxPath:]
		for len(path) > 0 && !utf8.RuneStart(path[0]) {
			path = path[1:]
		}
	}
	var p pathParts
	trimmed := strings.TrimRight(path, "/\\")
	p.folder = len(trimmed) < len(path)
	var room [32]int
	cuts := findCuts(trimmed, room[:0])
	end := len(trimmed)
	cut := func() string { // the part that ends at end
		i := -1
		if n := len(cuts); n > 0 {
			i, cuts = cuts[n-1], cuts[:n-1]
		}
		part := trimmed[i+1 : end]
		end = i
		return part
	}
	p.file = cut()
	p.slashed = end >= 0
	for end > 0 && p.n < maxDepth {
		if d := strings.TrimSpace(cut()); d != "" && !isDrive(d) {
			p.dirs[p.n] = limit(d)
			p.n++
		}
	}
	p.above = trimmed[:max(end, 0)]
	p.file, p.ext = cutExtension(p.file)
	if mirrored(p.file) {
		p.file = reversed(p.file)
	}
	p.file = limit(p.file)
	return p
}

func isDrive(d string) bool { return len(d) == 2 && d[1] == ':' }

func limit(s string) string {
	if len(s) <= maxSegment {
		return s
	}
	s = s[:maxSegment]
	for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// findCuts appends to cuts where the separators of the path's parts are. In names of releases, which are
// no paths, a slash may stand between titles, with room around it, or in brackets.
func findCuts(path string, cuts []int) []int {
	absolute := strings.HasPrefix(path, "/") || len(path) > 2 && path[1] == ':' && path[2] == '\\'
	if !absolute && (strings.Contains(path, " / ") || strings.Contains(path, " | ")) {
		return cuts
	}
	depth, inside := 0, -1 // inside is the first cut since a bracket opened
	for i := range len(path) {
		mark := pathMarks[path[i]]
		switch {
		case mark == 0:
		case mark == '/':
			if depth > 0 && inside < 0 && !absolute {
				inside = len(cuts)
			}
			cuts = append(cuts, i)
		case mark == '(' || strings.HasPrefix(path[i:], "【"):
			depth, inside = depth+1, -1
		case mark == ')' || strings.HasPrefix(path[i:], "】"):
			if inside >= 0 {
				cuts = cuts[:inside] // slashes between two brackets are text
			}
			depth, inside = max(depth-1, 0), -1
		}
	}
	return cuts
}

// pathMarks maps the bytes that matter to how a path is cut to what they stand for; wide brackets begin with 0xE3.
var pathMarks = [256]byte{'/': '/', '\\': '/', '(': '(', '[': '(', '{': '(', ')': ')', ']': ')', '}': ')', 0xE3: 'w'}

// medium is what a file name's extension says of its content.
type medium uint8

const (
	mediumUnknown medium = iota
	mediumVideo
	mediumAudio
	mediumImage
	mediumBook
	mediumComic
	mediumSubtitle
	mediumText
	mediumGame
	mediumDisc // a placeholder for a disc on a shelf
)

// mediumOf returns the medium of an extension in lower case, and whether it is one at all.
func mediumOf(ext string) (medium, bool) {
	switch ext {
	case "mkv", "mp4", "avi", "m4v", "ts", "wmv", "mov", "mpg", "mpeg", "divx", "ogm", "ogv", "webm", "flv", "3gp",
		"m2ts", "mts", "vob", "iso", "img", "asf", "rm", "rmvb", "mk3d", "strm", "wtv", "dvr", "f4v", "xvid", "evo",
		"mk2":
		return mediumVideo, true
	case "mp3", "flac", "m4a", "ogg", "opus", "wav", "wma", "aac", "aiff", "aif", "ape", "wv", "mpc", "alac", "dsf",
		"dff", "mka", "m4b", "aax", "tak", "tta", "oga", "spx", "ac3", "dts", "mid", "midi":
		return mediumAudio, true
	case "jpg", "jpeg", "png", "gif", "heic", "heif", "tif", "tiff", "webp", "bmp", "dng", "cr2", "cr3", "nef", "arw",
		"raf", "orf", "rw2", "avif", "svg":
		return mediumImage, true
	case "epub", "mobi", "azw", "azw3", "fb2", "djvu", "pdf", "lit", "prc":
		return mediumBook, true
	case "cbz", "cbr", "cb7", "cbt", "cba":
		return mediumComic, true
	case "srt", "sub", "ass", "ssa", "idx", "vtt", "smi", "sup", "usf", "ttml":
		return mediumSubtitle, true
	case "3ds", "a26", "a78", "cci", "cia", "fds", "gb", "gba", "gbc", "gcm", "gcz", "gen", "gg", "lnx", "n64", "nds",
		"nes", "ngc", "nkit", "nsp", "nsz", "pbp", "pce", "rom", "rvz", "sfc", "sgg", "smc", "smd", "sms", "swc",
		"unf", "v64", "wbfs", "wia", "wux", "xci", "z64", "32x":
		return mediumGame, true
	case "disc":
		return mediumDisc, true
	case "nfo", "txt", "xml", "nzb", "torrent", "par2", "sfv", "md5", "cue", "log", "m3u", "m3u8", "rar", "zip", "7z",
		"lrc", "json", "opf", "xmp", "url":
		return mediumText, true
	}
	return mediumUnknown, false
}

// cutExtension cuts a known extension off.
func cutExtension(file string) (base, ext string) {
	i := strings.LastIndexByte(file, '.')
	if i <= 0 || len(file)-i > 8 || len(file)-i < 3 {
		return file, ""
	}
	low := strings.ToLower(file[i+1:])
	m, ok := mediumOf(low)
	if !ok || m == mediumAudio && videoRelease(file[:i]) {
		return file, ""
	}
	return file[:i], low
}

// videoRelease reports a name whose last word is the codec of its sound rather than an extension:
// "Title.S01E02.WEB-DL.x264.AAC".
func videoRelease(base string) bool {
	var low [4]byte
	for i := 0; i+4 <= len(base); i++ {
		for j := range low {
			low[j] = base[i+j]
			if c := low[j]; c >= 'A' && c <= 'Z' {
				low[j] = c + 'a' - 'A'
			}
		}
		switch string(low[:]) {
		case "x264", "x265", "h264", "h265", "hevc", "xvid", "080p", "720p", "160p", "480p":
			return true
		}
	}
	return false
}

// mirrored reports a name that was written backwards to hide it: with "p0801" for 1080p, or "20E10S" for S01E02.
func mirrored(file string) bool {
	for _, back := range [...]string{"p0801", "p027", "p0612"} {
		if i := strings.Index(file, back); i > 0 && !startsAlnum(file[i+len(back):]) && !startsAlnum(file[i-1:]) {
			return true
		}
	}
	for i := 2; i+4 <= len(file); i++ {
		if file[i] == 'E' && isDigit(file[i-1]) && isDigit(file[i-2]) && isDigit(file[i+1]) && isDigit(file[i+2]) &&
			file[i+3] == 'S' {
			return (i == 2 || !startsAlnum(file[i-3:])) && !startsAlnum(file[i+4:])
		}
	}
	return false
}

func startsAlnum(s string) bool {
	if s == "" {
		return false
	}
	c := s[0] | 0x20
	return isDigit(s[0]) || c >= 'a' && c <= 'z'
}

func reversed(s string) string {
	b := make([]byte, 0, len(s))
	for len(s) > 0 {
		_, n := utf8.DecodeLastRuneInString(s)
		b = append(b, s[len(s)-n:]...)
		s = s[:len(s)-n]
	}
	return string(b)
}
