package name

import "strings"

// parseAlbum reads the name of a release of music: as scenes write it, with dashes between its parts
// ("Artist-Album-CD-FLAC-2004-GROUP"), or as people do ("Artist - Album (2004) [FLAC]"). It reports
// whether the name is one.
func (s *scratch) parseAlbum(g *Guess, text string) bool {
	listed := text
	text = plainText(text)
	f := &s.file
	f.reset(text)
	if len(f.tok) < 2 {
		return false
	}
	f.findWebsites()
	if f.sceneAlbum(g) {
		return true
	}
	f.reset(text)
	if !f.spokenAlbum(g) {
		return false
	}
	if text != listed {
		g.Type = Music
	}
	return true
}

// plainText undoes what web listings do to names: plus signs for spaces, and character references.
func plainText(text string) string {
	if strings.Count(text, "+") > 3 && strings.IndexByte(text, ' ') < 0 {
		text = strings.ReplaceAll(text, "+", " ")
	}
	if strings.Contains(text, "&#039;") {
		text = strings.ReplaceAll(text, "&#039;", "'")
	}
	return text
}

// fields appends the parts of a scene name to out: runs of words between tight dashes outside brackets.
func (s *segment) fields(out []words) []words {
	from := 0
	for i := range s.tok {
		switch {
		case s.tok[i].prop == propWebsite:
			if i == from {
				from = i + 1
			}
		case i > from && s.cutsField(i):
			out = append(out, words{from, i})
			from = i
		}
	}
	end := len(s.tok)
	for end > from && (s.tok[end-1].prop == propWebsite || s.kind(end-1) == '[') {
		end--
	}
	if end > from {
		out = append(out, words{from, end})
	}
	return out
}

// cutsField reports a dash before token i that separates parts of a scene name, rather than what it stands between.
func (s *segment) cutsField(i int) bool {
	t, before := &s.tok[i], &s.tok[i-1]
	switch {
	case t.sep&sepDash == 0 || t.sep&sepSpace != 0 || t.bracket >= 0 && !s.entersBracket(i):
		return false
	case before.num >= 0: // "Videos 86-98"
		return t.num <= before.num || len(s.word(i)) != 2 || len(s.word(i-1)) != 2 || before.sep.tightDash()
	}
	return !t.sep.tightDash() || len(s.raw(i-1)) > 1 || t.num >= 0 || before.bracket >= 0 // "T-Pain"
}

// sceneAlbum reads a scene release: the year second to last, the group last, and at least an artist
// and an album before them.
func (s *segment) sceneAlbum(g *Guess) bool {
	var room [16]words
	f := s.fields(room[:0])
	n := len(f)
	if n > 4 && s.single(f[n-1]) == "pre" { // a repost's suffix
		n--
	}
	if n < 4 {
		return false
	}
	year, yearAt := s.fieldYear(f, n)
	switch {
	case yearAt == n-2 || yearAt > 1 && yearAt == n-4: // a day, a month and a year
	case yearAt == 1 && n == 4: // Artist-2007-Album-GROUP
		g.Album = s.phrase(f[2])
	default:
		return false
	}
	if yearAt != n-2 && !s.musical(f[1:n]) {
		return false
	}
	g.Type = Music
	if s.spaces || strings.IndexByte(s.span(f[0].from, f[0].to), '.') >= 0 &&
		len(s.raw(f[0].from)) > 1 {
		g.Type = Album
	}
	g.Year = year
	g.Artist, g.ReleaseGroup = s.phrase(f[0]), s.group(f[n-1])
	if g.Album == "" {
		g.Album = s.albumTitle(f[1])
	}
	if n > 5 && strings.Contains(strings.ToLower(g.Artist+" "+g.Album), "discography") {
		g.Album = ""
	}
	s.fillAudio(g)
	return true
}

// fieldYear finds the field that is a year: 2004, or 201X where the year is not known.
func (s *segment) fieldYear(f []words, n int) (year, at int) {
	for i := n - 2; i >= 1; i-- {
		w := f[i]
		if w.to-w.from != 1 {
			continue
		}
		k := s.word(w.from)
		if len(k) == 4 && yearLike(s.tok[w.from].num) {
			if i >= 3 && s.tok[f[i-1].from].num > 0 && s.tok[f[i-2].from].num > 0 && len(s.word(f[i-1].from)) == 2 &&
				len(s.word(f[i-2].from)) == 2 && i == n-2 {
				return s.tok[w.from].num, i - 2 + 0
			}
			return s.tok[w.from].num, i
		}
		if len(k) == 4 && (k[0] == '1' || k[0] == '2') && isDigit(k[1]) && isDigit(k[2]) && k[3] == 'x' {
			return 0, i
		}
	}
	return 0, -1
}

// musical reports whether nothing in the fields speaks for a video. Where the year has not its usual
// place, that must be sure.
func (s *segment) musical(f []words) bool {
	for _, w := range f {
		for i := w.from; i < w.to; i++ {
			t := s.strongTag(i)
			if t != nil && (t.prop == propScreenSize || t.prop == propSource && t.value != "Web") ||
				isScreenSize(s.word(i)) || isFullMark(s.word(i)) {
				return false
			}
		}
	}
	return true
}

func (s *segment) single(w words) string {
	if w.to-w.from != 1 {
		return ""
	}
	return string(s.word(w.from))
}

// group returns the group of a scene release without the suffix for internal ones.
func (s *segment) group(w words) string {
	to := w.to
	if to-w.from > 1 && s.is(to-1, "int") {
		to--
	}
	return valid(s.span(w.from, to))
}

// albumTitle returns the album without what brackets behind it add, and without who joined in.
func (s *segment) albumTitle(w words) string {
	to := w.to
	for i := w.from + 1; i < w.to; i++ {
		if s.entersBracket(i) && s.br[s.tok[i].bracket].last == w.to || s.is(i, "incl") {
			to = i
			break
		}
	}
	return s.phrase(words{w.from, to})
}

// audioFormat returns the codec that token i names among people: MP3, V0, M4A, FLAC.
func (s *segment) audioFormat(i int) string {
	k := s.word(i)
	switch string(k) {
	case "mp3", "v0", "v2":
		return "MP3"
	case "m4a", "aac", "itunes":
		return "AAC"
	case "webflac", "24bitflac":
		return "FLAC"
	case "alac":
		return "ALAC"
	case "ape", "monkeys":
		return "APE"
	case "wavpack":
		return "WavPack"
	case "wma":
		return "WMA"
	case "ogg", "vorbis":
		return "Vorbis"
	case "opus":
		return "Opus"
	}
	if len(k) >= 4 && string(k[:4]) == "flac" {
		return "FLAC"
	}
	return ""
}

// fillAudio writes the formats that the words of the name mention.
func (s *segment) fillAudio(g *Guess) {
	for i := 1; i < len(s.tok); i++ {
		if c := s.audioFormat(i); c != "" {
			g.AudioCodec.add(c)
		}
		if i == 1 {
			continue
		}
		switch t := s.lookup(i).tag; {
		case t == nil:
		case t.prop == propVideoCodec && t.strength == strong:
			set(&g.VideoCodec, t.value)
		case t.prop == propSource && t.value == "Web":
			set(&g.Source, t.value)
		}
	}
}

// audioEvidence counts the words that only releases of music carry, and returns -1 if one is there
// that they never do.
func (s *segment) audioEvidence() int {
	n := 0
	for i := range s.tok {
		if s.neverMusic(i) {
			return -1
		}
		if i > 0 && s.audioFormat(i) != "" {
			n += 2
		}
		k := s.word(i)
		switch string(k) {
		case "lossless", "vbr", "cbr", "discography", "vinyl", "ost":
			n += 2
		}
		if string(k[digits(k, 0):]) == "kbps" {
			n += 2
		}
	}
	return n
}

// neverMusic reports a size of pictures, a mark of an episode, or a tag of a video at token i.
func (s *segment) neverMusic(i int) bool {
	k, t := s.word(i), s.strongTag(i)
	d := digits(k, 0)
	switch {
	case d >= 3 && d < len(k) && k[d] == 'x' && isDigit(k[len(k)-1]), isScreenSize(k), isFullMark(k),
		s.tok[i].bracket < 0 && len(k) > 4 && k[0] == 's' && isDigit(k[1]):
		return true
	case t == nil:
		return false
	}
	switch t.prop {
	case propVideoCodec, propScreenSize, propColorDepth, propVideoProfile, propService:
		return true
	}
	return t.prop == propSource && t.value != "Web"
}

// spokenAlbum reads "Artist - Album (2004) [FLAC]" and its relatives. Words that only music has must be there.
func (s *segment) spokenAlbum(g *Guess) bool {
	if s.audioEvidence() < 2 {
		return false
	}
	start := 0
	for s.kind(start) != 0 && s.kind(start) != '{' { // "(Genre) [CD] Artist - ..."
		start++
	}
	if start >= len(s.tok) {
		return false
	}
	s.fillAudio(g)
	g.Type = Album
	dash := s.nextDash(start + 1)
	if dash == 0 {
		s.undashedAlbum(g, start)
		return true
	}
	g.Artist = s.phrase(words{start, dash})
	if j := s.nextDash(dash + 1); j == dash+1 && yearLike(s.tok[dash].num) { // "Artist - 2003 - Album"
		g.Year, dash = s.tok[dash].num, j
	}
	if s.alone(dash) && yearLike(s.tok[dash].num) && dash+1 < len(s.tok) { // "Artist - [1999] Album"
		g.Year = s.tok[dash].num
		dash++
	}
	title := words{dash, s.albumEnd(dash)}
	if j := s.nextDash(dash + 1); start > 0 && j > 0 && j < title.to && s.tok[j].num < 0 && foldWord(g.Artist) != "va" {
		title.to = j
	}
	set(&g.Year, s.anyYear(dash))
	if g.Album = s.phrase(title); strings.Contains(strings.ToLower(g.Album), "discography") {
		g.Album = ""
	}
	if strings.Contains(s.text, "⭐") || strings.Contains(s.text, "Lossless / WEB") ||
		strings.Contains(s.text, "PMEDIA") {
		g.Type = Music
	}
	return true
}

// undashedAlbum reads an album from token i on that no dash with room around it separates from its artist:
// "Slowdive- Souvlaki (FLAC)".
func (s *segment) undashedAlbum(g *Guess, i int) {
	g.Year = s.anyYear(i)
	if j := s.nextDash(i + 1); j > 0 {
		g.Artist, i = s.phrase(words{i, j}), j
	}
	g.Album = s.phrase(words{i, s.albumEnd(i)})
}

// albumEnd returns where the album's title that begins at token i ends: before a year, a bracket, a
// format, or a number of discs.
func (s *segment) albumEnd(i int) int {
	for j := i + 1; j < len(s.tok); j++ {
		k := s.word(j)
		d := digits(k, 0)
		if s.entersBracket(j) || s.audioFormat(j) != "" || d == 1 && len(k) == 3 && string(k[1:]) == "cd" ||
			len(k) == 4 && yearLike(s.tok[j].num) &&
				(j+1 >= len(s.tok) || s.tok[j+1].sep&(sepOpen|sepComma) != 0 || s.audioFormat(j+1) != "" ||
					s.tok[j].sep.spacedDash() || digits(s.word(j+1), 0) > 0 && s.tok[j+1].num < 0) {
			return j
		}
	}
	return len(s.tok)
}

// anyYear returns the first year from token i on that stands in brackets or before a comma, else the last one.
func (s *segment) anyYear(i int) int {
	year := 0
	for j := i + 1; j < len(s.tok); j++ {
		if !s.isYear(j) {
			continue
		}
		if s.entersBracket(j) {
			return s.tok[j].num
		}
		year = s.tok[j].num
	}
	return year
}
