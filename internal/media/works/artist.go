package works

import (
	"cmp"
	"slices"
	"strings"
)

// various is what compilations are by.
const various = "Various Artists"

var variousNames = map[string]bool{
	"various artists": true, "various": true, "va": true, "v a": true, "diverse": true, "various artist": true,
	"diverse interpreten": true, "verschiedene interpreten": true, "verschiedene": true, "artistes divers": true,
	"artisti vari": true, "varios artistas": true, "varios": true, "various composers": true, "compilation": true,
	"compilations": true, "soundtrack": true, "soundtracks": true, "ost": true,
}

// artistKey is what an artist is known by: one key for all names of various artists.
func artistKey(name string) string {
	key := Fold(name)
	if variousNames[key] {
		return "various artists"
	}
	return key
}

// guests are words that a guest's name follows.
var guests = []string{" feat. ", " feat ", " ft. ", " ft ", " featuring ", "; "}

// primary is the artist before guests and further ones. A slash, a comma or "&" is a part of a name.
func primary(name string) string {
	if len(name) < 6 {
		return strings.TrimSpace(name)
	}
	end := len(name)
	for i := 1; i+2 < end; i++ {
		if name[i] != ' ' && name[i] != ';' {
			continue
		}
		at := i
		rest := name[i:end]
		if name[i] == ' ' && (name[i+1] == '(' || name[i+1] == '[') {
			rest = " " + name[i+2:end]
		}
		for _, g := range guests {
			if len(rest) > len(g) && strings.EqualFold(rest[:len(g)], g) {
				return strings.TrimSpace(name[:at])
			}
		}
	}
	return strings.TrimSpace(name)
}

// artistsOf are the artists of a track, as its tags list them.
func artistsOf(e *entry) []string {
	if len(e.Artists) > 0 {
		return e.Artists
	}
	if e.Artist != "" {
		return []string{e.Artist}
	}
	return nil
}

// creditOf says whom tracks are by: the album artist of most, else various artists where a flag says so, else the one
// artist of all, else various. Tracks that name nobody are by nobody.
func creditOf(files []*entry) Credit {
	var said, names, ids, sorts common
	for _, e := range files {
		said.add(e.AlbumArtist, 1)
	}
	for i, name := range said.said {
		names.add(primary(name), said.counts[i])
	}
	if len(names.said) > 0 {
		name := byKey(&names)
		key := artistKey(name)
		for _, e := range files {
			if e.AlbumArtistSort == "" && len(e.IDs) == 0 || artistKey(primary(e.AlbumArtist)) != key {
				continue
			}
			ids.add(single(e.IDs["musicbrainz_albumartist"]), 1)
			sorts.add(e.AlbumArtistSort, 1)
		}
		return credit(name, sorts.best(), ids.best())
	}
	for _, e := range files {
		if e.Compilation {
			return credit(various, "", "")
		}
	}
	name := oneArtist(files)
	if name == "" {
		if !slices.ContainsFunc(files, func(e *entry) bool { return e.Artist != "" }) {
			return Credit{}
		}
		return credit(various, "", "")
	}
	key := artistKey(name)
	for _, e := range files {
		if (e.ArtistSort != "" || len(e.IDs) > 0) && artistKey(e.Artist) == key {
			ids.add(single(e.IDs["musicbrainz_artist"]), 1)
			sorts.add(e.ArtistSort, 1)
		}
	}
	return credit(name, sorts.best(), ids.best())
}

func credit(name, sort, id string) Credit {
	if artistKey(name) == artistKey(various) {
		return Credit{Name: various, Count: 1}
	}
	return Credit{Name: name, Sort: sort, ID: id, Count: 1}
}

// byKey is the name that most say, whatever its spelling. Where no name is that of half of those who say one, they are
// various.
func byKey(names *common) string {
	if len(names.said) == 1 {
		return names.said[0]
	}
	spellings := make(map[string]*common)
	var keys common
	said := 0
	for i, name := range names.said {
		key := artistKey(name)
		if spellings[key] == nil {
			spellings[key] = &common{}
		}
		spellings[key].add(name, names.counts[i])
		keys.add(key, names.counts[i])
		said += names.counts[i]
	}
	best := keys.best()
	if most := keys.counts[keys.find(best)]; 2*most < said || 2*most == said && len(keys.said) > 2 {
		return various
	}
	return spellings[best].best()
}

// oneArtist is the artist that all tracks name, first or among others, or by whom most are of those that lie in a folder
// of that name; "" where there is none.
func oneArtist(files []*entry) string {
	first := files[0].Artist
	if !slices.ContainsFunc(files, func(e *entry) bool { return e.Artist != first }) {
		return primary(first)
	}
	counts := make(map[string]int)
	alone := make(map[string]bool) // on a track of its own
	var names common
	for _, e := range files {
		said := map[string]bool{}
		alone[artistKey(e.Artist)] = true
		for _, name := range append([]string{e.Artist}, e.Artists...) {
			if name = primary(name); name != "" && !said[artistKey(name)] {
				said[artistKey(name)] = true
				counts[artistKey(name)]++
				names.add(name, 1)
			}
		}
	}
	for _, e := range files { // "A & B" is one name, unless A has tracks of its own beside it
		if lead := beforeOthers(primary(e.Artist)); lead != "" && alone[artistKey(lead)] {
			counts[artistKey(lead)]++
		}
	}
	var all common
	for i, name := range names.said {
		n := counts[artistKey(name)]
		if n >= len(files) || 2*n > len(files) && liesBelow(files[0].Path, artistKey(name)) {
			all.add(name, names.counts[i])
		}
	}
	return all.best()
}

// others are words between names that are one name where nothing says otherwise.
var others = []string{" & ", ", ", " and ", " with ", " vs. ", " vs ", " x ", " + ", "/", " / "}

// beforeOthers is the first of several names; "" where there is one.
func beforeOthers(name string) string {
	end := len(name)
	for _, word := range others {
		if i := strings.Index(strings.ToLower(name[:end]), word); i > 0 {
			end = i
		}
	}
	if end == len(name) {
		return ""
	}
	return strings.TrimSpace(name[:end])
}

// liesBelow reports whether a folder of a path is named by an artist's key.
func liesBelow(path, key string) bool {
	for name := range strings.SplitSeq(path, "/") {
		if artistKey(name) == key {
			return true
		}
	}
	return false
}

// single is an id where there is one; several are joined in one text.
func single(id string) string {
	if len(id) == 36 {
		return strings.ToLower(id)
	}
	return ""
}

// albumArtists are the names that the album artist of most tracks lists.
func albumArtists(c Credit, files []*entry) []string {
	if c.Name == "" {
		return nil
	}
	key, last := artistKey(c.Name), ""
	for _, e := range files {
		if e.AlbumArtist == last {
			continue
		}
		last = e.AlbumArtist
		if artistKey(primary(e.AlbumArtist)) == key {
			var out []string
			for _, name := range strings.Split(e.AlbumArtist, "; ") {
				out = include(out, primary(name))
			}
			return out
		}
	}
	return []string{c.Name}
}

// ArtistKey is the key by which works name the artist that they are by; "" where nobody is named.
func ArtistKey(group, name string) string {
	if name == "" {
		return ""
	}
	return string(Artist) + "\x00" + group + "\x00" + artistKey(name)
}

// JoinArtists makes artists of credits: of all, or of those that share names and ids with no others. Names that are
// one when folded are one artist, and so are names for which most who say an id say the same one.
func JoinArtists(credits []Credit) []Work {
	type named struct {
		key   string
		names common
		sorts common
		ids   common
		group string
	}
	at := make(map[string]*named)
	var order []string
	for _, c := range credits {
		key := ArtistKey(c.Group, c.Name)
		n := at[key]
		if n == nil {
			n = &named{key: key, group: c.Group}
			at[key] = n
			order = append(order, key)
		}
		n.names.add(c.Name, c.Count)
		n.sorts.add(c.Sort, c.Count)
		n.ids.add(c.ID, c.Count)
	}
	slices.Sort(order)
	byID := make(map[string]int)
	var sets [][]*named
	for _, key := range order {
		n := at[key]
		id := n.ids.best()
		if id == "" {
			sets = append(sets, []*named{n})
			continue
		}
		if i, ok := byID[n.group+"\x00"+id]; ok {
			sets[i] = append(sets[i], n)
			continue
		}
		byID[n.group+"\x00"+id] = len(sets)
		sets = append(sets, []*named{n})
	}
	out := make([]Work, 0, len(sets))
	for _, set := range sets {
		w := Work{Kind: Artist, Key: set[0].key, Group: set[0].group}
		var names, sorts common
		for i, n := range set {
			for j, name := range n.names.said {
				names.add(name, n.names.counts[j])
			}
			for j, s := range n.sorts.said {
				sorts.add(s, n.sorts.counts[j])
			}
			if i > 0 {
				w.Aliases = append(w.Aliases, n.key)
			}
		}
		if id := set[0].ids.best(); id != "" {
			w.IDs = map[string]string{"musicbrainz_artist": id}
		}
		w.Title = names.best()
		w.SortTitle = cmp.Or(sorts.best(), SortTitle(w.Title))
		out = append(out, w)
	}
	return out
}
