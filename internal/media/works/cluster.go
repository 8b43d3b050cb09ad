package works

import (
	"cmp"
	"slices"
)

// identity is what tells one thing from others, as far as it says so.
type identity struct {
	ids    map[string]string // by provider
	titles []string          // folded; any of them
	year   int               // or what else tells equal titles apart; 0: unknown
}

// unknown says what becomes of a thing without a year among others of its title.
type unknown uint8

const (
	unknownApart unknown = iota // it stays alone
	unknownJoins                // it joins where one other alone bears the title
)

// cluster finds which of things, whose order is given, are one: those that share an id, and those that share title and
// year. Different ids at one provider are never one. It gives the number of each thing's cluster.
type cluster struct {
	things []identity
	parent []int
	ids    []map[string]string // of a cluster, at its first thing
	year   []int
}

func clustered(things []identity, missing unknown) *cluster {
	c := &cluster{things: things, parent: make([]int, len(things)), ids: make([]map[string]string, len(things)),
		year: make([]int, len(things))}
	for i := range things {
		c.parent[i], c.ids[i], c.year[i] = i, things[i].ids, things[i].year
	}
	c.joinByID()
	c.joinByTitle(missing)
	return c
}

// groups lists the things of each cluster, in their order.
func (c *cluster) groups() [][]int {
	at := make(map[int]int)
	var out [][]int
	for i := range c.things {
		root := c.find(i)
		g, ok := at[root]
		if !ok {
			g = len(out)
			at[root] = g
			out = append(out, nil)
		}
		out[g] = append(out[g], i)
	}
	return out
}

func (c *cluster) find(i int) int {
	for c.parent[i] != i {
		c.parent[i] = c.parent[c.parent[i]]
		i = c.parent[i]
	}
	return i
}

// conflict reports whether two clusters bear different ids of one provider.
func (c *cluster) conflict(a, b int) bool {
	for provider, id := range c.ids[a] {
		if other, ok := c.ids[b][provider]; ok && other != id {
			return true
		}
	}
	return false
}

// join makes two clusters one, unless their ids forbid it.
func (c *cluster) join(a, b int) bool {
	a, b = c.find(a), c.find(b)
	if a == b {
		return true
	}
	if c.conflict(a, b) {
		return false
	}
	if b < a {
		a, b = b, a
	}
	c.parent[b] = a
	if c.year[a] == 0 {
		c.year[a] = c.year[b]
	}
	if len(c.ids[b]) > 0 {
		merged := make(map[string]string, len(c.ids[a])+len(c.ids[b]))
		for _, ids := range [...]map[string]string{c.ids[a], c.ids[b]} {
			for provider, id := range ids {
				merged[provider] = id
			}
		}
		c.ids[a] = merged
	}
	return true
}

func (c *cluster) joinByID() {
	first := make(map[[2]string]int)
	for i := range c.things {
		for _, provider := range sortedKeys(c.things[i].ids) {
			id := [2]string{provider, c.things[i].ids[provider]}
			if j, ok := first[id]; ok {
				c.join(j, i)
			} else {
				first[id] = i
			}
		}
	}
}

func (c *cluster) joinByTitle(missing unknown) {
	buckets := make(map[string][]int, len(c.things))
	var order []string
	for i := range c.things {
		for _, title := range c.things[i].titles {
			if title == "" {
				continue
			}
			if _, ok := buckets[title]; !ok {
				order = append(order, title)
			}
			buckets[title] = append(buckets[title], i)
		}
	}
	for _, title := range order {
		if len(buckets[title]) > 1 {
			c.joinBucket(buckets[title], missing)
		}
	}
}

// joinBucket joins what bears one title: by year, and then what has none.
func (c *cluster) joinBucket(things []int, missing unknown) {
	roots := c.roots(things)
	slices.SortStableFunc(roots, func(a, b int) int { return cmp.Compare(c.year[a], c.year[b]) })
	without := 0
	for without < len(roots) && c.year[roots[without]] == 0 {
		without++
	}
	for start := without; start < len(roots); {
		end := start
		for end < len(roots) && c.year[roots[end]] == c.year[roots[start]] {
			end++
		}
		c.joinAlike(roots[start:end])
		start = end
	}
	if missing == unknownApart || without == 0 {
		return
	}
	c.joinAlike(roots[:without])
	if known := c.roots(roots[without:]); len(known) == 1 {
		for _, r := range c.roots(roots[:without]) {
			c.join(known[0], r)
		}
	}
}

// joinAlike joins clusters of one title and year. Where ids tell some of them apart, those that bear none stay apart
// from both: nobody can say whose they are.
func (c *cluster) joinAlike(roots []int) {
	values := make(map[string]string)
	clash := false
	for _, r := range roots {
		for provider, id := range c.ids[r] {
			if other, ok := values[provider]; ok && other != id {
				clash = true
			}
			values[provider] = id
		}
	}
	bare := -1
	for i, r := range roots {
		switch {
		case !clash:
			c.join(roots[0], r)
		case len(c.ids[r]) > 0:
			continue
		case bare < 0:
			bare = i
		default:
			c.join(roots[bare], r)
		}
	}
}

// roots are the clusters that things are in, each once, in order.
func (c *cluster) roots(things []int) []int {
	out := make([]int, 0, len(things))
	for _, i := range things {
		out = append(out, c.find(i))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
