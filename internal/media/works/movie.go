package works

import (
	"cmp"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// longVideo is how long a video of unknown sort must be to be a film, in seconds.
const longVideo = 40 * 60

// deriveMovies makes the films of a unit.
func (d *derivation) deriveMovies() {
	var files []*entry
	for _, e := range d.videos {
		if d.isMovie(e) {
			files = append(files, e)
		}
	}
	files = append(files, d.discImages(files)...)
	if len(files) == 0 {
		return
	}
	files = d.mainTitles(files)
	things := make([]identity, len(files))
	own := d.ownYear(files)
	for i, e := range files {
		things[i] = d.movieIdentity(e, own)
	}
	for _, group := range clustered(things, unknownJoins).groups() {
		d.movieOf(files, group, things)
	}
}

// isMovie reports whether a video is a film. One without a year is if a sidecar says so, if its folder is called like
// it, or if it is long and no camera took it.
func (d *derivation) isMovie(e *entry) bool {
	if e.Kind == media.KindMovie {
		return true
	}
	if e.Kind != media.KindVideo || e.FromCamera {
		return false
	}
	if e.IDs["imdb"] != "" || e.IDs["tmdb"] != "" || e.Year != 0 && e.described() {
		return true
	}
	if d.named.title != "" && d.inMovieFolder(e) {
		return true
	}
	return e.Seconds >= longVideo
}

// inMovieFolder reports whether the unit is called like the film, alone or with a part of it behind.
func (d *derivation) inMovieFolder(e *entry) bool {
	folder := Fold(d.named.title)
	if d.folds.fold(e.Title) == folder {
		return true
	}
	rest, _, ok := partMarker(e.Title)
	return ok && d.named.year != 0 && Fold(rest) == folder
}

// discImages are images of discs that hold a film: of one that is there, or with what only a film's name says.
func (d *derivation) discImages(files []*entry) []*entry {
	if len(d.discs) == 0 {
		return nil
	}
	type film struct {
		title string
		year  int
	}
	there := make(map[film]bool, len(files))
	for _, f := range files {
		there[film{Fold(f.Title), f.Year}] = true
	}
	var out []*entry
	for _, e := range d.discs {
		is := e.Title != "" && e.Year != 0 && (e.Source != "" || e.IDs["imdb"] != "" || e.IDs["tmdb"] != "" ||
			d.named.year == e.Year && d.inMovieFolder(e))
		if is || e.Title != "" && there[film{Fold(e.Title), e.Year}] {
			out = append(out, e)
		}
	}
	return out
}

// mainTitles takes the menus, extras and tables of copied discs away: the film on one is its largest title.
func (d *derivation) mainTitles(files []*entry) []*entry {
	sizes := make(map[string]int64)
	for _, e := range files {
		if title, ok := discTitle(e); ok && title != "" {
			sizes[title] += e.Size
		}
	}
	if len(sizes) == 0 {
		return files
	}
	largest := make(map[string]string) // by folder
	for title, size := range sizes {
		dir, _ := splitPath(title)
		if best, ok := largest[dir]; !ok || size > sizes[best] || size == sizes[best] && natural(title, best) < 0 {
			largest[dir] = title
		}
	}
	return slices.DeleteFunc(files, func(e *entry) bool {
		title, ok := discTitle(e)
		if !ok {
			return false
		}
		dir, _ := splitPath(title)
		if title != "" && largest[dir] == title {
			return false
		}
		d.companions = append(d.companions, e)
		return true
	})
}

// discTitle is the title of a disc that a file is a piece of, with its folder; "" for menus. ok says that it is of a
// disc.
func discTitle(e *entry) (title string, ok bool) {
	stem := strings.ToLower(e.stem)
	switch {
	case e.ext == "vob" && strings.HasPrefix(stem, "video_ts"):
		return "", true
	case e.ext == "vob" && strings.HasPrefix(stem, "vts_") && len(stem) >= 8:
		if strings.HasSuffix(stem, "_0") {
			return "", true
		}
		return e.dir + "/" + stem[:6], true
	case e.image && (e.ext == "m2ts" || e.ext == "evo"):
		return e.dir + "/" + stem, true
	}
	return "", false
}

// ownYear is the year of the unit's name, where it is to be believed before the files': they agree on another, and no
// sidecar says it.
func (d *derivation) ownYear(files []*entry) int {
	if d.named.year == 0 {
		return 0
	}
	for _, e := range files {
		if e.Year == d.named.year || e.described() || e.Year != files[0].Year {
			return 0
		}
	}
	return d.named.year
}

func (d *derivation) movieIdentity(e *entry, ownYear int) identity {
	title, year := d.folds.fold(e.Title), e.Year
	if d.named.year != 0 {
		folder := Fold(d.named.title)
		rest := title
		if r, _, ok := partMarker(e.Title); ok && year == 0 {
			rest = Fold(r)
		}
		switch {
		case rest == folder && year == 0:
			title, year = folder, d.named.year
		case title == folder && ownYear != 0:
			year = ownYear
		case year == d.named.year && strings.HasPrefix(title, folder+" ") && !e.described():
			title = folder // what stands behind is a version's
		}
	}
	return identity{ids: pick(e.IDs, "imdb", "tmdb"), titles: []string{title}, year: year}
}

func (d *derivation) movieOf(files []*entry, group []int, things []identity) {
	p := d.add(&Part{Kind: Movie, ids: map[string]string{}})
	var titles common
	held := make([]*entry, 0, len(group))
	for _, i := range group {
		e := files[i]
		held = append(held, e)
		weight := 1
		if e.described() {
			weight, p.sure = 1000, true
		}
		key := things[i].titles[0]
		if title := e.Title; Fold(title) == key {
			titles.add(title, weight)
		} else if rest, _, ok := partMarker(title); ok && Fold(rest) == key {
			titles.add(rest, weight)
		}
		p.year = cmp.Or(p.year, things[i].year)
		p.sort = cmp.Or(p.sort, e.SortTitle)
		for provider, id := range things[i].ids {
			p.ids[provider] = id
		}
		p.series = cmp.Or(p.series, e.Set)
		p.titleKeys = include(p.titleKeys, key)
	}
	if d.named.year != 0 && Fold(d.named.title) == p.titleKeys[0] {
		titles.add(d.named.title, len(group))
	}
	p.title = titles.best()
	if p.title == "" {
		p.title = cmp.Or(d.named.title, files[group[0]].Title)
	}
	d.identify(p, "")
	p.versions = movieVersions(held)
}

// movieVersions are versions as of any video, but the pieces of a disc's title are one.
func movieVersions(files []*entry) []version {
	var out []version
	titles := make(map[string]int)
	rest := files[:0:0]
	for _, e := range files {
		title, ok := discTitle(e)
		if !ok {
			rest = append(rest, e)
			continue
		}
		i, ok := titles[title]
		if !ok {
			i = len(out)
			titles[title] = i
			out = append(out, version{edition: e.Edition})
		}
		out[i].items = append(out[i].items, e.Item)
	}
	return append(out, versionsOf(rest)...)
}
