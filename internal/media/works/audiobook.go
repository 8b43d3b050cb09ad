package works

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// deriveAudiobooks makes the audiobooks of a unit: by the album that its files name, and each m4b its own unless it
// is a part.
func (d *derivation) deriveAudiobooks() {
	groups := make(map[string][]*entry)
	var order []string
	for _, e := range d.audiobooks {
		key := d.folds.fold(d.bookTitle(e))
		if _, ok := groups[key]; !ok {
			order = append(order, key)
		}
		groups[key] = append(groups[key], e)
	}
	for _, key := range order {
		files := groups[key]
		if !wholeBooks(files) {
			d.audiobookOf(key, files)
			continue
		}
		for _, e := range files {
			title, _ := d.chapterless(cmp.Or(e.Title, e.stem))
			d.audiobookOf(Fold(title), []*entry{e})
		}
	}
}

// bookTitle is the title of the book that a file is of: its album, else its folder's, or its own where it is a whole
// book.
func (d *derivation) bookTitle(e *entry) string {
	if e.Album != "" {
		title, _ := d.chapterless(e.Album)
		return title
	}
	if isWhole(e) {
		title, _ := d.chapterless(cmp.Or(e.Title, e.stem))
		return title
	}
	if b := readBookFolder(d.named.title); b.title != "" {
		return b.title
	}
	return d.named.title
}

// chapterless is a title without the disc or part that it names.
func (d *derivation) chapterless(title string) (string, int) {
	if rest, part, ok := partMarker(title); ok {
		return rest, part
	}
	return albumTitle(title)
}

// partOf is the number of a file in its book: that of a track, or the part that it names.
func partOf(e *entry) int {
	_, titled, _ := partMarker(e.Title)
	_, named, _ := partMarker(e.stem)
	return cmp.Or(e.Track, e.Part, titled, named)
}

func isWhole(e *entry) bool {
	return e.ext == "m4b" || e.ext == "aax" || e.ext == "aaxc" || e.ext == "aa"
}

// wholeBooks reports whether files of one title are a book each: m4b of other titles, that are not parts of one.
func wholeBooks(files []*entry) bool {
	if len(files) < 2 {
		return false
	}
	titles := make(map[string]bool)
	for _, e := range files {
		if !isWhole(e) || partOf(e) > 0 && e.Track == 0 {
			return false
		}
		titles[Fold(e.Title)] = true
	}
	return len(titles) == len(files)
}

func (d *derivation) audiobookOf(key string, files []*entry) {
	p := d.add(&Part{Kind: Audiobook, titleKeys: []string{key}, ids: map[string]string{}})
	p.tracks = d.placeTracks(files, partOf)
	var titles, sorts, series common
	for _, e := range files {
		title := d.bookTitle(e)
		if d.folds.fold(title) != key {
			title, _ = d.chapterless(cmp.Or(e.Title, e.stem))
		}
		titles.add(title, 1)
		sorts.add(e.AlbumSort, 1)
		series.add(e.Series, 1)
		p.year = cmp.Or(p.year, e.Year)
		p.narrators = union(p.narrators, e.Narrators)
		if p.number == nil {
			p.number = e.SeriesIndex
		}
		for provider, id := range pick(e.IDs, "asin", "isbn") {
			p.ids[provider] = id
		}
	}
	p.title, p.sort, p.series = titles.best(), sorts.best(), series.best()
	p.authors = authorsOf(files)
	d.seriesOfFolder(p)
	for _, id := range sortedKeys(p.ids) {
		p.Keys = append(p.Keys, d.key(Audiobook, "id", id, p.ids[id]))
	}
	p.Keys = append(p.Keys, d.key(Audiobook, authorKey(p.authors), key))
}

// authorsOf are the authors of most files, else the artists.
func authorsOf(files []*entry) []string {
	counts := make(map[string]int)
	var best []string
	for _, e := range files {
		authors := e.Authors
		if len(authors) == 0 && e.AlbumArtist != "" {
			authors = strings.Split(e.AlbumArtist, "; ")
		}
		if len(authors) == 0 && e.Artist != "" {
			authors = strings.Split(e.Artist, "; ")
		}
		if len(authors) == 0 {
			continue
		}
		key := strings.Join(authors, "\x00")
		counts[key]++
		if best == nil || counts[key] > counts[strings.Join(best, "\x00")] {
			best = authors
		}
	}
	return best
}

// bookFolder is what the name of a book's folder says: "Book 2 - Title", "03. Title", "1951 - Title".
type bookFolder struct {
	title  string
	number *float64
}

// bookWords stand before the number of a book.
var bookWords = []string{"book ", "vol. ", "vol ", "volume ", "band ", "buch ", "bd. ", "#", "tome ", "libro "}

func readBookFolder(name string) bookFolder {
	rest := name
	marked := false
	for _, word := range bookWords {
		if len(rest) > len(word) && strings.EqualFold(rest[:len(word)], word) {
			rest, marked = rest[len(word):], true
			break
		}
	}
	i := 0
	for i < len(rest) && (isDigit(rest[i]) || rest[i] == '.' && i+1 < len(rest) && isDigit(rest[i+1])) {
		i++
	}
	n, err := strconv.ParseFloat(rest[:i], 64)
	if err != nil {
		return bookFolder{title: name}
	}
	title := strings.TrimLeft(rest[i:], " ")
	cut := strings.TrimLeft(title, "-–—.:,_ ")
	if cut == "" || cut == title && !marked {
		return bookFolder{title: name}
	}
	if n >= 1000 {
		return bookFolder{title: cut} // a year
	}
	return bookFolder{title: cut, number: &n}
}

// seriesOfFolder takes series and number from folders: Author/Series/Book 2 - Title.
func (d *derivation) seriesOfFolder(p *Part) {
	if slices.Contains(foldAll(p.authors), foldAuthor(p.series)) {
		p.series = "" // the author's folder
	}
	b := readBookFolder(d.named.title)
	if b.number == nil || Fold(b.title) != p.titleKeys[0] {
		return
	}
	up, _ := splitPath(d.unit.Dir)
	_, above := splitPath(up)
	if p.number == nil {
		p.number = b.number
	}
	if p.series == "" && above != "" && !slices.Contains(foldAll(p.authors), foldAuthor(above)) {
		p.series = readFolder(above).title
	}
}

func joinAudiobooks(out []Work, parts []*Part) []Work {
	return joinTracked(out, parts, func(p *Part) string { return cmp.Or(p.ids["asin"], p.ids["isbn"]) },
		func(g *gathered, key string) Work {
			if g.id == "" {
				key = g.parts[0].Keys[len(g.parts[0].Keys)-1]
			}
			w := workOf(g.parts, key)
			var others []Member
			for _, p := range g.parts {
				others = append(others, p.others...)
			}
			fill(&w, g.versions(), others)
			return w
		})
}
