package name

import "strings"

// Reason is why a path says something: which of its words were taken for what, and by which sign.
type Reason struct {
	Part    string `json:"part"`           // the name, or the folder, in which the words stand
	Text    string `json:"text,omitempty"` // the words
	Says    string `json:"says"`
	Because string `json:"because"`
}

// note is a reading of words that was weighed and given up.
type note struct {
	from, to int
	says     string
	because  string
}

// maxNotes bounds the notes on one part of a path.
const maxNotes = 16

// note keeps why words [from, to) were not taken for what they look like.
func (s *segment) note(from, to int, says, because string) {
	if len(s.notes) < maxNotes {
		s.notes = append(s.notes, note{from, to, says, because})
	}
}

// Explain returns what path says, as [Parse] does, and why.
func Explain(path string) (Guess, []Reason) {
	p := splitPath(path)
	s := new(scratch)
	e := explanation{p: &p}
	s.why = &e
	e.medium()
	g := s.parse(&p)
	e.titles(s, &g)
	return g, e.reasons
}

// explanation collects reasons.
type explanation struct {
	p       *pathParts
	reasons []Reason
}

func (e *explanation) add(part, text, says, because string) {
	e.reasons = append(e.reasons, Reason{valid(part), valid(text), valid(says), because})
}

// medium tells how the name was read at all.
func (e *explanation) medium() {
	if e.p.ext == "" {
		return
	}
	m, _ := mediumOf(e.p.ext)
	if says := mediumNames[m]; says != "" {
		e.add(e.p.file+"."+e.p.ext, "."+e.p.ext, says, "of its extension")
	}
}

var mediumNames = map[medium]string{
	mediumVideo: "a video", mediumAudio: "sound", mediumImage: "a picture", mediumBook: "a book",
	mediumComic: "a comic", mediumSubtitle: "subtitles", mediumText: "a file beside a work", mediumGame: "a game",
	mediumDisc: "a placeholder for a disc",
}

// segments tells what was found in the name of a video and in its folders.
func (e *explanation) segments(s *scratch) {
	e.segment(&s.file, e.p.file)
	for i := range e.p.n {
		e.segment(&s.dirs[i], e.p.dirs[i])
	}
}

// segment tells what was found in one part of the path, in the order of its words.
func (e *explanation) segment(s *segment, part string) {
	if len(s.tok) == 0 || s.text == "" || !strings.Contains(part, s.text) {
		return
	}
	for i := range s.claims {
		c := &s.claims[i]
		if c.from >= c.to || c.to > len(s.tok) {
			continue
		}
		says, because := s.claimSays(c)
		if says != "" {
			e.add(part, s.span(c.from, c.to), says, because)
		}
	}
	for _, n := range s.notes {
		e.add(part, s.span(n.from, min(n.to, len(s.tok))), n.says, n.because)
	}
}

// claimSays tells what a claim says, and by which sign.
func (s *segment) claimSays(c *claim) (says, because string) {
	if c.tag != nil && c.prop != propMarker {
		return tagNames[c.tag.prop] + " " + c.tag.value, strengthReasons[c.tag.strength]
	}
	switch c.prop {
	case propMarker:
		return s.markerSays(c), markerReason(c)
	case propYear:
		return "year " + itoa(c.num), s.yearReason(c)
	case propDate:
		return "date " + c.text, "of its shape, a day of the calendar"
	case propGroup:
		return "release group " + c.text, "brackets that open the name, as releases of anime have them"
	case propIgnored:
		return "nothing", "it only repeats or lists what is said elsewhere"
	}
	if n, ok := numberedClaims[c.prop]; ok {
		return n.says + itoa(c.num), n.because
	}
	if shape := shapeNames[c.prop]; shape != "" {
		return shape + " " + c.text, "of its shape"
	}
	return "", ""
}

var numberedClaims = map[property]struct{ says, because string }{
	propPart: {"part ", "a word for parts with its number"}, propCD: {"cd ", "a word for discs with its number"},
	propDisc:  {"disc ", "a word for discs with its number"},
	propFilm:  {"film ", "of its shape, f and a number between dashes"},
	propBonus: {"bonus ", "of its shape, x and a number between dashes"},
}

// markerSays tells the numbers of a marker.
func (s *segment) markerSays(c *claim) string {
	var b strings.Builder
	list := func(what string, p span) {
		if p.empty() {
			return
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		n := s.numbers(p)
		b.WriteString(what + " " + itoa(n[0]))
		if len(n) > 1 {
			b.WriteString(" to " + itoa(n[len(n)-1]))
		}
	}
	list("season", c.seasons)
	what := "episode"
	if c.text != "" {
		what = c.text
	}
	list(what, c.episodes)
	list("absolute episode", c.absolute)
	if c.count > 0 {
		b.WriteString(" of " + itoa(c.count))
	}
	if b.Len() == 0 {
		b.WriteString(what)
	}
	return strings.TrimSpace(b.String())
}

// markerReason tells by which sign a number counts.
func markerReason(c *claim) string {
	switch {
	case c.text != "":
		return "a mark for what releases number beside the episodes"
	case c.weight >= weightFull-5:
		return "season and episode in one mark, which wins over any other number"
	case c.weight >= weightCrossed:
		return "two numbers with an x between"
	case c.weight >= weightWord:
		return "a word or letter for episodes with its number"
	case c.weight >= weightSeason:
		return "a word or letter for seasons with its number"
	}
	return "a plain number; what surrounds it speaks for an episode more than for any other number of the name"
}

// yearReason tells why a number is the year.
func (s *segment) yearReason(c *claim) string {
	if s.tok[c.from].bracket >= 0 {
		return "a year in brackets, which counts before any other"
	}
	return "the last number before the tags that can be a year"
}

// titles tells where the texts of the guess come from.
func (e *explanation) titles(s *scratch, g *Guess) {
	for _, f := range []struct{ field, text string }{
		{"title", g.Title}, {"alternative title", strings.Join(g.AlternativeTitle, ", ")},
		{"episode title", g.EpisodeTitle}, {"series", g.Series},
		{"author", g.Author}, {"artist", g.Artist}, {"album", g.Album}, {"subtitle", g.Subtitle},
	} {
		if f.text != "" {
			e.text(f.field, f.text, s)
		}
	}
}

// text tells in which part of the path a text stands, and why there.
func (e *explanation) text(field, text string, s *scratch) {
	key := foldWord(text)
	says := field + " " + text
	if strings.Contains(foldWord(e.p.file), key) && (field != "title" || !s.byFolder) {
		e.add(e.p.file, text, says, "words of the name that nothing else lays claim to, "+placeReasons[field])
		return
	}
	for i := range e.p.n {
		if strings.Contains(foldWord(e.p.dirs[i]), key) {
			e.add(e.p.dirs[i], text, says, "the folder names it, and the name has nothing surer")
			return
		}
	}
	e.add(e.p.file, "", says, "put together from several parts of the path")
}

// placeReasons tell where a text of a field stands.
var placeReasons = map[string]string{
	"title":             "before the first mark, year or tag",
	"alternative title": "beside the title, in another script, in brackets or behind AKA",
	"episode title":     "behind the mark of the episode", "series": "before the number",
	"author": "where layouts of libraries have the author", "artist": "where layouts of libraries have the artist",
	"album": "where layouts of libraries have the album", "subtitle": "behind the title",
}

var strengthReasons = map[strength]string{
	strong: "a word that is a tag wherever it stands",
	weak:   "a word that is a tag behind the title, or in an unbroken run before a tag",
	code:   "a short word between tags",
}

// tagNames are the properties of the vocabulary as the guess names them.
var tagNames = func() map[property]string {
	m := make(map[property]string, len(propertyNames))
	for text, p := range propertyNames {
		m[p] = strings.ReplaceAll(text, "_", " ")
	}
	return m
}()

var shapeNames = map[property]string{
	propScreenSize: "screen size", propAudioChannels: "audio channels", propCRC: "checksum", propSize: "size",
	propRate: "rate", propWebsite: "website", propCountry: "country", propProvider: "id in an outside catalog",
}
