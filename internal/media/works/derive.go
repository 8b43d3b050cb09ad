package works

import (
	"cmp"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// entry is an item in its unit.
type entry struct {
	*Item
	place
	dir  string // below the unit
	stem string
	ext  string
}

// derivation is one unit on its way from items to parts.
type derivation struct {
	unit  Unit
	group string
	named namedFolder // what the unit's own name says
	reads bool        // its root is called after audiobooks
	folds folds

	entries    []entry
	videos     []*entry // films, episodes and other videos that are no extras
	discs      []*entry // images of optical discs
	tracks     []*entry
	audiobooks []*entry
	books      []*entry
	comics     []*entry
	companions []*entry // what belongs to others

	parts    []*Part
	inFolder map[string][]owner // parts by folder, once asked for
}

// Derive makes the parts of a unit of all its items. Which root belongs to which group is not the unit's to say.
func Derive(unit Unit, group string, items []Item) []*Part {
	_, base := splitPath(unit.Dir)
	d := &derivation{unit: unit, group: group, named: readFolder(base), reads: isSpoken(unit.Root)}
	d.sort(items)
	d.deriveSeries()
	d.deriveMovies()
	d.deriveAlbums()
	d.deriveAudiobooks()
	d.deriveComics()
	d.deriveBooks()
	d.attach()
	d.noteNewest()
	for _, p := range d.parts {
		p.Unit, p.group = unit, group
		p.Credit.Group = group
	}
	return d.parts
}

// noteNewest has parts be others when what belongs to them has changed, though it is not main.
func (d *derivation) noteNewest() {
	var seqs map[int64]int64
	newest := func(p *Part, members []Member) {
		if len(members) > 0 && seqs == nil {
			seqs = make(map[int64]int64, len(d.entries))
			for i := range d.entries {
				seqs[d.entries[i].ID] = d.entries[i].Seq
			}
		}
		for i := range members {
			p.newest = max(p.newest, seqs[members[i].ID])
		}
	}
	for _, p := range d.parts {
		newest(p, p.others)
		for i := range p.leaves {
			newest(p, p.leaves[i].others)
		}
	}
}

// sort puts the items in the order of their names and tells the sorts apart.
func (d *derivation) sort(items []Item) {
	d.entries = make([]entry, len(items))
	cut := len(d.unit.Dir)
	if cut > 0 {
		cut++
	}
	lastDir, lastPlace := "", placeOf("")
	for i := range items {
		e := entry{Item: &items[i]}
		dir, name := splitPath(items[i].Path)
		if len(dir) > cut {
			e.dir = dir[cut:]
		}
		if e.dir != lastDir {
			lastDir, lastPlace = e.dir, placeOf(e.dir)
		}
		e.place = lastPlace
		e.stem, e.ext = splitExt(name)
		d.entries[i] = e
	}
	slices.SortFunc(d.entries, func(a, b entry) int { // a missing item may stand at the path of another
		return cmp.Or(natural(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
	})
	for i := range d.entries {
		d.classify(&d.entries[i])
	}
}

func (d *derivation) classify(e *entry) {
	switch e.Kind {
	case media.KindMovie, media.KindEpisode, media.KindVideo:
		if e.Extra != "" || d.isUnnamedExtra(e) {
			d.companions = append(d.companions, e)
		} else {
			d.videos = append(d.videos, e)
		}
	case media.KindTrack, media.KindAudiobook:
		switch {
		case e.Extra != "":
			d.companions = append(d.companions, e)
		case e.Kind == media.KindTrack && d.reads:
			e.Item = d.spoken(e.Item)
			d.audiobooks = append(d.audiobooks, e)
		case e.Kind == media.KindTrack:
			d.tracks = append(d.tracks, e)
		default:
			d.audiobooks = append(d.audiobooks, e)
		}
	case media.KindBook:
		d.books = append(d.books, e)
	case media.KindComic:
		d.comics = append(d.comics, e)
	case media.KindDisc:
		d.discs = append(d.discs, e)
	case media.KindSubtitle, media.KindArtwork, media.KindMetadata, media.KindPlaylist:
		d.companions = append(d.companions, e)
	case media.KindOther:
		if e.image || e.ext == "ifo" || e.ext == "bup" {
			d.companions = append(d.companions, e)
		}
	}
}

// isUnnamedExtra reports whether a video is an extra only because it lies in a folder of them: what nobody else would
// call a film, and no camera took. In a folder that is called "Season 1 Extras" nothing is an episode for its season's
// sake.
func (d *derivation) isUnnamedExtra(e *entry) bool {
	if e.bonus && e.Kind != media.KindMovie {
		return !e.described()
	}
	return e.extras && d.unit.Dir != "" && e.Kind == media.KindVideo && e.Year == 0 && !e.FromCamera && !e.described()
}

// add appends a part.
func (d *derivation) add(p *Part) *Part {
	d.parts = append(d.parts, p)
	return p
}

// key makes a key of what parts may be joined by.
func (d *derivation) key(kind Kind, what ...string) string {
	return string(kind) + "\x00" + d.group + "\x00" + strings.Join(what, "\x00")
}

// identify gives a part its keys: its ids, and its titles with what else is said.
func (d *derivation) identify(p *Part, with string) {
	for _, provider := range sortedKeys(p.ids) {
		p.Keys = append(p.Keys, d.key(p.Kind, "id", provider, p.ids[provider]))
	}
	for _, title := range p.titleKeys {
		p.Keys = append(p.Keys, d.key(p.Kind, "title", title, with))
	}
}

func sortedKeys(m map[string]string) []string {
	if len(m) == 0 {
		return nil
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// pick is those of ids that tell works of this sort apart.
func pick(ids map[string]string, providers ...string) map[string]string {
	var out map[string]string
	for _, provider := range providers {
		if v := ids[provider]; v != "" {
			if out == nil {
				out = make(map[string]string, 1)
			}
			out[provider] = v
		}
	}
	return out
}

// sidecar is the description that lies in the unit's own folder under this name.
func (d *derivation) sidecar(name string) *entry {
	for _, e := range d.companions {
		if e.Kind == media.KindMetadata && e.dir == "" && strings.EqualFold(e.stem+"."+e.ext, name) {
			return e
		}
	}
	return nil
}

// described reports whether a sidecar of its own describes the item.
func (e *entry) described() bool {
	for i := range e.Companions {
		if e.Companions[i].Role == "description" {
			return true
		}
	}
	return false
}
