package works

import (
	"cmp"
	"slices"
)

// maxCompared bounds how many parts of one artist and title are compared with each other; above it only equal
// releases and equal songs join.
const maxCompared = 64

// joinAlbums joins parts of one artist and title, or of one release: what completes each other is one album, the same
// songs once more are a version of it, and other songs under the same numbers are another album.
func joinAlbums(out []Work, parts []*Part) []Work {
	return joinTracked(out, parts, func(p *Part) string { return p.ids["musicbrainz_album"] }, albumWork)
}

// gathered is an album on its way.
type gathered struct {
	parts  []*Part
	places map[song]string // the songs' titles
	taken  map[song]int    // how many versions there are of each
	keys   map[string]bool
	id     string
	tracks []track

	numbered bool // all songs of the first part are
}

// song is the place of a track in an album: by disc and number, or by its title where it has none.
type song struct {
	disc, num int
	title     string
}

// title is the song's, folded, without what stands in brackets at its end.
func (t *track) title() string { return Fold(withoutBrackets(t.item.Title)) }

func (t *track) song() song {
	if t.num == 0 {
		return song{title: t.title()}
	}
	return song{disc: max(t.disc, 1), num: t.num}
}

func joinTracked(
	out []Work, parts []*Part, release func(*Part) string, work func(*gathered, string) Work,
) []Work {
	if len(parts) == 1 {
		g := &gathered{parts: parts, tracks: slices.Clone(parts[0].tracks), id: release(parts[0])}
		return append(out, work(g, keyOf(parts, false)))
	}
	// The largest first: the others are versions or pieces of it.
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b *Part) int { return cmp.Compare(len(b.tracks), len(a.tracks)) })
	var sets []*gathered
	byRelease := make(map[string]*gathered)
	bySong := make(map[string][]*gathered)
	for _, p := range parts {
		id := release(p)
		set := byRelease[id]
		if id == "" || set == nil || set.fits(p, id) == apart {
			set = nil
			candidates := sets
			if len(parts) > maxCompared {
				candidates = bySong[p.tracks[0].title()]
			}
			for _, other := range candidates {
				if other.fits(p, id) != apart {
					set = other
					break
				}
			}
		}
		if set == nil {
			set = &gathered{places: make(map[song]string), taken: make(map[song]int), keys: make(map[string]bool)}
			sets = append(sets, set)
			if len(parts) > maxCompared {
				bySong[p.tracks[0].title()] = append(bySong[p.tracks[0].title()], set)
			}
		}
		set.take(p, id)
		if id != "" && byRelease[id] == nil {
			byRelease[id] = set
		}
	}
	for _, set := range sets {
		slices.SortStableFunc(set.parts, func(a, b *Part) int {
			return cmp.Or(cmp.Compare(a.Unit.Root, b.Unit.Root), natural(a.Unit.Dir, b.Unit.Dir))
		})
		out = append(out, work(set, keyOf(set.parts, false)))
	}
	return out
}

// fit is how a part goes with an album.
type fit uint8

const (
	apart fit = iota
	completes
	again // as a version
)

func (g *gathered) fits(p *Part, id string) fit {
	if !slices.ContainsFunc(p.Keys, func(k string) bool { return g.keys[k] }) {
		return apart // they only have a third in common
	}
	both, same := 0, 0
	for i := range p.tracks {
		t := &p.tracks[i]
		if title, ok := g.places[t.song()]; ok {
			both++
			if own := t.title(); title == own || title == "" || own == "" {
				same++
			}
		}
	}
	switch {
	case both == 0 && g.numbered == p.numbered():
		return completes
	case both == 0 && p.Kind == Audiobook:
		return again // one file for all of it, beside one for each chapter
	case both == 0:
		return apart
	case g.id != "" && id != "" && g.id != id:
		return apart
	case 2*same > both:
		return again
	}
	return apart
}

// numbered reports whether all songs have numbers.
func (p *Part) numbered() bool {
	return !slices.ContainsFunc(p.tracks, func(t track) bool { return t.num == 0 })
}

// take adds a part: its songs behind the others, or as the first version that has none of them.
func (g *gathered) take(p *Part, id string) {
	base := 0
	for i := range p.tracks {
		base = max(base, g.taken[p.tracks[i].song()])
	}
	if len(g.parts) == 0 {
		g.numbered = p.numbered()
	} else if g.numbered != p.numbered() {
		for _, t := range g.tracks {
			base = max(base, t.version+1)
		}
	}
	for _, t := range p.tracks {
		t.version += base
		g.tracks = append(g.tracks, t)
		s := t.song()
		g.taken[s] = max(g.taken[s], t.version+1)
		if g.places[s] == "" {
			g.places[s] = t.title()
		}
	}
	for _, k := range p.Keys {
		g.keys[k] = true
	}
	g.parts = append(g.parts, p)
	g.id = cmp.Or(g.id, id)
}

// versions are the tracks in playing order.
func (g *gathered) versions() []version {
	sortTracks(g.tracks)
	var out []version
	for i := range g.tracks {
		if i == 0 || g.tracks[i].version != g.tracks[i-1].version {
			out = append(out, version{})
		}
		last := &out[len(out)-1]
		last.items = append(last.items, g.tracks[i].item)
	}
	return out
}

func albumWork(g *gathered, key string) Work {
	p := g.parts[0]
	if g.id == "" {
		key = p.Keys[len(p.Keys)-1]
	}
	w := workOf(g.parts, key)
	w.Parent = ArtistKey(p.group, p.Credit.Name)
	w.Year = g.year()
	var others []Member
	for _, part := range g.parts {
		others = append(others, part.others...)
	}
	fill(&w, g.versions(), others)
	w.Gaps = g.gaps()
	return w
}

// year is that of the part with the most tracks: the later discs of a set are of its year too.
func (g *gathered) year() int {
	best, most := 0, 0
	for _, p := range g.parts {
		if p.year != 0 && len(p.tracks) > most {
			best, most = p.year, len(p.tracks)
		}
	}
	return best
}

// gaps are missing track numbers of the first version; of several discs they are disc · 100 + number.
func (g *gathered) gaps() [][2]int {
	numbers := make(map[int][]int)
	total := make(map[int]int)
	discs := 0
	for i := range g.tracks {
		t := &g.tracks[i]
		if t.version != 0 {
			break
		}
		if t.num == 0 || t.num > 99 {
			return nil
		}
		disc := max(t.disc, 1)
		numbers[disc] = append(numbers[disc], t.num)
		total[disc] = max(total[disc], t.item.TrackTotal)
		discs = max(discs, disc, t.item.DiscTotal)
	}
	var out [][2]int
	for disc := 1; disc <= discs && disc <= bonusDisc; disc++ {
		for _, gap := range gaps(numbers[disc], 1, min(total[disc], 99)) {
			if discs > 1 {
				gap[0], gap[1] = gap[0]+disc*100, gap[1]+disc*100
			}
			out = append(out, gap)
		}
	}
	return out
}
