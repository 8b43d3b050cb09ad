package works

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Join makes works of parts: of all, or of a set that shares keys with no other part. Works stand behind the ones that
// they are below. Artists are not among them.
func Join(parts []*Part) []Work { return AppendJoined(nil, parts) }

// AppendJoined appends what Join makes of parts to works, for who has room for them.
func AppendJoined(out []Work, parts []*Part) []Work {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b *Part) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Unit.Root, b.Unit.Root),
			strings.Compare(a.Unit.Dir, b.Unit.Dir), compareItems(a.first(), b.first()))
	})
	count := 0
	for _, p := range parts {
		count += 1 + len(p.leaves) + len(p.leaves)/4 // and seasons
	}
	before := len(out)
	out = slices.Grow(out, count)
	for _, set := range shared(parts) {
		n := len(out)
		out = joinSet(out, set)
		if set[0].apart {
			setApart(out[n:], set[0].Unit)
		}
	}
	distinguish(out[before:])
	return out
}

// first is the part's first main item, which no other part of its kind has.
func (p *Part) first() *Item {
	switch {
	case len(p.tracks) > 0:
		return p.tracks[0].item
	case len(p.versions) > 0:
		return p.versions[0].items[0]
	case len(p.leaves) > 0:
		return p.leaves[0].versions[0].items[0]
	}
	return &Item{}
}

// compareItems orders items by path; a missing one may stand at the path of another.
func compareItems(a, b *Item) int {
	return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
}

// shared finds the sets of parts that keys connect, each in the order of parts.
func shared(parts []*Part) [][]*Part {
	parent := make([]int, len(parts))
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := make(map[string]int, len(parts))
	apart := make([]string, 1) // of the part that was the last to stay apart: those of a unit and kind stand together
	var last *Part
	for i, p := range parts {
		parent[i] = i
		keys := p.Keys
		if p.apart {
			if last == nil || last.Kind != p.Kind || last.Unit != p.Unit {
				apart[0], last = string(p.Kind)+apartName(p.Unit), p
			}
			keys = apart
		}
		for _, key := range keys {
			j, ok := first[key]
			if !ok {
				first[key] = i
				continue
			}
			if a, b := find(i), find(j); a != b {
				parent[max(a, b)] = min(a, b)
			}
		}
	}
	at := make([]int, len(parts))
	var out [][]*Part
	for i, p := range parts {
		root := find(i)
		if root == i {
			at[i] = len(out)
			out = append(out, nil)
		}
		out[at[root]] = append(out[at[root]], p)
	}
	return out
}

// joinSet joins parts that keys connect, all of one kind, and appends the works that they are. So do those that it asks.
func joinSet(out []Work, parts []*Part) []Work {
	switch parts[0].Kind {
	case Album:
		return joinAlbums(out, parts)
	case Audiobook:
		return joinAudiobooks(out, parts)
	case Track:
		return songWorks(out, parts)
	case Movie:
		return joinAs(out, parts, unknownApart, leafless)
	case Series:
		return joinAs(out, parts, unknownJoins, seriesWorks)
	case Comic:
		return joinAs(out, parts, unknownJoins, comicWorks)
	case Book:
		return joinBooks(out, parts)
	}
	return out
}

// songWorks makes a work of each song: none is joined with another.
func songWorks(out []Work, parts []*Part) []Work {
	for i, p := range parts {
		out = leafless(out, parts[i:i+1], p.Keys[0])
		out[len(out)-1].Parent = ArtistKey(p.group, p.Credit.Name)
	}
	return out
}

// joinAs joins parts by id, title and year.
func joinAs(out []Work, parts []*Part, missing unknown, works func([]Work, []*Part, string) []Work) []Work {
	if len(parts) == 1 {
		return works(out, parts, keyOf(parts, missing == unknownApart))
	}
	things := make([]identity, len(parts))
	for i, p := range parts {
		things[i] = identity{ids: p.ids, titles: p.titleKeys, year: p.year}
	}
	for _, group := range clustered(things, missing).groups() {
		held := make([]*Part, len(group))
		for i, at := range group {
			held[i] = parts[at]
		}
		out = works(out, held, keyOf(held, missing == unknownApart))
	}
	return out
}

// keyOf makes the key of a work: by its first id, else by title and year, else with its folder.
func keyOf(parts []*Part, byFolder bool) string {
	p := parts[0]
	key := string(p.Kind) + "\x00" + p.group
	year := 0
	for _, q := range parts {
		for _, provider := range sortedKeys(q.ids) {
			return key + "\x00" + provider + "\x00" + q.ids[provider]
		}
		year = cmp.Or(year, q.year)
	}
	if len(p.titleKeys) > 0 {
		key += "\x00" + p.titleKeys[0]
	}
	if year == 0 && byFolder {
		return key + "\x00" + p.Unit.Root + "\x00" + p.Unit.Dir
	}
	return key + "\x00" + digits(year)
}

// distinguish makes keys differ where works that are told apart by more than their keys say bear the same. The ones
// below follow those above.
func distinguish(works []Work) {
	seen := make(map[string]int, len(works))
	renamed := ""
	was := ""
	for i := range works {
		w := &works[i]
		if was != "" && strings.HasPrefix(w.Key, was) && w.Parent != "" && strings.HasPrefix(w.Parent, was) {
			w.Key, w.Parent = renamed+w.Key[len(was):], renamed+w.Parent[len(was):]
			continue
		}
		was = ""
		seen[w.Key]++
		if n := seen[w.Key]; n > 1 {
			was = w.Key
			renamed = was + "\x00#" + digits(n)
			w.Key = renamed
		}
	}
}

// workOf is what parts say of the work that they are, but for its items.
func workOf(parts []*Part, key string) Work {
	w := Work{Kind: parts[0].Kind, Key: key, Group: parts[0].group}
	var titles, sure common
	for _, p := range parts {
		weight := max(1, len(p.tracks)+len(p.leaves)+len(p.versions))
		titles.add(p.title, weight)
		if p.sure {
			sure.add(p.title, weight)
		}
		if p.year != 0 && (w.Year == 0 || p.year < w.Year) {
			w.Year = p.year
		}
		w.SortTitle = cmp.Or(w.SortTitle, p.sort)
		w.Series = cmp.Or(w.Series, p.series)
		w.Date = cmp.Or(w.Date, p.date)
		if w.Number == nil {
			w.Number = p.number
		}
		for provider, id := range p.ids {
			if w.IDs == nil {
				w.IDs = make(map[string]string, len(p.ids))
			}
			if old, ok := w.IDs[provider]; !ok || id < old {
				w.IDs[provider] = id
			}
		}
		if len(w.Authors) == 0 {
			w.Authors = p.authors
		}
		w.Narrators = union(w.Narrators, p.narrators)
		w.Artists = union(w.Artists, p.artists)
		w.Genres = union(w.Genres, p.genres)
		w.Roots = include(w.Roots, p.Unit.Root)
		for _, k := range p.Keys {
			if !slices.Contains(w.PartKeys, k) {
				w.PartKeys = append(w.PartKeys, k)
			}
		}
	}
	if w.Title = sure.best(); w.Title == "" {
		w.Title = titles.best()
	}
	w.SortTitle = cmp.Or(w.SortTitle, SortTitle(w.Title))
	return w
}

// leafless makes the work of parts that have nothing below them.
func leafless(out []Work, parts []*Part, key string) []Work {
	out = append(out, workOf(parts, key))
	w := &out[len(out)-1]
	var vs []version
	var others []Member
	for _, p := range parts {
		vs = append(vs, p.versions...)
		others = append(others, p.others...)
	}
	sortVersions(vs)
	fill(w, vs, others)
	return out
}

// fill gives a work its items.
func fill(w *Work, vs []version, others []Member) {
	var t tally
	for i := range vs {
		t.version(&vs[i], i == 0)
	}
	for _, m := range others {
		if m.Role == Subtitle && m.Language != "" {
			t.SubtitleLanguages = include(t.SubtitleLanguages, m.Language)
		}
	}
	t.into(w)
	w.Members = members(vs, others)
	w.Artwork = artworkOf(vs, w.Members)
}

// holdOthers gives a work above others what belongs to it alone.
func holdOthers(w *Work, parts []*Part) {
	var others []Member
	for _, p := range parts {
		others = append(others, p.others...)
	}
	w.Members = members(nil, others)
	w.Artwork = artworkOf(nil, w.Members)
}

// artworkOf is the picture that members hold, the likeliest first, else a main item with one in it.
func artworkOf(vs []version, members []Member) int64 {
	for _, m := range members {
		if m.Role == Artwork {
			return m.ID
		}
	}
	for i := range vs {
		for _, it := range vs[i].items {
			if it.Pictured {
				return it.ID
			}
		}
	}
	return 0
}

// mergeLeaves joins the episodes or issues of parts, in order of season and number.
func mergeLeaves(parts []*Part) []leaf {
	var out []leaf
	for _, p := range parts {
		out = append(out, p.leaves...)
	}
	slices.SortStableFunc(out, func(a, b leaf) int {
		return cmp.Or(cmp.Compare(a.season, b.season), compareNumber(a.number, b.number), natural(a.key, b.key))
	})
	n := 0
	for i := range out {
		if n > 0 && out[n-1].season == out[i].season && out[n-1].key == out[i].key {
			last := &out[n-1]
			last.versions = append(slices.Clip(last.versions), out[i].versions...)
			last.others = append(slices.Clip(last.others), out[i].others...)
			last.title = cmp.Or(last.title, out[i].title)
			last.date = cmp.Or(last.date, out[i].date)
			continue
		}
		out[n] = out[i]
		n++
	}
	return out[:n]
}

// compareNumber puts what has no number last.
func compareNumber(a, b *float64) int {
	switch {
	case a != nil && b != nil:
		return cmp.Compare(*a, *b)
	case a != nil:
		return -1
	case b != nil:
		return 1
	}
	return 0
}

// leafWork makes the work of an episode or issue.
func leafWork(kind Kind, l leaf, parent string, above *Work) Work {
	w := Work{Kind: kind, Key: parent + "\x00" + l.key, Parent: parent, Title: l.title, SortTitle: SortTitle(l.title),
		Number: l.number, Date: l.date, Group: above.Group, Series: above.Title}
	w.Year = yearOf(l.date)
	vs := l.versions
	if len(vs) > 1 {
		vs = slices.Clone(vs)
		sortVersions(vs)
	}
	fill(&w, vs, slices.Clone(l.others))
	return w
}

func yearOf(date string) int {
	n := 0
	for i := range 4 {
		if i >= len(date) || !isDigit(date[i]) {
			return 0
		}
		n = n*10 + int(date[i]-'0')
	}
	return n
}

func digits(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
