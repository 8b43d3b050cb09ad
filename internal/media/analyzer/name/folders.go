package name

import "strings"

// describeFolder tells whether a path without an extension is the folder of a season or of a disc.
func describeFolder(g *Guess, p *pathParts, s *scratch) {
	if p.ext != "" || p.file == "" {
		return
	}
	f := &s.file
	f.reset(p.file)
	disc := f.discFolder()
	season := len(g.Season) == 1 && len(g.Episode) == 0
	if !season {
		if n, ok := f.seasonByName(p); ok {
			g.Season, g.Type, season = Ints{n}, Episode, true
		}
	}
	if season && len(f.tok) > 2 && f.is(0, "episode") {
		g.Season, season = nil, false
	}
	g.SeasonFolder, g.DiscFolder = &season, &disc
	if disc {
		g.SeasonFolder = new(bool)
	}
}

// seasonByName reads folders of seasons that have no word for it: a number in a series' folder, and
// those for specials.
func (s *segment) seasonByName(p *pathParts) (int, bool) {
	if oneOf(s.key, "specials", "extras", "season specials") {
		return 0, true
	}
	if len(s.tok) != 1 || s.tok[0].num < 0 || len(s.word(0)) > 2 || p.n < 2 {
		return 0, false
	}
	up := foldWord(p.dirs[0])
	if lookupWord(up).plays(roleGenericFolder) || strings.HasSuffix(up, "collection") {
		return 0, false
	}
	return s.tok[0].num, strings.Trim(up, "0123456789 ") != ""
}

// discFolder reports whether the name is that of one disc of several: "Disc 2", "CD1", "Disc 04 (Encores)".
func (s *segment) discFolder() bool {
	k, next := s.word(0), 1
	d := firstDigit(k)
	switch {
	case !oneOf(k[:d], "disc", "disk", "cd", "vol", "volume"):
		return false
	case d == len(k):
		if s.at(1).num < 0 || s.bracketOrEnd(1) {
			return false
		}
		next = 2
	case digits(k, d) != len(k):
		return false
	}
	return next >= len(s.tok) || s.tok[next].sep&sepOpen != 0
}

// cutDisc cuts the disc off the name of a folder that ends with it: "Title (Disc 2)", "Title CD1", "Title - Disk 2". It
// returns 0 where the name has none, or nothing else.
func cutDisc(dir string) (rest string, disc int) {
	text := strings.TrimRight(dir, " )]}")
	end := len(strings.TrimRight(text, "0123456789"))
	if n := len(text) - end; n < 1 || n > 2 {
		return dir, 0
	}
	front := strings.TrimRight(text[:end], " ._-")
	for _, word := range [...]string{"disc", "disk", "cd"} {
		at := len(front) - len(word)
		if at <= 0 || !strings.EqualFold(front[at:], word) || isLetter(front[at-1]) {
			continue
		}
		if rest = strings.TrimRight(front[:at], " ._-,([{"); rest != "" {
			return rest, number([]byte(text[end:]))
		}
	}
	return dir, 0
}
