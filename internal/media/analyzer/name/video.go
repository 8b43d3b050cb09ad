package name

import (
	"bytes"
	"slices"
)

// folder is what one folder above a name says.
type folder struct {
	seg     *segment
	names   names
	seasons []int
	pure    bool // nothing but a season
	generic bool // a shelf, not a work
	release bool // named as a release is, with technical tags
}

// parseVideo reads a name as that of a film or an episode, with its folders as context.
func (s *scratch) parseVideo(g *Guess, p *pathParts, m medium) {
	var dirs [maxDepth]folder
	films := false
	for i := p.n - 1; i >= 0; i-- {
		dirs[i] = s.readFolder(i, p.dirs[i], films, g)
		films = films || dirs[i].generic && filmShelf(dirs[i].seg.key)
	}
	c := s.context(p, dirs[:p.n])
	c.films = films
	c.medium = m
	text := p.file
	if m == mediumSubtitle {
		text = cutSubtitle(g, p)
	}
	if m == mediumDisc {
		text = cutStub(g, text)
	}
	if discFile(p) {
		text = ""
	}
	if m == mediumVideo {
		text = cutExtraSuffix(text)
	}
	f := &s.file
	f.analyse(text, c, g)
	n := f.findNames(c)
	if f.saysNothing(n, p) {
		n.title = words{}
	}
	d := bestFolder(dirs[:p.n])
	s.byFolder = d != nil && f.parentRules(n, d)
	if s.byFolder {
		d.seg.fill(g)
		d.seg.fillNames(g, d.names)
		g.ReleaseGroup = d.seg.releaseGroup()
		f.fillMissing(g)
	} else {
		f.fill(g)
		f.fillNames(g, n)
		g.ReleaseGroup = f.releaseGroup()
		f.takeFromFolders(g, n, d, c)
	}
	if m == mediumVideo || text == "" {
		takeDisc(g, p, dirs[:p.n])
	}
	if m == mediumVideo {
		f.onlyYear(g)
	}
	if c.pure && len(g.Episode) == 0 && len(g.Part) > 0 && !f.has(propMarker) {
		f.countsByPart(g, n)
	}
	decideType(g, f, c)
	if s.why != nil {
		s.why.segments(s)
	}
}

// readFolder reads the folder at depth i.
func (s *scratch) readFolder(i int, text string, films bool, g *Guess) folder {
	seg := &s.dirs[i]
	seg.analyse(text, context{films: films}, g)
	d := folder{seg: seg}
	if oneOf(seg.key, "specials", "season specials", "especiales") {
		d.seasons, d.pure = []int{0}, true
		return d
	}
	if lookupWord(seg.key).plays(roleGenericFolder) {
		d.generic = true
		return d
	}
	if n := seg.seriesNumber(); n > 0 { // "Series 2", as the British number seasons
		d.seasons, d.pure = []int{n}, true
		return d
	}
	d.names = seg.findNames(context{})
	for k := range seg.claims {
		c := &seg.claims[k]
		if c.prop == propMarker && !c.seasons.empty() && d.seasons == nil &&
			(c.seasonWord || c.weight >= weightSeason) {
			d.seasons = seg.numbers(c.seasons)
		}
		d.release = d.release || c.prop.technical() || c.prop == propCD
	}
	m := seg.marker()
	leads := m != nil && m.from == 0
	if leads && !m.seasonWord && m.episodes.empty() && d.names.title.empty() && !d.names.episode.empty() {
		d.names.title, d.names.episode = d.names.episode, words{} // "S02 Some Series"
		return d
	}
	d.pure = d.seasons != nil && (d.names.title.empty() || leads) && !d.release
	return d
}

// seriesNumber returns the number of a season's folder that is called "Series 2" and no more, 0 if it is none.
func (s *segment) seriesNumber() int {
	if len(s.tok) == 2 && s.is(0, "series") && s.tok[1].num > 0 && len(s.word(1)) <= 2 &&
		s.tok[1].sep.only(sepSpace|sepDot|sepUnderscore) {
		return s.tok[1].num
	}
	return 0
}

// filmSet reports a folder of films that belong together.
func filmSet(key []byte) bool {
	last := bytes.LastIndexByte(key, ' ') + 1
	return last > 0 && oneOf(key[last:], "collection", "trilogy", "quadrilogy", "anthology", "saga", "duology", "films",
		"movies")
}

// filmShelf reports a folder that holds films.
func filmShelf(key []byte) bool {
	return oneOf(key, "movies", "movie", "films", "film", "filme", "peliculas", "фильмы")
}

// context gathers from the folders what the name needs to be read right.
func (s *scratch) context(p *pathParts, dirs []folder) context {
	var c context
	for i := range dirs {
		if len(dirs[i].seasons) == 1 && i < 2 {
			c.season, c.pure = dirs[i].seasons, dirs[i].pure
			break
		}
		if !dirs[i].generic {
			break
		}
	}
	if len(dirs) > 0 && !dirs[0].generic && dirs[0].seasons == nil && len(dirs[0].seg.key) > 0 {
		key := dirs[0].seg.key
		file := &s.file
		file.reset(p.file)
		c.inSet = filmSet(key)
		c.inWork = !c.inSet && !dirs[0].names.title.empty() && !dirs[0].seg.has(propYear) &&
			!dirs[0].seg.has(propMarker)
		c.inSeries = len(file.key) > len(key)+1 && string(file.key[:len(key)]) == string(key) &&
			file.key[len(key)] == ' '
	}
	return c
}

// saysNothing reports a name that media players give to every work: "movie", "video", "VTS_01_1",
// a number of a disc's file. The folder is the name then.
func (s *segment) saysNothing(n names, p *pathParts) bool {
	if n.title.empty() || p.n == 0 {
		return false
	}
	key := s.key[s.tok[n.title.from].k0:s.tok[n.title.to-1].k1]
	if len(s.claims) == 0 {
		switch string(key) {
		case "movie", "film", "video", "main", "main movie", "feature", "file", "title":
			return true
		}
	}
	return p.ext == "m2ts" && number(key) >= 0
}

// countsByPart makes an episode of a part, as "Season 2/Show part 3.mkv" means it.
func (s *segment) countsByPart(g *Guess, n names) {
	g.Episode.addInts(g.Part)
	g.Part = nil
	if n.title.empty() || s.tok[n.title.to-1].prop != propPart || g.Title != s.phrase(n.title) {
		return
	}
	if at := s.claims[s.tok[n.title.to-1].claim].from; at > n.title.from {
		g.Title = s.phrase(words{n.title.from, at})
	}
}

// onlyYear takes a year that is all that a path says for the title: 1984, 2012, 1917.
func (s *segment) onlyYear(g *Guess) {
	if g.Title == "" && g.Year > 0 && len(s.tok) == 1 && s.tok[0].prop == propYear && len(g.Season) == 0 &&
		len(g.Episode) == 0 {
		g.Title, g.Year = itoa(g.Year), 0
	}
}

// bestFolder returns the nearest folder that names a work, nil if none does.
func bestFolder(dirs []folder) *folder {
	for i := range dirs {
		if d := &dirs[i]; !d.generic && !d.pure && !d.names.title.empty() {
			return d
		}
	}
	return nil
}

// parentRules reports whether the folder names the release, and the file in it only repeats it in a
// shorthand, or hides it.
func (s *segment) parentRules(n names, d *folder) bool {
	if !d.release && !d.seg.has(propMarker) && !d.seg.has(propFilm) && !d.seg.has(propBonus) {
		return false
	}
	own, parent := s.marker(), d.seg.marker()
	technical := s.hasTechnical()
	switch {
	case own != nil && parent != nil && d.release && s.shorthand() && sameEpisode(s, own, d.seg, parent):
		return true // "Title.S08E16.720p-ABC/abc-ttl.s08e16.mkv"
	case own != nil && countsItself(own, parent, n, d), s.has(propYear) && !n.title.empty():
		return false
	case parent != nil && parent.episodes.empty() && technical && !n.title.empty():
		return false
	}
	return !technical || s.shorthand() || n.title.empty()
}

// countsItself reports whether a name with the marker own numbers its work, rather than its folder with the marker
// parent.
func countsItself(own, parent *claim, n names, d *folder) bool {
	switch {
	case own.weight >= weightSeason:
		return true
	case parent == nil: // "[Group] Title [BD]/04.mkv"
		return n.title.empty() && !own.episodes.empty() && !d.seg.has(propYear)
	case parent.episodes.empty(): // a season's folder with numbered files
		return true
	}
	// "01. Some Arc/Title - 108", where folders are numbered too
	return parent.from == 0 && parent.seasons.empty() && !n.title.empty() && !d.release
}

// marker returns the first marker, nil if there is none.
func (s *segment) marker() *claim {
	if i := s.first(propMarker); i >= 0 {
		return &s.claims[i]
	}
	return nil
}

// sameEpisode reports whether two markers name the same season and the same episodes.
func sameEpisode(a *segment, x *claim, b *segment, y *claim) bool {
	return !x.episodes.empty() && slices.Equal(a.numbers(x.seasons), b.numbers(y.seasons)) &&
		slices.Equal(a.numbers(x.episodes), b.numbers(y.episodes))
}

// shorthand reports a name that a group abbreviated: "arw-repack-greenberg".
func (s *segment) shorthand() bool {
	return len(s.tok) > 1 && len(s.raw(0)) <= 5 && s.tok[1].sep.tightDash() && !s.spaces
}

// takeFromFolders completes a guess with what the folders say, of which d is the nearest that names a work.
func (s *segment) takeFromFolders(g *Guess, n names, d *folder, c context) {
	if c.season != nil && len(g.Season) == 0 && (len(g.Episode) > 0 || c.pure) {
		g.Season = append(Ints(nil), c.season...)
	}
	if d == nil {
		return
	}
	marker := s.has(propMarker) || g.Date != ""
	title := d.seg.phrase(d.names.title)
	switch {
	case g.Title == "":
		g.Title = title
	case c.pure && !marker && g.EpisodeTitle == "" && !bytes.HasPrefix(s.key, d.seg.key):
		g.EpisodeTitle, g.Title = g.Title, title
	case sameTitle(g.Title, title):
		if len(title) > len(foldWord(title)) { // the folder has the marks that the name lost
			g.Title = title
		}
	case (marker && d.release || d.seg.has(propYear)) && s.endsWith(n.title, d):
		g.Title = title
		if marker {
			return
		}
	default:
		return
	}
	if i := d.seg.first(propYear); i >= 0 {
		set(&g.Year, d.seg.claims[i].num)
	}
}

// endsWith reports whether the title in a name ends with that of the folder, which has a marker too:
// "Episode Title - Series S2 (Ep 6)".
func (s *segment) endsWith(title words, d *folder) bool {
	if title.empty() {
		return false
	}
	up := d.seg.key[d.seg.tok[d.names.title.from].k0:d.seg.tok[d.names.title.to-1].k1]
	before, ok := bytes.CutSuffix(s.key[:s.tok[title.to-1].k1], up)
	return ok && len(before) > 1 && before[len(before)-1] == ' '
}

func sameTitle(a, b string) bool {
	var x, y foldRoom
	return string(appendFolded(x[:0], a)) == string(appendFolded(y[:0], b))
}

// decideType tells films from episodes.
func decideType(g *Guess, f *segment, c context) {
	numbered := len(g.Season) > 0 || len(g.Episode) > 0
	switch {
	case g.Type != "":
	case g.Date != "" && g.Year != 0 && !numbered && f.at(0).prop == propDate:
		g.Type = Movie // a film with the day it was filed
	case numbered, g.Date != "", f.has(propMarker), c.pure, f.seriesWord(), f.wholeSeries(), g.Bonus > 0 && g.Film == 0:
		g.Type = Episode
	case g.Title != "" || g.Year != 0:
		g.Type = Movie
	}
}

// wholeSeries reports a name that says "complete series" or "full season".
func (s *segment) wholeSeries() bool {
	for i := range s.claims {
		c := &s.claims[i]
		if c.prop != propOther || c.tag.value != "Complete" {
			continue
		}
		for j := c.from; j < c.to; j++ {
			if oneOf(s.word(j), "series", "season", "seasons") {
				return true
			}
		}
	}
	return false
}

// seriesWord reports a name that says it is all of a series.
func (s *segment) seriesWord() bool {
	return slices.ContainsFunc(s.claims, func(c claim) bool {
		return c.prop == propOther && c.tag != nil && c.tag.value == "Bonus" && s.is(c.from, "boxset")
	})
}
