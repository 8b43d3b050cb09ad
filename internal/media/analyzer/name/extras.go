package name

import "strings"

// findExtra tells what a file is beside a feature: by the ending of its name, by its whole name, or by
// the folder it lies in, as media servers have agreed on.
func (s *scratch) findExtra(g *Guess, p *pathParts, m medium) {
	switch m {
	case mediumVideo, mediumUnknown, mediumAudio:
	default:
		return
	}
	if p.ext == "" || g.Extra != "" {
		return
	}
	if m != mediumAudio {
		if kind := extraSuffix(p.file); kind != "" {
			g.Extra = kind
			return
		}
	}
	name := ""
	if len(p.file) <= len("trailer") {
		name = foldWord(p.file)
	}
	switch {
	case m == mediumAudio && name == "theme":
		g.Extra = "themesong"
	case m != mediumAudio && (name == "trailer" || name == "sample"):
		g.Extra = name
	case p.n > 0 && len(p.dirs[0]) <= len("behind the scenes")+2:
		g.Extra = extraFolder(foldWord(p.dirs[0]), m)
	}
	if m == mediumVideo && g.Extra == "" && g.Type == Movie {
		g.Extra = s.spokenExtra(g, p)
	}
}

// spokenExtra returns what a file says that it is beside a film: behind the last dash of a name with a year, "Title
// (1994) - Deleted Scenes", or by all of its name in the folder of a work and its year. Elsewhere a film may be called
// so.
func (s *scratch) spokenExtra(g *Guess, p *pathParts) string {
	text := p.file
	if i := strings.LastIndex(text, " - "); i >= 0 && g.Year != 0 && strings.Contains(text[:i], itoa(g.Year)) {
		text = text[i+len(" - "):]
	} else if p.n == 0 || s.file.has(propYear) || !s.dirs[0].yearOfWork() || beginsWith(p.dirs[0], text) {
		return ""
	}
	if len(text) > len("behind the scenes")+3 {
		return ""
	}
	var room foldRoom
	return extraWords[strings.TrimRight(string(appendFolded(room[:0], text)), " 0123456789")]
}

// yearOfWork reports a folder with a year and more than what holds all films of it: "Title (1994)", not "1994" or
// "Films 1994".
func (s *segment) yearOfWork() bool {
	at := s.first(propYear)
	if at < 0 {
		return false
	}
	rest := strings.Replace(string(s.key), itoa(s.tok[s.claims[at].from].num), "", 1)
	rest = strings.TrimSpace(rest)
	return rest != "" && !isGeneric(rest)
}

// extraWords are names that people give to what lies beside a film.
var extraWords = map[string]string{
	"trailer": "trailer", "theatrical trailer": "trailer", "teaser trailer": "trailer", "official trailer": "trailer",
	"original trailer": "trailer", "teaser": "trailer", "behind the scenes": "behindthescenes",
	"making of": "behindthescenes", "the making of": "behindthescenes", "deleted scenes": "deletedscene",
	"deleted scene": "deletedscene", "featurette": "featurette", "featurettes": "featurette",
	"interview": "interview", "interviews": "interview", "bloopers": "unknown", "blooper reel": "unknown",
	"gag reel": "unknown", "outtakes": "unknown", "bonus disc": "unknown", "bonus features": "unknown",
}

// extraSuffix returns the kind that the last word of a name says, if a dash, a dot or an underscore sets it off.
func extraSuffix(file string) string {
	i := strings.LastIndexAny(file, "-._")
	if i < 0 {
		return ""
	}
	word := strings.TrimRight(strings.ToLower(strings.TrimSpace(file[i+1:])), "0123456789")
	switch dashed := file[i] == '-'; word {
	case "trailer", "sample":
		return word
	case "scene", "clip", "interview", "behindthescenes", "deletedscene", "featurette", "short":
		if dashed {
			return word
		}
	case "deleted":
		if dashed {
			return "deletedscene"
		}
	case "extra", "other":
		if dashed {
			return "unknown"
		}
	}
	return ""
}

// cutExtraSuffix cuts the kind of extra that media servers expect behind a dash off the end of a name.
func cutExtraSuffix(text string) string {
	i := strings.LastIndexByte(text, '-')
	if i <= 0 || i+1 >= len(text) || text[i+1] == ' ' || extraSuffix(text) == "" {
		return text
	}
	return text[:i]
}

// extraFolder returns what the files of a folder with this name are.
func extraFolder(name string, m medium) string {
	if m == mediumAudio {
		if name == "theme music" {
			return "themesong"
		}
		return ""
	}
	return extraFolders[name]
}

var extraFolders = map[string]string{
	"trailers": "trailer", "trailer": "trailer", "samples": "sample", "sample": "sample",
	"behind the scenes": "behindthescenes", "deleted scenes": "deletedscene", "interviews": "interview",
	"scenes": "scene", "clips": "clip", "shorts": "short", "featurettes": "featurette", "backdrops": "themevideo",
	"extras": "unknown", "extra": "unknown", "other": "unknown", "others": "unknown",
}

// cutStub reads the medium that a placeholder such as "Title.dvd.disc" stands for, and returns the name before it.
func cutStub(g *Guess, text string) string {
	g.IsStub = true
	i := strings.LastIndexByte(text, '.')
	if i < 0 {
		return text
	}
	switch foldWord(text[i+1:]) {
	case "dvd":
		g.Stub = "dvd"
	case "hddvd":
		g.Stub = "hddvd"
	case "bluray", "brrip", "bd25", "bd50", "bdrip":
		g.Stub = "bluray"
	case "vhs":
		g.Stub = "vhs"
	case "hdtv", "pdtv", "dsr", "tv", "sdtv":
		g.Stub = "tv"
	default:
		return text
	}
	base := text[:i]
	if j := strings.LastIndexByte(base, '-'); j > 0 && extraSuffix(base) != "" {
		base = base[:j]
	}
	return base
}
