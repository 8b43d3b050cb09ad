package name

import "strings"

// parseGame reads a game as collections of cartridges and discs name it: the title, then groups in brackets that
// say where it was sold, in which languages and revision, on which disc, and how good the copy is. The three
// conventions are No-Intro's and Redump's (words), TOSEC's (year and maker first) and GoodTools' (letters). An
// archive is a game only if its groups leave no doubt; it reports whether g is one.
func parseGame(g *Guess, p *pathParts, m medium) bool {
	if m != mediumGame && !isArchive(p.ext) {
		return false
	}
	text := strings.TrimSpace(p.file)
	for strings.HasPrefix(strings.ToUpper(text), "[BIOS]") {
		text = strings.TrimSpace(text[len("[BIOS]"):])
	}
	title, groups := cutGroups(text)
	var game Guess
	sure := m == mediumGame || title != "" && len(text) < len(strings.TrimSpace(p.file))
	year := 0
	for i, group := range groups {
		if i == 0 && !group.square && group.tight && tosecYear(group.text) > 0 {
			year = tosecYear(group.text)
			sure = sure || len(groups) > 2
			continue
		}
		sure = game.readGameGroup(group) || sure
	}
	if !sure || title == "" && m != mediumGame {
		return false
	}
	game.Container, game.Type, game.Year = g.Container, Game, year
	if at := strings.LastIndexByte(title, ' '); at > 0 && game.Revision == "" {
		if v, ok := gameVersion(title[at+1:]); ok {
			game.Revision, title = v, title[:at]
		}
	}
	if !strings.Contains(title, " ") {
		title = strings.ReplaceAll(title, "_", " ")
	}
	game.Title = valid(strings.TrimSpace(title))
	*g = game
	return true
}

func isArchive(ext string) bool { return ext == "zip" || ext == "7z" || ext == "rar" }

// gameGroup is what stands in one pair of brackets behind a game's title.
type gameGroup struct {
	text   string
	square bool
	tight  bool // another follows without a space
}

// cutGroups cuts the run of bracketed groups off that a name ends with. Brackets within the title stay in it.
func cutGroups(text string) (title string, groups []gameGroup) {
	for from := range len(text) {
		if text[from] != '(' && text[from] != '[' {
			continue
		}
		if groups = onlyGroups(text[from:]); groups != nil {
			return strings.TrimSpace(text[:from]), groups
		}
		if strings.Count(text[:from], "(") > 8 { // each try reads on to the next bracket only
			break
		}
	}
	return text, nil
}

// onlyGroups cuts text into groups; nil where there is anything else in it.
func onlyGroups(text string) (groups []gameGroup) {
	for text != "" {
		end := ""
		switch text[0] {
		case '(':
			end = ")"
		case '[':
			end = "]"
		default:
			return nil
		}
		to := strings.Index(text, end)
		if to < 0 || strings.ContainsAny(text[1:to], "([") {
			return nil
		}
		rest := text[to+1:]
		trimmed := strings.TrimLeft(rest, " _")
		groups = append(groups, gameGroup{text: strings.TrimSpace(text[1:to]), square: end == "]",
			tight: rest != "" && len(rest) == len(trimmed)})
		text = trimmed
	}
	return groups
}

// readGameGroup takes in what one group says, and reports whether only games have such a group.
func (g *Guess) readGameGroup(group gameGroup) (sure bool) {
	text := group.text
	if group.square {
		if flag := dumpStatus(text); flag != "" {
			g.Dump.add(flag)
			return true
		}
		return false
	}
	if regions := gameRegions(text); regions != nil {
		for _, r := range regions {
			g.Region.add(r)
		}
		return true
	}
	if codes := gameLanguages(text); codes != nil {
		g.Language = codes
		return false
	}
	if g.readRevision(text) {
		return true
	}
	return g.readGameDisc(text) || gameStatus(text)
}

// readRevision reads "Rev 2", "Rev A", "RE2", "v1.1" and "Version 1.2.3". A letter counts from A.
func (g *Guess) readRevision(text string) bool {
	word, rest, _ := strings.Cut(text, " ")
	switch strings.ToLower(word) {
	case "rev", "rev.":
		if len(rest) == 1 && isLetter(rest[0]) {
			g.Revision = Number(itoa(int(rest[0]|0x20-'a') + 1))
			return true
		}
		if v, ok := decimal(rest); ok {
			g.Revision = v
		}
		return rest != ""
	case "version":
		if v, ok := decimal(rest); ok {
			g.Revision = v
		}
		return false
	}
	if len(text) > 2 && strings.HasPrefix(text, "RE") && allDigits(text[2:]) {
		g.Revision = Number(strings.TrimLeft(text[2:], "0"))
		return true
	}
	if v, ok := gameVersion(text); ok {
		if g.Revision == "" {
			g.Revision = v
		}
	}
	return false
}

func isLetter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }

// gameVersion reads "v1.006". One with more than one point is none that a number could say: it is a version, and
// "" is its number.
func gameVersion(word string) (Number, bool) {
	if len(word) < 2 || word[0]|0x20 != 'v' || !isDigit(word[1]) {
		return "", false
	}
	v, _ := decimal(word[1:])
	return v, strings.Trim(word[1:], "0123456789.") == ""
}

// decimal reads digits with at most one point in them.
func decimal(s string) (Number, bool) {
	whole, fraction, dotted := strings.Cut(s, ".")
	if whole == "" || len(s) > 12 || !allDigits(whole) || dotted && (fraction == "" || !allDigits(fraction)) {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if dotted {
		return Number(whole + "." + fraction), true
	}
	return Number(whole), true
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// readGameDisc reads "Disc 1", "Disk 1 of 2", "Side A" and "Part 3 of 4".
func (g *Guess) readGameDisc(text string) bool {
	word, rest, _ := strings.Cut(text, " ")
	n, of, _ := strings.Cut(rest, " of ")
	switch strings.ToLower(word) {
	case "disc", "disk", "cd", "tape", "card":
	case "part", "side":
		return n != ""
	default:
		return false
	}
	if len(n) == 1 && isLetter(n[0]) {
		g.Disc = Ints{int(n[0]|0x20-'a') + 1}
		return true
	}
	if !allDigits(n) || len(n) > 3 || of != "" && !allDigits(of) {
		return false
	}
	g.Disc = Ints{atoi(n)}
	return true
}

func atoi(digits string) (n int) {
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// tosecYear reads the year that TOSEC puts before the maker: four digits, the last of which may be unknown.
func tosecYear(text string) int {
	if len(text) == 4 && allDigits(text) && yearLike(atoi(text)) {
		return atoi(text)
	}
	return 0
}

// gameStatus knows what only games say of how they came about.
func gameStatus(text string) bool {
	low := strings.ToLower(text)
	word, _, _ := strings.Cut(low, " ")
	switch word {
	case "proto", "prototype", "unl", "aftermarket", "homebrew", "kiosk", "taikenban", "sgb", "gb", "unknown",
		"eshop", "dlc":
		return true
	}
	switch low {
	case "possible proto", "virtual console", "test program", "beta", "tg taikenban", "pal", "ntsc":
		return true
	}
	return false
}

// dumpStatus says how good a copy is, in the words for the flags of GoodTools and TOSEC; "" is no flag.
func dumpStatus(flag string) string {
	switch flag {
	case "!":
		return "verified"
	case "!p":
		return "pending"
	case "C", "S", "M", "x", "BF": // a machine that it runs on, or what was done for a copier
		return "other"
	}
	for _, f := range dumpFlags {
		if rest, ok := strings.CutPrefix(flag, f.prefix); ok {
			if word, _, _ := strings.Cut(rest, " "); word == "" || allDigits(word) || f.prefix[0] == 'T' ||
				f.prefix == "h" && len(word) < 5 {
				return f.status
			}
		}
	}
	return ""
}

var dumpFlags = []struct{ prefix, status string }{
	{"T+", "translated"}, {"T-", "translated"}, {"tr", "translated"}, {"cr", "cracked"},
	{"a", "alternate"}, {"b", "bad"}, {"f", "fixed"}, {"h", "hacked"}, {"m", "modified"}, {"o", "overdump"},
	{"p", "pirated"}, {"t", "trained"}, {"u", "underdump"}, {"v", "virus"},
}
