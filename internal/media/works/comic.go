package works

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// deriveComics makes the comics of a unit: by series, and the run that ComicInfo or the folder's year says.
func (d *derivation) deriveComics() {
	if len(d.comics) == 0 {
		return
	}
	things := make([]identity, len(d.comics))
	runs := d.runs()
	for i, e := range d.comics {
		title := d.comicTitle(e)
		things[i] = identity{titles: []string{Fold(title)}, year: runs[Fold(title)]}
		if v := e.Volume; v != nil && *v >= 1000 {
			things[i].year = int(*v)
		}
		if e.LocalizedSeries != "" {
			things[i].titles = append(things[i].titles, Fold(e.LocalizedSeries))
		}
	}
	beside := d.besideComics()
	for _, group := range clustered(things, unknownJoins).groups() {
		d.comicOf(group, things, beside)
	}
	d.books = beside.leave(d.books)
}

// comicTitle is the series that an issue is of: its own title where it is of none.
func (d *derivation) comicTitle(e *entry) string {
	if e.Series != "" {
		return e.Series
	}
	if e.Title != "" {
		return e.Title
	}
	if d.named.title != "" && isDigits(strings.TrimSpace(e.stem)) {
		return d.named.title
	}
	return e.stem
}

// runs are the volumes of series that are runs: the same one for several issues. Volumes that count up are books. The
// folder's year is one too, if the folder is called like the series.
func (d *derivation) runs() map[string]int {
	out := make(map[string]int)
	folder := Fold(d.named.title)
	type seen struct {
		volume float64
		issues map[float64]bool
		mixed  bool
	}
	volumes := make(map[string]*seen)
	for _, e := range d.comics {
		key := Fold(d.comicTitle(e))
		if d.named.year != 0 && (key == folder || isVolumeOf(folder, key)) {
			out[key] = d.named.year
		}
		if e.Volume == nil || e.Chapter != nil || e.SeriesIndex == nil {
			continue
		}
		s := volumes[key]
		if s == nil {
			s = &seen{volume: *e.Volume, issues: make(map[float64]bool)}
			volumes[key] = s
		}
		s.mixed = s.mixed || s.volume != *e.Volume
		s.issues[*e.SeriesIndex] = true
	}
	for key, s := range volumes {
		if out[key] == 0 && !s.mixed && (len(s.issues) > 1 || !s.issues[s.volume]) && s.volume >= 1 {
			out[key] = int(s.volume)
		}
	}
	return out
}

// isVolumeOf reports whether a folder is called like a series and one of its volumes: "Title v2", "Title Vol. 2".
func isVolumeOf(folder, series string) bool {
	rest, ok := strings.CutPrefix(folder, series+" ")
	if !ok {
		return false
	}
	volume, ok := strings.CutPrefix(rest, "volume ")
	if !ok {
		volume, ok = strings.CutPrefix(rest, "v")
	}
	return ok && isDigits(volume)
}

func (d *derivation) comicOf(group []int, things []identity, beside *besideComics) {
	p := d.add(&Part{Kind: Comic})
	var titles common
	var files []*entry
	for _, i := range group {
		e := d.comics[i]
		files = append(files, e)
		titles.add(d.comicTitle(e), 1)
		p.year = cmp.Or(p.year, things[i].year)
		for _, title := range things[i].titles {
			if !slices.Contains(p.titleKeys, title) {
				p.titleKeys = append(p.titleKeys, title)
			}
		}
		if len(p.authors) == 0 {
			p.authors = e.Authors
		}
	}
	p.title = titles.best()
	d.identify(p, "")
	p.leaves = d.issuesOf(files, p, beside)
}

// issuesOf makes the issues of a comic's files, with what is beside them in the format of a book.
func (d *derivation) issuesOf(files []*entry, p *Part, beside *besideComics) []leaf {
	at := make(map[string]int, len(files))
	stems := make(map[string]int, len(files))
	out := make([]leaf, 0, len(files))
	_, folder := splitPath(d.unit.Dir)
	for _, e := range files {
		l := issueOf(e, p.year)
		if l.number != nil && e.Chapter == nil && isYearName(folder) {
			l.key += "/" + folder // of magazines, which count from one each year
		}
		i, ok := at[l.key]
		if !ok {
			i = len(out)
			at[l.key] = i
			out = append(out, l)
		}
		out[i].versions = append(out[i].versions, version{items: []*Item{e.Item}, edition: e.Edition})
		stems[e.dir+"/"+e.stem] = i
	}
	for _, b := range beside.of(stems, p.titleKeys) {
		e := d.books[b]
		i, ok := stems[e.dir+"/"+e.stem]
		if !ok {
			_, n, _ := stemNumber(e.stem)
			key := numberKey(float64(n))
			if i, ok = at[key]; !ok {
				i = len(out)
				at[key] = i
				out = append(out, leaf{key: key, number: number(n)})
			}
		}
		out[i].versions = append(out[i].versions, version{items: []*Item{e.Item}})
	}
	return out
}

// besideComics finds the books of a unit that are issues of its comics, by their places among the books: each comic
// looks at those that are called like it, and not at all.
type besideComics struct {
	byStem  map[string][]int // by folder and stem
	byTitle map[string][]int // by what stands before the number at a stem's end
	taken   []bool
}

func (d *derivation) besideComics() *besideComics {
	b := &besideComics{make(map[string][]int), make(map[string][]int), make([]bool, len(d.books))}
	for i, e := range d.books {
		at := e.dir + "/" + e.stem
		b.byStem[at] = append(b.byStem[at], i)
		if title, _, ok := stemNumber(e.stem); ok {
			b.byTitle[title] = append(b.byTitle[title], i)
		}
	}
	return b
}

// of takes the books that are called like files of a comic, or by one of its titles and a number.
func (b *besideComics) of(stems map[string]int, titles []string) (out []int) {
	take := func(books []int) {
		for _, i := range books {
			if !b.taken[i] {
				b.taken[i] = true
				out = append(out, i)
			}
		}
	}
	for at := range stems {
		take(b.byStem[at])
	}
	for _, title := range titles {
		take(b.byTitle[title])
	}
	slices.Sort(out)
	return out
}

// leave takes the books that comics have out of the unit's.
func (b *besideComics) leave(books []*entry) []*entry {
	i := -1
	return slices.DeleteFunc(books, func(*entry) bool { i++; return b.taken[i] })
}

// stemNumber reads a stem that ends with a number: what stands before it, folded, and the number.
func stemNumber(stem string) (title string, n int, ok bool) {
	name := strings.TrimRight(stem, "0123456789")
	n, err := strconv.Atoi(stem[len(name):])
	if err != nil {
		return "", 0, false
	}
	return Fold(strings.TrimRight(name, "#")), n, true
}

func numberKey(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// issueOf reads what a file is in its run of a series: an annual or a collected book is no issue of its number, and a
// chapter no volume.
func issueOf(e *entry, run int) leaf {
	l := leaf{title: e.Title, date: e.Date}
	index := e.SeriesIndex
	special := e.Format != "" && !ordinary[Fold(e.Format)]
	switch {
	case special:
		l.key = "format " + Fold(e.Format)
		if index != nil {
			l.key += " " + numberKey(*index)
		} else {
			l.key += " " + Fold(cmp.Or(e.Title, e.stem))
		}
		if l.title == "" {
			l.title = specialTitle(e)
		}
	case e.Chapter != nil:
		l.key, l.number = "c"+numberKey(*e.Chapter), e.Chapter
	case index != nil && e.Volume != nil && *e.Volume == *index && int(*e.Volume) != run:
		l.key, l.number = "v"+numberKey(*index), index
	case index != nil:
		l.key, l.number = numberKey(*index), index
	case e.Volume != nil && *e.Volume < 1000:
		l.key, l.number = "v"+numberKey(*e.Volume), e.Volume
	default:
		l.key = "title " + Fold(cmp.Or(e.Title, e.stem))
	}
	return l
}

// isYearName reports the name of a folder that is a year and nothing else.
func isYearName(name string) bool {
	year, err := strconv.Atoi(name)
	return err == nil && len(name) == 4 && plausibleYear(year)
}

// ordinary are formats of issues that count.
var ordinary = map[string]bool{
	"": true, "series": true, "main series": true, "limited series": true, "issue": true, "regular": true,
	"digital": true, "web": true,
}

// specialTitle names what has no number: "Annual 2".
func specialTitle(e *entry) string {
	if e.SeriesIndex == nil {
		return e.Format
	}
	return e.Format + " " + numberKey(*e.SeriesIndex)
}

// comicWorks makes the works of parts that are one comic: it and its issues.
func comicWorks(out []Work, parts []*Part, key string) []Work {
	first := len(out)
	works := append(out, workOf(parts, key))[first:] // the comic is the first of its own
	if !plausibleYear(works[0].Year) {
		works[0].Year = 0 // the number of a run
	}
	var all tally
	var numbers []int
	sorts := make(map[byte]bool) // 'c' chapters, 'v' volumes, or issues
	for _, l := range mergeLeaves(parts) {
		works = append(works, leafWork(Issue, l, key, &works[0]))
		all.leaf(&l)
		if l.number != nil && *l.number == float64(int(*l.number)) {
			numbers = append(numbers, int(*l.number))
			sorts[max(l.key[0], '9')] = true
		}
	}
	all.into(&works[0])
	works[0].Children = all.leaves
	holdOthers(&works[0], parts)
	if len(sorts) == 1 {
		works[0].Gaps = gaps(numbers, slices.Min(numbers), 0)
	}
	return append(out, works...)
}
