package works

import (
	"cmp"
	"slices"
	"strings"
)

// deriveAlbums makes the albums of a unit, by album title, release and album artist, and works of songs without album.
func (d *derivation) deriveAlbums() {
	groups := make(map[string][]*entry)
	var order []string
	for _, e := range d.tracks {
		title := ""
		if e.Album != "" {
			title, _ = albumTitle(e.Album)
		}
		key := d.folds.fold(title)
		if _, ok := groups[key]; !ok {
			order = append(order, key)
		}
		groups[key] = append(groups[key], e)
	}
	for _, key := range order {
		if key == "" || d.isHeap(key, groups[key]) {
			for _, e := range groups[key] {
				d.songOf(e)
			}
			continue
		}
		for _, tracks := range d.splitAlbum(groups[key], len(order) > 1) {
			d.albumOf(key, tracks)
		}
	}
}

// heaps are names of folders that hold songs of no album.
var heaps = map[string]bool{
	"singles": true, "single": true, "loose": true, "loose tracks": true, "misc": true, "miscellaneous": true,
	"unsorted": true, "various": true, "music": true, "mp3": true, "songs": true, "tracks": true, "downloads": true,
	"download": true, "mixed": true, "other": true, "others": true, "unknown": true, "unknown album": true,
	"non album tracks": true, "non album": true, "random": true, "stuff": true, "new": true, "incoming": true,
	"audio": true, "mixes": true, "remixes": true, "youtube": true, "soundcloud": true,
}

// isHeap reports whether an "album" is only the folder that songs lie in: its name is one of a heap, or is the
// folder's while neither numbers nor one artist hold the songs together.
func (d *derivation) isHeap(key string, tracks []*entry) bool {
	artist := ""
	one := true
	for _, e := range tracks {
		if e.Track > 0 || e.AlbumArtist != "" || e.Compilation || e.IDs["musicbrainz_album"] != "" {
			return false
		}
		name := Fold(primary(e.Artist))
		one = one && (artist == "" || name == artist)
		artist = name
	}
	if heaps[key] {
		return true
	}
	return !one && key == Fold(d.named.title)
}

func (d *derivation) songOf(e *entry) {
	p := d.add(&Part{Kind: Track, title: cmp.Or(e.Title, e.stem), sort: e.SortTitle, year: e.Year})
	p.artists = artistsOf(e)
	p.titleKeys = []string{Fold(p.title) + "\x00" + e.stem}
	p.Keys = []string{d.key(Track, d.unit.Root, e.Path)}
	p.Credit = creditOf([]*entry{e})
	p.versions = []version{{items: []*Item{e.Item}}}
}

// albumTitle is an album's title without the disc that it names, and that disc.
func albumTitle(s string) (title string, disc int) {
	i := len(s)
	for {
		// "Title (Disc 2)", "Title [CD 2: Live]", "Title, Disc 2", "Title CD2", "Title - Disc 2"
		i = lastWord(s[:i], "disc", "disk", "cd", "disque")
		if i <= 0 {
			return s, 0
		}
		word := 2
		for word+i < len(s) && isLetter(s[i+word]) {
			word++
		}
		n, rest, ok := leadingNumber(strings.ToLower(strings.TrimLeft(s[i+word:], " .#")))
		open := strings.TrimRight(s[:i], " ")
		title = strings.TrimRight(open, " -,:([{")
		if !ok || n == 0 || n > 99 || title == "" {
			continue
		}
		bracket := open != "" && strings.IndexByte("([{", open[len(open)-1]) >= 0
		rest = strings.TrimSpace(rest)
		if bracket || rest == "" || rest[0] == ':' || strings.HasPrefix(rest, "of ") {
			return title, n
		}
	}
}

// lastWord is where the last of the words begins in s, as a word or with a number behind it; -1: nowhere.
func lastWord(s string, words ...string) int {
	for i := len(s) - 2; i > 0; i-- {
		if isLetter(s[i-1]) {
			continue
		}
		for _, w := range words {
			end := i + len(w)
			if end <= len(s) && strings.EqualFold(s[i:end], w) && (end == len(s) || !isLetter(s[end])) {
				return i
			}
		}
	}
	return -1
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 }

// splitAlbum tells albums of one title in one unit apart: by release ids whose numbers overlap, and by artists
// likewise. In a folder of several albums (many) different album artists are enough.
func (d *derivation) splitAlbum(tracks []*entry, many bool) [][]*entry {
	release := func(e *entry) string { return e.IDs["musicbrainz_album"] }
	credited := func(e *entry) string { return e.AlbumArtist }
	artist := func(e *entry) string { return e.Artist }
	same := func(s string) string { return s }
	byName := func(s string) string { return artistKey(primary(s)) }
	var out [][]*entry
	for _, some := range splitOverlapping(tracks, release, same, false) {
		for _, less := range splitOverlapping(some, credited, byName, many) {
			if many && !slices.ContainsFunc(less, func(e *entry) bool { return e.AlbumArtist != "" || e.Compilation }) {
				out = append(out, splitOverlapping(less, artist, byName, false)...)
				continue
			}
			out = append(out, less)
		}
	}
	return out
}

// splitOverlapping splits tracks by what each says, as it is read, if sets of them hold other songs under the same
// numbers; or always. What says nothing goes with the largest set that has room.
func splitOverlapping(tracks []*entry, says func(*entry) string, read func(string) string, always bool) [][]*entry {
	one := ""
	if !slices.ContainsFunc(tracks, func(e *entry) bool {
		s := says(e)
		one = cmp.Or(one, s)
		return s != "" && s != one
	}) {
		return [][]*entry{tracks}
	}
	sets := make(map[string][]*entry)
	var order []string
	for _, e := range tracks {
		key := says(e)
		if key != "" {
			key = read(key)
		}
		if _, ok := sets[key]; !ok && key != "" {
			order = append(order, key)
		}
		sets[key] = append(sets[key], e)
	}
	if len(order) < 2 || !always && !overlap(sets, order) {
		return [][]*entry{tracks}
	}
	slices.SortStableFunc(order, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(sets[b]), len(sets[a])), cmp.Compare(a, b))
	})
	out := make([][]*entry, len(order))
	taken := make([]map[[2]int]bool, len(order))
	for i, key := range order {
		out[i] = sets[key]
		taken[i] = make(map[[2]int]bool, len(out[i]))
		for _, e := range out[i] {
			taken[i][numbersOf(e)] = true
		}
	}
	for _, e := range sets[""] {
		at := 0
		for i := range out {
			if !taken[i][numbersOf(e)] {
				at = i
				break
			}
		}
		out[at] = append(out[at], e)
		taken[at][numbersOf(e)] = true
	}
	return out
}

// overlap reports whether sets hold different songs under the same numbers: at least half of those of the smaller
// set. One stray track does not make an album.
func overlap(sets map[string][]*entry, order []string) bool {
	titles := make(map[[2]int]string)
	owner := make(map[[2]int]string)
	clashes := make(map[string]int)
	for _, key := range order {
		for _, e := range sets[key] {
			n := numbersOf(e)
			if n[1] == 0 {
				continue
			}
			title := Fold(withoutBrackets(e.Title))
			if other, ok := titles[n]; ok && owner[n] != key && other != title {
				clashes[key]++
			} else if !ok {
				titles[n], owner[n] = title, key
			}
		}
	}
	for key, n := range clashes {
		if 2*n >= len(sets[key]) {
			return true
		}
	}
	return false
}

// numbersOf are disc and number as the track itself says them, or its folder.
func numbersOf(e *entry) [2]int { return [2]int{cmp.Or(e.Disc, e.disc), e.Track} }

func (d *derivation) albumOf(key string, files []*entry) {
	p := d.add(&Part{Kind: Album, titleKeys: []string{key}, ids: map[string]string{}})
	p.tracks = d.placeTracks(files, func(e *entry) int { return e.Track })
	p.Credit = creditOf(files)
	p.year = d.albumYear(files)
	var titles, ids, groups, sorts, editions common
	for _, e := range files {
		title, _ := albumTitle(e.Album)
		titles.add(title, 1)
		ids.add(e.IDs["musicbrainz_album"], 1)
		groups.add(e.IDs["musicbrainz_releasegroup"], 1)
		sorts.add(e.AlbumSort, 1)
		editions.add(e.AlbumVersion, 1)
	}
	p.title, p.sort, p.edition = titles.best(), sorts.best(), editions.best()
	if id := ids.best(); id != "" {
		p.ids["musicbrainz_album"] = id
		p.Keys = append(p.Keys, d.key(Album, "id", id))
	}
	if id := groups.best(); id != "" {
		p.ids["musicbrainz_releasegroup"] = id
	}
	p.artists = albumArtists(p.Credit, files)
	by := artistKey(p.Credit.Name)
	if by == "" {
		by = d.unit.Root + "\x00" + d.unit.Dir // nobody's album joins no other folder's
	}
	p.Keys = append(p.Keys, d.key(Album, by, key))
}

// albumYear is the year of most tracks, else the folder's, else the newest: no album is older than a song of it.
func (d *derivation) albumYear(files []*entry) int {
	counts := make(map[int]int)
	newest := 0
	for _, e := range files {
		counts[e.Year]++
		newest = max(newest, e.Year)
	}
	for year, n := range counts {
		if year != 0 && 2*n > len(files) {
			return year
		}
	}
	return cmp.Or(d.named.year, newest)
}

// placeTracks orders the files of an album or audiobook and finds those that are a song once more, in another
// version. The disc is the file's own, its album title's, its folder's, or its unit's.
func (d *derivation) placeTracks(files []*entry, number func(*entry) int) []track {
	_, disc := albumTitle(d.named.title)
	byFolder := discsClash(files)
	tracks := make([]track, len(files))
	for i, e := range files {
		t := track{item: e.Item, disc: e.Disc, num: number(e)}
		if byFolder && e.disc > 0 {
			t.disc = e.disc
		}
		if t.disc == 0 {
			_, t.disc = albumTitle(e.Album)
		}
		t.disc = cmp.Or(t.disc, e.disc, disc)
		tracks[i] = t
	}
	sortTracks(tracks)
	for i := range tracks[1:] {
		if a, b := &tracks[i], &tracks[i+1]; a.disc == b.disc && a.num == b.num {
			findVersions(tracks)
			sortTracks(tracks)
			break
		}
	}
	return tracks
}

// findVersions numbers tracks that are one song: the format of most comes first, so that a few songs in another fill
// its holes. Other songs under one number are no versions.
func findVersions(tracks []track) {
	formats := make(map[string]int)
	for i := range tracks {
		formats[extOf(tracks[i].item.Path)]++
	}
	rank := make([]int, len(tracks))
	for i := range rank {
		rank[i] = i
	}
	slices.SortStableFunc(rank, func(a, b int) int {
		return cmp.Compare(formats[extOf(tracks[b].item.Path)], formats[extOf(tracks[a].item.Path)])
	})
	times := make(map[song]int, len(tracks))
	for _, i := range rank {
		t := &tracks[i]
		s := song{t.disc, t.num, t.title()}
		t.version = times[s]
		times[s]++
	}
}

// discsClash reports whether folders of discs hold other songs under the same numbers: then the tracks' own discs are
// wrong.
func discsClash(files []*entry) bool {
	if !slices.ContainsFunc(files, func(e *entry) bool { return e.disc > 0 }) {
		return false
	}
	type at struct {
		title  string
		folder int
	}
	seen := make(map[[2]int]at)
	for _, e := range files {
		if e.disc == 0 || e.Track == 0 {
			continue
		}
		n := [2]int{e.Disc, e.Track}
		if other, ok := seen[n]; ok && other.folder != e.disc && other.title != e.Title {
			return true
		}
		seen[n] = at{e.Title, e.disc}
	}
	return false
}

func sortTracks(tracks []track) {
	slices.SortStableFunc(tracks, func(a, b track) int {
		return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.disc, b.disc), cmp.Compare(a.num, b.num),
			natural(a.item.Path, b.item.Path), cmp.Compare(a.item.ID, b.item.ID))
	})
}
