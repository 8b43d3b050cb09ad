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
	s.findExtra(&g, p, m)
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
