package name

import "sync"

// scratch is what one call needs: the name, and the folders above it, cut into words.
type scratch struct {
	file segment
	dirs [maxDepth]segment

	byFolder bool         // the folder names the release, and the file only repeats it
	why      *explanation // where the reasons are asked for
}

// scratches keeps the buffers of finished calls for the next ones.
var scratches = sync.Pool{New: func() any { return new(scratch) }}

// context is what the folders tell about a name before it is read.
type context struct {
	season   []int // of the folder, nil if it has none
	pure     bool  // the folder holds a season and nothing else: "Season 2"
	inSeries bool  // the folder is named as the beginning of the name is
	inWork   bool  // the folder names a work, and no year of release
	inSet    bool  // the folder is named for several films
	films    bool  // a folder above holds films
	medium   medium
}

// Parse returns what path says. It never fails: what it cannot tell is left empty. Parse is safe for
// concurrent use, and takes time linear in the length of the path.
func Parse(path string) Guess {
	p := splitPath(path)
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	return s.parse(&p)
}

func (s *scratch) parse(p *pathParts) Guess {
	g := Guess{Container: p.ext}
	m, _ := mediumOf(p.ext)
	switch m {
	case mediumImage:
		s.parsePhoto(&g, p)
	case mediumAudio:
		s.parseAudio(&g, p)
	case mediumBook, mediumComic:
		if p.ext == "pdf" && onComicShelf(p) {
			m = mediumComic
		}
		s.parseBook(&g, p, m)
	default:
		if parseGame(&g, p, m) || isArchive(p.ext) && s.archivedComic(&g, p) {
			return g
		}
		if !s.parseOther(&g, p, m) {
			s.parseVideo(&g, p, m)
			if g.Date == "" && len(g.Episode) == 0 && m != mediumVideo {
				folderDate(&g, p, &s.dirs[0])
			}
			if m == mediumVideo {
				s.recorded(&g, p)
			}
		}
	}
	findExtra(&g, p, m)
	describeFolder(&g, p, s)
	return g
}

// analyse finds everything in the segment that does not depend on other parts of the path but c.
func (s *segment) analyse(text string, c context, g *Guess) {
	s.reset(text)
	s.findProviders(g)
	s.findWebsites()
	s.findFansub()
	s.findSizes()
	s.findDates(c)
	s.findMarkers()
	s.dropTitleCross()
	s.findTrailingContainer()
	s.findStrongTags()
	s.claimBrackets()
	s.anchor = s.findAnchor()
	s.findYear()
	s.dropFilmSeason(c)
	s.anchor = s.findAnchor()
	s.findDependentTags()
	s.dropLeftovers()
	s.findCountry()
	s.findParts()
	s.wordsEnd = s.findWordsEnd()
	s.findNumbers(c)
	s.orderClaims()
}

// dropFilmSeason takes back a season that is the title of a film: "Open Season 2 (2008)", among films or in a single
// video. What follows the year may say that it is one of many episodes all the same.
func (s *segment) dropFilmSeason(c context) {
	i := s.first(propMarker)
	if i < 0 || !c.films && c.medium != mediumVideo {
		return
	}
	m := &s.claims[i]
	if !m.seasonWord || !m.episodes.empty() || m.to >= len(s.tok) || s.tok[m.to].prop != propYear {
		return
	}
	if c.films || m.from > 0 && s.alone(m.to) && s.br[s.tok[m.to].bracket].kind == '(' && s.noneOpen(m.to+1) {
		s.note(m.from, m.to, "no season", "a year behind it ends the title, among films or with nothing but tags behind")
		s.drop(i)
	}
}

// dropTitleCross takes back what looked like season and episode at the beginning of the name, and is a title: "3x3 Eyes -
// s01e02", "[Group] 3x3 Eyes - 01".
func (s *segment) dropTitleCross() {
	i := s.first(propMarker)
	if i < 0 {
		return
	}
	m := &s.claims[i]
	if m.weight != weightCrossed || len(s.word(m.from)) != 3 || m.to != m.from+1 || !s.leading(m.from) || m.to >= len(s.tok) || s.tok[m.to].sep != sepSpace {
		return
	}
	for j := i + 1; j < len(s.claims); j++ {
		if c := &s.claims[j]; c.prop == propMarker && c.weight >= weightFull {
			s.note(m.from, m.to, "no episode", "a full mark stands behind it, so it begins the title")
			s.drop(i)
			return
		}
	}
	for t := m.to + 1; s.fansub && t < len(s.tok); t++ {
		if s.tok[t].num >= 0 && len(s.word(t)) > 1 && s.tok[t].sep.spacedDash() {
			s.note(m.from, m.to, "no episode", "a number behind a dash counts the episodes, so it begins the title")
			s.drop(i)
			return
		}
	}
}

// noneOpen reports whether no word outside brackets is without a claim from token i on.
func (s *segment) noneOpen(i int) bool {
	for ; i < len(s.tok); i++ {
		if s.tok[i].prop == propNone && s.tok[i].bracket < 0 {
			return false
		}
	}
	return true
}

// dropLeftovers takes words out that say nothing beside what was found: "Ep" before 2x03, and a
// number in brackets that opens the name.
func (s *segment) dropLeftovers() {
	for i := range s.claims {
		c := s.claims[i]
		if c.prop != propMarker || c.from == 0 || s.tok[c.from-1].prop != propNone {
			continue
		}
		switch string(s.word(c.from - 1)) {
		case "season":
			if s.endsTitle(c.from - 1) {
				continue
			}
			fallthrough
		case "ep", "episode":
			s.add(claim{prop: propIgnored, from: c.from - 1, to: c.from})
		}
	}
	if m := s.first(propMarker); m >= 0 && len(s.tok) > 2 && s.tok[0].prop == propNone && s.tok[1].prop == propNone && s.tok[1].sep.tightDash() && s.word(0)[0] == '0' {
		if c := &s.claims[m]; !c.episodes.empty() && s.nums[c.episodes.from] == int(s.tok[0].num) { // "03-Title.5x03"
			s.add(claim{prop: propIgnored, from: 0, to: 1})
		}
	}
	if len(s.tok) > 1 && s.tok[0].prop == propNone && s.alone(0) && s.br[0].kind == '(' && s.tok[0].num >= 0 && len(s.word(0)) < 3 {
		s.add(claim{prop: propIgnored, from: 0, to: 1})
	}
}

// findTrailingContainer takes out a container that a tracker's listing put behind a space instead of
// a dot: "... x264-GROUP mkv".
func (s *segment) findTrailingContainer() {
	i := len(s.tok) - 1
	if i < 2 || s.tok[i].prop != propNone || s.tok[i].sep != sepSpace {
		return
	}
	switch string(s.word(i)) {
	case "mkv", "mp4", "avi":
		s.add(claim{prop: propIgnored, from: i, to: i + 1})
	}
}
