package works

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// natural compares names as people order them: numbers by value, letters without case. It is a strict order: names that
// differ do not compare equal.
func natural(a, b string) int {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if isDigit(a[i]) && isDigit(b[j]) {
			x, y := digitRun(a, i), digitRun(b, j)
			if c := compareNumbers(a[i:x], b[j:y]); c != 0 {
				return c
			}
			i, j = x, y
			continue
		}
		if x, y := lower(a[i]), lower(b[j]); x != y {
			return cmp.Compare(x, y)
		}
		i, j = i+1, j+1
	}
	if c := cmp.Compare(len(a)-i, len(b)-j); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func digitRun(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// SortTitle is a title as it is sorted: without the English article in front.
func SortTitle(title string) string {
	for _, article := range [...]string{"The ", "A ", "An "} {
		if n := len(article); len(title) > n && strings.EqualFold(title[:n], article) {
			return strings.TrimSpace(title[n:])
		}
	}
	return title
}

// common counts what is said, and gives what is said most often.
type common struct {
	said   []string
	counts []int
	at     map[string]int // of many
	last   int
}

func (c *common) add(s string, n int) {
	if s == "" {
		return
	}
	if i := c.find(s); i >= 0 {
		c.counts[i] += n
		return
	}
	if c.at != nil || len(c.said) == 16 {
		c.index()
		c.at[s] = len(c.said)
	}
	c.said, c.counts = append(c.said, s), append(c.counts, n)
}

func (c *common) find(s string) int {
	if c.last < len(c.said) && c.said[c.last] == s {
		return c.last
	}
	i := slices.Index(c.said[:min(len(c.said), 16)], s)
	if i < 0 && c.at != nil {
		if at, ok := c.at[s]; ok {
			i = at
		}
	}
	if i >= 0 {
		c.last = i
	}
	return i
}

func (c *common) index() {
	if c.at == nil {
		c.at = make(map[string]int)
	}
}

// best is what was said most often, where mixed case counts three times; of several, the one that is spelled with
// care, and then the first by bytes.
func (c *common) best() string {
	switch len(c.said) {
	case 0:
		return ""
	case 1:
		return c.said[0]
	}
	order := make([]int, len(c.said))
	votes := make([]int, len(c.said))
	for i, s := range c.said {
		order[i], votes[i] = i, c.counts[i]
		if !oneCase(s) {
			votes[i] *= 3
		}
	}
	return c.said[slices.MinFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(votes[b], votes[a]), cmp.Compare(careless(c.said[a]), careless(c.said[b])),
			strings.Compare(c.said[a], c.said[b]))
	})]
}

func oneCase(s string) bool { return strings.ToLower(s) == s || strings.ToUpper(s) == s }

// careless ranks spellings: an article in front before one behind a comma, marks before none.
func careless(s string) int {
	n := 0
	if frontArticle(s) != s {
		n++
	}
	if isASCII(s) {
		n++ // the marks may have been left out
	}
	return n
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// partMarker cuts a part's number off the end of a title: "Title part 2", "Title, Part 2 of 3". ok says that there is
// one.
func partMarker(title string) (rest string, part int, ok bool) {
	fields := strings.Fields(title)
	of := false
	if n := len(fields); n >= 4 && strings.EqualFold(fields[n-2], "of") && isDigits(strings.Trim(fields[n-1], "()[]")) {
		fields, of = fields[:n-2], true
	}
	n := len(fields)
	if n == 0 {
		return title, 0, false
	}
	last := strings.ToLower(strings.Trim(fields[n-1], "()[]"))
	if n >= 3 && isPartWord(strings.ToLower(strings.Trim(fields[n-2], "()[]"))) {
		if number, after, ok := leadingNumber(last); ok && after == "" {
			return trimTitle(fields[:n-2]), number, true
		}
	}
	if of && isDigits(last) {
		number, err := strconv.Atoi(last)
		return trimTitle(fields[:n-1]), number, err == nil
	}
	for _, word := range [...]string{"part", "pt", "cd"} {
		if after, ok := strings.CutPrefix(last, word); ok && n >= 2 && isDigits(after) {
			number, err := strconv.Atoi(after)
			return trimTitle(fields[:n-1]), number, err == nil
		}
	}
	return title, 0, false
}

func isPartWord(s string) bool {
	switch s {
	case "part", "pt", "pt.", "teil", "cd", "disc", "disk", "parte", "partie":
		return true
	}
	return false
}

func trimTitle(fields []string) string { return strings.TrimRight(strings.Join(fields, " "), " ,-:([") }

// withoutBrackets is a title without what stands in brackets at its end: "Song (2011 Remaster)".
func withoutBrackets(s string) string {
	for {
		s = strings.TrimSpace(s)
		if !strings.HasSuffix(s, ")") && !strings.HasSuffix(s, "]") {
			return s
		}
		i := strings.LastIndexAny(s, "([")
		if i <= 0 {
			return s
		}
		s = s[:i]
	}
}

func number(n int) *float64 {
	f := float64(n)
	return &f
}
