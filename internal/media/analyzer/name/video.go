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
		text = cutSubtitle(g, text)
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
	up := s.bestFolder(dirs[:p.n], f, n)
	s.byFolder = up >= 0 && s.parentRules(f, n, &dirs[up], c)
	if s.byFolder {
		d := &dirs[up]
		d.seg.fill(g)
		d.seg.fillNames(g, d.names)
		g.ReleaseGroup = d.seg.releaseGroup()
		f.fillMissing(g)
	} else {
		f.fill(g)
		f.fillNames(g, n)
		g.ReleaseGroup = f.releaseGroup()
		s.takeFromFolders(g, f, n, dirs[:p.n], c)
	}
	if m == mediumVideo || text == "" {
		takeDisc(g, p, dirs[:p.n])
	}
	if m == mediumVideo {
		f.onlyYear(g)
	}
	if c.pure && len(g.Episode) == 0 && len(g.Part) > 0 && f.first(propMarker) < 0 {
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
	if n, ok := bareSeason(seg); ok {
		d.seasons, d.pure = []int{n}, true
		return d
	}
	if e := lookupWord(seg.key); e.plays(roleGenericFolder) {
		d.generic = true
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
	if i := seg.first(propMarker); i >= 0 && !seg.claims[i].seasonWord && seg.claims[i].from == 0 &&
		seg.claims[i].episodes.empty() && d.names.title.empty() && !d.names.episode.empty() {
		d.names.title, d.names.episode = d.names.episode, words{} // "S02 Some Series"
		return d
	}
	d.pure = d.seasons != nil && (d.names.title.empty() || isWordBefore(seg)) && !d.release
	return d
}

// filmSet reports a folder of films that belong together.
func filmSet(key []byte) bool {
	last := bytes.LastIndexByte(key, ' ') + 1
	switch string(key[last:]) {
	case "collection", "trilogy", "quadrilogy", "anthology", "saga", "duology", "films", "movies":
		return last > 0
	}
	return false
}

// filmShelf reports a folder that holds films.
func filmShelf(key []byte) bool {
	switch string(key) {
	case "movies", "movie", "films", "film", "filme", "peliculas", "фильмы":
		return true
	}
	return false
}

// bareSeason reads the folders of seasons that carry no number: "Specials".
func bareSeason(s *segment) (int, bool) {
	switch string(s.key) {
	case "specials", "season specials", "especiales":
		return 0, true
	}
	return 0, false
}

// isWordBefore reports whether the season opens the folder's name, or all but opens it.
func isWordBefore(s *segment) bool {
	i := s.first(propMarker)
	return i >= 0 && s.claims[i].from == 0
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

// bestFolder returns the nearest folder that names a work, -1 if none does.
func (s *scratch) bestFolder(dirs []folder, f *segment, n names) int {
	for i := range dirs {
		d := &dirs[i]
		if d.generic || d.pure || d.names.title.empty() {
			continue
		}
		return i
	}
	return -1
}

// parentRules reports whether the folder names the release, and the file in it only repeats it in a
// shorthand, or hides it.
func (s *scratch) parentRules(f *segment, n names, d *folder, c context) bool {
	if !d.release && d.seg.first(propMarker) < 0 && d.seg.first(propFilm) < 0 && d.seg.first(propBonus) < 0 {
		return false
	}
	own, parent := f.first(propMarker), d.seg.first(propMarker)
	if own >= 0 && parent >= 0 && d.release && f.shorthand() &&
		sameEpisode(f, &f.claims[own], d.seg, &d.seg.claims[parent]) {
		return true // "Title.S08E16.720p-ABC/abc-ttl.s08e16.mkv"
	}
	if own >= 0 && parent >= 0 && d.seg.claims[parent].from == 0 && d.seg.claims[parent].seasons.empty() &&
		!n.title.empty() && !d.release {
		return false // "01. Some Arc/Title - 108", where folders are numbered too
	}
	if own >= 0 && parent < 0 && n.title.empty() && !f.claims[own].episodes.empty() && !d.seg.has(propYear) {
		return false // "[Group] Title [BD]/04.mkv"
	}
	full := own >= 0 && f.claims[own].weight >= weightSeason
	if full || f.has(propYear) && !n.title.empty() {
		return false
	}
	if parent >= 0 && d.seg.claims[parent].episodes.empty() && own >= 0 {
		return false // a season's folder with numbered files
	}
	if parent >= 0 && d.seg.claims[parent].episodes.empty() && f.technicalCount() > 0 && !n.title.empty() {
		return false
	}
	if f.technicalCount() == 0 {
		return true
	}
	return f.shorthand() || n.title.empty()
}

// sameEpisode reports whether two markers name the same season and the same episodes.
func sameEpisode(a *segment, x *claim, b *segment, y *claim) bool {
	return !x.episodes.empty() && slices.Equal(a.numbers(x.seasons), b.numbers(y.seasons)) &&
		slices.Equal(a.numbers(x.episodes), b.numbers(y.episodes))
}

// technicalCount counts what describes the release.
func (s *segment) technicalCount() int {
	n := 0
	for i := range s.claims {
		if s.claims[i].prop.technical() {
			n++
		}
	}
	return n
}

// shorthand reports a name that a group abbreviated: "arw-repack-greenberg".
func (s *segment) shorthand() bool {
	return len(s.tok) > 1 && len(s.raw(0)) <= 5 && s.tok[1].sep.tightDash() && !s.spaces
}

// takeFromFolders completes a guess with what the folders say.
func (s *scratch) takeFromFolders(g *Guess, f *segment, n names, dirs []folder, c context) {
	if c.season != nil && len(g.Season) == 0 && (len(g.Episode) > 0 || c.pure) {
		g.Season = append(Ints(nil), c.season...)
	}
	marker := f.first(propMarker) >= 0 || g.Date != ""
	for i := range dirs {
		d := &dirs[i]
		if d.generic || d.pure || d.names.title.empty() {
			continue
		}
		title := d.seg.phrase(d.names.title)
		switch {
		case g.Title == "":
			g.Title = title
			s.takeYear(g, d)
		case c.pure && !marker && g.EpisodeTitle == "" && !samePrefix(f.key, d.seg.key):
			g.EpisodeTitle, g.Title = g.Title, title
			s.takeYear(g, d)
		case sameTitle(g.Title, title):
			s.takeYear(g, d)
			if len(title) > len(foldWord(title)) { // the folder has the marks that the name lost
				g.Title = title
			}
		case (marker && d.release || d.seg.has(propYear)) && !n.title.empty() &&
			endsWith(f.key[:f.tok[n.title.to-1].k1],
				d.seg.key[d.seg.tok[d.names.title.from].k0:d.seg.tok[d.names.title.to-1].k1], n):
			g.Title = title
			if !marker {
				s.takeYear(g, d)
			}
		}
		return
	}
}

func (s *scratch) takeYear(g *Guess, d *folder) {
	if i := d.seg.first(propYear); i >= 0 && g.Year == 0 {
		g.Year = d.seg.claims[i].num
	}
}

// samePrefix reports whether the name begins as the folder does.
func samePrefix(file, dir []byte) bool {
	return len(dir) > 0 && len(file) >= len(dir) && string(file[:len(dir)]) == string(dir)
}

// endsWith reports whether the title in a name ends with that of the folder, which has a marker too:
// "Episode Title - Series S2 (Ep 6)".
func endsWith(file, dir []byte, n names) bool {
	return !n.title.empty() && len(file) > len(dir)+1 && string(file[len(file)-len(dir):]) == string(dir) &&
		file[len(file)-len(dir)-1] == ' '
}

func sameTitle(a, b string) bool { return foldWord(a) == foldWord(b) }

// decideType tells films from episodes.
func decideType(g *Guess, f *segment, c context) {
	switch {
	case g.Type != "":
	case g.Date != "" && g.Year != 0 && len(g.Season) == 0 && len(g.Episode) == 0 && len(f.tok) > 0 &&
		f.tok[0].prop == propDate:
		g.Type = Movie // a film with the day it was filed
	case len(g.Season) > 0 || len(g.Episode) > 0 || g.Date != "" || g.Disc != nil && g.Season != nil || f.has(propMarker):
		g.Type = Episode
	case c.pure:
		g.Type = Episode
	case f.seriesWord() || f.wholeSeries():
		g.Type = Episode
	case g.Bonus > 0 && g.Film == 0:
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
			switch string(s.word(j)) {
			case "series", "season", "seasons":
				return true
			}
		}
	}
	return false
}

// seriesWord reports a name that says it is all of a series.
func (s *segment) seriesWord() bool {
	for i := range s.claims {
		if c := &s.claims[i]; c.prop == propOther && c.tag != nil && c.tag.value == "Bonus" &&
			s.is(c.from, "boxset") {
			return true
		}
	}
	return false
}
