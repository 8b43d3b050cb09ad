package name

import (
	"slices"
	"strconv"
)

// Groups is what the files of one folder are to each other.
type Groups struct {
	// Items are the works in the folder, in the order of their first files. Extras are items of their
	// own, since they are shown beside what they belong to.
	Items []GroupItem
	// Stacks are the works that come in several files to be played in a row.
	Stacks []Stack
}

// GroupItem is one work, with all files that hold it.
type GroupItem struct {
	Files    []string // of the first version, in playing order; more than one are a stack
	Versions []Stack  // other versions of the same work: another cut, another picture size
	Extra    string   // what it is beside a feature, empty for features
}

// Stack is a name and the files that are played under it, in order.
type Stack struct {
	Name  string
	Files []string
}

// Group tells which of the files of one folder are parts of one work ("cd1", "cd2"), which are
// versions of one ("1080p", "Director's Cut"), and which are extras. Files are paths or bare names;
// their order does not matter for what is found, only for the order of what is returned.
func Group(files []string) Groups {
	var g Groups
	stacked := make(map[string]bool)
	g.Stacks = findStacks(files)
	for _, s := range g.Stacks {
		for _, f := range s.Files {
			stacked[f] = true
		}
	}
	units := make([]unit, 0, len(files))
	seen := make(map[string]bool, len(g.Stacks))
	for _, f := range files {
		switch {
		case !stacked[f]:
			u := unit{files: []string{f}, guess: Parse(f)}
			p := splitPath(f)
			u.name, u.folder = p.file, p.dirs[0]
			units = append(units, u)
		default:
			s := stackOf(g.Stacks, f)
			if !seen[s.Name] {
				seen[s.Name] = true
				u := unit{files: s.Files, name: s.Name, guess: Parse(s.Files[0])}
				u.folder = splitPath(f).dirs[0]
				units = append(units, u)
			}
		}
	}
	g.Items = mergeVersions(units)
	return g
}

// unit is a file, or the files of a stack, before versions are put together.
type unit struct {
	files        []string
	name, folder string
	guess        Guess
}

func stackOf(stacks []Stack, file string) Stack {
	for _, s := range stacks {
		if slices.Contains(s.Files, file) {
			return s
		}
	}
	return Stack{}
}

// findStacks collects files whose names differ in the number of a part at their end only.
func findStacks(files []string) []Stack {
	type key struct{ dir, base, kind, ext string }
	parts := make(map[key][]string)
	var order []key
	for _, f := range files {
		p := splitPath(f)
		base, kind, ok := cutPart(p.file)
		if !ok {
			continue
		}
		k := key{p.dirs[0], base, kind, p.ext}
		if parts[k] == nil {
			order = append(order, k)
		}
		parts[k] = append(parts[k], f)
	}
	var stacks []Stack
	for _, k := range order {
		if fs := parts[k]; len(fs) > 1 {
			slices.SortStableFunc(fs, comparePart)
			stacks = append(stacks, Stack{Name: k.base, Files: fs})
		}
	}
	return stacks
}

func comparePart(a, b string) int {
	x, y := splitPath(a).file, splitPath(b).file
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	if x < y {
		return -1
	}
	return 1
}

// cutPart cuts the number of a part off the end of a name: cd1, part 2, disc-3, pt. 4, dvd1, with a
// number or a letter; and returns the word for it.
func cutPart(file string) (base, kind string, ok bool) {
	end := len(file)
	i := end
	for i > 0 && isDigit(file[i-1]) {
		i--
	}
	if i == end && end > 0 && file[end-1]|0x20 >= 'a' && file[end-1]|0x20 <= 'd' {
		i--
	}
	if i == end || end-i > 2 {
		return "", "", false
	}
	j := i
	for j > 0 && isJoint(file[j-1]) {
		j--
	}
	for _, word := range [...]string{"part", "disc", "disk", "dvd", "cd", "pt"} {
		k := j - len(word)
		if k <= 0 || !equalFold(file[k:j], word) || !isJoint(file[k-1]) && file[k-1] != ']' && file[k-1] != ')' {
			continue
		}
		for k > 0 && isJoint(file[k-1]) {
			k--
		}
		if k > 0 {
			return file[:k], word, true
		}
	}
	return "", "", false
}

func isJoint(c byte) bool { return c == ' ' || c == '.' || c == '-' || c == '_' }

func equalFold(a, b string) bool {
	for i := range len(b) {
		if a[i]|0x20 != b[i] {
			return false
		}
	}
	return true
}

// mergeVersions puts units of the same work together: episodes with the same numbers, and films whose
// names begin as their folder's does, and go on with what tells versions apart.
func mergeVersions(units []unit) []GroupItem {
	var items []GroupItem
	at := make(map[string]int)
	for _, u := range units {
		if u.guess.Extra != "" {
			items = append(items, GroupItem{Files: u.files, Extra: u.guess.Extra})
			continue
		}
		key, ok := versionKey(u)
		if i, known := at[key]; ok && known {
			items[i].Versions = append(items[i].Versions, Stack{Name: u.name, Files: u.files})
			continue
		}
		if ok {
			at[key] = len(items)
		}
		items = append(items, GroupItem{Files: u.files})
	}
	return items
}

// versionKey returns what versions of one work have in common, and false for what has no versions.
func versionKey(u unit) (string, bool) {
	g := u.guess
	if len(g.Season) == 1 && len(g.Episode) > 0 {
		key := foldWord(g.Title) + "\x00s" + itoa(g.Season[0])
		for _, e := range g.Episode {
			key += "e" + strconv.FormatFloat(e, 'f', -1, 64)
		}
		if g.EpisodeDetails.Has("Special") { // S01OVA02 is no version of S01E02
			key += "s"
		}
		return key, true
	}
	if u.folder == "" {
		return "", false
	}
	rest, ok := cutFolder(u.name, u.folder)
	if !ok || !isVersion(rest) {
		return "", false
	}
	return "\x00f" + u.folder, true
}

// cutFolder cuts the folder's name off the beginning of a file's.
func cutFolder(name, folder string) (rest string, ok bool) {
	if len(name) < len(folder) || name[:len(folder)] != folder {
		return "", false
	}
	return name[len(folder):], true
}

// isVersion reports whether what follows the folder's name sets a version off: nothing, a dash or an
// underscore and words, or brackets that hold no year.
func isVersion(rest string) bool {
	if rest == "" {
		return true
	}
	i := 0
	for i < len(rest) && isJoint(rest[i]) {
		i++
	}
	if i == len(rest) {
		return false
	}
	switch rest[i] {
	case '[':
		return true
	case '(':
		return i+5 >= len(rest) || !isYear(rest[i+1:i+5])
	}
	for _, c := range []byte(rest[:i]) {
		if c == '-' || c == '_' || c == '.' {
			return true
		}
	}
	return false
}
