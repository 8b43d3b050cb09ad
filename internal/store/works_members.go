package store

import (
	"context"
	"errors"
	"slices"
)

// membersOf reads members of a work behind a rank, in playing order; of some roles, or of all.
func membersOf(c *conn, work int64, roles []string, after int64, limit int) (out []Member, err error) {
	err = c.each("SELECT item, rank, how FROM members WHERE work = ? AND rank > ? ORDER BY rank", func(r row) error {
		m, err := scanHow(r.bytes(2))
		if err != nil {
			return err
		}
		if len(roles) > 0 && !slices.Contains(roles, m.Role) {
			return nil
		}
		m.Item, m.Rank = r.int(0), r.int(1)
		if out = append(out, m); len(out) == limit {
			return errPageFull
		}
		return nil
	}, work, after)
	if errors.Is(err, errPageFull) {
		err = nil
	}
	return out, err
}

// MemberView is a member of a work with its item.
type MemberView struct {
	Member
	Item View
}

// MemberPage is a stretch of a work's members.
type MemberPage struct {
	Members []MemberView
	Next    int64 // the rank behind which others follow; 0: none do
	AsOf    int64
}

// WorkMembers reads members of a work behind a rank with their items, in playing order, of some roles or of all. found
// is false where there is no such work.
func (s *Store) WorkMembers(
	ctx context.Context, work int64, roles []string, after int64, limit int,
) (p MemberPage, found bool, err error) {
	err = s.readQuery(ctx, "", func(c *conn) error {
		if p.AsOf, err = c.number("SELECT value FROM meta WHERE key = 'head'"); err != nil {
			return err
		}
		found, err = c.one("SELECT 1 FROM works WHERE id = ? AND gone = 0", func(row) {}, work)
		if err != nil || !found {
			return err
		}
		members, err := membersOf(c, work, roles, after, limit+1)
		if err != nil {
			return err
		}
		bytes := 0
		for i, m := range members {
			if i == limit || bytes > PageBytes {
				p.Next = members[i-1].Rank
				break
			}
			_, err := c.one("SELECT "+feedColumns+" FROM items i JOIN dirs d ON d.id = i.dir "+
				"WHERE i.id = ? AND i.state < {detached}",
				func(r row) {
					v := scanView(s, r)
					bytes += v.bytes()
					p.Members = append(p.Members, MemberView{m, v})
				}, m.Item)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return p, found, err
}

// Between two ranks that are given at first there is room for as many halvings as bits here.
const rankStep = 1 << 6

// rerank gives members ranks in their order, as few others as can be: those that had one keep it where the order lets
// them. had are the ranks of items before; an item may be a member more than once.
func rerank(members []Member, had map[int64][]int64) {
	for i := range members {
		members[i].Rank = 0
		if ranks := had[members[i].Item]; len(ranks) > 0 {
			members[i].Rank, had[members[i].Item] = ranks[0], ranks[1:]
		}
	}
	keep := rising(members)
	last := int64(0)
	for i := 0; i < len(members); {
		if keep[i] {
			last = members[i].Rank
			i++
			continue
		}
		end := i
		for end < len(members) && !keep[end] {
			end++
		}
		n := int64(end - i)
		step := int64(rankStep)
		if end < len(members) {
			step = (members[end].Rank - last) / (n + 1)
		}
		if step < 1 { // no room is left: all get ranks anew
			for j := range members {
				members[j].Rank = int64(j+1) * rankStep
			}
			return
		}
		for ; i < end; i++ {
			last += step
			members[i].Rank = last
		}
	}
}

// rising marks a longest run of members, not all beside each other, whose ranks rise.
func rising(members []Member) []bool {
	keep := make([]bool, len(members))
	var ends []int // by length, the member of the least rank with which such a run ends
	before := make([]int, len(members))
	for i := range members {
		if members[i].Rank == 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(ends, members[i].Rank, func(j int, rank int64) int {
			switch {
			case members[j].Rank < rank:
				return -1
			case members[j].Rank > rank:
				return 1
			}
			return 0
		})
		before[i] = -1
		if at > 0 {
			before[i] = ends[at-1]
		}
		if at == len(ends) {
			ends = append(ends, i)
		} else {
			ends[at] = i
		}
	}
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			keep[i] = true
		}
	}
	return keep
}
