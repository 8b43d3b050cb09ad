package works

import (
	"strconv"
	"strings"
)

// role is what a folder is to the one above it.
type role uint8

const (
	folderPlain role = iota
	folderSeason
	folderDisc
	folderExtras
	folderSubtitles
	folderArtwork
	folderImage // what is on a DVD or Blu-ray, copied file by file
)

// folderNames are names of folders that are a part of the folder above, in lower case and with single spaces.
var folderNames = map[string]role{
	"specials": folderSeason, "annuals": folderSeason,

	"bonus disc": folderDisc, "bonus cd": folderDisc, "bonus tracks": folderDisc,

	"extras": folderExtras, "extra": folderExtras, "featurettes": folderExtras, "featurette": folderExtras,
	"behind the scenes": folderExtras, "deleted scenes": folderExtras, "deleted scene": folderExtras,
	"interviews": folderExtras, "interview": folderExtras, "scenes": folderExtras, "samples": folderExtras,
	"sample": folderExtras, "shorts": folderExtras, "trailers": folderExtras, "trailer": folderExtras,
	"clips": folderExtras, "other": folderExtras, "bonus": folderExtras, "bonus features": folderExtras,
	"special features": folderExtras, "bloopers": folderExtras, "outtakes": folderExtras, "making of": folderExtras,
	"backdrops": folderExtras, "theme-music": folderExtras, "proof": folderExtras,
	"bonus material": folderExtras, "bonusmaterial": folderExtras, "extramaterial": folderExtras,
	"entfernte szenen": folderExtras, "suppléments": folderExtras, "scènes coupées": folderExtras,
	"contenido extra": folderExtras, "escenas eliminadas": folderExtras, "entrevistas": folderExtras,
	"contenuti extra": folderExtras, "contenuti speciali": folderExtras, "interviste": folderExtras,
	"ekstramateriale": folderExtras, "extra's": folderExtras, "lisämateriaali": folderExtras, "dodatki": folderExtras,
	"bonusy": folderExtras, "特典": folderExtras,

	"subs": folderSubtitles, "sub": folderSubtitles, "subtitles": folderSubtitles, "subtitle": folderSubtitles,
	"vobsubs": folderSubtitles, "untertitel": folderSubtitles, "sous-titres": folderSubtitles,
	"subtítulos": folderSubtitles, "subtitulos": folderSubtitles, "legendas": folderSubtitles,
	"sottotitoli": folderSubtitles, "ondertitels": folderSubtitles, "undertekster": folderSubtitles,
	"undertexter": folderSubtitles, "tekstitykset": folderSubtitles, "napisy": folderSubtitles,
	"titulky": folderSubtitles, "feliratok": folderSubtitles, "субтитры": folderSubtitles, "字幕": folderSubtitles,

	"artwork": folderArtwork, "covers": folderArtwork, "cover": folderArtwork, "scans": folderArtwork,
	"booklet": folderArtwork, "booklets": folderArtwork, "pochettes": folderArtwork, "carátulas": folderArtwork,
	"copertine": folderArtwork, "okładki": folderArtwork, ".actors": folderArtwork, "extrafanart": folderArtwork,
	"extrathumbs": folderArtwork,

	"video_ts": folderImage, "audio_ts": folderImage, "bdmv": folderImage, "stream": folderImage,
	"certificate": folderImage, "backup": folderImage, "playlist": folderImage, "clipinf": folderImage,
	"auxdata": folderImage, "meta": folderImage, "jar": folderImage, "hvdvd_ts": folderImage,
}

// numbered are words that make a folder a part of the one above where a number follows.
var numbered = map[string]role{
	"season": folderSeason, "series": folderSeason, "staffel": folderSeason, "saison": folderSeason,
	"temporada": folderSeason, "stagione": folderSeason, "seizoen": folderSeason, "sezon": folderSeason,
	"säsong": folderSeason, "sæson": folderSeason, "sesong": folderSeason, "kausi": folderSeason, "s": folderSeason,
	"série": folderSeason, "řada": folderSeason, "sezona": folderSeason, "сезон": folderSeason,

	"cd": folderDisc, "disc": folderDisc, "disk": folderDisc, "dvd": folderDisc, "lp": folderDisc,
	"vinyl": folderDisc, "media": folderDisc, "disque": folderDisc, "disco": folderDisc, "part": folderDisc, "pt": folderDisc,
	"teil": folderDisc, "partie": folderDisc, "parte": folderDisc, "side": folderDisc, "tape": folderDisc,
	"cassette": folderDisc, "skiva": folderDisc, "płyta": folderDisc, "диск": folderDisc,
}

var numberWords = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}

// bonusDisc is the number of a disc that has none and comes last.
const bonusDisc = 99

// folderRole says what the folder of this name is to the one above it, and its number where it has one.
func folderRole(name string) (role, int) {
	if len(name) > 64 || name == "" {
		return folderPlain, -1
	}
	lower := strings.ToLower(name)
	if r, ok := folderNames[lower]; ok {
		switch r {
		case folderSeason:
			return r, 0
		case folderDisc:
			return r, bonusDisc
		}
		return r, -1
	}
	lower = strings.TrimPrefix(lower, "digital ") // "Digital Media 01", as MusicBrainz calls it
	i := strings.IndexFunc(lower, func(r rune) bool { return r < 'a' && r != '\'' || r > 'z' && r < 0x80 })
	if i <= 0 {
		return folderPlain, -1
	}
	r, ok := numbered[lower[:i]]
	if !ok {
		return folderPlain, -1
	}
	n, rest, ok := leadingNumber(strings.TrimLeft(lower[i:], " ._-"))
	if !ok || n > 99 || r == folderSeason && lower[:i] == "s" && lower[i] == ' ' {
		return folderPlain, -1
	}
	if r == folderSeason && folderNames[strings.Trim(rest, " ._-:,()[]")] == folderExtras { // "Season 1 - Extras"
		return folderExtras, n
	}
	// "CD1 - Name", "Season 2 (2010)"; but "Part 2nd" is none.
	if rest != "" && !strings.ContainsRune(" -_.:,([", rune(rest[0])) {
		return folderPlain, -1
	}
	// "S01" alone is a season; "S01 E01 Name" is not.
	if lower[:i] == "s" && strings.TrimSpace(rest) != "" {
		return folderPlain, -1
	}
	return r, n
}

// leadingNumber reads a number, in digits or as a word, or a side's letter.
func leadingNumber(s string) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i > 0 {
		n, err := strconv.Atoi(s[:i])
		return n, s[i:], err == nil
	}
	for i < len(s) && s[i] >= 'a' && s[i] <= 'z' {
		i++
	}
	if n, ok := numberWords[s[:i]]; ok {
		return n, s[i:], true
	}
	if i == 1 && s[0] <= 'h' { // side A
		return int(s[0]-'a') + 1, s[1:], true
	}
	return 0, s, false
}

// place is where in its unit an item lies.
type place struct {
	season int // of the folder; -1: none
	disc   int // of the folder; 0: none
	extras bool
	bonus  bool // the folder of extras is a season's by its own name: the season says nothing of what lies in it
	subs   bool
	image  bool
}

// placeOf reads the folders between a unit and an item.
func placeOf(sub string) place {
	p := place{season: -1}
	for sub != "" {
		name := sub
		if i := strings.IndexByte(sub, '/'); i >= 0 {
			name, sub = sub[:i], sub[i+1:]
		} else {
			sub = ""
		}
		switch r, n := folderRole(name); r {
		case folderSeason:
			p.season = n
		case folderDisc:
			p.disc = n
		case folderExtras:
			p.extras, p.bonus = true, p.bonus || n >= 0
		case folderSubtitles:
			p.subs = true
		case folderImage:
			p.image = true
		}
	}
	return p
}

// namedFolder is what a folder's own name says: "Title (1994) [tmdbid-12]".
type namedFolder struct {
	title string
	year  int
}

func readFolder(name string) namedFolder {
	rest := strings.TrimSpace(name)
	for {
		cut := cutBrackets(rest)
		if cut == rest {
			break
		}
		rest = cut
	}
	if n := len(rest); n >= 7 && rest[n-1] == ')' && rest[n-6] == '(' {
		if y, err := strconv.Atoi(rest[n-5 : n-1]); err == nil && plausibleYear(y) {
			return namedFolder{strings.TrimSpace(rest[:n-6]), y}
		}
	}
	return namedFolder{title: rest}
}

// cutBrackets cuts what stands in [] or {} at the end.
func cutBrackets(s string) string {
	for _, pair := range [...]string{"[]", "{}"} {
		if strings.HasSuffix(s, pair[1:]) {
			if i := strings.LastIndexByte(s, pair[0]); i > 0 {
				return strings.TrimSpace(s[:i])
			}
		}
	}
	return s
}

func plausibleYear(y int) bool { return y >= 1850 && y <= 2150 }
