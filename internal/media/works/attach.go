package works

import (
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// owner is a part, or an episode or issue of it, that holds what belongs to others.
type owner struct {
	part *Part
	leaf int // -1: the part itself
}

func (o owner) take(m Member) {
	if o.leaf >= 0 {
		o.part.leaves[o.leaf].others = append(o.part.leaves[o.leaf].others, m)
		return
	}
	o.part.others = append(o.part.others, m)
}

// held is a main item, with who holds it.
type held struct {
	item  *Item
	dir   string // from the root
	stem  string
	owner owner
}

// holders are the main items of a unit. Few are looked through, of many there are indexes.
type holders struct {
	all    []held
	byID   map[int64][]int
	byStem map[string][]int // in lower case
}

// fewHolders is how many main items are looked through without an index.
const fewHolders = 32

// find calls yes for the holders that may be the item of this id, or bear this stem.
func (h *holders) find(id int64, stem string, yes func(*held)) {
	if len(h.all) <= fewHolders {
		for i := range h.all {
			if o := &h.all[i]; id != 0 && o.item.ID == id || id == 0 && strings.EqualFold(o.stem, stem) {
				yes(o)
			}
		}
		return
	}
	if h.byID == nil {
		h.byID = make(map[int64][]int, len(h.all))
		h.byStem = make(map[string][]int, len(h.all))
		for i := range h.all {
			o := &h.all[i]
			h.byID[o.item.ID] = append(h.byID[o.item.ID], i)
			h.byStem[strings.ToLower(o.stem)] = append(h.byStem[strings.ToLower(o.stem)], i)
		}
	}
	found := h.byID[id]
	if id == 0 {
		found = h.byStem[strings.ToLower(stem)]
	}
	for _, i := range found[:min(len(found), maxOwners)] {
		yes(&h.all[i])
	}
}

// attach gives extras, subtitles, pictures and descriptions to what they belong to. What nobody can be told to own
// stays an item alone.
func (d *derivation) attach() {
	if len(d.companions) == 0 || len(d.parts) == 0 {
		return
	}
	h := d.holders()
	for _, e := range d.companions {
		m := Member{ID: e.ID, Role: d.roleOf(e)}
		switch m.Role {
		case Extra:
			m.Extra = e.Extra
		case Subtitle:
			m.Language = languageOf(e)
		}
		for _, to := range d.ownersOf(e, m.Role, h) {
			to.take(m)
		}
	}
	for _, p := range d.parts {
		d.sortArtwork(p)
	}
}

func (d *derivation) holders() *holders {
	h := &holders{all: make([]held, 0, len(d.entries))}
	add := func(to owner, it *Item) {
		dir, name := splitPath(it.Path)
		stem, _ := splitExt(name)
		h.all = append(h.all, held{it, dir, stem, to})
	}
	for _, p := range d.parts {
		for _, v := range p.versions {
			for _, it := range v.items {
				add(owner{p, -1}, it)
			}
		}
		for i := range p.tracks {
			add(owner{p, -1}, p.tracks[i].item)
		}
		for i := range p.leaves {
			for _, v := range p.leaves[i].versions {
				for _, it := range v.items {
					add(owner{p, i}, it)
				}
			}
		}
	}
	return h
}

// wholes are the parts with a main item in the folder; of the unit's own, all.
func (d *derivation) wholes(h *holders, dir string) []owner {
	if out, ok := d.inFolder[dir]; ok {
		return out
	}
	var out []owner
	for i := range h.all {
		if o := &h.all[i]; o.dir == dir || dir == d.unit.Dir {
			out = appendOwner(out, owner{o.owner.part, -1})
		}
	}
	if d.inFolder == nil {
		d.inFolder = make(map[string][]owner, 1)
	}
	d.inFolder[dir] = out
	return out
}

// maxOwners is how many owners a companion may have: more, and it is nobody's.
const maxOwners = 16

func appendOwner(to []owner, o owner) []owner {
	if len(to) > 0 && to[len(to)-1] == o || len(to) > maxOwners || slices.Contains(to, o) {
		return to
	}
	return append(to, o)
}

func (d *derivation) roleOf(e *entry) Role {
	switch e.Kind {
	case media.KindSubtitle:
		return Subtitle
	case media.KindArtwork:
		return Artwork
	case media.KindPlaylist, media.KindOther:
		return Index
	case media.KindMetadata:
		if e.ext == "lrc" || e.ext == "elrc" {
			return Lyrics
		}
		return Metadata
	}
	if e.Extra == "" && (e.image || e.ext == "vob") {
		return Index // a menu
	}
	return Extra
}

// ownersOf finds whom a companion belongs to: the item that it is of, the one whose name its own begins with, or what
// is alone in its folder or its unit.
func (d *derivation) ownersOf(e *entry, r Role, h *holders) []owner {
	if e.Of != 0 {
		var of []owner
		h.find(e.Of, "", func(o *held) { of = appendOwner(of, o.owner) })
		if of = suited(of, r); len(of) > 0 {
			return of
		}
	}
	dir, _ := splitPath(e.Path)
	if to := suited(h.byName(dir, e), r); len(to) > 0 {
		return to
	}
	if season, ok := d.seasonOwner(e, r); ok {
		return season
	}
	if to := suited(d.wholes(h, dir), r); len(to) > 0 {
		return alone(to, r)
	}
	if dir != d.unit.Dir {
		return alone(suited(d.wholes(h, d.unit.Dir), r), r)
	}
	return nil
}

// byName finds the owner whose stem a companion's begins with: "Film (1994).de.srt", "Film-trailer.mp4". Subtitles
// and extras may lie in a folder beside it, subtitles in one of that name.
func (h *holders) byName(dir string, e *entry) []owner {
	beside := e.subs || e.extras
	for stem := e.stem; stem != ""; {
		var to []owner
		h.find(0, stem, func(o *held) {
			if beside || o.dir == dir {
				to = appendOwner(to, o.owner)
			}
		})
		if len(to) > 0 {
			return to
		}
		i := strings.LastIndexAny(stem, " .-_[(")
		if i < 0 {
			break
		}
		stem = strings.TrimRight(stem[:i], " .-_[(")
	}
	var to []owner
	if e.subs {
		_, base := splitPath(dir)
		h.find(0, base, func(o *held) { to = appendOwner(to, o.owner) })
	}
	return to
}

// suited are the owners that may have something of this role: no song has subtitles, no book an extra.
func suited(to []owner, r Role) []owner {
	if r != Subtitle && r != Extra {
		return to
	}
	out := to[:0:0]
	for _, o := range to {
		if o.part.Kind == Movie || o.part.Kind == Series {
			out = append(out, o)
		}
	}
	return out
}

// alone is the only owner there is; or all, for a picture of what is one work in several media.
func alone(to []owner, r Role) []owner {
	if len(to) < 2 {
		return to
	}
	if r != Artwork && r != Metadata {
		return nil
	}
	for _, o := range to[1:] {
		if o.part.titleKeys[0] != to[0].part.titleKeys[0] {
			return nil
		}
	}
	return to
}

// seasonOwner lets pictures of a season stand with its first episode's part as the series' own: "season01-poster.jpg".
func (d *derivation) seasonOwner(e *entry, r Role) ([]owner, bool) {
	if r != Artwork || !strings.HasPrefix(strings.ToLower(e.stem), "season") {
		return nil, false
	}
	for _, p := range d.parts {
		if p.Kind == Series {
			return []owner{{p, -1}}, true
		}
	}
	return nil, false
}

func languageOf(e *entry) string {
	if len(e.Languages) > 0 {
		return e.Languages[0]
	}
	return ""
}

// artworkRank orders pictures by what their names say that they show.
func artworkRank(stem string) int {
	stem = strings.ToLower(stem)
	for i, word := range [...]string{"poster", "cover", "folder", "front", "movie", "album", "default", "thumb"} {
		if stem == word || strings.HasSuffix(stem, "-"+word) && !strings.HasPrefix(stem, "season") {
			return i
		}
	}
	for i, word := range [...]string{"season", "fanart", "backdrop", "banner", "logo", "clearart", "disc", "back"} {
		if strings.Contains(stem, word) {
			return 20 + i
		}
	}
	return 10
}

// sortArtwork has the likeliest picture of a part come first.
func (d *derivation) sortArtwork(p *Part) {
	count := 0
	for _, m := range p.others {
		if m.Role == Artwork {
			count++
		}
	}
	if count < 2 {
		return
	}
	rank := make(map[int64]int, count)
	for _, e := range d.companions {
		if e.Kind == media.KindArtwork {
			rank[e.ID] = artworkRank(e.stem)
		}
	}
	slices.SortStableFunc(p.others, func(a, b Member) int { return rank[a.ID] - rank[b.ID] })
}
