package works

import (
	"cmp"
	"slices"
)

// sortVersions puts first what is watched first: what is no special edition, in the highest resolution.
func sortVersions(vs []version) {
	if len(vs) < 2 {
		return
	}
	slices.SortStableFunc(vs, func(a, b version) int {
		return cmp.Or(cmp.Compare(min(len(a.edition), 1), min(len(b.edition), 1)),
			cmp.Compare(b.items[0].Height, a.items[0].Height),
			natural(a.items[0].Path, b.items[0].Path), cmp.Compare(a.items[0].ID, b.items[0].ID))
	})
}

// members lists the items of versions in playing order.
func members(vs []version, others []Member) []Member {
	n := len(others)
	for i := range vs {
		n += len(vs[i].items)
	}
	out := make([]Member, 0, n)
	for i := range vs {
		for j, it := range vs[i].items {
			m := Member{ID: it.ID, Role: Main}
			if len(vs) > 1 {
				m.Version = i + 1
			}
			if len(vs[i].items) > 1 {
				m.Part = j + 1
			}
			out = append(out, m)
		}
	}
	slices.SortStableFunc(others, func(a, b Member) int {
		return cmp.Or(cmp.Compare(roleOrder[a.Role], roleOrder[b.Role]), cmp.Compare(a.ID, b.ID))
	})
	for i, m := range others {
		if i == 0 || m.ID != others[i-1].ID || m.Role != others[i-1].Role {
			out = append(out, m)
		}
	}
	return out
}
