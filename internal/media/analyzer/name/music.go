package name

import (
	"bytes"
	"strings"
)

// parseAudio reads the name of an audio file as a track, with its folders as artist and album.
func (s *scratch) parseAudio(g *Guess, p *pathParts) {
	f := &s.file
	f.reset(p.file)
	f.findProviders(g)
	if audiobookPath(p) {
		s.parseAudiobook(g, p)
		return
	}
	if len(f.tok) == 2 && f.is(0, "chapter") && f.tok[1].num >= 0 && p.n > 0 && !isGeneric(p.dirs[0]) {
		g.Type, g.Chapter = Audiobook, Span{First: trimNumber(string(f.word(1)))}
		s.takeWork(g, p.dirs[0], false)
		return
	}
	if i := f.yearInRound(); i >= 0 && p.n == 0 && !strings.Contains(p.file, " - ") { // a whole work in one file
		g.Year = f.tok[i].num
		g.Title = f.phrase(words{0, i})
		return
	}
	g.Type = Track
	f.readTrack(g)
	s.readAlbumFolders(g, p)
}

// audiobookPath reports whether the path says that it is read aloud.
func audiobookPath(p *pathParts) bool {
	if p.ext == "m4b" || p.ext == "aax" {
		return true
	}
	for i := range p.n {
		if isAudiobookShelf(p.dirs[i]) {
			return true
		}
	}
	return isAudiobookShelf(p.above[strings.LastIndexAny(p.above, "/\\")+1:])
}

func isAudiobookShelf(dir string) bool {
	var room foldRoom
	switch string(appendFolded(room[:0], dir)) {
	case "audiobooks", "audiobook", "audio books", "books", "bucher", "livres", "libros", "horbucher", "horbuch",
		"livres audio", "audiolibros":
		return true
	}
	return false
}

// yearInRound returns the token of a year in round brackets at the end, -1 if there is none.
func (s *segment) yearInRound() int {
	i := len(s.tok) - 1
	if i > 0 && s.alone(i) && s.isYear(i) {
		return i
	}
	return -1
}

// readTrack reads "01 - Artist - Title", "01. Title", "1-03 Title", "Title by Artist", "track01".
func (s *segment) readTrack(g *Guess) {
	if len(s.tok) == 0 {
		return
	}
	all := words{s.leadingTrack(g), len(s.tok)}
	if g.Track == 0 {
		all.to = s.namedTrack(g, all.to)
	}
	if s.dashedTrack(g, all) {
		return
	}
	if d := s.onlyTightDash(all.from); d > 0 { // "01-The_Artist-Song_One"
		g.Artist, g.Title = s.phrase(words{all.from, d}), s.phrase(words{d, all.to})
		return
	}
	for i := 1; i < all.to-1 && s.spaces && all.from == 0 && g.Track == 0; i++ {
		if s.is(i, "by") {
			g.Title, g.Artist = s.phrase(words{0, i}), s.phrase(words{i + 1, all.to})
			return
		}
	}
	g.Title = s.phrase(all)
}

// leadingTrack reads the number that opens the name of a track, and returns where the words behind it begin.
func (s *segment) leadingTrack(g *Guess) int {
	k, t := s.word(0), &s.tok[0]
	rest, named := bytes.CutPrefix(k, []byte("track"))
	switch {
	case k[0] == '0' && digits(k, 0) == 2 && len(k) > 3: // "01abc.mp3"
		g.Track = number(k[:2])
	case named && number(rest) >= 0:
		g.Track = number(rest)
	case len(s.tok) == 1:
		if t.num > 0 && len(k) <= 3 { // "02.mp3"
			g.Track = t.num
		}
	case named && len(rest) == 0 && len(s.tok) == 2:
		g.Track = max(s.tok[1].num, 0)
	case t.num >= 0 && len(k) <= 3 && t.bracket < 0:
		return s.trackNumber(g)
	case t.num > 0 && len(k) == 2 && s.alone(0): // "[05] Song"
		g.Track = t.num
		return 1
	case vinylSide(k) && s.tok[1].sep.spacedDash(): // "A1 - Song", of no track of the album
		return 1
	}
	return 0
}

// dashedTrack reads "Artist - Title", "Artist - 03 - Title", "Artist - Album - 03 - Title" from w.
func (s *segment) dashedTrack(g *Guess, w words) bool {
	i := s.nextDash(w.from + 1)
	if i == 0 || i >= w.to {
		return false
	}
	g.Artist = s.phrase(words{w.from, i})
	rest := words{i, w.to}
	switch j := s.nextDash(i + 1); {
	case j == 0 || g.Track != 0:
	case j == i+1 && s.tok[i].num >= 0:
		g.Track, rest.from = s.tok[i].num, j
	case j+1 < w.to && s.tok[j].num > 0 && s.nextDash(j+1) == j+1:
		g.Album, g.Track, rest.from = s.phrase(words{i, j}), s.tok[j].num, j+1
	}
	g.Title = s.phrase(rest)
	return true
}

// vinylSide reports the place of a song on a record's side: A1, B12.
func vinylSide(k []byte) bool {
	return len(k) >= 2 && len(k) <= 3 && k[0] >= 'a' && k[0] <= 'h' && number(k[1:]) > 0
}

// namedTrack reads a number that a word for it precedes, "track no 242", or that has brackets to itself at the end,
// "(07)", and returns where the words end.
func (s *segment) namedTrack(g *Guess, end int) int {
	for i := range s.tok {
		if !s.is(i, "track") {
			continue
		}
		j := i + 1
		if oneOf(s.word(j), "no", "nr", "number", "num") {
			j++
		}
		if s.at(j).num > 0 && len(s.word(j)) <= 4 && (j > i+1 || i == 0 && len(s.tok) == 2) {
			g.Track = s.tok[j].num
			return end
		}
	}
	if i := end - 1; i > 0 && s.alone(i) && s.tok[i].num > 0 && len(s.word(i)) == 2 && s.word(i)[0] == '0' {
		g.Track = s.tok[i].num
		return i
	}
	return end
}

// onlyTightDash returns the token behind the one tight dash in a name that has underscores for its
// spaces; 0 if it is not like that.
func (s *segment) onlyTightDash(start int) int {
	if s.spaces {
		return 0
	}
	at, under := 0, false
	for i := start + 1; i < len(s.tok); i++ {
		under = under || s.tok[i].sep == sepUnderscore
		if s.tok[i].sep.tightDash() {
			if at > 0 {
				return 0
			}
			at = i
		}
	}
	if !under {
		return 0
	}
	return at
}

// trackNumber reads the number that opens the name, with that of the disc in front of it or not, and
// returns where the rest begins. "99 Luftballons" begins with no track.
func (s *segment) trackNumber(g *Guess) int {
	n, k, t := s.tok[0].num, s.word(0), &s.tok[1]
	switch {
	case t.sep == sepComma && t.num >= 0: // "20,000 Feet"
		return 0
	case (t.sep.tightDash() || t.sep == sepUnderscore) && len(k) <= 2 && t.num >= 0 && len(s.word(1)) == 2 &&
		len(s.tok) > 2: // 1-03
		g.Disc, g.Track = Ints{n}, t.num
		return 2
	case len(k) == 3 && n > 100 && n%100 > 0 && t.sep&(sepDash|sepDot) != 0: // 103 is disc 1, track 3
		g.Disc, g.Track = Ints{n / 100}, n%100
		return 1
	case t.sep&(sepDash|sepDot|sepUnderscore) != 0 || k[0] == '0' || len(k) <= 2 && n <= 30:
		g.Track = n
		return 1
	}
	return 0
}

// nextDash returns the first token from i on that a dash with room around it precedes, 0 if none.
func (s *segment) nextDash(i int) int {
	for ; i < len(s.tok); i++ {
		if s.tok[i].sep.has(sepDash | sepSpace) {
			return i
		}
	}
	return 0
}

// readAlbumFolders reads album, artist, year and disc from the folders above a track:
// Artist/Album (Year)/CD1, or "Artist - Album (Year)".
func (s *scratch) readAlbumFolders(g *Guess, p *pathParts) {
	i := 0
	if d := &s.dirs[0]; p.n > 0 && (d.isDisc(p.dirs[0]) || p.n > 1 && d.spokenDisc() > 0) {
		if len(g.Disc) == 0 {
			g.Disc = Ints{max(d.anyNumber(), d.spokenDisc())}
		}
		i++
	}
	if i >= p.n || isGeneric(p.dirs[i]) {
		return
	}
	artist, album, year := s.readAlbum(p.dirs[i])
	if i+1 < p.n && !isGeneric(p.dirs[i+1]) {
		up := valid(p.dirs[i+1])
		if artist == "" || sameTitle(artist, up) || g.Album == "" && isYear(artist) {
			artist = up
		}
	} else if artist == "" && i+1 >= p.n {
		return // a single folder may be either
	}
	set(&g.Album, album)
	set(&g.Artist, artist)
	set(&g.Year, year)
}

// spokenDisc returns the number of the disc that a folder in that of an album is called after, in words, in Roman
// numerals or by its medium: "Disc One", "CD II", "Vinyl 2", "Digital Media 01"; 0 if it is none.
func (s *segment) spokenDisc() int {
	last := len(s.tok) - 1
	switch {
	case last == 1 && oneOf(s.word(0), "disc", "disk", "cd", "lp", "vinyl"):
	case last == 2 && s.is(0, "digital") && s.is(1, "media"):
	default:
		return 0
	}
	if n, ok := s.smallNumber(last); ok && n <= 99 {
		return n
	}
	return 0
}

func isYear(text string) bool { return len(text) == 4 && yearLike(number([]byte(text))) }

func isGeneric(dir string) bool { return lookupWord(foldWord(dir)).plays(roleGenericFolder) }

// readAlbum reads "Artist - Album (Year) [FLAC]", "1999 - Album", "Album (1999)".
func (s *scratch) readAlbum(text string) (artist, album string, year int) {
	d := &s.dirs[0]
	d.reset(text)
	end := len(d.tok)
	for i := 1; i < len(d.tok); i++ {
		if !d.entersBracket(i) {
			continue
		}
		if d.isYear(i) {
			set(&year, d.tok[i].num)
		}
		if (year != 0 || d.kind(i) != '(') && end == len(d.tok) {
			end = i
		}
	}
	if end == 0 {
		return "", "", 0
	}
	w := words{0, end}
	if d.isYear(0) && end > 1 && (d.tok[1].sep.spacedDash() || d.alone(0)) {
		year, w.from = d.tok[0].num, 1
	}
	j := d.nextDash(w.from + 1)
	if j == 0 || j >= end {
		return "", d.phrase(w), year
	}
	if k := d.nextDash(j + 1); k == j+1 && k < end && yearLike(d.tok[j].num) { // "Artist - 1999 - Album"
		return d.phrase(words{w.from, j}), d.phrase(words{k, end}), d.tok[j].num
	}
	return d.phrase(words{w.from, j}), d.phrase(words{j, end}), year
}
