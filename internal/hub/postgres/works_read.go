package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// Work reads a work with its first members; found is false where there is none, or it is gone.
func (s *Store) Work(ctx context.Context, id int64) (w store.WorkView, found bool, err error) {
	err = s.read(ctx, func(tx pgx.Tx) error {
		var one []store.WorkView
		err := eachWork(ctx, tx, "WHERE w.id = $1 AND "+isThere, func(w *store.WorkView) error {
			one = append(one, *w)
			return nil
		}, id)
		if found = len(one) == 1; err != nil || !found {
			return err
		}
		err = holdMembers(ctx, tx, one)
		w = one[0]
		return err
	})
	if err != nil {
		return w, false, fmt.Errorf("read work %d: %w", id, err)
	}
	return w, found, nil
}

// WorksOf reads which works hold an item, in the order of their ids.
func (s *Store) WorksOf(ctx context.Context, item int64) ([]store.WorkOf, error) {
	all, err := s.WorksOfAll(ctx, []int64{item})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// WorksOfAll reads which works hold items, in the order of items.
func (s *Store) WorksOfAll(ctx context.Context, items []int64) (out [][]store.WorkOf, err error) {
	var of map[int64][]store.WorkOf
	err = s.read(ctx, func(tx pgx.Tx) error {
		of, err = worksOf(ctx, tx, items)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the works of items: %w", err)
	}
	for _, id := range items {
		out = append(out, of[id])
	}
	return out, nil
}

func worksOf(ctx context.Context, tx pgx.Tx, items []int64) (of map[int64][]store.WorkOf, err error) {
	rows, err := tx.Query(ctx, "SELECT m.item, m.work, m.how FROM members m JOIN works w ON w.id = m.work AND "+isThere+`
		WHERE m.item = ANY ($1) ORDER BY m.item, m.work, m.rank`, items)
	if err != nil {
		return nil, err
	}
	of = make(map[int64][]store.WorkOf, len(items))
	var item, work int64
	var how []byte
	_, err = pgx.ForEachRow(rows, []any{&item, &work, &how}, func() error {
		had := of[item]
		if n := len(had); n > 0 && had[n-1].Work == work {
			return nil // once as what it is first
		}
		m, err := store.ReadHow(how)
		of[item] = append(had, store.WorkOf{Work: work, Role: m.Role})
		return err
	})
	return of, err
}

// WorkMembers reads members of a work behind a rank with their items, in playing order, of some roles or of all. found
// is false where there is no such work.
func (s *Store) WorkMembers(
	ctx context.Context, work int64, roles []string, after int64, limit int,
) (p store.MemberPage, found bool, err error) {
	err = s.read(ctx, func(tx pgx.Tx) error {
		p = store.MemberPage{}
		if p.AsOf, err = s.headIn(ctx, tx); err != nil {
			return err
		}
		const there = "SELECT EXISTS (SELECT FROM works w WHERE w.id = $1 AND " + isThere + ")"
		if err := tx.QueryRow(ctx, there, work).Scan(&found); err != nil || !found {
			return err
		}
		members, err := membersBehind(ctx, tx, work, roles, after, limit+1)
		if err != nil {
			return err
		}
		return fillPage(ctx, tx, &p, members, limit)
	})
	if err != nil {
		return p, false, asSlow(fmt.Errorf("read the members of work %d: %w", work, err))
	}
	return p, found, nil
}

func membersBehind(
	ctx context.Context, tx pgx.Tx, work int64, roles []string, after int64, most int,
) (out []store.Member, err error) {
	s := statement{}
	s.must("work = " + s.arg(work) + " AND rank > " + s.arg(after))
	if len(roles) > 0 {
		s.must(`coalesce(substring(how FOR 1), '\x00') = ANY (` + s.arg(rolesAsWritten(roles)) + "::bytea[])")
	}
	limit := s.arg(most)
	rows, err := tx.Query(ctx, "SELECT item, rank, how FROM members WHERE "+s.condition()+" ORDER BY rank LIMIT "+limit,
		s.args...)
	if err != nil {
		return nil, err
	}
	var item, rank int64
	var how []byte
	_, err = pgx.ForEachRow(rows, []any{&item, &rank, &how}, func() error {
		m, err := store.ReadHow(how)
		m.Item, m.Rank = item, rank
		out = append(out, m)
		return err
	})
	return out, err
}

// rolesAsWritten are the beginnings of what store.Member.How writes of roles.
func rolesAsWritten(roles []string) (out [][]byte) {
	for _, role := range roles {
		out = append(out, []byte{byte(max(0, slices.Index(store.Roles(), role)))})
	}
	return out
}

// fillPage reads the items of members, as many as the page takes by its limit and its bytes.
func fillPage(ctx context.Context, tx pgx.Tx, p *store.MemberPage, members []store.Member, limit int) error {
	ids := make([]int64, len(members))
	for i := range members {
		ids[i] = members[i].Item
	}
	views, err := viewsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	weight := 0
	for i, m := range members {
		if i == limit || weight > store.PageBytes {
			p.Next = members[i-1].Rank
			break
		}
		if v, there := views[m.Item]; there {
			weight += v.Weight()
			p.Members = append(p.Members, store.MemberView{Member: m, Item: v})
		}
	}
	return nil
}
