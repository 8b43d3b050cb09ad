package name

import "strings"

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
	s.readTrack(g, f)
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
	switch foldWord(dir) {
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
func (s *scratch) readTrack(g *Guess, f *segment) {
	start := 0
	if len(f.tok) == 0 {
		return
	}
	switch k := f.word(0); {
	case len(f.tok) == 1 && f.tok[0].num > 0 && len(k) <= 3: // "02.mp3"
		g.Track = f.tok[0].num
	case k[0] == '0' && digits(k, 0) == 2 && len(k) > 3: // "01abc.mp3"
		g.Track = number(k[:2])
	case f.tok[0].num >= 0 && len(k) <= 3 && len(f.tok) > 1 && f.tok[0].bracket < 0:
		start = f.trackNumber(g)
	case len(f.tok) > 1 && f.alone(0) && f.tok[0].num > 0 && len(k) == 2: // "[05] Song"
		g.Track, start = f.tok[0].num, 1
	case len(f.tok) > 1 && vinylSide(k) && f.tok[1].sep.spacedDash(): // "A1 - Song", of no track of the album
		start = 1
	case len(k) > 5 && string(k[:5]) == "track" && number(k[5:]) >= 0:
		g.Track = number(k[5:])
	case string(k) == "track" && len(f.tok) == 2 && f.tok[1].num >= 0:
		g.Track = f.tok[1].num
	}
	all := words{start, len(f.tok)}
	if g.Track == 0 {
		all.to = f.namedTrack(g, all.to)
	}
	for i := all.from + 1; i < all.to; i++ {
		if f.tok[i].sep.spacedDash() && f.tok[i].sep&sepSpace != 0 {
			g.Artist = f.phrase(words{all.from, i})
			rest := words{i, all.to}
			if j := f.nextDash(i + 1); j > 0 && f.tok[i].num >= 0 && g.Track == 0 && j == i+1 { // "Artist - 03 - Title"
				g.Track, rest = f.tok[i].num, words{j, all.to}
			} else if j > 0 && g.Track == 0 && j+1 < all.to && f.tok[j].num > 0 && f.nextDash(j+1) == j+1 {
				// "Artist - Album - 03 - Title"
				g.Album, g.Track, rest = f.phrase(words{i, j}), f.tok[j].num, words{j + 1, all.to}
			}
			g.Title = f.phrase(rest)
			return
		}
	}
	if d := f.onlyTightDash(start); d > 0 { // "01-The_Artist-Song_One"
		g.Artist, g.Title = f.phrase(words{start, d}), f.phrase(words{d, all.to})
		return
	}
	if start == 0 && g.Track == 0 {
		for i := 1; i < all.to-1; i++ {
			if f.is(i, "by") && f.spaces {
				g.Title, g.Artist = f.phrase(words{0, i}), f.phrase(words{i + 1, all.to})
				return
			}
		}
	}
	g.Title = f.phrase(all)
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
		if j < len(s.tok) {
			switch string(s.word(j)) {
			case "no", "nr", "number", "num":
				j++
			}
		}
		if j < len(s.tok) && s.tok[j].num > 0 && len(s.word(j)) <= 4 && (j > i+1 || i == 0 && len(s.tok) == 2) {
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
	n, k := s.tok[0].num, s.word(0)
	next := s.tok[1].sep
	switch {
	case next == sepComma && s.tok[1].num >= 0: // "20,000 Feet"
		return 0
	case (next.tightDash() || next == sepUnderscore) && len(k) <= 2 && s.tok[1].num >= 0 && len(s.word(1)) == 2 &&
		len(s.tok) > 2:
		// 1-03
		g.Disc, g.Track = Ints{n}, s.tok[1].num
		return 2
	case len(k) == 3 && n > 100 && n < 1000 && n%100 > 0 && next&(sepDash|sepDot) != 0: // 103 is disc 1, track 3
		g.Disc, g.Track = Ints{n / 100}, n%100
		return 1
	case next&(sepDash|sepDot|sepUnderscore) != 0 || k[0] == '0' || len(k) <= 2 && n <= 30:
		g.Track = n
		return 1
	}
	return 0
}

// nextDash returns the first token from i on that a dash with room around it precedes, 0 if none.
func (s *segment) nextDash(i int) int {
	for ; i < len(s.tok); i++ {
		if s.tok[i].sep.spacedDash() && s.tok[i].sep&sepSpace != 0 {
			return i
		}
	}
	return 0
}

// readAlbumFolders reads album, artist, year and disc from the folders above a track:
// Artist/Album (Year)/CD1, or "Artist - Album (Year)".
func (s *scratch) readAlbumFolders(g *Guess, p *pathParts) {
	d := &s.dirs[0]
	i := 0
	if i < p.n {
		d.reset(p.dirs[i])
		if d.discFolder() {
			if len(g.Disc) == 0 {
				g.Disc = Ints{discNumber(d)}
			}
			i++
		}
	}
	if i >= p.n || isGeneric(p.dirs[i]) {
		return
	}
	artist, album, year := s.readAlbum(p.dirs[i])
	if i+1 < p.n && !isGeneric(p.dirs[i+1]) {
		up := valid(p.dirs[i+1])
		if artist == "" || sameTitle(artist, up) {
			artist = up
		} else if artist != "" && g.Album == "" && !sameTitle(artist, up) && isYear(artist) {
			artist = up
		}
	} else if artist == "" && i+1 >= p.n {
		return // a single folder may be either
	}
	set(&g.Album, album)
	set(&g.Artist, artist)
	if g.Year == 0 {
		g.Year = year
	}
}

func isYear(text string) bool { return len(text) == 4 && yearLike(number([]byte(text))) }

func isGeneric(dir string) bool {
	e := lookupWord(foldWord(dir))
	return e.plays(roleGenericFolder)
}

// discNumber returns the number in "Disc 2" or "CD2".
func discNumber(s *segment) int {
	for i := range s.tok {
		k := s.word(i)
		for j := range k {
			if isDigit(k[j]) {
				return number(k[j:digits(k, j)])
			}
		}
	}
	return 0
}

// readAlbum reads "Artist - Album (Year) [FLAC]", "1999 - Album", "Album (1999)".
func (s *scratch) readAlbum(text string) (artist, album string, year int) {
	d := &s.dirs[0]
	d.reset(text)
	end := len(d.tok)
	for i := range d.tok {
		if d.entersBracket(i) && i > 0 {
			if d.isYear(i) && year == 0 {
				year = d.tok[i].num
			}
			if b := d.br[d.tok[i].bracket]; (year != 0 || b.kind != '(') && end == len(d.tok) {
				end = i
			}
		}
	}
	if end == 0 {
		return "", "", 0
	}
	w := words{0, end}
	if d.isYear(0) && end > 1 && (d.tok[1].sep.spacedDash() || d.alone(0)) {
		year, w.from = d.tok[0].num, 1
	}
	if j := d.nextDash(w.from + 1); j > 0 && j < end {
		if k := d.nextDash(j + 1); k == j+1 && k < end && yearLike(d.tok[j].num) { // "Artist - 1999 - Album"
			return d.phrase(words{w.from, j}), d.phrase(words{k, end}), d.tok[j].num
		}
		return d.phrase(words{w.from, j}), d.phrase(words{j, end}), year
	}
	return "", d.phrase(w), year
}
