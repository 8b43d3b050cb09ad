package works

import (
	"cmp"
	"slices"
	"time"
)

// ReturnsWithin is how long a work that is gone gets its id back.
const ReturnsWithin = 30 * 24 * time.Hour

// Former is a work as it was kept.
type Former struct {
	ID     int64
	Kind   Kind
	Key    string
	Parent int64 // its id; 0: none
	Number *float64
	Main   []int64   // its main items; none where it is above others
	Gone   time.Time // zero: it is there
}

// Match gives derived works the ids of former ones, in the order of derived; 0 is a new one. A work is the one whose
// main items it has most of: of a work that is split, the larger part keeps the id, and of works that are merged, the
// largest gives it. What is above others goes with most of them. Where no item tells, the key does: a file was
// replaced, or came back.
//
// Former holds every work that is to be replaced by derived, and works that are gone. Each id is given once.
func Match(former []Former, derived []Work, now time.Time) []int64 {
	m := &matching{derived: derived, ids: make([]int64, len(derived)), former: make(map[int64]*Former, len(former)),
		taken: make(map[int64]bool)}
	for i := range former {
		if f := &former[i]; f.Gone.IsZero() || now.Sub(f.Gone) <= ReturnsWithin {
			m.former[f.ID] = f
		}
	}
	m.assign(m.byItems(former))
	m.byKey(former, func(k Kind) bool { return !above(k) })
	for _, kind := range [...]Kind{Season, Series, Comic, Artist} {
		m.assign(m.byChildren(kind))
		m.byKey(former, func(k Kind) bool { return k == kind })
	}
	return m.ids
}

func above(k Kind) bool { return k == Season || k == Series || k == Comic || k == Artist }

type matching struct {
	derived []Work
	ids     []int64
	former  map[int64]*Former
	taken   map[int64]bool
}

// pair is a former and a derived work that may be one.
type pair struct {
	former  *Former
	derived int
	weight  int
}

// byItems pairs works that share main items, by how many.
func (m *matching) byItems(former []Former) []pair {
	holds := make(map[int64][]*Former)
	for i := range former {
		f := m.former[former[i].ID]
		if f == nil {
			continue
		}
		for _, id := range f.Main {
			holds[id] = append(holds[id], f)
		}
	}
	var out []pair
	shared := make(map[*Former]int)
	for i := range m.derived {
		w := &m.derived[i]
		clear(shared)
		for _, member := range w.Members {
			if member.Role != Main {
				break
			}
			for _, f := range holds[member.ID] {
				if f.Kind == w.Kind {
					shared[f]++
				}
			}
		}
		for f, n := range shared {
			out = append(out, pair{f, i, n})
		}
	}
	return out
}

// byChildren pairs works that are above the same ones, by how many.
func (m *matching) byChildren(kind Kind) []pair {
	at := make(map[string]int)
	for i := range m.derived {
		if w := &m.derived[i]; w.Kind == kind {
			at[w.Key] = i
			for _, alias := range w.Aliases {
				at[alias] = i
			}
		}
	}
	weights := make(map[[2]int64]int)
	for i := range m.derived {
		w := &m.derived[i]
		parent, ok := at[w.Parent]
		child := m.former[m.ids[i]]
		if !ok || w.Parent == "" || child == nil || child.Parent == 0 {
			continue
		}
		weights[[2]int64{child.Parent, int64(parent)}] += max(1, w.Items)
	}
	var out []pair
	for k, n := range weights {
		if f := m.former[k[0]]; f != nil && f.Kind == kind {
			out = append(out, pair{f, int(k[1]), n})
		}
	}
	return out
}

// assign takes pairs, the heaviest first. Of equals, works that are there come before gone ones, then those of one
// key, then of one number, and then the older.
func (m *matching) assign(pairs []pair) {
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(gone(a.former), gone(b.former)),
			cmp.Compare(m.differs(a), m.differs(b)), cmp.Compare(a.former.ID, b.former.ID),
			cmp.Compare(m.derived[a.derived].Key, m.derived[b.derived].Key))
	})
	for _, p := range pairs {
		m.give(p.former, p.derived)
	}
}

func (m *matching) give(f *Former, derived int) {
	if m.ids[derived] == 0 && !m.taken[f.ID] {
		m.ids[derived] = f.ID
		m.taken[f.ID] = true
	}
}

func gone(f *Former) int {
	if f.Gone.IsZero() {
		return 0
	}
	return 1
}

func (m *matching) differs(p pair) int {
	w := &m.derived[p.derived]
	switch {
	case p.former.Key == w.Key:
		return 0
	case p.former.Number != nil && w.Number != nil && *p.former.Number == *w.Number:
		return 1
	}
	return 2
}

// byKey gives what has no id yet that of a former work with its key: of several, one that is there, and then the one
// that went last.
func (m *matching) byKey(former []Former, kinds func(Kind) bool) {
	byKey := make(map[string]*Former)
	for i := range former {
		f := m.former[former[i].ID]
		if f == nil || m.taken[f.ID] || !kinds(f.Kind) {
			continue
		}
		key := string(f.Kind) + f.Key
		if other := byKey[key]; other == nil || laterGone(f, other) {
			byKey[key] = f
		}
	}
	if len(byKey) == 0 {
		return
	}
	for i := range m.derived {
		if w := &m.derived[i]; m.ids[i] == 0 && kinds(w.Kind) {
			if f := byKey[string(w.Kind)+w.Key]; f != nil {
				m.give(f, i)
			}
		}
	}
}

func laterGone(a, b *Former) bool {
	if gone(a) != gone(b) {
		return gone(a) < gone(b)
	}
	if !a.Gone.Equal(b.Gone) {
		return a.Gone.After(b.Gone)
	}
	return a.ID < b.ID
}
