package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var errEnough = errors.New("page is full")

// queryPath reads a page in the order of root and path. It walks the tree of directories, or, where few
// items pass the filters or the order is reversed, finds and sorts those.
func (s *Store) queryPath(ctx context.Context, q *Query) (res Result, err error) {
	from, err := parsePosition(q.After)
	if err != nil {
		return res, err
	}
	where, args, few, err := s.filter(q)
	if err != nil {
		return res, err
	}
	if q.Descending || few {
		return s.sortPaths(ctx, q, where, args, from)
	}
	res.AsOf = s.Head()
	err = s.walkRoots(ctx, q, from, func(v *View) error {
		if !q.matches(v) {
			return nil
		}
		if len(res.Items) == q.Limit {
			last := &res.Items[q.Limit-1]
			res.Next = Position{last.Root, last.Path, last.ID}.String()
			return errEnough
		}
		res.Items = append(res.Items, *v)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return res, err
}

func (s *Store) walkRoots(ctx context.Context, q *Query, from Position, fn func(*View) error) error {
	roots, err := s.Roots(ctx)
	if err != nil {
		return err
	}
	for _, r := range roots {
		if r.DetachedAt != 0 || r.Name < from.Root || (len(q.Roots) > 0 && !slices.Contains(q.Roots, r.Name)) {
			continue
		}
		if err := s.WalkRoot(ctx, r.ID, q.Under, from.in(r.Name), fn); err != nil {
			return err
		}
	}
	return nil
}

func (q *Query) matches(v *View) bool {
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, string(v.Kind)) {
		return false
	}
	return q.State == "" || (q.State == "present") == (v.State == Present)
}

// sortPaths finds the ids and paths of all items that pass, keeps the page's, and reads those.
func (s *Store) sortPaths(ctx context.Context, q *Query, where string, args []driver.Value, from Position) (res Result, err error) {
	order := func(a, b Position) int {
		n := cmp.Or(strings.Compare(a.Root, b.Root), strings.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
		if q.Descending {
			return -n
		}
		return n
	}
	var page []Position
	err = s.read(ctx, func(c *conn) error {
		if res.AsOf, err = c.number("SELECT value FROM meta WHERE key = 'indexed'"); err != nil {
			return err
		}
		sql := "SELECT k.id, k.root, d.path, i.name FROM sort_keys k JOIN items i ON i.id = k.id JOIN dirs d ON d.id = i.dir WHERE " + where
		err := c.each(sql, func(r row) error {
			f := Position{s.rootName(r.int(1)), Join(string(r.bytes(2)), string(r.bytes(3))), r.int(0)}
			if from != (Position{}) && order(f, from) <= 0 {
				return nil
			}
			if page = append(page, f); len(page) > 8*q.Limit+1024 {
				page = firstOf(page, q.Limit+1, order)
			}
			return nil
		}, args...)
		if err != nil {
			return err
		}
		page = firstOf(page, q.Limit+1, order)
		if len(page) > q.Limit {
			page = page[:q.Limit]
			res.Next = page[q.Limit-1].String()
		}
		ids := make([]int64, len(page))
		for i := range page {
			ids[i] = page[i].ID
		}
		return s.views(c, ids, &res)
	})
	return res, err
}

func firstOf(all []Position, n int, order func(a, b Position) int) []Position {
	slices.SortFunc(all, order)
	return all[:min(n, len(all))]
}

// String encodes a position for a cursor.
func (p Position) String() string {
	return "p." + strconv.FormatInt(p.ID, 36) + "." + hex.EncodeToString([]byte(p.Root+"\x00"+p.Path))
}

func parsePosition(s string) (p Position, err error) {
	if s == "" {
		return p, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 || parts[0] != "p" {
		return p, fmt.Errorf("%w: after", ErrQuery)
	}
	id, err := strconv.ParseInt(parts[1], 36, 64)
	if err != nil || id <= 0 {
		return p, fmt.Errorf("%w: after", ErrQuery)
	}
	b, err := hex.DecodeString(parts[2])
	root, path, ok := strings.Cut(string(b), "\x00")
	if err != nil || !ok {
		return p, fmt.Errorf("%w: after", ErrQuery)
	}
	return Position{root, path, id}, nil
}

// validText replaces each byte that is not UTF-8.
func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
