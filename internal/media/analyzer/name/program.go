package name

import "strings"

// readProgram reads games and programs as scenes name them. A console, a group that makes nothing
// else, or a version with the words for cracks must be there.
func (s *segment) readProgram(g *Guess) bool {
	kind := s.programKind()
	if kind == "" {
		return false
	}
	end := len(s.tok)
	last := end - 1
	if last > 0 && (s.tok[last].sep.tightDash() || strings.HasSuffix(s.text[:s.tok[last].start], "__")) {
		g.ReleaseGroup = valid(s.raw(last))
		end = last
	}
	for i := 1; i < end; i++ {
		if s.programWord(i) || s.versionAt(i) || isConsole(s.word(i)) {
			end = i
			break
		}
	}
	g.Type, g.Title = kind, s.phrase(words{0, end})
	if kind == App {
		for i := range end {
			if s.isYear(i) && i > 0 {
				g.Year = s.tok[i].num
			}
		}
	}
	return true
}

func (s *segment) programKind() Type {
	version, tool, console := false, false, false
	last := len(s.tok) - 1
	for i := range s.tok {
		k := s.word(i)
		if _, _, ok := fullMark(k); ok {
			return ""
		}
		if m := s.lookup(i); m.tag != nil && m.tag.strength == strong && m.tag.value != "NTSC" || isScreenSize(k) {
			return "" // a video
		}
		console = console || i > 0 && isConsole(k)
		version = version || i > 0 && s.versionAt(i)
		switch string(k) {
		case "version", "build":
			version = version || i > 0 && i+1 < last && isDigit(s.word(i + 1)[0])
		case "keygen", "keymaker", "keyfilemaker", "cracked", "patched", "x64", "x86", "win32", "win64", "macosx",
			"macos", "multilingual", "portable", "activator":
			tool = tool || i > 0
		}
	}
	if last < 1 {
		return ""
	}
	if console || s.tok[last].sep.tightDash() && isGameGroup(s.word(last)) {
		return Game
	}
	if version && (tool || s.tok[last].sep.tightDash() || strings.Contains(s.text, "__")) {
		return App
	}
	return ""
}

// versionAt reports a version of a program at token i: v1.17.2, 23.3.2, 11.1.1.
func (s *segment) versionAt(i int) bool {
	k := s.word(i)
	if len(k) > 1 && k[0] == 'v' && digits(k, 1) == len(k) && i+1 < len(s.tok) && s.tok[i+1].sep == sepDot &&
		s.tok[i+1].num >= 0 {
		return true
	}
	return s.tok[i].num >= 0 && i+2 < len(s.tok) && len(k) < 3 && s.tok[i+1].sep == sepDot && s.tok[i+1].num >= 0 &&
		len(s.word(i+1)) < 4 &&
		s.tok[i+2].sep == sepDot && s.tok[i+2].num >= 0 && s.tok[i].sep != sepDash
}

// programWord reports a word that no title of a game goes beyond.
func (s *segment) programWord(i int) bool {
	switch string(s.word(i)) {
	case "update", "dlc", "version", "build", "eshop", "multi", "multi2", "multi3", "multi5", "multi6", "multi8",
		"multi10", "repack", "proper", "read", "nfo", "incl", "keygen", "cracked",
		"x64", "x86", "macosx", "multilingual", "portable", "crackfix", "hotfix", "psn", "xbla", "pal", "ntsc", "usa",
		"eur", "jpn", "linux", "goty":
		return true
	}
	return false
}

func isConsole(k []byte) bool {
	switch string(k) {
	case "nsw", "ps2", "ps3", "ps4", "ps5", "psp", "psv", "ps2dvd", "ps2cd", "xbox360", "x360", "xboxone", "xboxdvd",
		"wiiu", "wii", "nds", "3ds", "gba", "ngc", "gcn", "psx", "psvita":
		return true
	}
	return false
}

func isGameGroup(k []byte) bool {
	switch string(k) {
	case "codex", "skidrow", "reloaded", "plaza", "cpy", "rune", "empress", "tenoke", "flt", "darksiders", "tinyiso",
		"razor1911", "hoodlum", "prophet", "simplex", "doge",
		"gog", "fitgirl", "dodi", "elamigos", "chronos", "hi2u", "postmortem", "fasdox", "darkzer0", "unleashed",
		"venom", "suxxors", "i_know", "outlaws", "genesis", "vitality", "deviance", "fairlight", "tdu", "steampunks",
		"baldman", "kaos":
		return true
	}
	return false
}
