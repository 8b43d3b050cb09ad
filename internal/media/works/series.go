package works

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// deriveSeries makes the series of a unit. A tvshow.nfo names all episodes of its folder; without one, those in
// folders of seasons are of one series, and the others are told apart by the name that they bear.
func (d *derivation) deriveSeries() {
	episodes, rest := d.episodes()
	d.videos = rest
	if len(episodes) == 0 {
		return
	}
	nfo := d.sidecar("tvshow.nfo")
	groups := make(map[string][]*entry)
	inSeasons := ""
	if nfo == nil && d.unit.Dir != "" {
		inSeasons = d.seriesInSeasons(episodes)
	}
	var order []string
	for _, e := range episodes {
		key := d.folds.fold(e.Series)
		switch {
		case nfo != nil:
			key = ""
		case inSeasons != "" && e.season >= 0:
			key = inSeasons
		}
		if _, ok := groups[key]; !ok {
			order = append(order, key)
		}
		groups[key] = append(groups[key], e)
	}
	for _, key := range order {
		d.seriesOf(groups[key], nfo)
	}
}

// episodes parts episodes from other videos.
func (d *derivation) episodes() (episodes, rest []*entry) {
	serials := d.miniseries()
	for _, e := range d.videos {
		switch half := d.halfOf(e); {
		case half > 0:
			e.Item = filmHalf(e.Item, half)
			rest = append(rest, e)
		case e.Kind == media.KindEpisode:
			episodes = append(episodes, e)
		case serials[e].part > 0:
			e.Item = serialEpisode(e.Item, serials[e])
			episodes = append(episodes, e)
		default:
			rest = append(rest, e)
		}
	}
	return episodes, rest
}

// seriesInSeasons is the name that most of what lies in folders of seasons bears.
func (d *derivation) seriesInSeasons(episodes []*entry) string {
	var names common
	for _, e := range episodes {
		if e.season >= 0 {
			names.add(d.folds.fold(e.Series), 1)
		}
	}
	return names.best()
}

func (d *derivation) seriesOf(episodes []*entry, nfo *entry) {
	p := d.add(&Part{Kind: Series})
	var titles common
	for _, e := range episodes {
		titles.add(e.Series, 1)
	}
	p.title = titles.best()
	p.ids = d.seriesIDs(episodes)
	p.year = d.seriesYear(episodes)
	if nfo != nil {
		if nfo.Title != "" {
			p.title, p.sure = nfo.Title, true
		}
		p.sort = nfo.SortTitle
		if nfo.Year != 0 {
			p.year = nfo.Year
		}
		if ids := pick(nfo.IDs, "tvdb", "tmdb", "imdb"); ids != nil {
			p.ids = ids
		}
		p.genres = nfo.Genres
	}
	if p.title == "" {
		p.title = d.named.title
	}
	p.titleKeys = []string{Fold(p.title)}
	d.identify(p, "")
	p.leaves = d.episodesOf(episodes)
}

// seriesIDs are ids in the path of the series' folder: those in the names of episodes may be the episodes' own.
func (d *derivation) seriesIDs(episodes []*entry) map[string]string {
	for _, e := range episodes {
		if len(e.IDs) == 0 || e.described() {
			continue
		}
		for _, provider := range [...]string{"tvdb", "tmdb", "imdb"} {
			if v := e.IDs[provider]; v != "" && strings.Contains(d.unit.Dir, v) {
				return map[string]string{provider: v}
			}
		}
	}
	return nil
}

// seriesYear is the year in the folder's name, or what the names of the episodes agree on. A year behind a season is
// that of the season: "Title - Season 4 (2010)", "Title.S04E01.2010".
func (d *derivation) seriesYear(episodes []*entry) int {
	folder := path.Base(d.unit.Dir)
	if d.named.year != 0 && !behindSeason(folder, d.named.year) {
		return d.named.year
	}
	year := 0
	for _, e := range episodes {
		if e.described() || e.Date != "" || e.Year == 0 || e.Year == year {
			continue
		}
		if behindSeason(e.stem, e.Year) || behindSeason(e.dir, e.Year) || behindSeason(folder, e.Year) {
			continue
		}
		if year != 0 {
			return 0
		}
		year = e.Year
	}
	return year
}

// behindSeason reports whether the first mention of a year in a name stands behind a season's number.
func behindSeason(name string, year int) bool {
	before, _, ok := strings.Cut(strings.ToLower(name), strconv.Itoa(year))
	if !ok {
		return false
	}
	for i := range len(before) {
		if i > 0 && isLetter(before[i-1]) {
			continue
		}
		word := before[i:]
		if end := strings.IndexFunc(word, func(r rune) bool { return r < 0x80 && !isLetter(byte(r)) }); end > 0 {
			word = word[:end]
		}
		after := strings.TrimLeft(before[i+len(word):], " ._-")
		if numbered[word] == folderSeason && after != "" && isDigit(after[0]) {
			return true
		}
	}
	return false
}

// episodesOf makes the episodes of a series' files: a file may hold several, and several may hold one.
func (d *derivation) episodesOf(files []*entry) []leaf {
	at := make(map[string]int, len(files))
	out := make([]leaf, 0, len(files))
	held := make([][]*entry, 0, len(files))
	put := func(l leaf, e *entry) {
		key := strconv.Itoa(l.season) + "/" + l.key
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out, held = append(out, l), append(held, nil)
		}
		if out[i].title == "" {
			out[i].title = l.title
		}
		held[i] = append(held[i], e)
	}
	for _, e := range files {
		l := leaf{season: seasonOf(e), date: e.Date, title: episodeTitle(e)}
		for _, n := range e.Episodes {
			l.key, l.number = episodeKey(n), number(n)
			put(l, e)
		}
		switch {
		case len(e.Episodes) > 0:
		case e.Date != "":
			l.key = "date " + e.Date
			put(l, e)
		default:
			l.key = "title " + Fold(e.stem)
			put(l, e)
		}
	}
	for i := range out {
		out[i].versions = versionsOf(held[i])
	}
	return out
}

func episodeKey(n int) string { return fmt.Sprintf("%05d", n) }

// seasonOf is the season of an episode: what is said of it, its folder's, the year of its date, or the first.
func seasonOf(e *entry) int {
	switch {
	case e.Season != nil:
		return *e.Season
	case e.season >= 0:
		return e.season
	case len(e.Episodes) == 0 && len(e.Date) >= 4:
		if year, err := strconv.Atoi(e.Date[:4]); err == nil {
			return year
		}
	}
	return 1
}

// episodeTitle is the episode's own title, unless it only names a part of it.
func episodeTitle(e *entry) string {
	if e.Part == 0 {
		return e.EpisodeTitle
	}
	rest, _, ok := partMarker("x " + e.EpisodeTitle)
	if !ok {
		return e.EpisodeTitle
	}
	return strings.TrimPrefix(strings.TrimPrefix(rest, "x"), " ")
}

// seriesWorks makes the works of parts that are one series: it, its seasons and its episodes.
func seriesWorks(out []Work, parts []*Part, key string) []Work {
	leaves, first := mergeLeaves(parts), len(out)
	works := append(out, workOf(parts, key))[first:] // the series is the first of its own
	seasons := make(map[int]int)                     // by number, the place in works
	tallies := make(map[int]*tally)
	var all tally
	for _, l := range leaves {
		at, ok := seasons[l.season]
		if !ok {
			at = len(works)
			seasons[l.season], tallies[l.season] = at, &tally{}
			works = append(works, Work{Kind: Season, Key: key + "\x00s" + strconv.Itoa(l.season), Parent: key,
				Title: seasonTitle(l.season), Number: number(l.season), Group: works[0].Group, Series: works[0].Title,
				Year: seasonYear(l.season)})
		}
		works = append(works, leafWork(Episode, l, works[at].Key, &works[0]))
		if year := yearOf(l.date); works[0].Year != 0 && year > works[0].Year {
			works[0].EndYear = max(works[0].EndYear, year)
		}
		tallies[l.season].leaf(&l)
		all.leaf(&l)
	}
	finishSeasons(works, seasons, tallies)
	all.into(&works[0])
	works[0].Children = len(seasons)
	holdOthers(&works[0], parts)
	return append(out, works...)
}

func seasonTitle(n int) string {
	if n == 0 {
		return "Specials"
	}
	return "Season " + strconv.Itoa(n)
}

// seasonYear is that of a season of dated episodes.
func seasonYear(n int) int {
	if plausibleYear(n) {
		return n
	}
	return 0
}

// finishSeasons gives seasons and series what is summed up below them, and the gaps. Works holds the series first.
func finishSeasons(works []Work, seasons map[int]int, tallies map[int]*tally) {
	numbers := make(map[string][]int, len(seasons))
	for i := range works {
		if w := &works[i]; w.Kind == Episode && w.Number != nil {
			numbers[w.Parent] = append(numbers[w.Parent], int(*w.Number))
		}
	}
	order := slices.Sorted(maps.Keys(seasons))
	last := 0 // the highest number so far: numbers may run on over the seasons
	var counted []int
	for _, season := range order {
		w := &works[seasons[season]]
		tallies[season].into(w)
		w.Children = tallies[season].leaves
		if season == 0 || plausibleYear(season) {
			continue
		}
		counted = append(counted, season)
		n := numbers[w.Key]
		if len(n) == 0 {
			continue
		}
		first := 1
		if last > 0 && slices.Min(n) > last {
			first = last + 1
		}
		w.Gaps, last = gaps(n, first, 0), slices.Max(n)
	}
	works[0].Gaps = gaps(counted, 1, 0)
}
