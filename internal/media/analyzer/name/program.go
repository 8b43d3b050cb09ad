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
		if t := s.strongTag(i); t != nil && t.value != "NTSC" || isScreenSize(k) || isFullMark(k) {
			return "" // a video
		}
		if i == 0 {
			continue
		}
		console = console || isConsole(k)
		version = version || s.versionAt(i)
		switch string(k) {
		case "version", "build":
			version = version || i+1 < last && isDigit(s.word(i + 1)[0])
		case "keygen", "keymaker", "keyfilemaker", "cracked", "patched", "x64", "x86", "win32", "win64", "macosx",
			"macos", "multilingual", "portable", "activator":
			tool = true
		}
	}
	group := last > 0 && s.tok[last].sep.tightDash()
	switch {
	case last < 1:
	case console, group && isGameGroup(s.word(last)):
		return Game
	case version && (tool || group || strings.Contains(s.text, "__")):
		return App
	}
	return ""
}

// versionAt reports a version of a program at token i: v1.17.2, 23.3.2, 11.1.1.
func (s *segment) versionAt(i int) bool {
	k, next, third := s.word(i), s.at(i+1), s.at(i+2)
	if next.sep != sepDot || next.num < 0 {
		return false
	}
	return len(k) > 1 && k[0] == 'v' && digits(k, 1) == len(k) ||
		s.tok[i].num >= 0 && len(k) < 3 && len(s.word(i+1)) < 4 && third.sep == sepDot && third.num >= 0 &&
			s.tok[i].sep != sepDash
}

// programWord reports a word that no title of a game goes beyond.
func (s *segment) programWord(i int) bool {
	switch string(s.word(i)) {
	case "update", "dlc", "version", "build", "eshop", "multi", "multi2", "multi3", "multi5", "multi6", "multi8",
		"multi10", "repack", "proper", "read", "nfo", "incl", "keygen", "cracked", "x64", "x86", "macosx",
		"multilingual", "portable", "crackfix", "hotfix", "psn", "xbla", "pal", "ntsc", "usa", "eur", "jpn", "linux",
		"goty":
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
		"razor1911", "hoodlum", "prophet", "simplex", "doge", "gog", "fitgirl", "dodi", "elamigos", "chronos", "hi2u",
		"postmortem", "fasdox", "darkzer0", "unleashed", "venom", "suxxors", "i_know", "outlaws", "genesis",
		"vitality", "deviance", "fairlight", "tdu", "steampunks", "baldman", "kaos":
		return true
	}
	return false
}
