package works

import (
	"slices"
	"strings"
)

// stack is a version while its parts are gathered.
type stack struct {
	version
	parts []int // the number of each of its items, in order
	sure  bool  // parts are parts whatever their numbers are
}

// versionsOf makes versions of the videos of one film or episode: the parts of a stack are one, every other is its own.
func versionsOf(entries []*entry) []version {
	stacks := make(map[string]int) // the one of a key that takes parts
	var all []stack
	for _, e := range entries {
		key, part, sure := stackOf(e)
		i, ok := stacks[key]
		if part == 0 || !ok || slices.Contains(all[i].parts, part) {
			i = len(all)
			all = append(all, stack{version: version{edition: e.Edition}, sure: sure})
			if part > 0 {
				stacks[key] = i
			}
		}
		s := &all[i]
		at, _ := slices.BinarySearch(s.parts, part)
		s.parts = slices.Insert(s.parts, at, part)
		s.items = slices.Insert(s.items, at, e.Item)
	}
	out := make([]version, 0, len(all))
	for i := range all {
		out = append(out, all[i].versions()...)
	}
	return out
}

// versions are the stack, or each of its items where the numbers do not count from one: DVD5 and DVD9 are no parts.
func (s *stack) versions() (out []version) {
	if s.sure || len(s.items) < 2 || s.parts[0] == 1 && s.parts[1] == 2 {
		return []version{s.version}
	}
	for _, it := range s.items {
		out = append(out, version{items: []*Item{it}, edition: s.edition})
	}
	return out
}

// stackOf says which stack a video is a part of: by its name, or by the folder of its disc. sure says that it is one by
// what the name is known to say, and not by its looks alone.
func stackOf(e *entry) (key string, part int, sure bool) {
	name, n := cutPart(e.stem)
	switch {
	case n > 0 && (e.Part == 0 || e.Part == n):
		return e.dir + "/" + name + "." + e.ext, n, e.Part > 0
	case e.Part > 0:
		return e.dir + "/" + withoutDigits(strings.ToLower(e.stem)) + "." + e.ext, e.Part, true
	case e.disc > 0 && e.disc != bonusDisc:
		return "disc/" + withoutDigits(e.stem) + "." + e.ext, e.disc, true
	}
	return "", 0, false
}

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}

// partWords stand in front of a part's number.
var partWords = [...]string{"cd", "disc", "disk", "disque", "disco", "dvd", "part", "pt", "teil", "parte", "partie",
	"deel", "część", "часть"}

// partNames are numbers of parts that are not written in digits.
var partNames = map[string]int{
	"a": 1, "b": 2, "c": 3, "d": 4, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6,
}

// cutPart is a stem in lower case without the part that it names ("cd1", "pt 2", "part b", "Disc II", "(1990) a"), and
// the part's number: names of the parts of one version are equal without it. 0: it names none.
func cutPart(stem string) (rest string, part int) {
	s := strings.ToLower(stem)
	best := -1
	for _, word := range partWords {
		for from := len(s); ; {
			i := strings.LastIndex(s[:from], word)
			if i < 0 {
				break
			}
			from = i
			if i > 0 && isLetter(s[i-1]) || i <= best {
				continue
			}
			if n, after, ok := partNumber(s[i+len(word):]); ok {
				best, rest, part = i, s[:i]+"#"+after, n
			}
		}
	}
	if best >= 0 {
		return rest, part
	}
	// A letter alone at the end, behind a year or what stands in brackets.
	if i := len(s) - 1; i > 1 && s[i] >= 'a' && s[i] <= 'd' {
		front := strings.TrimRight(s[:i], partSeparators)
		if front != "" && len(front) < i && strings.ContainsAny(front[len(front)-1:], "0123456789)]}") {
			return front + "#", partNames[s[i:]]
		}
	}
	return "", 0
}

const partSeparators = " ._-"

// partNumber reads a part's number, and what stands behind it.
func partNumber(s string) (n int, after string, ok bool) {
	s = strings.TrimLeft(s, partSeparators)
	end := strings.IndexAny(s, partSeparators+"()[]{},")
	if end < 0 {
		end = len(s)
	}
	word := s[:end]
	if digits := strings.TrimLeft(word, "0"); isDigits(digits) && len(digits) <= 2 {
		for _, d := range []byte(digits) {
			n = 10*n + int(d-'0')
		}
		return n, s[end:], true
	}
	n, ok = partNames[word]
	return n, s[end:], ok
}
